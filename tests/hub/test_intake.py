import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from hub import intake, records
from hub.doors.adms_attlog import AttlogReader
from hub.doors.punch import DeviceEvent, RawPunch, Refused
from hub.intake import Delivery, Intake, store
from hub.senders import Senders
from tests.hub.world import BERLIN, KOLKATA, World, seconds

NOON = seconds("2026-03-23T12:00:00+05:30")
LINE = "1001\t2026-03-23 09:00:00\t0\t1\t0\t0"
Store = Callable[[Engine, Sequence[Delivery]], int]


def lines(count: int, user: str = "1001") -> list[str]:
    """As many punches of one morning."""
    return [f"{user}\t2026-03-23 09:{at // 60:02}:{at % 60:02}\t0\t1\t0\t0" for at in range(count)]


@pytest.fixture
def delivery(world: World) -> Callable[..., Delivery]:
    """What the terminal in Kolkata (or another device) would send with these lines."""

    def make(*of: str, serial: str = KOLKATA, now: int = NOON) -> Delivery:
        caller = Senders(world.engine).find("cams" if serial == BERLIN else "adms", world.tenant, serial)
        assert caller is not None
        rows = [AttlogReader(caller.source, now).row(number, line) for number, line in enumerate(of, 1)]
        punches = [row for row in rows if isinstance(row, RawPunch)]
        return Delivery(caller.sender, now, punches, [row for row in rows if isinstance(row, Refused)])

    return make


def poisoned(one: Delivery) -> Delivery:
    """A delivery that no database takes."""
    return replace(one, punches=[punch._replace(raw="\ud800") for punch in one.punches])


def submitted(engine: Engine, *requests: Sequence[Delivery]) -> list[Exception | None]:
    """What each of the requests was answered; they arrive while the writer is busy with nothing."""

    async def run() -> list[Exception | None]:
        writer = Intake(engine)
        waiting = [asyncio.ensure_future(writer.submit(*one)) for one in requests]
        await asyncio.sleep(0)  # all of them are queued before the writer begins
        writer.start()
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        await writer.stop()
        return [one if isinstance(one, Exception) else None for one in answers]

    return asyncio.run(run())


@pytest.fixture
def transactions(world: World) -> Iterator[list[int]]:
    """Counts the transactions that were committed."""
    seen: list[int] = []
    note = lambda _: seen.append(1)  # noqa: E731
    event.listen(world.engine, "commit", note)
    yield seen
    event.remove(world.engine, "commit", note)


def test_requests_that_wait_together_share_one_transaction(
    world: World, delivery: Callable[..., Delivery], transactions: list[int]
) -> None:
    requests = [[delivery(line)] for line in lines(60)]
    transactions.clear()
    assert submitted(world.engine, *requests) == [None] * 60
    assert len(transactions) == 1
    assert len(world.rows(records.Punch)) == 60


def test_a_full_group_takes_no_further_request(
    world: World, delivery: Callable[..., Delivery], transactions: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "GROUP_PUNCHES", 20)
    requests = [[delivery(*lines(10, user))] for user in ("1001", "1002", "1003", "1004")]
    transactions.clear()
    assert submitted(world.engine, *requests) == [None] * 4
    assert len(transactions) == 2
    assert len(world.rows(records.Punch)) == 40


@pytest.mark.parametrize("count", [30, 300])
def test_the_same_punches_from_many_at_once_are_stored_once(
    world: World, delivery: Callable[..., Delivery], count: int
) -> None:
    """Few rows and many go two ways into PostgreSQL."""
    requests = [[delivery(*lines(count))] for _ in range(12)]
    with_another = [[delivery(*reversed(lines(count))), delivery(*lines(count))]]
    assert set(submitted(world.engine, *requests, *with_another)) == {None}
    assert sorted(punch.raw for punch in world.rows(records.Punch)) == lines(count)


