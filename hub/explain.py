"""Every number in the ERP explained back to its punches: entry, receipts, processed day, pairs, punches, devices.

The day is computed again from the stored punches by the same rules, which also tells what became of each punch;
whether that gives the stored day is part of the answer.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
from sqlalchemy import Engine, String, cast, select
from sqlmodel import Session, col

from hub.database import reading
from hub.processing.read import read_spans
from hub.records import (
    AttendanceDay,
    AttendancePair,
    Device,
    Employee,
    JournalEntry,
    Punch,
    Push,
    Quarantine,
    ReceiptRow,
)
from hub.rules import Outputs
from hub.rules import process as apply_rules

_PLAIN = ("id", "tenant", "employee_id", "change")
"""Columns that say nothing about the day."""


def explain(engine: Engine, tenant: str, number: str, day: date) -> dict[str, Any]:
    """All that is known of an employee-day; raises `LookupError` when there is no such employee."""
    with reading(engine) as session:
        found = select(col(Employee.id)).where(col(Employee.tenant) == tenant, col(Employee.number) == number)
        employee = session.connection().execute(found).scalar()
        if employee is None:
            raise LookupError(f"There is no employee {number!r} in {tenant}.")
        stored = _rows(session, AttendanceDay, tenant, employee_id=employee, work_date=day)
        again = _computed(session, tenant, employee, day, stored[0]["computed_at"] if stored else 0)
        return {
            "employee": number,
            "work_date": day.isoformat(),
            "entries": _entries(session, tenant, number, day),
            "day": _plain(stored[0]) if stored else None,
            "same_when_computed_again": _same(again, employee, day, stored),
            "pairs": [
                _plain(row) for row in _rows(session, AttendancePair, tenant, employee_id=employee, work_date=day)
            ],
            "punches": _punches(session, tenant, employee, day, again),
            "quarantine": _quarantine(session, tenant, day),
        }


def day_of_record(engine: Engine, tenant: str, connection: str, ref: str) -> tuple[str, date]:
    """Employee number and work date of an ERP record; raises `LookupError` when no entry of ours is that record."""
    one = JournalEntry
    query = select(col(one.entry_key), col(one.work_date)).where(
        col(one.tenant) == tenant,
        col(one.connection) == connection,
        cast(col(one.refs), String).contains(f'"{ref}"', autoescape=True),
    )
    with reading(engine) as session:
        found = session.connection().execute(query).first()
    if found is None:
        raise LookupError(f"Record {ref!r} of {connection} is not one that Muster made.")
    return found.entry_key.split(":")[1], found.work_date


def _rows(session: Session, table: type[Any], tenant: str, **values: Any) -> list[dict[str, Any]]:
    query = select(table.__table__).where(
        table.tenant == tenant, *(getattr(table, name) == value for name, value in values.items())
    )
    return [dict(row) for row in session.connection().execute(query.order_by(table.id)).mappings()]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _PLAIN and value is not None}


def _plain_rows(session: Session, table: type[Any], tenant: str, **values: Any) -> list[dict[str, Any]]:
    return [_plain(row) for row in _rows(session, table, tenant, **values)]


def _entries(session: Session, tenant: str, number: str, day: date) -> list[dict[str, Any]]:
    one = JournalEntry
    query = select(col(one.connection), col(one.entry_key)).where(
        col(one.tenant) == tenant,
        col(one.work_date) == day,
        col(one.entry_key).startswith(f"{tenant}:{number}:", autoescape=True),
    )
    keys = session.connection().execute(query.order_by(col(one.id))).all()
    return [_entry(session, tenant, connection, key) for connection, key in keys]


def _entry(session: Session, tenant: str, connection: str, key: str) -> dict[str, Any]:
    names = {"connection": connection, "entry_key": key}
    [entry] = _rows(session, JournalEntry, tenant, **names)
    receipts = [_plain(row) for row in _rows(session, ReceiptRow, tenant, **names)]
    numbers = sorted({row["push_id"] for row in receipts})
    pushes = [
        _plain(row) | {"push_id": number} for number in numbers for row in _rows(session, Push, tenant, id=number)
    ]
    return _plain(entry) | {"receipts": receipts, "pushes": pushes}


def _computed(session: Session, tenant: str, employee: int, day: date, as_of: int) -> list[Outputs]:
    """The day by the rules, once for every span of one site that it lies in."""
    spans = read_spans(session, tenant, day, day, as_of)
    return [
        apply_rules(span.inputs, day, day)
        for span in spans
        if span.inputs.employments.filter(pl.col("employee_key") == employee).height
    ]


def _same(again: Sequence[Outputs], employee: int, day: date, stored: Sequence[dict[str, Any]]) -> bool | None:
    hashes = {
        f"{row['input_hash']:016x}"
        for outputs in again
        for row in outputs.days.filter(pl.col("employee_key") == employee, pl.col("business_date") == day).to_dicts()
    }
    return stored[0]["input_hash"] in hashes if stored else None


def _punches(session: Session, tenant: str, employee: int, day: date, again: Sequence[Outputs]) -> list[dict[str, Any]]:
    fates = {
        row["punch_id"]: row["disposition"]
        for outputs in again
        for row in outputs.dispositions.filter(
            pl.col("employee_key") == employee, pl.col("business_date") == day
        ).to_dicts()
    }
    device = (col(Device.id) == col(Punch.device_id)) & (col(Device.tenant) == col(Punch.tenant))
    query = (
        select(Punch.__table__, col(Device.serial))  # type: ignore[attr-defined]
        .join(Device, device)
        .where(col(Punch.tenant) == tenant, col(Punch.id).in_(list(fates)))
        .order_by(col(Punch.t_utc), col(Punch.id))
    )
    rows = session.connection().execute(query).mappings()
    return [
        {
            "punch": row["id"],
            "became": fates[row["id"]],
            "at": datetime.fromtimestamp(row["t_utc"], UTC).isoformat(),
            "device": row["serial"],
            "device_said": row["local_text"],
            "received_at": datetime.fromtimestamp(row["received_at"], UTC).isoformat(),
            "line": row["line"],
        }
        for row in rows
    ]


def _quarantine(session: Session, tenant: str, day: date) -> list[dict[str, Any]]:
    """Rows received around the day that did not become punches; whose they are is not known."""
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    one, around = Quarantine, timedelta(days=1).total_seconds()
    query = select(col(one.serial), col(one.line), col(one.reason), col(one.detail)).where(
        col(one.tenant) == tenant,
        col(one.released_at).is_(None),
        col(one.received_at).between(start - int(around), start + 2 * int(around)),
    )
    return [dict(row) for row in session.connection().execute(query.order_by(col(one.id))).mappings()]
