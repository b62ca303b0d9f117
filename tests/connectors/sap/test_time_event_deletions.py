"""Time events that are taken back. Which of its ids a deletion wants SAP does not say: the read-back decides."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from connectors.sap.successfactors.simulator import TimeEventsSimulator
from hub.testing.world import World
from tests.connectors.sap.company import DAY

MORNING = (8 * 60, 12 * 60)


@pytest.fixture
def sf() -> Iterator[TimeEventsSimulator]:
    simulator = TimeEventsSimulator()
    with simulator.running():
        yield simulator


def test_not_found_is_no_success_while_the_event_is_there(
    sqlite_hub: Engine, sf: TimeEventsSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(sqlite_hub, sf)
    world.bind_all(sf.reset(["1"], []))
    world.day("1", DAY, MORNING)
    assert world.push(DAY, DAY).delivered
    world.day("1", DAY)
    with monkeypatch.context() as patched:
        patched.setattr(sf.events, "remove", lambda _name: False)
        pushed = world.push(DAY, DAY)
    assert (pushed.delivered, pushed.counts["withdrawn"], len(sf.events.held)) == (False, 0, 2)
    sf.clock.sleep(1000)
    pushed = world.push(DAY, DAY)
    assert (pushed.delivered, pushed.counts["withdrawn"], len(sf.events.held)) == (True, 2, 0)
