"""ERP against journal: what is gone, changed, doubled or not ours, whatever is wanted now."""

import pytest
from sqlalchemy import Engine

from hub.contract import Kind
from hub.testing.world import utc
from tests.delivery.build import DAY, NEXT, PAIR, World


@pytest.fixture
def world(engine: Engine) -> World:
    made = World(engine)
    for number in ("1", "2", "3"):
        made.day(number, DAY, PAIR)
    made.push(DAY, NEXT)
    return made


def found(world: World) -> list[tuple[str, str]]:
    return [(one.found, one.natural_key) for one in world.delivery().reconcile(DAY, NEXT)]


def test_they_agree_after_a_push(world: World):
    assert found(world) == []


def test_every_difference_is_listed_by_its_kind(world: World):
    world.erp.remove(f"hours:e1:{DAY}:w1")
    world.erp.edit(f"hours:e2:{DAY}:w1", minutes=1)
    world.erp.add(Kind.HOURS, "e3", {"date": str(DAY), "cost_centre": "w1", "minutes": 480})
    world.erp.add(Kind.INTERVAL, "e3", {"start": utc(NEXT, 60), "end": utc(NEXT, 90)})
    assert found(world) == [
        ("missing", f"hours:e1:{DAY}:w1"),
        ("drifted", f"hours:e2:{DAY}:w1"),
        ("doubled", f"hours:e3:{DAY}:w1"),
        ("foreign", f"interval:e3:{utc(NEXT, 60)}"),
    ]


def test_it_does_not_look_at_what_is_wanted_now(world: World):
    world.day("1", DAY, (PAIR[0], PAIR[1] + 5))
    assert found(world) == []


def test_other_dates_are_left_out(world: World):
    world.erp.remove(f"hours:e1:{DAY}:w1")
    assert world.delivery().reconcile(NEXT, NEXT) == []
