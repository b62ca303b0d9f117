"""What a push leaves in the journal leads from the ERP's ids back to the right day, and from the day to the plan."""

from typing import Any

import pytest
from sqlalchemy import Engine

from hub.contract import Kind
from hub.delivery.agreed import approve, save_plan, saved_plan, waiting_plan
from hub.explain import day_of_record, explain
from tests.delivery.build import DAY, NEXT, PAIR, World

AT = 1_800_000_000
MIDNIGHT = 24 * 60
LATER = (PAIR[0], PAIR[1] + 30)


@pytest.fixture
def world(engine: Engine) -> World:
    made = World(engine)
    made.erp.capabilities = made.erp.capabilities.__class__(frozenset({Kind.INTERVAL}))
    made.day("1", DAY, PAIR)
    return made


def test_a_pair_that_moves_to_the_next_date_takes_its_record_along(world: World):
    world.push(DAY)
    [ref] = world.erp.rows
    assert day_of_record(world.engine, world.tenant, "books", ref) == ("1", DAY)
    world.day("1", DAY)
    world.day("1", NEXT, (PAIR[0] - MIDNIGHT, PAIR[1] - MIDNIGHT))
    world.push(DAY, NEXT)
    assert [*world.erp.rows] == [ref]
    assert day_of_record(world.engine, world.tenant, "books", ref) == ("1", NEXT)


def test_entries_tell_the_plan_that_they_came_by(world: World):
    first = save_plan(world.engine, world.config, world.plan(DAY), "asha", AT)
    approve(world.engine, first, "ben", AT + 1)
    world.delivery().push(DAY, DAY, agreed=saved_plan(world.engine, first))
    world.day("1", DAY, LATER)
    world.push(DAY)
    [entry] = told(world)["entries"]
    assert [(one["plan"], one["made_by"], one["approved_by"]) for one in entry["plans"]] == [(first, "asha", "ben")]
    assert len(entry["pushes"]) == 2
    assert entry["figures"] == "interval: 08:00-16:30"


def test_a_plan_that_was_carried_out_waits_no_longer(world: World):
    number = save_plan(world.engine, world.config, world.plan(DAY), "asha", AT)
    waiting = waiting_plan(world.engine, world.config, world.plan(DAY))
    assert waiting is not None
    assert waiting.id == number
    world.delivery().push(DAY, DAY, agreed=waiting)
    assert saved_plan(world.engine, number).push_id == world.pushes()[-1].id


def told(world: World) -> dict[str, Any]:
    return explain(world.engine, world.config, "1", DAY, AT)
