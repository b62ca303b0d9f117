"""What the tests of SuccessFactors share: connectors on a simulated company, changes, and what was sent."""

import json
from datetime import UTC, date, datetime
from typing import Any

from connectors.sap.successfactors.connector import SfConnector
from connectors.sap.successfactors.settings import SfSettings
from connectors.sap.successfactors.simulator import SfSimulator
from hub.contract import Change, Connector, Day, Entry, Hours, Interval, Kind, Operation, Punch, Scope
from tests.connectors.sap.recording import Recording

DAY = date(2026, 10, 5)
CREATE, UPDATE, WITHDRAW = Operation.CREATE, Operation.UPDATE, Operation.WITHDRAW
INDIA = "Asia/Kolkata"


def opened(sf: SfSimulator, transport: Recording | None = None, **settings: Any) -> SfConnector:
    return SfConnector(SfSettings.model_validate({**sf.settings(), **settings}), transport=transport)


def utc(day: date, hour: int, minute: int = 0) -> int:
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC).timestamp())


def punch(at: int, direction: Any = "in", employee: str = "1", day: date = DAY, zone: str = "UTC") -> Entry:
    return Entry(f"t:{employee}:{day}:punch:{direction}{at}", Kind.PUNCH, employee, day, zone, Punch(at, direction))


def hours(minutes: int = 480, employee: str = "1", centre: str = "CC10", before: int = 0, day: date = DAY) -> Entry:
    return Entry(f"t:{employee}:{day}:hours:{centre}", Kind.HOURS, employee, day, "UTC", Hours(centre, minutes, before))


def pair(start: int, end: int, employee: str = "1", day: date = DAY, zone: str = "UTC") -> Entry:
    return Entry(f"t:{employee}:{day}:interval:{start}", Kind.INTERVAL, employee, day, zone, Interval(start, end))


def absent(lop: int = 100, employee: str = "1", status: str = "A", day: date = DAY) -> Entry:
    return Entry(f"t:{employee}:{day}:day:0", Kind.DAY, employee, day, "UTC", Day(status, 0, 0, 100 - lop, lop))


def change(
    connector: Connector[Any], entry: Entry, operation: Operation = CREATE, refs: tuple[str, ...] = ()
) -> Change:
    one = connector.render(entry)
    return Change(entry.key, operation, entry.kind, entry.employee, entry.work_date, one.natural_key, one.image, refs)


def scope(*entries: Entry) -> Scope:
    days = [one.work_date for one in entries]
    kinds, people = frozenset(one.kind for one in entries), frozenset(one.employee for one in entries)
    return Scope(min(days), max(days), kinds, people)


def sent(recording: Recording, end: str) -> list[Any]:
    """The bodies of the requests to addresses that end so, as JSON."""
    methods = ("POST", "PATCH")
    return [
        json.loads(one.content) for one in recording.requests if one.method in methods and one.url.path.endswith(end)
    ]
