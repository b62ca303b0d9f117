"""Whatever fails, after the next push every entry is in the ERP exactly once, and the journal says so."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine

from hub.contract import Change, Kind, Outcome, Receipt
from hub.delivery.journal import Journal
from hub.errors import ContractBroken, Throttled, Uncertain
from hub.lease import SECONDS as LEASE_SECONDS
from hub.lease import LeaseTaken
from hub.records import Lease, ReceiptRow
from hub.testing.clock import SimulatedClock
from hub.testing.faults import Crash, Fault, scripted
from hub.testing.memory import MemoryConnector
from tests.delivery.build import DAY, PAIR, World

DYING = (Fault.CRASH, Fault.CRASH_AFTER, Fault.CRASH_MIDWAY)
ANSWERED = tuple(fault for fault in Fault if fault not in DYING)
HEALED_AT_ONCE = (Fault.LOST, Fault.ANSWER_LOST, Fault.LATE, Fault.PART_LOST, Fault.PART_UNTOLD, Fault.SILENT)


@pytest.fixture
def world(engine: Engine) -> World:
    """Two records to change, two to withdraw, two to make."""
    made = World(engine)
    made.erp.capabilities = replace(made.erp.capabilities, kinds=frozenset({Kind.INTERVAL}))
    for number in ("1", "2", "3", "4"):
        made.day(number, DAY, PAIR)
    assert made.push().delivered
    for number in ("1", "2"):
        made.day(number, DAY, (PAIR[0], PAIR[1] + 60))
    for number in ("3", "4"):
        made.day(number, DAY)
    for number in ("5", "6"):
        made.day(number, DAY, PAIR)
    return made


def healthy(world: World) -> None:
    world.erp.faults = scripted()
    done = world.push()
    assert done.delivered, done.counts
    assert world.erp.contents() == world.expected()
    assert {row.state for row in world.journal().values()} == {"confirmed", "withdrawn"}


def calls_then(fault: Fault, reads: int) -> Callable[..., Fault | None]:
    """The fault, after so many calls that went well."""
    return scripted(*[None] * reads, fault)


@pytest.mark.parametrize("fault", ANSWERED)
def test_a_fault_of_sending_leaves_everything_once(world: World, fault: Fault):
    world.erp.faults = calls_then(fault, 1)
    done = world.push()
    assert (done.error is None) == (fault in HEALED_AT_ONCE)
    assert done.delivered == (fault in HEALED_AT_ONCE)
    if done.delivered:
        assert world.erp.contents() == world.expected()
        counts = done.counts
        assert (counts["created"], counts["updated"], counts["withdrawn"]) == (2, 2, 2)
    healthy(world)


@pytest.mark.parametrize("after", [2, 3])
def test_an_erp_that_cannot_be_read_back_is_not_believed(world: World, after: int):
    world.erp.faults = calls_then(Fault.OFFLINE, after)
    done = world.push()
    assert not done.delivered
    assert done.error is not None
    if after == 2:
        assert done.counts["unknown"] == 6
        assert "accepted" in world.states()
    healthy(world)


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.ANSWER_LOST, Fault.LATE])
def test_three_lost_answers_in_a_row_end_the_sending(world: World, fault: Fault):
    world.erp.capabilities = replace(world.erp.capabilities, batch_size=1)
    world.erp.faults = scripted(None, fault, fault, fault)
    done = world.push()
    assert isinstance(done.error, Uncertain)
    assert len(world.erp.calls) == 1 + 3
    healthy(world)


@pytest.mark.parametrize("killed", [True, False])
@pytest.mark.parametrize("fault", DYING)
def test_a_crash_at_the_erp_leaves_everything_once(world: World, fault: Fault, *, killed: bool):
    world.erp.faults = calls_then(fault, 1)
    crash(world, killed=killed)
    healthy(world)


@pytest.mark.parametrize("killed", [True, False])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("step", "times", "fault"),
    [
        *product(("sending", "answered", "finish"), [1], [None, Fault.LATE]),
        ("answered", 2, Fault.LATE),
    ],
    ids=str,
)
def test_a_crash_between_any_two_steps_leaves_everything_once(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    times: int,
    when: str,
    fault: Fault | None,
    *,
    killed: bool,
):
    world.erp.faults = scripted(None, fault)
    with monkeypatch.context() as patch:
        patch.setattr(Journal, step, dying(getattr(Journal, step), times, when))
        crash(world, killed=killed)
    healthy(world)


def dying(method: Callable[..., Any], times: int, when: str) -> Callable[..., Any]:
    """The method, with the process dying before or after its so-manieth call."""
    left = [times]

    def wrapper(*args: Any, **values: Any) -> Any:
        left[0] -= 1
        if left[0] == 0 and when == "before":
            raise Crash
        done = method(*args, **values)
        if left[0] == 0:
            raise Crash
        return done

    return wrapper


def crash(world: World, *, killed: bool) -> None:
    """A push that dies; killed, it leaves its lease behind."""
    with pytest.raises(Crash):
        world.push()
    if killed:
        until = world.erp.clock.now() + LEASE_SECONDS
        world.add(Lease(tenant=world.tenant, name="push books", owner="dead", expires_at=until))
        with pytest.raises(LeaseTaken):
            world.push()
        world.erp.clock.sleep(LEASE_SECONDS + 1)


def test_a_late_commit_after_a_crash_is_waited_for(world: World):
    """The hub died with the request on its way; the ERP commits it when the next push has begun."""
    world.erp.faults = scripted(None, Fault.LATE, Fault.CRASH)
    with pytest.raises(Crash):
        world.push()
    assert "unknown" in world.states() or "sending" in world.states()
    world.erp.faults = scripted()
    done = world.push()
    assert done.delivered
    assert world.erp.contents() == world.expected()
    assert done.counts["created"] == 0


def test_a_late_commit_is_waited_for_when_the_day_has_changed_meanwhile(world: World):
    world.erp.faults = scripted(None, Fault.LATE, Fault.CRASH)
    with pytest.raises(Crash):
        world.push()
    for number in ("1", "2", "3", "4"):
        world.day(number, DAY, PAIR)  # as the ERP still has it
    world.day("5", DAY)
    healthy(world)


def test_the_settle_time_counts_from_the_lost_answer_of_a_long_batch(world: World):
    """Half a minute a row: when the answer is lost, the batch was journalled long ago."""
    world.erp.seconds_per_change = 40

    def push(self: MemoryConnector, changes: list[Change]) -> Any:
        erp = self.erp
        yield from map(erp.commit, changes[:4])
        erp.later(changes[4:])
        raise Uncertain("lost")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryConnector, "push", push)
        patch.setattr("hub.delivery.push.PASSES", 1)
        done = world.push()
    assert done.counts["created"] == 2
    assert world.erp.contents() == world.expected()


def test_an_accepted_record_that_shows_late_is_not_made_twice(world: World):
    def push(self: MemoryConnector, changes: list[Change]) -> Any:
        self.erp.later(changes)
        return [Receipt(change.key, Outcome.ACCEPTED, change.refs) for change in changes]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryConnector, "push", push)
        assert world.push().delivered
    assert world.erp.contents() == world.expected()


def test_an_erp_that_says_yes_and_does_nothing_is_found_out(world: World):
    def push(_self: MemoryConnector, changes: list[Change]) -> Any:
        return [Receipt(change.key, Outcome.ACCEPTED, change.refs) for change in changes]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryConnector, "push", push)
        done = world.push()
    assert not done.delivered
    counts = done.counts
    assert (counts["missing"], counts["created"], counts["updated"], counts["withdrawn"]) == (6, 0, 0, 0)
    assert sorted(world.states()) == ["missing"] * 2 + ["planned"] * 4
    healthy(world)


@pytest.mark.parametrize(
    "answer",
    [
        lambda receipts: [*receipts, Receipt("t:9:2026-10-05:interval:x", Outcome.ACCEPTED)],
        lambda receipts: [*receipts, receipts[0]],
        lambda receipts: [Receipt("", Outcome.REJECTED), *receipts],
    ],
    ids=["unknown", "twice", "first"],
)
def test_receipts_that_were_not_asked_for_stop_the_run_and_spoil_nothing(
    world: World, answer: Callable[[list[Receipt]], list[Receipt]]
):
    def push(self: MemoryConnector, changes: list[Change]) -> Any:
        return answer([self.erp.commit(change) for change in changes])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryConnector, "push", push)
        done = world.push()
    assert isinstance(done.error, ContractBroken)
    assert world.erp.contents() == world.expected()
    healthy(world)


def test_an_error_of_our_own_is_raised_and_leaves_everything_once(world: World):
    def push(self: MemoryConnector, changes: list[Change]) -> Any:
        yield self.erp.commit(changes[0])
        self.erp.commit(changes[1])
        raise KeyError("a bug")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryConnector, "push", push)
        with pytest.raises(KeyError):
            world.push()
    assert "unknown" in world.states()
    healthy(world)


def test_two_pushes_at_once_are_refused(world: World):
    def push(self: MemoryConnector, changes: list[Change]) -> Any:
        with pytest.raises(LeaseTaken, match="another process"):
            world.push()
        return map(self.erp.commit, changes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryConnector, "push", push)
        assert world.push().delivered
    assert world.erp.contents() == world.expected()


def test_a_paused_push_that_lost_its_lease_sends_and_writes_nothing_more(world: World):
    """It stops after a row; the other one takes over, does everything, and the first wakes up."""
    world.erp.capabilities = replace(world.erp.capabilities, batch_size=2)
    first = list(world.journal())
    honest = MemoryConnector.push
    paused: list[int] = []

    def push(self: MemoryConnector, changes: list[Change]) -> Any:
        if paused:
            yield from honest(self, changes)
            return
        paused.append(len(changes))
        yield self.erp.commit(changes[0])
        self.erp.clock.sleep(LEASE_SECONDS + 1)
        assert world.push().delivered
        paused.append(len(self.erp.calls))
        yield self.erp.commit(changes[1]._replace(refs=()))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryConnector, "push", push)
        with pytest.raises(LeaseTaken):
            world.push()
        assert len(world.erp.calls) == paused[1]
    assert set(world.journal()) >= set(first)
    assert {row.state for row in world.journal().values()} == {"confirmed", "withdrawn"}


def test_a_slow_batch_keeps_its_lease(world: World):
    world.erp.seconds_per_change = 100
    assert world.push().delivered
    assert world.erp.contents() == world.expected()


def test_a_long_settle_time_keeps_the_lease(world: World):
    world.erp.capabilities = replace(world.erp.capabilities, settle_seconds=3 * LEASE_SECONDS)
    world.erp.late_after = 3 * LEASE_SECONDS
    world.erp.faults = scripted(None, Fault.LATE)
    others: list[type[BaseException]] = []

    class Watched(SimulatedClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            with pytest.raises(LeaseTaken) as refused:
                world.push()
            others.append(refused.type)

    world.erp.clock = Watched(world.erp.clock.now())
    assert world.push().delivered
    assert len(others) > LEASE_SECONDS // 60
    assert world.erp.contents() == world.expected()


def test_a_refusal_for_now_says_how_long_to_wait(world: World):
    world.erp.faults = calls_then(Fault.PART_THROTTLED, 1)
    done = world.push()
    assert isinstance(done.error, Throttled)
    assert done.error.after == 60
    assert (done.counts["missing"], done.counts["unknown"]) == (3, 0)
    assert world.pushes()[-1].seen_change == 0


def test_what_was_to_be_sent_after_an_error_is_as_if_nothing_had_been_done(world: World):
    """The intents of several batches are committed at once; of these the last ones never left."""
    world.erp.calls.clear()
    world.erp.capabilities = replace(world.erp.capabilities, batch_size=1)
    world.erp.faults = scripted(None, None, Fault.THROTTLED)
    done = world.push()
    assert isinstance(done.error, Throttled)
    *arrived, refused = [change.key for call in world.erp.calls for change in call]
    left = {key: row.attempts for key, row in world.journal().items() if row.state == "planned"}
    assert len(arrived) == 1
    assert len(left) == len(done.plan.items) - 1
    assert {key for key, attempts in left.items() if attempts} == {refused}
    assert {row.entry_key for row in world.rows(ReceiptRow) if row.outcome == "planned"} == {refused}
    healthy(world)


def test_a_push_that_lost_its_lease_between_two_batches_sends_no_more(world: World):
    world.erp.capabilities = replace(world.erp.capabilities, batch_size=3)
    honest = MemoryConnector.push
    calls: list[int] = []

    def push(self: MemoryConnector, changes: list[Change]) -> Any:
        yield from honest(self, changes)
        calls.append(len(self.erp.calls))
        if len(calls) == 1:
            self.erp.clock.sleep(LEASE_SECONDS + 1)
            assert world.push().delivered
            calls.append(len(self.erp.calls))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryConnector, "push", push)
        with pytest.raises(LeaseTaken):
            world.push()
    assert len(world.erp.calls) == calls[-1]
    assert world.erp.contents() == world.expected()
