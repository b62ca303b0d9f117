"""What is written to the Tryton server of the tests and read from it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest

from connectors.tryton.connector import TrytonConnector
from hub.contract import (
    Change,
    Entry,
    Held,
    Hours,
    Interval,
    Kind,
    Operation,
    Outcome,
    Receipt,
    Scope,
)

pytestmark = [pytest.mark.tryton, pytest.mark.slow, pytest.mark.xdist_group("tryton")]


ZONE = "Asia/Kolkata"


HOUR = 3600


def utc(day: date, hour: int, minute: int = 0) -> int:
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC).timestamp())


def interval(employee: str, day: date, start: int = 3, length: int = 8 * HOUR) -> Entry:
    began = utc(day, start)
    key = f"t:{employee}:{day}:interval:{start}"
    return Entry(key, Kind.INTERVAL, employee, day, ZONE, Interval(began, began + length))


def hours(employee: str, day: date, work: str, minutes: int = 480) -> Entry:
    return Entry(f"t:{employee}:{day}:hours:{work}", Kind.HOURS, employee, day, ZONE, Hours(work, minutes))


def create(connector: TrytonConnector, entry: Entry) -> Change:
    record = connector.render(entry)
    return Change(
        entry.key, Operation.CREATE, entry.kind, entry.employee, entry.work_date, record.natural_key, record.image
    )


def scope(entries: Iterable[Entry], days: tuple[date, date] | None = None) -> Scope:
    chosen = [*entries]
    first, last = days or (min(one.work_date for one in chosen), max(one.work_date for one in chosen))
    return Scope(first, last, frozenset(Kind), frozenset(one.employee for one in chosen))


def written(connector: TrytonConnector, entries: Iterable[Entry]) -> list[Receipt]:
    receipts = [*connector.push([create(connector, entry) for entry in entries])]
    assert {one.outcome for one in receipts} == {Outcome.ACCEPTED}
    return receipts


def change_of(held: Held, operation: Operation, kind: Kind = Kind.INTERVAL) -> Change:
    return Change(
        held.natural_key, operation, kind, held.employee, held.work_date, held.natural_key, held.image, held.refs
    )
