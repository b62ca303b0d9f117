"""What a plan says, case by case, without a database."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from hub.contract import Capabilities, Held, Kind, Operation, digest
from hub.delivery.lines import Action, Item, Known, State, Wanted
from hub.delivery.plan import PENDING, Circumstances, plan
from hub.lease import SECONDS as LEASE_SECONDS

DAY = date(2026, 10, 5)
NOW = 1_000_000
CAN = Capabilities(frozenset({Kind.DAY}), settle_seconds=30)
GIVEN = Circumstances(CAN, NOW)
V1, V2, V3 = {"v": 1}, {"v": 2}, {"v": 3}


def wanted(image: Mapping[str, Any] = V1, natural: str = "n1", key: str = "t:1:2026-10-05:day:0") -> Wanted:
    return Wanted(key, Kind.DAY, "e1", DAY, natural, image, digest(image))


def known(
    state: State = State.CONFIRMED,
    sent: Mapping[str, Any] = V1,
    confirmed: Mapping[str, Any] | None = V1,
    operation: Operation = Operation.CREATE,
    age: int = 10_000,
    natural: str = "n1",
    key: str = "t:1:2026-10-05:day:0",
) -> Known:
    good = digest(confirmed) if confirmed else ""
    return Known(key, Kind.DAY, "e1", DAY, natural, sent, state, digest(sent), good, NOW - age, operation)


def held(image: Mapping[str, Any] = V1, natural: str = "n1", ref: str = "77") -> Held:
    return Held(natural, image, (ref,), "e1", DAY)


def lines(
    want: list[Wanted], journal: list[Known], there: list[Held], given: Circumstances = GIVEN
) -> list[tuple[str, Action]]:
    items = plan(want, {one.key: one for one in journal}, there, given)
    return [(item.natural_key, item.action) for item in items]


def only(want: list[Wanted], journal: list[Known], there: list[Held], given: Circumstances = GIVEN) -> Item:
    [item] = plan(want, {one.key: one for one in journal}, there, given)
    return item


def pending(image: Mapping[str, Any] = V1) -> Held:
    return held(image)._replace(pending=True)


def test_what_the_erp_has_stored_and_not_carried_out_is_waited_for():
    item = only([wanted()], [known(State.MISSING, confirmed=None)], [pending()])
    assert (item.action, item.reason) == (Action.IN_FLIGHT, PENDING)


def test_what_is_stored_can_be_changed_or_taken_back_before_it_is_carried_out():
    assert only([wanted(V2)], [known(State.MISSING, confirmed=None)], [pending()]).action is Action.UPDATE
    item = only([], [known(State.MISSING, confirmed=None)], [pending()])
    assert (item.action, item.refs) == (Action.WITHDRAW, ("77",))


def test_a_removal_that_is_stored_is_waited_for_and_can_be_undone():
    line = known(State.MISSING, operation=Operation.WITHDRAW)
    assert only([], [line], [pending({})]).action is Action.IN_FLIGHT
    item = only([wanted()], [line], [pending({})])
    assert (item.action, item.there) == (Action.UPDATE, "")
    assert only([], [line], []).action is Action.GONE
    assert lines([], [], [pending({})]) == []


def test_new_is_created():
    item = only([wanted()], [], [])
    assert (item.action, item.image, item.refs, item.there) == (Action.CREATE, V1, (), "")


def test_different_is_updated_by_the_ids_of_the_erp():
    item = only([wanted(V2)], [known()], [held()])
    assert (item.action, item.image, item.refs, item.there) == (Action.UPDATE, V2, ("77",), digest(V1))


def test_no_longer_wanted_is_withdrawn_as_it_is_there():
    item = only([], [known(State.REJECTED, sent=V2)], [held()])
    assert (item.action, item.image, item.refs) == (Action.WITHDRAW, V1, ("77",))


@pytest.mark.parametrize("state", list(State))
def test_what_is_as_it_should_be_is_unchanged_in_any_state(state: State):
    assert only([wanted()], [known(state)], [held()]).action is Action.UNCHANGED


def test_what_is_there_unknown_to_the_journal_is_adopted():
    assert only([wanted()], [], [held()]).action is Action.UNCHANGED


@pytest.mark.parametrize("state", list(State))
def test_neither_wanted_nor_there_is_gone(state: State):
    assert only([], [known(state)], []).action is Action.GONE


@pytest.mark.parametrize("state", [State.UNKNOWN, State.ACCEPTED, State.SENDING])
@pytest.mark.parametrize(
    ("want", "there"), [([wanted()], []), ([wanted(V3)], []), ([wanted(V2)], [held(V2)]), ([], []), ([], [held(V2)])]
)
def test_what_may_still_appear_is_waited_for(state: State, want: list[Wanted], there: list[Held]):
    fresh = known(state, age=10)
    assert only(want, [fresh], there).action is Action.IN_FLIGHT
    settled = fresh._replace(sent_at=NOW - 30 - (LEASE_SECONDS if state is State.SENDING else 0))
    assert only(want, [settled], there).action is not Action.IN_FLIGHT


def test_a_sender_that_died_may_have_sent_as_long_as_it_had_its_lease():
    assert only([wanted()], [known(State.SENDING, confirmed=None, age=LEASE_SECONDS + 29)], []).action is (
        Action.IN_FLIGHT
    )
    assert only([wanted()], [known(State.SENDING, confirmed=None, age=LEASE_SECONDS + 30)], []).action is Action.CREATE


def test_what_has_landed_is_not_waited_for():
    landed = known(State.UNKNOWN, sent=V2, age=1)
    assert only([wanted(V2)], [landed], [held(V2)]).action is Action.UNCHANGED
    assert only([wanted(V3)], [landed], [held(V2)]).action is Action.UPDATE
    assert only([], [known(State.UNKNOWN, operation=Operation.WITHDRAW, age=1)], []).action is Action.GONE


def test_a_withdrawal_on_its_way_is_waited_for_though_the_record_is_wanted_again():
    leaving = known(State.UNKNOWN, operation=Operation.WITHDRAW, age=1)
    assert only([wanted()], [leaving], [held()]).action is Action.IN_FLIGHT
    assert only([wanted()], [leaving._replace(sent_at=0)], []).action is Action.CREATE


@pytest.mark.parametrize("state", [State.PLANNED, State.REJECTED, State.MISSING, State.UNKNOWN, State.DRIFTED])
def test_never_seen_is_created_again_and_once_confirmed_is_not(state: State):
    assert only([wanted()], [known(state, confirmed=None)], []).action is Action.CREATE
    item = only([wanted()], [known(state)], [])
    assert item.action is Action.DRIFTED
    assert "removed" in item.reason


@pytest.mark.parametrize("there", [V2, V3])
def test_what_a_person_changed_is_drifted(there: Mapping[str, Any]):
    assert only([wanted()], [known()], [held(there)]).action is Action.DRIFTED
    assert only([], [known()], [held(there)]).action is Action.DRIFTED


def test_what_a_person_made_in_its_place_is_drifted():
    assert only([wanted()], [], [held(V2)]).action is Action.DRIFTED


def test_a_refused_row_makes_nobodys_record_ours():
    refused = known(State.REJECTED, confirmed=None)
    assert only([wanted(V2)], [refused], [held()]).action is Action.DRIFTED
    assert lines([], [refused], [held()]) == [("n1", Action.GONE), ("n1", Action.FOREIGN)]


def test_a_lost_update_is_sent_again():
    assert only([wanted(V2)], [known(State.PLANNED, sent=V2)], [held()]).action is Action.UPDATE


def test_duplicates_are_drifted_and_left():
    twice = [held(), held(ref="78")]
    assert only([wanted()], [known()], twice).action is Action.DRIFTED
    assert only([], [known()], twice).action is Action.DRIFTED


def test_what_others_made_is_foreign():
    assert lines([wanted()], [], [held(natural="x")]) == [("n1", Action.CREATE), ("x", Action.FOREIGN)]


def test_our_entries_of_other_dates_are_not_foreign():
    given = replace(GIVEN, elsewhere={"x": known(natural="x", key="t:1:2026-10-06:day:0")})
    assert lines([wanted()], [], [held(natural="x")], given) == [("n1", Action.CREATE)]


def test_a_record_that_another_date_has_now_is_not_withdrawn():
    given = replace(GIVEN, elsewhere={"n1": known(key="t:1:2026-10-06:day:0")})
    assert only([], [known()], [held()], given).action is Action.GONE


def test_a_record_is_taken_over_from_another_date():
    given = replace(GIVEN, elsewhere={"n1": known(key="t:1:2026-10-06:day:0")})
    assert only([wanted(V2)], [], [held()], given).action is Action.UPDATE


def test_a_record_is_taken_over_from_an_entry_that_is_not_wanted_any_more():
    former = known(key="t:0:2026-10-05:day:0")
    assert lines([wanted(V2)], [former], [held()]) == [("n1", Action.UPDATE), ("n1", Action.KEPT)]
    sent = known(State.ACCEPTED, sent=V2)
    assert lines([wanted(V2)], [former, sent], [held(V2)]) == [("n1", Action.UNCHANGED), ("n1", Action.GONE)]


def test_a_held_back_day_keeps_its_records():
    given = replace(GIVEN, keep=frozenset({"t:1:2026-10-05"}))
    assert only([], [known()], [held()], given).action is Action.KEPT
    other = replace(GIVEN, keep=frozenset({"t:1:2026-10-06", "t:11:2026-10-05"}))
    assert only([], [known()], [held()], other).action is Action.WITHDRAW


def test_a_moved_binding_withdraws_before_it_creates():
    item = only([wanted(natural="n2")], [known()], [held()])
    assert (item.action, item.natural_key) == (Action.WITHDRAW, "n1")
    assert only([wanted(natural="n2")], [], []).action is Action.CREATE


@pytest.mark.parametrize("state", [State.REJECTED, State.PLANNED, State.MISSING])
def test_a_moved_binding_whose_withdrawal_failed_still_has_its_record(state: State):
    item = only([wanted(natural="n2")], [known(state, operation=Operation.WITHDRAW)], [held()])
    assert (item.action, item.natural_key) == (Action.WITHDRAW, "n1")


def test_a_moved_binding_waits_for_what_is_on_its_way():
    flying = known(State.UNKNOWN, confirmed=None, age=1)
    assert only([wanted(natural="n2")], [flying], []).action is Action.IN_FLIGHT


def test_a_moved_binding_whose_old_record_was_changed_by_a_person_is_drifted():
    assert only([wanted(natural="n2")], [known()], [held(V2)]).action is Action.DRIFTED


def test_a_moved_binding_that_never_had_its_record_does_not_wait_for_it():
    refused = known(State.REJECTED, confirmed=None)
    there = [held(V2)]
    assert lines([wanted(natural="n2")], [refused], there) == [("n2", Action.CREATE), ("n1", Action.FOREIGN)]


def test_two_entries_for_one_record_are_blocked():
    two = [wanted(), wanted(key="t:2:2026-10-05:day:0")]
    assert lines(two, [], []) == [("n1", Action.BLOCKED)] * 2


@pytest.mark.parametrize(
    ("updates", "withdraws", "changed", "removed"),
    [
        (True, False, Action.UPDATE, Action.BLOCKED),
        (False, True, Action.WITHDRAW, Action.WITHDRAW),
        (False, False, Action.BLOCKED, Action.BLOCKED),
    ],
)
def test_a_plan_asks_for_nothing_that_the_erp_cannot_do(
    *, updates: bool, withdraws: bool, changed: Action, removed: Action
):
    given = replace(GIVEN, capabilities=replace(CAN, updates=updates, withdraws=withdraws))
    assert only([wanted(V2)], [known()], [held()], given).action is changed
    assert only([], [known()], [held()], given).action is removed


def actions_of(want: list[Wanted], journal: list[Known], there: list[Held]) -> dict[str, Action]:
    return {item.key: item.action for item in plan(want, {one.key: one for one in journal}, there, GIVEN)}


@pytest.mark.parametrize(("own", "action"), [(V1, Action.KEPT), (V2, Action.GONE)])
def test_a_line_goes_only_when_that_of_the_entry_that_takes_the_record_back_knows_what_is_there(
    own: Mapping[str, Any], action: Action
):
    """The record was another entry's in between, and that one's line alone may know what it left there."""
    mine = known(State.SENDING, sent=own, confirmed=None)
    between = known(State.ACCEPTED, sent=V2, key="t:2:2026-10-05:day:0")
    found = actions_of([wanted(V3)], [mine, between], [held(V2)])
    assert found == {mine.key: Action.UPDATE, between.key: action}


def test_a_line_that_says_what_is_on_its_way_stays_when_another_entry_wants_the_record():
    mine = known(State.SENDING, sent=V1, confirmed=None)
    coming = known(State.UNKNOWN, sent=V2, confirmed=None, age=1, key="t:2:2026-10-05:day:0")
    assert actions_of([wanted()], [mine, coming], []) == {mine.key: Action.IN_FLIGHT, coming.key: Action.KEPT}
