"""A plan as its approver reads it: employee numbers, and figures before and after."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col

from hub.contract import Kind
from hub.database import writing
from hub.delivery.agreed import PlanRefused, require_same, save_plan, saved_plan
from hub.delivery.told import line_of, lines_of
from hub.records import AttendanceDay
from tests.delivery.build import DAY, NEXT, PAIR, World

AT = 1_800_000_000
LATER = (PAIR[0], PAIR[1] + 30)


@pytest.fixture
def world(engine: Engine) -> World:
    made = World(engine)
    made.day("1", DAY, PAIR)
    return made


def lines(world: World) -> dict[tuple[str, str], dict[str, Any]]:
    """The lines by action and kind."""
    found = lines_of(world.engine, world.config, world.plan(DAY, NEXT))
    return {(line["action"], line["figures"].split()[0].strip(":")): line for line in found}


def test_what_is_new_is_told_with_its_figures(world: World):
    found = lines(world)
    assert {key: (line["number"], line["employee"], line["figures"]) for key, line in found.items()} == {
        ("create", "interval"): ("1", "e1", "interval: 08:00-16:00"),
        ("create", "hours"): ("1", "e1", "hours CC: 480 min"),
        ("create", "day"): ("1", "e1", "day: present, payable 1.00 days, loss of pay 0.00 days, overtime 0 min"),
    }
    hours = found["create", "hours"]
    assert (hours["before"], hours["after"]) == (None, {"date": str(DAY), "cost_centre": "w1", "minutes": 480})


def test_what_changes_is_told_before_and_after(world: World):
    world.push(DAY, NEXT)
    world.day("1", DAY, LATER)
    found = lines(world)
    assert found["update", "hours"]["figures"] == "hours CC: 480 -> 510 min"
    assert found["update", "interval"]["figures"] == "interval: 08:00-16:00 -> 08:00-16:30"
    assert found["update", "hours"]["before"]["minutes"] == 480
    assert found["update", "hours"]["after"]["minutes"] == 510


def test_what_goes_is_told_as_it_is(world: World):
    world.push(DAY, NEXT)
    world.day("1", DAY, status="A", payable_days=0)
    assert lines(world)["withdraw", "hours"]["figures"] == "hours CC: 480 min -> nothing"


def test_what_others_made_or_changed_is_told_as_standing(world: World):
    world.push(DAY, NEXT)
    world.erp.edit(f"hours:e1:{DAY}:w1", minutes=300)
    world.erp.add(Kind.HOURS, "e1", {"date": str(NEXT), "cost_centre": "w9", "minutes": 60})
    found = lines(world)
    assert found["drifted", "hours"]["figures"] == "hours CC: 480 min; in the ERP: 300 min"
    foreign = found["foreign", "record"]
    assert (foreign["number"], foreign["figures"]) == ("1", "record w9: 60 min")


def test_times_are_those_of_the_place_of_work(world: World):
    with writing(world.engine) as session:
        day = update(AttendanceDay).where(col(AttendanceDay.tenant) == world.tenant)
        session.connection().execute(day.values(zone="Asia/Kolkata"))
    assert lines(world)["create", "interval"]["figures"] == "interval: 13:30-21:30"


def test_lines_are_saved_as_they_are_shown(world: World):
    planned = world.plan(DAY, NEXT)
    number = save_plan(world.engine, world.config, planned, "asha", AT)
    assert saved_plan(world.engine, number).lines == json.loads(
        json.dumps(lines_of(world.engine, world.config, planned))
    )


def test_a_plan_saved_without_figures_is_as_good(world: World):
    world.push(DAY, NEXT)
    world.day("1", DAY, LATER)
    planned = world.plan(DAY, NEXT)
    saved = saved_plan(world.engine, save_plan(world.engine, world.config, planned, "asha", AT))
    saved.lines = [line_of(item) for item in planned.items if item.action == "update"]
    require_same(saved, planned)
    world.day("1", DAY, PAIR)
    with pytest.raises(PlanRefused) as refused:
        require_same(saved, world.plan(DAY, NEXT))
    assert "update became nothing to do" in str(refused.value)


def test_only_what_changed_is_named_when_a_plan_is_stale(world: World):
    world.day("2", DAY, PAIR)
    saved = saved_plan(world.engine, save_plan(world.engine, world.config, world.plan(DAY, NEXT), "asha", AT))
    world.day("2", DAY, LATER)
    with pytest.raises(PlanRefused) as refused:
        require_same(saved, world.plan(DAY, NEXT))
    assert ":2:2026-10-05:" in str(refused.value)
    assert ":1:2026-10-05:" not in str(refused.value)
