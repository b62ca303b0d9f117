"""A push from end to end, on both databases, against an ERP in memory."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from hub.contract import Change, Kind
from hub.testing.faults import Fault, scripted
from hub.testing.world import utc
from tests.delivery.build import DAY, NEXT, PAIR, World

INTERVALS = frozenset({Kind.INTERVAL})


def closed(_change: Change) -> str:
    """Refuses everything."""
    return "closed"


def accepted(_change: Change) -> str:
    """Refuses nothing."""
    return ""


@pytest.fixture
def world(engine: Engine) -> World:
    made = World(engine)
    for number in ("1", "2", "3"):
        made.day(number, DAY, PAIR)
    return made


@pytest.fixture
def intervals(world: World) -> World:
    """The same, with nothing but intervals."""
    world.erp.capabilities = replace(world.erp.capabilities, kinds=INTERVALS)
    return world


def key(ref: str, minute: int = PAIR[0], day: date = DAY) -> str:
    return f"interval:{ref}:{utc(day, minute)}"


def sent(world: World) -> list[str]:
    return [change.operation.value for call in world.erp.calls for change in call]


def test_a_fresh_push_is_confirmed_and_a_second_one_sends_nothing(world: World):
    done = world.push()
    assert done.delivered
    assert world.erp.contents() == world.expected()
    assert world.states() == ["confirmed"] * 9
    figures = {name: count for name, count in done.counts.items() if count}
    assert figures == {"entries": 9, "created": 9, "confirmed": 9, "bound": 4}
    receipts = world.receipts()
    assert receipts == ["confirmed"] * 9

    world.erp.calls.clear()
    again = world.push()
    assert again.delivered
    assert (again.counts["created"], again.counts["confirmed"], again.left) == (0, 9, ())
    assert world.erp.calls == []
    assert world.receipts() == receipts


def test_a_changed_day_updates_its_records_only(world: World):
    world.push()
    world.erp.calls.clear()
    world.day("2", DAY, (PAIR[0], PAIR[1] + 30))
    done = world.push()
    assert done.delivered
    assert {change.employee for call in world.erp.calls for change in call} == {"e2"}
    assert sent(world) == ["update", "update"]
    assert done.counts["updated"] == 2
    assert world.erp.contents() == world.expected()


def test_a_removed_pair_is_withdrawn_before_others_are_made(intervals: World):
    intervals.push()
    intervals.erp.calls.clear()
    intervals.day("1", DAY, (7 * 60, 9 * 60), (10 * 60, 11 * 60))
    done = intervals.push()
    assert sent(intervals) == ["withdraw", "create", "create"]
    assert (done.counts["withdrawn"], done.counts["created"]) == (1, 2)
    assert intervals.erp.contents() == intervals.expected()
    assert intervals.push().delivered


def test_refused_rows_stop_no_others_and_are_offered_once_a_push(intervals: World):
    intervals.erp.refuses = lambda change: "closed" if change.employee == "e2" else ""
    done = intervals.push()
    assert not done.delivered
    assert sent(intervals) == ["create"] * 3
    assert (done.counts["rejected"], done.counts["created"], done.counts["confirmed"]) == (1, 2, 2)
    assert [row.reason for row in intervals.journal().values() if row.state == "rejected"] == ["closed"]

    intervals.erp.calls.clear()
    assert intervals.push().counts["rejected"] == 1
    assert sent(intervals) == ["create"]
    intervals.erp.refuses = accepted
    assert intervals.push().delivered
    assert intervals.erp.contents() == intervals.expected()


def test_a_refused_update_makes_no_second_record(intervals: World):
    intervals.push()
    intervals.day("1", DAY, (PAIR[0], 17 * 60))
    intervals.erp.refuses = closed
    assert intervals.push().counts["rejected"] == 1
    intervals.erp.calls.clear()
    intervals.erp.refuses = accepted
    assert intervals.push().delivered
    assert sent(intervals) == ["update"]
    assert intervals.erp.contents() == intervals.expected()


def test_a_record_that_a_person_removed_after_a_refused_update_is_not_made_again(intervals: World):
    intervals.push()
    intervals.day("1", DAY, (PAIR[0], 17 * 60))
    intervals.erp.refuses = closed
    intervals.push()
    intervals.erp.refuses = accepted
    intervals.erp.remove(key("e1"))
    assert intervals.push().counts["drifted"] == 1
    assert len(intervals.erp.rows) == 2


def test_a_refused_withdrawal_of_a_moved_binding_pays_nobody_twice(intervals: World):
    intervals.push()
    intervals.bind("1", "e9")
    intervals.erp.refuses = lambda change: "closed" if change.employee == "e1" else ""
    for _ in range(2):
        done = intervals.push()
        assert done.counts["rejected"] == 1
        assert key("e9") not in dict(intervals.erp.contents())
    intervals.erp.refuses = accepted
    assert intervals.push().delivered
    assert intervals.erp.contents() == intervals.expected()


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.DENIED, Fault.LOST])
def test_a_failed_withdrawal_of_a_moved_binding_pays_nobody_twice(intervals: World, fault: Fault):
    intervals.push()
    intervals.bind("1", "e9")
    intervals.erp.faults = scripted(fault)
    intervals.push()
    intervals.push()
    assert intervals.erp.contents() == intervals.expected()


def test_a_moved_binding_goes_over_in_one_push(world: World):
    world.push()
    world.bind("1", "e9")
    done = world.push()
    assert done.delivered
    assert (done.counts["withdrawn"], done.counts["created"]) == (3, 3)
    assert world.erp.contents() == world.expected()


def test_swapped_bindings_come_right(intervals: World):
    intervals.day("1", DAY, (PAIR[0], 17 * 60))
    intervals.push()
    intervals.bind("1", "e2")
    intervals.bind("2", "e1")
    assert intervals.push().delivered
    assert intervals.erp.contents() == intervals.expected()


def test_a_binding_that_moved_after_a_person_removed_the_record_goes_over_at_once(intervals: World):
    intervals.push()
    intervals.erp.remove(key("e1"))
    intervals.bind("1", "e9")
    assert intervals.push().delivered
    assert intervals.erp.contents() == intervals.expected()


def test_what_a_person_changed_is_listed_once_and_left_alone(intervals: World):
    intervals.push()
    intervals.erp.edit(key("e1"), end=utc(DAY, 999))
    intervals.erp.calls.clear()
    before = len(intervals.receipts())
    for _ in range(3):
        done = intervals.push()
        assert not done.delivered
        assert (done.counts["drifted"], done.counts["confirmed"]) == (1, 2)
    assert intervals.erp.calls == []
    assert intervals.receipts()[before:] == ["drifted"]
    assert "drifted" in intervals.states()

    intervals.erp.edit(key("e1"), end=utc(DAY, PAIR[1]))
    assert intervals.push().delivered
    assert intervals.states() == ["confirmed"] * 3


def test_what_a_person_removed_is_not_made_again(intervals: World):
    intervals.push()
    intervals.erp.remove(key("e1"))
    intervals.erp.calls.clear()
    done = intervals.push()
    assert done.counts["drifted"] == 1
    assert [item.reason for item in done.left] == ["the record was confirmed, and somebody removed it from the ERP"]
    assert intervals.erp.calls == []


def test_what_a_person_made_is_foreign(intervals: World):
    intervals.erp.add(Kind.INTERVAL, "e1", {"start": utc(DAY, 1200), "end": utc(DAY, 1210)})
    done = intervals.push()
    assert done.delivered
    assert done.counts["foreign"] == 1
    assert len(intervals.erp.rows) == 4
    intervals.day("1", DAY)
    intervals.push()
    assert [row.employee for row in intervals.erp.rows.values()] == ["e1", "e2", "e3"]


def test_a_record_of_a_person_in_the_place_of_ours_is_journalled_and_left(intervals: World):
    intervals.erp.add(Kind.INTERVAL, "e1", {"start": utc(DAY, PAIR[0]), "end": utc(DAY, 9 * 60)})
    done = intervals.push()
    assert done.counts["drifted"] == 1
    assert intervals.states() == ["confirmed", "confirmed", "drifted"]
    receipts = len(intervals.receipts())
    intervals.push()
    assert len(intervals.receipts()) == receipts
    # No longer wanted: it was never ours.
    intervals.day("1", DAY)
    assert intervals.push().counts["foreign"] == 1
    assert len(intervals.erp.rows) == 3


def test_what_a_person_made_just_so_is_adopted_and_from_then_on_ours(intervals: World):
    intervals.erp.add(Kind.INTERVAL, "e1", {"start": utc(DAY, PAIR[0]), "end": utc(DAY, PAIR[1])})
    assert intervals.push().counts["created"] == 2
    intervals.day("1", DAY, (PAIR[0], 17 * 60))
    assert intervals.push().counts["updated"] == 1
    assert intervals.erp.contents() == intervals.expected()


def test_the_same_correction_in_both_places_is_ours_again(intervals: World):
    intervals.push()
    intervals.erp.edit(key("e1"), end=utc(DAY, 17 * 60))
    intervals.day("1", DAY, (PAIR[0], 17 * 60))
    assert intervals.push().delivered
    intervals.day("1", DAY, (PAIR[0], 18 * 60))
    assert intervals.push().delivered
    assert intervals.erp.contents() == intervals.expected()


def test_a_day_that_is_held_back_keeps_what_is_in_the_erp(intervals: World):
    intervals.push()
    before = intervals.erp.contents()
    intervals.day("1", DAY, blocks=True)
    done = intervals.push()
    assert done.delivered
    assert (done.counts["kept"], done.counts["blocked_days"]) == (1, 1)
    assert intervals.erp.contents() == before


def test_a_day_whose_employee_is_unbound_keeps_what_is_in_the_erp(intervals: World):
    intervals.push()
    before = intervals.erp.contents()
    intervals.unbind("1")
    done = intervals.push()
    assert (done.counts["kept"], done.counts["unmapped_days"]) == (1, 1)
    assert intervals.erp.contents() == before


def test_days_before_the_start_are_never_sent_nor_looked_at(intervals: World):
    intervals.starts_on = NEXT
    intervals.day("1", NEXT, PAIR)
    intervals.erp.add(Kind.INTERVAL, "e1", {"start": utc(DAY, 60), "end": utc(DAY, 90)})
    done = intervals.push(DAY, NEXT)
    assert done.delivered
    assert (done.counts["created"], done.counts["foreign"]) == (1, 0)
    assert intervals.push(DAY, DAY).counts["entries"] == 0
    assert set(dict(intervals.erp.contents())) == {key("e1", 60), key("e1", day=NEXT)}


def test_the_counts_of_a_range_are_of_that_range(intervals: World):
    intervals.day("1", NEXT, PAIR)
    assert intervals.push(DAY, NEXT).counts["confirmed"] == 4
    assert intervals.push(NEXT).counts["confirmed"] == 1


@pytest.mark.parametrize("first", ["old", "new"])
def test_a_pair_that_moves_to_the_next_work_date_stays_one_record(intervals: World, first: str):
    night = (23 * 60, 31 * 60)
    intervals.day("1", DAY, night)
    intervals.push()
    intervals.day("1", DAY)
    intervals.day("1", NEXT, (night[0] - 1440, night[1] - 1440 + 15))
    for day in (DAY, NEXT) if first == "old" else (NEXT, DAY):
        intervals.push(day)
    assert intervals.erp.contents() == intervals.expected()
    for day in (DAY, NEXT):
        done = intervals.push(day)
        assert (done.delivered, done.counts["foreign"]) == (True, 0)


def test_a_kind_that_the_connection_no_longer_carries_is_left_alone(world: World):
    world.push()
    everything = world.erp.contents()
    world.erp.capabilities = replace(world.erp.capabilities, kinds=INTERVALS)
    world.push()
    assert world.erp.contents() == everything
    assert world.states() == ["confirmed"] * 9


def test_an_erp_that_changes_nothing_gets_a_new_record_for_the_old(intervals: World):
    intervals.push()
    intervals.erp.capabilities = replace(intervals.erp.capabilities, updates=False)
    intervals.day("1", DAY, (PAIR[0], 17 * 60))
    assert intervals.push().delivered
    assert intervals.erp.contents() == intervals.expected()


def test_an_erp_that_neither_changes_nor_removes_is_said_not_to_be_right(intervals: World):
    intervals.push()
    intervals.erp.capabilities = replace(intervals.erp.capabilities, updates=False, withdraws=False)
    intervals.day("1", DAY, (PAIR[0], 17 * 60))
    intervals.day("2", DAY)
    done = intervals.push()
    assert not done.delivered
    assert (done.counts["blocked"], done.counts["confirmed"]) == (2, 1)


def test_two_employees_bound_to_one_are_listed_and_not_sent(intervals: World):
    intervals.bind("2", "e1")
    done = intervals.push()
    assert (done.counts["blocked"], done.counts["created"]) == (2, 1)
    assert [row.employee for row in intervals.erp.rows.values()] == ["e3"]


def test_batches_keep_to_the_size(world: World):
    world.erp.capabilities = replace(world.erp.capabilities, batch_size=4)
    assert world.push().delivered
    assert [len(call) for call in world.erp.calls] == [3, 3, 3]


def test_a_journal_that_was_lost_is_written_anew_from_what_the_erp_holds(engine: Engine):
    world = World(engine)
    for number in range(5):
        world.day(str(number), DAY, PAIR)
    world.push()
    world.clear_journal()
    assert world.push().counts["created"] == 0
    assert world.states() == ["confirmed"] * 15


def test_progress_is_told_of_a_whole(world: World):
    world.erp.capabilities = replace(world.erp.capabilities, kinds=INTERVALS, batch_size=2)
    for number in range(5):
        world.day(str(number), DAY, PAIR)
    told: list[tuple[int, int]] = []
    with world.open() as connector:
        world.delivery(connector).push(DAY, DAY, lambda done, total: told.append((done, total)))
    assert told == [(2, 5), (4, 5), (5, 5)]