def test_two_processes_that_store_the_same_punches_store_them_once(
    world: World, delivery: Callable[..., Delivery]
) -> None:
    one, other = delivery(*lines(200)), delivery(*reversed(lines(200)))
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda mine=mine: answers.append(submitted(world.engine, *[[mine]] * 5)))
        for mine in (one, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [[None] * 5] * 2
    assert len(world.rows(records.Punch)) == 200


@pytest.mark.parametrize("count", [1, 150])
def test_a_request_that_cannot_be_stored_fails_alone(
    world: World, delivery: Callable[..., Delivery], count: int
) -> None:
    good = [[delivery(line)] for line in lines(6, "1002")]
    bad = [delivery(*lines(2, "1003")), poisoned(delivery(*lines(count)))]
    answers = submitted(world.engine, *good[:3], bad, *good[3:])
    assert [answer is None for answer in answers] == [True] * 3 + [False] + [True] * 3
    # A request is stored whole or not at all: not even the good half of the bad one is there.
    assert {punch.user_id for punch in world.rows(records.Punch)} == {"1002"}


FAILURES = {
    "gone": OperationalError("INSERT", None, Exception("server closed the connection")),
    "gone in a copy": psycopg.OperationalError("consuming input failed"),
    "full": OSError(28, "No space left on device"),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_when_the_database_fails_all_are_told_at_once_and_nothing_is_acknowledged(
    world: World, delivery: Callable[..., Delivery], monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """Asking again for each of many requests would keep all of them waiting for an answer that is known."""
    tried: list[int] = []

    def fail(_engine: Engine, deliveries: Sequence[Delivery]) -> int:
        tried.append(len(deliveries))
        raise failure

    monkeypatch.setattr(intake, "store", fail)
    assert submitted(world.engine, *[[delivery(line)] for line in lines(40)]) == [failure] * 40
    assert tried == [40]


BREAK = {"sqlite": "PRAGMA query_only=ON", "postgresql": "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(60)"}


def test_what_a_driver_raises_for_a_broken_database_is_recognised(engine: Engine) -> None:
    def break_and_write() -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(BREAK[engine.dialect.name])
            connection.exec_driver_sql("UPDATE tenant SET name = ''")

    with pytest.raises(OperationalError) as caught:
        break_and_write()
    assert intake.of_database(caught.value)


def test_a_failure_leaves_nothing_behind_and_a_resend_is_stored(
    world: World, delivery: Callable[..., Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = delivery(*lines(3), now=NOON + 3 * 86_400)
    with monkeypatch.context() as broken:
        broken.setattr(intake, "_mark_late", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        assert isinstance(submitted(world.engine, [one])[0], OSError)
    assert world.rows(records.Punch) == []
    assert submitted(world.engine, [one]) == [None]
    assert (len(world.rows(records.Punch)), len(world.dirty())) == (3, 2)


def test_a_request_that_nobody_waits_for_any_more_stops_nobody(world: World, delivery: Callable[..., Delivery]) -> None:
    async def run() -> None:
        writer = Intake(world.engine)
        impatient = asyncio.ensure_future(writer.submit(delivery(LINE)))
        patient = asyncio.ensure_future(writer.submit(delivery(*lines(1, "1002"))))
        await asyncio.sleep(0)
        impatient.cancel()
        writer.start()
        await patient
        await writer.stop()

    asyncio.run(run())
    assert {punch.user_id for punch in world.rows(records.Punch)} == {"1001", "1002"}


def test_what_is_queued_is_stored_before_the_writer_ends(world: World, delivery: Callable[..., Delivery]) -> None:
    async def run() -> None:
        writer = Intake(world.engine)
        writer.start()
        waiting = [asyncio.ensure_future(writer.submit(delivery(line))) for line in lines(30)]
        await asyncio.sleep(0)
        await writer.stop()
        assert all(one.done() for one in waiting)

    asyncio.run(run())
    assert len(world.rows(records.Punch)) == 30


def test_the_raw_row_is_kept_as_it_came(world: World, delivery: Callable[..., Delivery]) -> None:
    odd = "  07 \t2026-03-23 09:00:00\t255\t15\tA\\b\t🙂"
    one = delivery(LINE, odd)
    assert store(world.engine, [one]) == 2
    kept = sorted(world.rows(records.Punch), key=lambda punch: punch.line)
    assert [(punch.raw, punch.line, punch.user_id) for punch in kept] == [(LINE, 1, "1001"), (odd, 2, "  07 ")]
    assert {(punch.tz_rule, punch.t_utc, punch.received_at) for punch in kept} == {
        ("device-zone:Asia/Kolkata", seconds("2026-03-23T09:00:00+05:30"), NOON)
    }


def test_two_tenants_may_hold_the_same_punch(world: World, delivery: Callable[..., Delivery]) -> None:
    one = delivery(LINE)
    elsewhere = replace(one, sender=replace(one.sender, tenant=f"{world.tenant}-2"))
    assert store(world.engine, [one, elsewhere]) == 2
    assert len(world.rows(records.Punch)) == 1


def test_a_refused_row_is_kept_once_with_its_reason(world: World, delivery: Callable[..., Delivery]) -> None:
    bad = delivery("1001\tyesterday\t0\t1", "\t2026-03-23 09:00:00\t0\t1")
    again = replace(bad, received_at=NOON + 60, refused=[row._replace(line=9) for row in bad.refused])
    store(world.engine, [bad, bad])
    store(world.engine, [again])
    kept = sorted(world.rows(records.Quarantine), key=lambda row: row.line)
    assert [(row.line, row.reason) for row in kept] == [(1, "unparsable_time"), (2, "missing_user")]
    assert {(row.serial, row.received_at) for row in kept} == {(KOLKATA, NOON)}


def test_a_zero_byte_in_what_is_only_kept_does_not_stop_the_punches(
    world: World, delivery: Callable[..., Delivery]
) -> None:
    """PostgreSQL's texts cannot hold one."""
    held = [Refused(2, "a\x00b", "odd", "Odd.")]
    one = replace(delivery(LINE), refused=held, events=[DeviceEvent("oplog", "a\x00b", {})])
    assert store(world.engine, [one]) == 1
    assert [row.raw for row in (*world.rows(records.Quarantine), *world.rows(records.DeviceEvent))] == ["a\ufffdb"] * 2


LATE = {
    "this afternoon": (KOLKATA, "2026-03-23 12:30:00", "2026-03-23T13:00:00+05:30", set()),
    "this morning, perhaps of a night shift": (KOLKATA, "2026-03-23 05:00:00", "2026-03-23T12:00:00+05:30", {date(2026, 3, 22)}),
    "yesterday evening": (KOLKATA, "2026-03-22 22:00:00", "2026-03-23T12:00:00+05:30", {date(2026, 3, 22)}),
    "yesterday morning": (KOLKATA, "2026-03-22 09:00:00", "2026-03-23T12:00:00+05:30", {date(2026, 3, 21), date(2026, 3, 22)}),
    "yesterday there, today in UTC": (KOLKATA, "2026-03-22 23:30:00", "2026-03-23T00:30:00+05:30", {date(2026, 3, 22)}),
    "after the clocks went forward": (BERLIN, "2026-03-29 23:30:00", "2026-03-30T00:10:00+02:00", {date(2026, 3, 29)}),
    "years ago, by a clock that is wrong": (KOLKATA, "2019-01-01 09:00:00", "2026-03-23T12:00:00+05:30", set()),
}  # fmt: skip


@pytest.mark.parametrize(("serial", "text", "received", "days"), LATE.values(), ids=LATE)
def test_past_work_dates_are_marked_to_be_computed_again(
    world: World, delivery: Callable[..., Delivery], serial: str, text: str, received: str, days: set[date]
) -> None:
    late = delivery(f"1001\t{text}\t0\t1\t0\t0", serial=serial, now=seconds(received))
    store(world.engine, [late])
    assert world.dirty() == {(day, "LATE_PUNCH") for day in days}


def test_a_resend_marks_nothing(world: World, delivery: Callable[..., Delivery]) -> None:
    late = delivery(*lines(3), now=NOON + 86_400)
    store(world.engine, [late])
    marks = len(world.rows(records.Dirty))
    store(world.engine, [replace(late, received_at=NOON + 2 * 86_400)])
    assert len(world.rows(records.Dirty)) == marks == 2
