"""Whole pushes into the simulated S/4HANA: plan, send, settle, read back, over real HTTP."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from connectors.sap import odata_wire as wire
from connectors.sap.s4hana.simulated.books import CANCELLED
from connectors.sap.s4hana.simulator import S4Simulator
from hub.delivery.lines import Action
from hub.delivery.outcome import Pushed
from hub.errors import HubError
from hub.records import CostAllocation
from hub.testing import faults
from hub.testing.edge import Edge
from hub.testing.world import World

DAY, NEXT = date(2026, 10, 5), date(2026, 10, 6)
MORNING, WHOLE = (8 * 60, 12 * 60), (8 * 60, 16 * 60)
COSTS = ["CC10", "CC20", "CC30"]


@pytest.fixture(scope="module", params=[True, False], ids=["approved at once", "waiting for approval"])
def served(request: pytest.FixtureRequest) -> Iterator[S4Simulator]:
    simulator = S4Simulator(approves=request.param)
    with simulator.running():
        yield simulator


@pytest.fixture
def s4(served: S4Simulator) -> Iterator[S4Simulator]:
    yield served
    served.faults = faults.none


@pytest.fixture
def world(sqlite_hub: Engine, s4: S4Simulator) -> World:
    world = World(sqlite_hub, s4)
    world.bind_all(s4.reset(["1001", "1002"], COSTS))
    return world


def done(world: World) -> Pushed:
    pushed = world.push(DAY, NEXT)
    assert pushed.error is None, pushed.error
    assert facts(world) == sorted(world.wanted(DAY, NEXT), key=repr)
    return pushed


def facts(world: World) -> list[Any]:
    return sorted(world.target.facts(), key=repr)


def booked(s4: S4Simulator) -> list[dict[str, Any]]:
    return [row for row in s4.books.entries.values() if row["TimeSheetStatus"] != CANCELLED]


def shares(world: World, number: str, *hundredths: int) -> None:
    """The employee's hours by cost centre, from the beginning."""
    employee = world.employee(number)
    world.clear(CostAllocation, employee_id=employee)
    given: dict[str, Any] = {"tenant": world.tenant, "employee_id": employee, "from_date": date(2026, 1, 1)}
    rows = zip(COSTS, hundredths, strict=False)
    world.add(*(CostAllocation(**given, cost_centre=code, share=share) for code, share in rows))


def test_days_arrive_and_a_second_push_changes_nothing(world: World, s4: S4Simulator) -> None:
    world.day("1001", DAY, MORNING, (13 * 60, 17 * 60 + 7))
    world.day("1002", NEXT, WHOLE)
    done(world)
    before = [*s4.books.entries]
    again = done(world)
    assert [*s4.books.entries] == before
    assert again.counts["created"] + again.counts["updated"] + again.counts["withdrawn"] == 0


def test_corrections_and_days_that_are_taken_back_leave_what_is_wanted(world: World, s4: S4Simulator) -> None:
    world.day("1001", DAY, MORNING)
    world.day("1002", DAY, WHOLE)
    done(world)
    world.day("1001", DAY, WHOLE)
    world.day("1002", DAY)
    pushed = done(world)
    assert (pushed.counts["updated"], pushed.counts["withdrawn"]) == (1, 1)
    assert [row["TimeSheetDataFields"]["RecordedHours"] for row in booked(s4)] == [8]


def test_the_parts_of_a_day_add_up_to_its_hours(world: World, s4: S4Simulator) -> None:
    shares(world, "1001", 3333, 3333, 3334)
    world.day("1001", DAY, (0, 475))
    done(world)
    parts = [wire.hundredths(row["TimeSheetDataFields"]["RecordedHours"]) for row in booked(s4)]
    assert len(parts) == 3
    assert sum(parts) == 792  # 475 minutes; with each part rounded by itself it would be 791


def test_another_split_moves_the_hours(world: World, s4: S4Simulator) -> None:
    shares(world, "1001", 5000, 5000)
    world.day("1001", DAY, (0, 471))
    done(world)
    shares(world, "1001", 2500, 2500, 5000)
    done(world)
    parts = [wire.hundredths(row["TimeSheetDataFields"]["RecordedHours"]) for row in booked(s4)]
    assert (len(parts), sum(parts)) == (3, 785)


def test_a_night_shift_is_booked_on_its_work_date(world: World, s4: S4Simulator) -> None:
    world.day("1001", DAY, (22 * 60, 30 * 60))
    done(world)
    [row] = booked(s4)
    assert (row["TimeSheetDate"], row["TimeSheetDataFields"]["RecordedHours"]) == (DAY, 8)


def test_a_locked_person_is_booked_by_the_next_push(world: World, s4: S4Simulator) -> None:
    world.day("1001", DAY, WHOLE)
    world.day("1002", DAY, WHOLE)
    s4.books.locked.add("1001")
    pushed = world.push(DAY, NEXT)
    assert (pushed.counts["confirmed"], pushed.counts["rejected"]) == (1, 1)
    s4.books.locked.clear()
    done(world)


def test_what_a_person_changed_is_listed_and_left(world: World, s4: S4Simulator) -> None:
    world.day("1001", DAY, WHOLE)
    done(world)
    [row] = booked(s4)
    row["TimeSheetDataFields"]["RecordedHours"] += 1
    world.day("1001", DAY, MORNING)
    world.push(DAY, NEXT)
    assert world.plan(DAY, NEXT).count(Action.DRIFTED) == 1
    assert booked(s4) == [row]


def test_a_rejection_by_an_approver_is_listed(world: World, s4: S4Simulator) -> None:
    world.day("1001", DAY, WHOLE)
    done(world)
    booked(s4)[0]["TimeSheetStatus"] = "40"
    assert world.plan(DAY, NEXT).count(Action.DRIFTED) == 1


def test_a_session_that_ends_in_the_midst_of_a_push_costs_nothing(world: World, s4: S4Simulator) -> None:
    s4.gateway.session_seconds = 1
    try:
        for day in (DAY, NEXT):
            for number in ("1001", "1002"):
                world.day(number, day, WHOLE)
        done(world)
        s4.clock.sleep(2)
        world.day("1001", DAY, MORNING)
        done(world)
    finally:
        s4.gateway.session_seconds = 1800


@pytest.mark.parametrize(
    "fault",
    [Edge.CUT_BEFORE, Edge.CUT_AFTER, Edge.LATE, Edge.ERROR_AFTER, Edge.TRUNCATED, Edge.PAGE, Edge.STRANGE],
)
@pytest.mark.parametrize("position", [1, 2, 3])
def test_whatever_is_lost_hours_are_there_once(world: World, s4: S4Simulator, fault: Edge, position: int) -> None:
    world.day("1001", DAY, WHOLE)
    world.day("1002", DAY, MORNING)
    s4.faults = faults.scripted(*[None] * position, fault)
    for _ in range(3):
        with suppress(HubError):  # a read that failed; the next push reads anew
            world.push(DAY, NEXT)
        s4.clock.sleep(1000)
    s4.faults = faults.none
    done(world)
