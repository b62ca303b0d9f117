"""A simulated Odoo database with people in it, and what is written to it and read from it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.odoo.connector import OdooConnector
from connectors.odoo.settings import OdooSettings
from connectors.odoo.simulator import OdooSimulator
from hub.contract import (
    Change,
    Day,
    Entry,
    Held,
    Hours,
    Interval,
    Kind,
    Operation,
    Outcome,
    Receipt,
    Record,
    Scope,
)

ZONE = "Asia/Kolkata"


HOUR = 3600


DAY = date(2026, 10, 5)


NUMBERS = [f"E{number:03}" for number in range(1, 41)]


CREATE, UPDATE, WITHDRAW = Operation.CREATE, Operation.UPDATE, Operation.WITHDRAW


def utc(day: date, hour: int, minute: int = 0) -> int:
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC).timestamp())


class Site:
    """The simulator, what was put into it, and a connector to it."""

    def __init__(self, simulator: OdooSimulator) -> None:
        self.simulator = simulator
        self.database = simulator.database
        self.refs = simulator.reset(NUMBERS, ["CC10", "CC20"])

    def employee(self, index: int) -> str:
        return self.refs.employees[NUMBERS[index]]

    def connector(self, **settings: Any) -> OdooConnector:
        return OdooConnector(OdooSettings.model_validate({**self.simulator.settings(), **settings}))

    def made(self, model: str = "hr.attendance") -> list[dict[str, Any]]:
        return self.database.rows(model)

    def by_hand(self, index: int, begun: str, ended: str | bool, **values: Any) -> int:
        """An attendance that a person, or Odoo, made."""
        row = {"employee_id": int(self.employee(index)), "check_in": begun, "check_out": ended, "in_mode": "manual"}
        return self.database.add("hr.attendance", **{**row, "date": begun[:10], **values})


def needs_plans(site: Site) -> None:
    if site.simulator.version == 16:
        pytest.skip("Odoo 16 has no columns of analytic plans")


def interval(employee: str, day: date = DAY, start: int = 3, length: int = 8 * HOUR) -> Entry:
    began = utc(day, start)
    key = f"t:{employee}:{day}:interval:{start}"
    return Entry(key, Kind.INTERVAL, employee, day, ZONE, Interval(began, began + length))


def hours(employee: str, account: str, minutes: int = 480, day: date = DAY) -> Entry:
    return Entry(f"t:{employee}:{day}:hours:{account}", Kind.HOURS, employee, day, ZONE, Hours(account, minutes))


def absent(employee: str, lop: int = 100, day: date = DAY) -> Entry:
    return Entry(f"t:{employee}:{day}:day:0", Kind.DAY, employee, day, ZONE, Day("A", 0, 0, 100 - lop, lop))


def record(connector: OdooConnector, entry: Entry) -> Record:
    found = connector.render(entry)
    assert found is not None
    return found


def create(connector: OdooConnector, entry: Entry) -> Change:
    one = record(connector, entry)
    return Change(entry.key, CREATE, entry.kind, entry.employee, entry.work_date, one.natural_key, one.image)


def scope(entries: Iterable[Entry]) -> Scope:
    chosen = [*entries]
    days = [one.work_date for one in chosen]
    return Scope(min(days), max(days), frozenset(Kind), frozenset(one.employee for one in chosen))


def written(connector: OdooConnector, entries: Iterable[Entry]) -> list[Receipt]:
    receipts = [*connector.push([create(connector, entry) for entry in entries])]
    assert {one.outcome for one in receipts} == {Outcome.ACCEPTED}, receipts
    return receipts


def change_of(held: Held, operation: Operation, kind: Kind = Kind.INTERVAL) -> Change:
    return Change(
        held.natural_key, operation, kind, held.employee, held.work_date, held.natural_key, held.image, held.refs
    )


def held_by_key(connector: OdooConnector, entries: Iterable[Entry]) -> dict[str, Held]:
    return {one.natural_key: one for one in connector.read_back(scope(entries))}
