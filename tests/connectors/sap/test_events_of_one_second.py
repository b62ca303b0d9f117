"""Two time events in one second. Whether their types may differ SAP does not say: the read-back decides either way."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from connectors.sap.successfactors.simulated.clock import Guesses
from connectors.sap.successfactors.simulator import TimeEventsSimulator
from hub.contract import Outcome
from hub.errors import HubError
from hub.testing import faults
from hub.testing.edge import Edge
from hub.testing.world import World
from tests.connectors.sap.company import DAY, change, opened, punch, scope, utc

MORNING, AFTERNOON = (8 * 60, 12 * 60), (12 * 60, 16 * 60)
ANOTHERS = {
    "externalId": "another", "workAssignmentId": "1", "timestampUTC": datetime.fromtimestamp(utc(DAY, 8), UTC),
    "timeZoneOffset": "+00:00", "terminalId": None, "timeTypeCode": None,
}  # fmt: skip


@pytest.fixture(scope="module", params=[False, True], ids=["one event a second", "one of a type"])
def served(request: pytest.FixtureRequest) -> Iterator[TimeEventsSimulator]:
    simulator = TimeEventsSimulator(guesses=Guesses(types_share_a_second=request.param))
    with simulator.running():
        yield simulator


@pytest.fixture
def sf(served: TimeEventsSimulator) -> Iterator[TimeEventsSimulator]:
    users = served.events.users
    served.clock.restart()
    yield served
    served.faults, served.events.users = faults.none, users


@pytest.fixture
def world(sqlite_hub: Engine, sf: TimeEventsSimulator) -> World:
    world = World(sqlite_hub, sf)
    world.bind_all(sf.reset(["1"], []))
    return world


def anothers_comes_between(sf: TimeEventsSimulator, code: str) -> None:
    """Somebody's event of eight o'clock arrives after the plan was made and before ours."""
    users = sf.events.users

    def meanwhile() -> frozenset[str]:
        sf.events.users = users
        sf.events.hold({**ANOTHERS, "timeEventTypeCode": code})
        return users()

    sf.events.users = meanwhile


@pytest.mark.parametrize("code", ["C20", "P30"])
def test_an_event_of_another_type_is_not_taken_for_ours(world: World, sf: TimeEventsSimulator, code: str) -> None:
    world.day("1", DAY, MORNING)
    anothers_comes_between(sf, code)
    for _ in range(2):
        pushed = world.push(DAY, DAY)
        assert not pushed.delivered
        assert (pushed.counts["confirmed"], pushed.counts["drifted"]) == (1, 1)
        assert sf.events.held["another"]["timeEventTypeCode"] == code
    sf.events.remove("another")
    assert world.push(DAY, DAY).delivered
    assert sorted(sf.facts(), key=repr) == sorted(world.wanted(DAY, DAY), key=repr)


def test_already_there_says_nothing_of_the_type(sf: TimeEventsSimulator) -> None:
    sf.reset(["1"], [])
    with opened(sf) as connector:
        comes, goes = punch(utc(DAY, 8)), punch(utc(DAY, 8), "out")
        receipts = [*connector.push([change(connector, one) for one in (goes, comes)])]
        held = [*connector.read_back(scope(comes))]
    assert {one.outcome for one in receipts} == {Outcome.ACCEPTED}
    shared = sf.events.guesses.types_share_a_second
    assert [one.image["direction"] for one in held] == (["out", "in"] if shared else ["out"])
    assert {one.natural_key for one in held} == {connector.render(comes).natural_key}


@pytest.mark.parametrize("fault", [Edge.CUT_AFTER, Edge.LATE, Edge.ERROR_AFTER, Edge.STRANGE])
@pytest.mark.parametrize("position", range(2, 6))
def test_coming_that_becomes_going_is_there_once(
    world: World, sf: TimeEventsSimulator, fault: Edge, position: int
) -> None:
    world.day("1", DAY, MORNING)
    assert world.push(DAY, DAY).delivered
    world.day("1", DAY, AFTERNOON)
    sf.faults = faults.scripted(*[None] * position, fault)
    for _ in range(3):
        with suppress(HubError):  # a read that failed; the next push reads anew
            world.push(DAY, DAY)
        sf.clock.sleep(1000)
    sf.faults = faults.none
    assert world.push(DAY, DAY).delivered
    assert sorted(sf.facts(), key=repr) == sorted(world.wanted(DAY, DAY), key=repr)
