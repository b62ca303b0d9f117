"""One round trip that also runs on an Odoo of yours: `pytest -m live_odoo` with the variables of `VARIABLES` set.

It writes attendances of one employee on a day far ahead, and removes them; the server is left as it was found.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from connectors.odoo.connector import OdooConnector
from connectors.odoo.settings import OdooSettings
from connectors.odoo.simulator import OdooSimulator
from hub.contract import Change, Entry, Held, Interval, Kind, Operation, Outcome, Scope, Severity, digest

VARIABLES = ("MUSTER_TEST_ODOO_URL", "MUSTER_TEST_ODOO_DB", "MUSTER_TEST_ODOO_KEY")
USER = "MUSTER_TEST_ODOO_USER"
LIVE = all(os.environ.get(name) for name in VARIABLES)
HOSTS = ["127.0.0.1", "localhost", urlsplit(os.environ.get(VARIABLES[0], "")).hostname or "localhost"]
DAY = date(2035, 1, 8)
HOUR = 3600


@dataclass
class Server:
    """A connector, and an employee of its Odoo who has nothing on the day."""

    connector: OdooConnector
    employee: str

    def entry(self, hour: int, length: int) -> Entry:
        begun = int(datetime(DAY.year, DAY.month, DAY.day, hour, tzinfo=UTC).timestamp())
        key = f"live:{self.employee}:{DAY}:interval:{hour}"
        return Entry(key, Kind.INTERVAL, self.employee, DAY, "UTC", Interval(begun, begun + length))

    def change(self, entry: Entry, operation: Operation = Operation.CREATE, refs: tuple[str, ...] = ()) -> Change:
        record = self.connector.render(entry)
        assert record is not None
        return Change(entry.key, operation, Kind.INTERVAL, self.employee, DAY, record.natural_key, record.image, refs)

    def held(self) -> dict[str, Held]:
        scope = Scope(DAY, DAY, frozenset({Kind.INTERVAL}), frozenset({self.employee}))
        return {one.natural_key: one for one in self.connector.read_back(scope)}

    def push(self, *changes: Change) -> list[tuple[str, ...]]:
        receipts = [*self.connector.push(changes)]
        assert [one.outcome for one in receipts] == [Outcome.ACCEPTED] * len(changes), receipts
        return [one.refs for one in receipts]

    def clear(self) -> None:
        left = [one for one in self.held().values() if not one.natural_key.startswith("foreign:")]
        changes = [
            self.change(self.entry(0, 0), Operation.WITHDRAW, one.refs)._replace(key=one.natural_key) for one in left
        ]
        self.push(*changes)


def simulated() -> Iterator[dict[str, Any]]:
    simulator = OdooSimulator()
    simulator.reset(["E1"], [])
    with simulator.running():
        yield simulator.settings()


def live() -> Iterator[dict[str, Any]]:
    if not LIVE:
        pytest.skip(f"a live Odoo is tested when {', '.join(VARIABLES)} are set ({USER} too, before Odoo 19)")
    url, database, _ = (os.environ[name] for name in VARIABLES)
    yield {"url": url, "database": database, "key": {"env": VARIABLES[2]}, "user": os.environ.get(USER, "")}


@pytest.fixture(
    params=[simulated, pytest.param(live, marks=[pytest.mark.live_odoo, pytest.mark.allow_hosts(HOSTS)])],
    ids=["simulated", "live"],
)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    given = request.param()
    with OdooConnector(OdooSettings.model_validate(next(given))) as connector:
        people = [one.ref for one in connector.employees() if one.active]
        server = Server(connector, people[0])
        if server.held():
            pytest.skip(f"employee {people[0]} has attendance on {DAY}, which this test wants for itself")
        try:
            yield server
        finally:
            server.clear()
    given.close()


class TestRoundTrip:
    def test_the_check_finds_no_error(self, server: Server) -> None:
        found = server.connector.check()
        assert [one for one in found if one.severity is Severity.ERROR] == []

    def test_what_was_written_is_read_back_replayed_corrected_and_withdrawn(self, server: Server) -> None:
        entries = [server.entry(3, 4 * HOUR), server.entry(8, 4 * HOUR)]
        changes = [server.change(one) for one in entries]
        refs = server.push(*changes)
        assert {key: digest(one.image) for key, one in server.held().items()} == {
            one.natural_key: digest(one.image) for one in changes
        }
        assert server.push(*changes) == refs, "a resend is the same records"
        longer = server.change(server.entry(3, 5 * HOUR), Operation.UPDATE, refs[0])
        server.push(longer)
        assert digest(server.held()[longer.natural_key].image) == digest(longer.image)
        server.push(*[server.change(one, Operation.WITHDRAW, ref) for one, ref in zip(entries, refs, strict=True)])
        assert server.held() == {}

    def test_an_overlap_refuses_its_row_and_no_other(self, server: Server) -> None:
        whole, inside, later = server.entry(3, 4 * HOUR), server.entry(4, HOUR), server.entry(9, HOUR)
        server.push(server.change(whole))
        receipts = {one.key: one for one in server.connector.push([server.change(inside), server.change(later)])}
        assert receipts[inside.key].outcome is Outcome.REJECTED
        assert "is in the way" in receipts[inside.key].reason
        assert receipts[later.key].outcome is Outcome.ACCEPTED
