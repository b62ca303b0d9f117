"""Whole pushes into the simulated Odoo: plan, send, settle, read back, over real HTTP."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col

from connectors.odoo.simulator import OdooSimulator
from hub.contract import Interval
from hub.database import writing
from hub.delivery.lines import Action
from hub.delivery.outcome import Pushed
from hub.errors import HubError
from hub.records import AttendanceDay
from hub.testing import faults
from hub.testing.conformance import Kit
from hub.testing.edge import Edge
from hub.testing.target import Fact
from hub.testing.world import World, utc

DAY, NEXT = date(2026, 10, 5), date(2026, 10, 6)
MORNING, WHOLE = (8 * 60, 12 * 60), (8 * 60, 16 * 60)


@pytest.fixture(scope="module", params=[19, 18])
def served(request: pytest.FixtureRequest) -> Iterator[OdooSimulator]:
    simulator = OdooSimulator(version=request.param)
    with simulator.running():
        yield simulator


@pytest.fixture
def odoo(served: OdooSimulator) -> Iterator[OdooSimulator]:
    yield served
    served.faults = faults.none


@pytest.fixture
def world(sqlite_hub: Engine, odoo: OdooSimulator) -> World:
    world = World(sqlite_hub, odoo)
    world.bind_all(odoo.reset(["1001", "1002"], ["CC"]))
    return world


def done(world: World) -> Pushed:
    pushed = world.push(DAY, NEXT)
    assert pushed.error is None, pushed.error
    assert facts(world) == sorted(world.wanted(DAY, NEXT), key=repr)
    return pushed


def facts(world: World) -> list[Fact]:
    found: Any = world.target
    return sorted(found.facts(), key=repr)


def held(world: World, model: str = "hr.attendance") -> list[dict[str, Any]]:
    found: Any = world.target
    rows: list[dict[str, Any]] = found.database.rows(model)
    return rows


def test_days_arrive_and_a_second_push_changes_nothing(world: World) -> None:
    world.day("1001", DAY, MORNING, (13 * 60, 17 * 60))
    world.day("1002", NEXT, WHOLE)
    done(world)
    before = (held(world), held(world, "account.analytic.line"))
    again = done(world)
    assert (held(world), held(world, "account.analytic.line")) == before
    assert again.counts["created"] + again.counts["updated"] + again.counts["withdrawn"] == 0


def test_a_correction_changes_the_record_and_a_new_start_replaces_it(world: World) -> None:
    world.day("1001", DAY, MORNING)
    done(world)
    [first] = held(world)
    world.day("1001", DAY, WHOLE)
    done(world)
    assert [row["id"] for row in held(world)] == [first["id"]]
    world.day("1001", DAY, (7 * 60, 16 * 60))
    done(world)
    assert [row["id"] for row in held(world)] != [first["id"]]


def test_a_day_that_is_taken_back_goes_from_odoo(world: World) -> None:
    world.day("1001", DAY, MORNING, (13 * 60, 17 * 60))
    done(world)
    world.day("1001", DAY)
    done(world)
    assert facts(world) == []


def test_a_pair_in_between_renames_no_other(world: World) -> None:
    world.day("1001", DAY, (13 * 60, 17 * 60))
    done(world)
    [first] = held(world)
    world.day("1001", DAY, MORNING, (13 * 60, 17 * 60))
    done(world)
    assert first in held(world)


def test_what_a_person_changed_is_listed_and_left(world: World) -> None:
    world.day("1001", DAY, WHOLE)
    done(world)
    [row] = held(world)
    odoo: Any = world.target
    odoo.database.put("hr.attendance", {**row, "check_out": "2026-10-05 18:00:00"})
    world.day("1001", DAY, MORNING)
    world.push(DAY, NEXT)
    plan = world.plan(DAY, NEXT)
    assert plan.count(Action.DRIFTED) == 1
    assert Interval(utc(DAY, 8 * 60), utc(DAY, 18 * 60)) in [one.payload for one in facts(world)]


def test_what_a_person_removed_is_not_made_again(world: World) -> None:
    world.day("1001", DAY, WHOLE)
    done(world)
    [row] = held(world)
    odoo: Any = world.target
    odoo.database.remove("hr.attendance", row["id"])
    world.push(DAY, NEXT)
    assert held(world) == []
    assert world.plan(DAY, NEXT).count(Action.DRIFTED) == 1


def test_what_a_person_recorded_is_foreign_and_refuses_only_its_row(world: World) -> None:
    odoo: Any = world.target
    by_hand = {"check_in": "2026-10-05 09:00:00", "check_out": "2026-10-05 10:00:00", "date": "2026-10-05"}
    odoo.database.add("hr.attendance", employee_id=int(world.bound["1001"]), **by_hand)
    world.day("1001", DAY, WHOLE)
    world.day("1002", DAY, WHOLE)
    world.push(DAY, NEXT)
    assert len(held(world)) == 2
    assert world.plan(DAY, NEXT).count(Action.FOREIGN) == 1
    reasons = [row.reason for row in world.journal().values() if row.state == "rejected"]
    assert len(reasons) == 1
    assert "is in the way" in reasons[0]


@pytest.mark.parametrize(
    "fault",
    [
        Edge.CUT_BEFORE,
        Edge.CUT_AFTER,
        Edge.LATE,
        Edge.ERROR_502,
        Edge.ERROR_AFTER,
        Edge.TRUNCATED,
        Edge.PAGE,
        Edge.STRANGE,
    ],
)
@pytest.mark.parametrize("position", range(3, 11, 2))
def test_whatever_is_lost_the_next_pushes_end_well(
    world: World, odoo: OdooSimulator, fault: Edge, position: int
) -> None:
    world.day("1001", DAY, MORNING, (13 * 60, 17 * 60))
    world.day("1002", DAY, WHOLE)
    odoo.faults = faults.scripted(*[None] * position, fault)
    for _ in range(4):
        with suppress(HubError):  # a read that failed; the next run reads anew
            world.push(DAY, NEXT)
        odoo.clock.sleep(1000)
    odoo.faults = faults.none
    done(world)


def test_a_conflict_in_odoo_is_tried_again_by_the_next_push(world: World, odoo: OdooSimulator) -> None:
    world.day("1001", DAY, WHOLE)
    odoo.methods.conflicts = 1
    assert world.push(DAY, NEXT).error is not None
    assert held(world) == []
    done(world)


def test_an_approval_of_overtime_outlives_an_unchanged_push(world: World) -> None:
    world.day("1001", DAY, WHOLE)
    done(world)
    odoo: Any = world.target
    odoo.database.put("hr.attendance", {**held(world)[0], "overtime_status": "approved"})
    done(world)
    assert held(world)[0]["overtime_status"] == "approved"


@pytest.mark.slow
@pytest.mark.parametrize("version", [19, 17])
def test_every_entry_is_there_once_whatever_happens(version: int) -> None:
    with Kit(OdooSimulator(version=version)) as kit:
        report = kit.run(range(5))
    assert report.faults > 20
    assert (report.duplicates, report.missing, report.blocked, report.failed) == (0, 0, 0, [])


def absence(world: World, hundredths: int) -> None:
    world.day("1001", DAY, status="A")
    with writing(world.engine) as session:
        there = [col(AttendanceDay.tenant) == world.tenant, col(AttendanceDay.work_date) == DAY]
        session.connection().execute(update(AttendanceDay).where(*there).values(lop_days=hundredths))


def test_another_amount_of_loss_of_pay_is_another_leave(world: World) -> None:
    for amount in (100, 50, 100):
        absence(world, amount)
        done(world)
    assert sorted(row["state"] for row in held(world, "hr.leave")) == ["refuse", "refuse", "validate"]
