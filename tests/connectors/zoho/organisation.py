"""A simulated Zoho People with people in it, and what is written to it and read from it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs

import httpx

from connectors.zoho.connector import ZohoConnector
from connectors.zoho.settings import ZohoSettings
from connectors.zoho.simulator import ZohoSimulator
from hub.contract import (
    Change,
    Day,
    Entry,
    Interval,
    Kind,
    Operation,
    Receipt,
    Scope,
)

DAY = date(2026, 10, 5)
NUMBERS = [f"E{number:04}" for number in range(1, 121)]
IMPORT = "attendance/bulkImport"


class Seen(httpx.HTTPTransport):
    """A real transport that keeps the requests."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return super().handle_request(request)


class Site:
    """The simulator, what was put into it, and a connector to it."""

    def __init__(self, simulator: ZohoSimulator) -> None:
        self.simulator = simulator
        self.state, self.web = simulator.state, simulator.web
        self.refs = simulator.reset(NUMBERS, ["CC10", "CC20"])
        self.seen = Seen()

    def ref(self, index: int = 0) -> str:
        return self.refs.employees[NUMBERS[index]]

    def connector(self, **settings: Any) -> ZohoConnector:
        given = ZohoSettings.model_validate(
            {**self.simulator.settings(), "total_hours_without_breaks": False, **settings}
        )
        return ZohoConnector(given, transport=self.seen, today=lambda: DAY)

    def forms(self, path: str) -> list[dict[str, str]]:
        """What was sent to a path, as form fields."""
        sent = [one for one in self.seen.requests if one.url.path.endswith(path) and one.method == "POST"]
        return [{name: value for name, [value] in parse_qs(one.content.decode()).items()} for one in sent]

    def calls(self, path: str) -> int:
        return sum(path in call for call in self.web.calls)


def utc(hour: int, minute: int = 0, day: date = DAY) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + hour * 3600 + minute * 60


def interval(ref: str, start: int = 9, end: int = 18, day: date = DAY) -> Entry:
    payload = Interval(utc(start, day=day), utc(end, day=day))
    return Entry(f"t:{ref}:{day}:interval:{start}", Kind.INTERVAL, ref, day, "UTC", payload)


def absent(ref: str, lop: int = 100, day: date = DAY) -> Entry:
    return Entry(f"t:{ref}:{day}:day:0", Kind.DAY, ref, day, "UTC", Day("A", 0, 0, 100 - lop, lop))


def change(connector: ZohoConnector, entry: Entry, operation: Operation = Operation.CREATE, *refs: str) -> Change:
    record = connector.render(entry)
    return Change(
        entry.key, operation, entry.kind, entry.employee, entry.work_date, record.natural_key, record.image, refs
    )


def pushed(connector: ZohoConnector, *entries: Entry) -> list[Receipt]:
    return [*connector.push([change(connector, entry) for entry in entries])]


def scope(entries: Iterable[Entry]) -> Scope:
    given = [*entries]
    days = [one.work_date for one in given]
    return Scope(min(days), max(days), frozenset(Kind), frozenset(one.employee for one in given))


def held(connector: ZohoConnector, *entries: Entry) -> dict[str, dict[str, Any]]:
    return {one.natural_key: dict(one.image) for one in connector.read_back(scope(entries))}
