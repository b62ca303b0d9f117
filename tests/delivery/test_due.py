"""Which dates are pushed again."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from hub.delivery.due import due_days
from hub.records import Dirty
from hub.rules.codes import DayFlag
from hub.testing.faults import Crash, Fault, scripted
from tests.delivery.build import DAY, NEXT, PAIR, World

YESTERDAY = date(2026, 10, 10)
QUIET = 5_000


@pytest.fixture
def world(engine: Engine) -> World:
    made = World(engine)
    made.day("1", DAY, PAIR)
    return made


def due(world: World, yesterday: date = YESTERDAY, quiet_before: int = QUIET) -> dict[date, str]:
    return due_days(world.engine, world.config, yesterday, quiet_before)


def mark_dirty(world: World, day: date = DAY, at: int = QUIET) -> None:
    world.add(Dirty(tenant=world.tenant, day=day, reason="LATE_PUNCH", marked_at=at))


def test_a_date_never_pushed_belongs_to_the_nightly_run(world: World):
    mark_dirty(world)
    assert due(world) == {}


def test_a_pushed_date_is_not_due(world: World):
    world.push()
    assert due(world) == {}


def test_a_changed_date_is_due_with_one_mark_until_it_is_pushed(world: World):
    world.push()
    world.day("1", DAY, PAIR)
    first = due(world)
    assert list(first) == [DAY]
    assert due(world) == first
    world.push()
    assert due(world) == {}


def test_more_changes_change_the_mark_and_so_does_another_day(world: World):
    world.push()
    world.day("1", DAY, PAIR)
    marks = [due(world)[DAY]]
    world.day("1", DAY, PAIR)
    marks.append(due(world)[DAY])
    mark_dirty(world)
    marks += [due(world)[DAY], due(world, YESTERDAY + timedelta(1))[DAY]]
    assert len(set(marks)) == 4


def test_a_dirty_date_is_due_once_it_is_quiet(world: World):
    world.push()
    mark_dirty(world)
    assert list(due(world)) == [DAY]
    mark_dirty(world, at=QUIET + 1)
    assert due(world) == {}
    assert list(due(world, quiet_before=QUIET + 1)) == [DAY]


def test_what_was_computed_a_moment_ago_waits_for_the_run_that_computed_it(world: World):
    world.push()
    world.day("1", DAY, PAIR, at=QUIET + 1)
    assert due(world) == {}


def test_dates_before_the_start_and_after_yesterday_are_not_due(world: World):
    world.push()
    world.day("1", DAY, PAIR)
    assert due(world, DAY - timedelta(1)) == {}
    world.starts_on = NEXT
    assert due(world) == {}


def test_another_site_another_tenant_another_connection_are_not_looked_at(world: World):
    world.push()
    other = World(world.engine)
    other.day("1", DAY, PAIR)
    other.day("1", DAY, PAIR)
    assert due(world) == {}
    assert due(other) == {}


@pytest.mark.parametrize("fault", [Fault.OFFLINE, Fault.PART_THROTTLED, Fault.DENIED])
def test_a_push_that_failed_is_due_again(world: World, fault: Fault):
    world.push()
    world.day("1", DAY, (PAIR[0], PAIR[1] + 1))
    world.erp.faults = scripted(None, fault)
    assert world.push().error is not None
    assert list(due(world)) == [DAY]
    world.push()
    assert due(world) == {}


def test_rejected_rows_come_back_by_themselves(world: World):
    world.erp.refuses = lambda _change: "closed"
    world.push()
    assert list(due(world)) == [DAY]
    world.erp.refuses = lambda _change: ""
    world.push()
    assert due(world) == {}


def test_what_a_person_changed_in_the_erp_is_not_pushed_every_day(world: World):
    world.push()
    world.erp.rows.clear()
    assert world.push().counts["drifted"] == 3
    assert due(world) == {}


def test_an_unmapped_employee_comes_back_when_he_is_mapped(world: World):
    world.unbind("1")
    world.push()
    assert due(world) == {}
    world.bind("1", "e1")
    assert list(due(world)) == [DAY]
    assert world.push().counts["confirmed"] == 3
    assert due(world) == {}


def test_a_missed_date_between_pushed_ones_is_due(world: World):
    world.push(DAY)
    world.push(DAY + timedelta(2))
    assert list(due(world)) == [NEXT]
    world.push(NEXT)
    assert due(world) == {}


def test_a_push_that_died_is_due_once_it_cannot_be_running(world: World):
    world.push()
    world.day("1", DAY, (PAIR[0], PAIR[1] + 1))
    world.erp.faults = scripted(None, Fault.CRASH_AFTER)
    with pytest.raises(Crash):
        world.push()
    started = world.erp.clock.now()
    assert list(due(world, quiet_before=started)) == [DAY]


def test_a_range_counts_for_each_of_its_dates(world: World):
    world.push(DAY, NEXT)
    world.day("1", NEXT, PAIR)
    assert list(due(world)) == [NEXT]


def test_a_provisional_date_is_due_once_a_day_until_it_is_final(world: World):
    world.day("1", DAY, PAIR, flags=int(DayFlag.PROVISIONAL))
    world.push()
    assert due(world, DAY) == {}
    marks = [due(world, DAY + timedelta(days))[DAY] for days in (1, 1, 2)]
    assert marks[0] == marks[1] != marks[2]
    world.day("1", DAY, PAIR)
    world.push()
    assert due(world, NEXT) == {}
