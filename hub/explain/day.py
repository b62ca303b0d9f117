"""All that is known of an employee-day: entries in the ERP, plans, receipts, the day and its stages, punches, devices.

The day is computed again from the stored punches by the same rules, which also tells what became of each punch;
whether that gives the stored day is part of the answer.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from hub.database import reading
from hub.delivery.connections import ConnectionConfig
from hub.delivery.told import Names
from hub.explain.computed import Computed, computed
from hub.explain.entries import entries
from hub.explain.plain import readable
from hub.explain.punches import punches, refused
from hub.explain.rows import rows
from hub.records import AttendanceDay, AttendancePair, Employee


class NothingKnownError(LookupError):
    """There is such an employee, and nothing at all of that day."""


def explain(engine: Engine, config: ConnectionConfig, number: str, day: date, now: int) -> dict[str, Any]:
    """The employee-day and what became of it in that ERP, as JSON values; instants are local, with their offset.

    A day that was not processed is told as it would be `now` (UTC seconds). Raises `LookupError` when there is no such
    employee, `NothingKnownError` when there is nothing to tell.
    """
    names = Names(engine, config, day, day)
    with reading(engine) as session:
        employee = _employee(session, config.tenant, number)
        there: dict[str, Any] = {"employee_id": employee, "work_date": day}
        stored = next(iter(rows(session, AttendanceDay, config.tenant, **there)), None)
        again = computed(session, config.tenant, employee, day, stored["computed_at"] if stored else now)
        words = names.words(number, day)
        if stored is None and again is not None:
            words = replace(words, zone=again.zone)
        zone = words.zone
        theirs, others = refused(session, config.tenant, employee, day, zone)
        told = {
            "employee": number,
            "work_date": day.isoformat(),
            "zone": zone,
            "entries": entries(session, config, number, words),
            "day": readable(stored, zone) if stored else None,
            "same_when_computed_again": _same(stored, again),
            "pairs": [readable(row, zone) for row in rows(session, AttendancePair, config.tenant, **there)],
            "punches": punches(session, config.tenant, again.fates if again else {}, zone),
            "quarantine": theirs,
            "quarantine_of_others": others,
        }
    if not any(told[name] for name in ("entries", "day", "punches", "quarantine")):
        raise NothingKnownError(_nothing(config, number, day))
    return {**told, **_stages(again)}


def _employee(session: Session, tenant: str, number: str) -> int:
    query = select(col(Employee.id)).where(col(Employee.tenant) == tenant, col(Employee.number) == number)
    found = session.connection().execute(query).scalar()
    if found is None:
        raise LookupError(f"There is no employee {number!r} in {tenant}.")
    return int(found)


def _same(stored: dict[str, Any] | None, again: Computed | None) -> bool | None:
    return None if stored is None else again is not None and again.input_hash == stored["input_hash"]


def _stages(again: Computed | None) -> dict[str, Any]:
    if again is None:
        return {"policy": None, "stages": []}
    told = again.explanation
    return {"policy": {"code": told.policy, "version": told.version}, "stages": told.json()["steps"]}


def _nothing(config: ConnectionConfig, number: str, day: date) -> str:
    return (
        f"Nothing is known of {number} on {day}: no punches, no processed day, and no entry in {config.name}. "
        f"Is the badge known (muster status {config.tenant}), and is it the work date?"
    )
