"""Whole pushes to the simulated Zoho: what every connector must do, and Zoho's limits under a simulated clock."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from starlette.responses import Response

from connectors.zoho.simulated.limits import THRESHOLDS
from connectors.zoho.simulator import ZohoSimulator, ZohoV3Simulator
from hub.errors import Throttled
from hub.testing.conformance import Kit
from hub.testing.connector_contract import ConnectorContract
from hub.testing.world import World

DAY = date(2026, 10, 5)
PEOPLE = 150
DAYS = 5
PAIR = (540, 1080)


class TestZoho(ConnectorContract):
    target = ZohoSimulator
    seeds = 6


class TestZohoV3(ConnectorContract):
    target = ZohoV3Simulator
    seeds = 4


class Limited(ZohoSimulator):
    """Has every entry read, keeps the limits, and notes when which call came."""

    by_report = False

    def __init__(self) -> None:
        super().__init__(limits=True)
        self.calls: dict[str, list[int]] = defaultdict(list)
        count = self.web.limits.count

        def noted(method: str, path: str) -> Response | None:
            name = next(
                f"{verb} {begin}" for verb, begin, *_ in THRESHOLDS if verb in ("", method) and path.startswith(begin)
            )
            self.calls[name].append(self.clock.true)
            return count(method, path)

        self.web.limits.count = noted  # type: ignore[method-assign]

    def busiest(self, name: str) -> int:
        """The most calls in any sixty seconds."""
        at = self.calls[name]
        return max(sum(begin <= one < begin + 60 for one in at) for begin in at)


def pushed(sqlite_hub: Engine, simulator: ZohoSimulator, days: int = DAYS) -> World:
    world = World(sqlite_hub, simulator)
    world.bind_all(simulator.reset([str(number) for number in range(1, PEOPLE + 1)], []))
    for number in range(1, PEOPLE + 1):
        for offset in range(days):
            world.day(str(number), DAY + timedelta(days=offset), PAIR)
    return world


@pytest.mark.slow
def test_a_long_push_uses_what_is_allowed_and_never_trips_a_lock(sqlite_hub: Engine) -> None:
    simulator = Limited()
    with simulator.running():
        world = pushed(sqlite_hub, simulator)
        done = world.push(DAY, DAY + timedelta(days=DAYS - 1))
    assert done.error is None
    assert len(simulator.state.entries) == PEOPLE * DAYS
    assert {row.state for row in world.journal().values()} == {"confirmed"}
    assert simulator.web.limits.trips == 0
    imports, reads = "POST attendance/bulkImport", "GET v3/attendance/entries"
    assert len(simulator.calls[imports]) == PEOPLE * DAYS // 50
    for name, allowed in ((imports, 10), (reads, 60)):
        assert allowed * 95 // 100 <= simulator.busiest(name) <= allowed
    began, ended = simulator.calls[imports][0], simulator.calls[imports][-1]
    per_minute = 60 * (len(simulator.calls[imports]) - 1) / (ended - began)
    assert 9.5 <= per_minute <= 10


def test_a_lock_is_waited_for_and_the_next_push_goes_on(sqlite_hub: Engine) -> None:
    simulator = Limited()
    with simulator.running():
        world = pushed(sqlite_hub, simulator, days=1)
        simulator.web.limits.locked["POST attendance/bulkImport"] = simulator.clock.true + 300
        done = world.push(DAY, DAY)
        assert isinstance(done.error, Throttled)
        calls = len(simulator.web.calls)
        with pytest.raises(Throttled, match="locked out"):
            world.push(DAY, DAY)
        assert len(simulator.web.calls) == calls
        simulator.clock.sleep(300)
        done = world.push(DAY, DAY)
    assert (done.error, len(simulator.state.entries)) == (None, PEOPLE)
    assert simulator.web.limits.trips == 1


def test_faults_or_not_no_limit_of_zoho_is_ever_tripped() -> None:
    simulator = ZohoSimulator(limits=True)
    with Kit(simulator) as kit:
        report = kit.run(range(6))
    assert (report.passed, simulator.web.limits.trips) == (True, 0), report.failed
    assert report.faults > 10
