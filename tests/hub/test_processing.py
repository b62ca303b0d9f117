from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from hub import records
from hub.database import writing
from hub.lease import LeaseTaken, lease
from hub.processing import Processed, parts, process
from hub.rules.codes import DayFlag
from tests.hub.world import BERLIN, FORTNIGHT, KOLKATA, MONDAY, NOW, World, edit, seconds

FIRST, LAST = FORTNIGHT.first, FORTNIGHT.last
TUESDAY = MONDAY + timedelta(days=1)
ALL = Processed(560, 560, 0)
WHOLE_DAY = ("1001 2026-03-23 09:00:00 0", "1001 2026-03-23 18:00:00 1")
WITH_BREAK = (WHOLE_DAY[0], "1001 2026-03-23 12:00:00 1", "1001 2026-03-23 13:00:00 0", WHOLE_DAY[1])


def mark(world: World, *reasons: str, day: date = MONDAY) -> None:
    with writing(world.engine) as session:
        session.add_all(records.Dirty(tenant=world.tenant, day=day, reason=why, marked_at=NOW) for why in reasons)


def stamps(world: World) -> dict[Any, tuple[int, int, int]]:
    return {key: (row.revision, row.change, row.computed_at) for key, row in world.days().items()}


def correct(world: World, local_text: str, to: str) -> None:
    """A supervisor moves a punch."""
    punch = next(row for row in world.rows(records.Punch) if row.local_text == local_text)
    employee = world.day("K001", MONDAY).employee_id
    values: dict[str, Any] = {"op": "retime", "reason_code": "FORGOT", "actor": "boss", "at": NOW, "t_utc": seconds(to)}
    with writing(world.engine) as session:
        session.add(records.Correction(tenant=world.tenant, employee_id=employee, punch_id=punch.id, **values))


def test_punches_become_days_with_their_pairs(world: World) -> None:
    world.punch(KOLKATA, *WHOLE_DAY)
    assert world.process() == ALL
    day = world.day("K001", MONDAY)
    assert (day.status, day.worked_min, day.shift, day.site, day.zone) == ("P", 480, "GEN", "kolkata", "Asia/Kolkata")
    (pair,) = world.rows(records.AttendancePair)
    punches = {row.local_text: row.id for row in world.rows(records.Punch)}
    assert (pair.in_punch_id, pair.out_punch_id) == (punches["2026-03-23 09:00:00"], punches["2026-03-23 18:00:00"])
    assert (
        (pair.in_at, pair.out_at)
        == (day.in_at_utc, day.out_at_utc)
        == (
            seconds("2026-03-23T09:00:00+05:30"),
            seconds("2026-03-23T18:00:00+05:30"),
        )
    )


def test_what_is_wrong_with_a_day_is_listed_and_keeps_it_from_being_posted(world: World) -> None:
    world.punch(KOLKATA, WHOLE_DAY[0])
    world.process()
    day = world.day("K001", MONDAY)
    assert (day.blocks_posting, day.anomaly_codes) == (True, ["MISSING_OUT"])
    (anomaly,) = [row for row in world.rows(records.Anomaly) if row.code == "MISSING_OUT"]
    assert (anomaly.work_date, anomaly.blocks_posting, anomaly.punch_id) == (
        MONDAY,
        True,
        world.rows(records.Punch)[0].id,
    )


def test_a_night_belongs_to_the_date_on_which_it_began(world: World) -> None:
    world.punch(KOLKATA, "1015 2026-03-23 22:00:00 0", "1015 2026-03-24 06:00:00 1")
    world.process()
    assert (world.day("K015", MONDAY).worked_min, world.day("K015", TUESDAY).worked_min) == (450, 0)


def test_hours_are_those_that_passed_when_the_clocks_went_forward(world: World) -> None:
    """Berlin, the night to Sunday, 29 March 2026: from 22:00 to 6:00 are seven hours."""
    edit(world.folder, "weekly_offs.yaml", "{code: weekend, weekday: sat}", "{code: weekend, weekday: fri}")
    world.reload("rosters.csv", "B001,2024-04-01,DAY", "B001,2024-04-01,NGT")
    world.punch(BERLIN, "EMP_B01 2026-03-28 22:00:00 0", "EMP_B01 2026-03-29 06:00:00 1")
    world.process()
    day = world.day("B001", date(2026, 3, 28))
    assert (day.gross_min, day.expected_min) == (420, 390)


def test_the_first_computation_has_no_reason_even_when_dates_are_marked(world: World) -> None:
    world.punch(KOLKATA, *WHOLE_DAY)
    assert world.dirty() != set()
    world.process()
    assert {(row.revision, row.recompute_reason) for row in world.days().values()} == {(1, None)}
    assert world.dirty() == set()


def test_computing_again_touches_nothing(world: World) -> None:
    world.punch(KOLKATA, *WHOLE_DAY)
    world.process()
    before, pairs = stamps(world), [pair.model_dump() for pair in world.rows(records.AttendancePair)]
    assert world.process(now=NOW + 99) == Processed(560, 0, 0)
    assert stamps(world) == before
    assert [pair.model_dump() for pair in world.rows(records.AttendancePair)] == pairs


def test_a_late_punch_rewrites_its_own_day_only_and_says_why(world: World) -> None:
    world.punch(KOLKATA, *WHOLE_DAY)
    world.process()
    before = stamps(world)
    world.punch(KOLKATA, "1002 2026-03-23 09:00:00 0", "1002 2026-03-23 18:00:00 1")
    assert world.process(now=NOW + 99) == Processed(560, 0, 1)
    day = world.day("K002", MONDAY)
    assert (day.revision, day.recompute_reason, day.computed_at) == (2, "LATE_PUNCH", NOW + 99)
    assert day.change > max(change for _, change, _ in before.values())
    assert {key for key, stamp in stamps(world).items() if stamp != before[key]} == {("K002", MONDAY)}
    assert len(world.rows(records.AttendancePair)) == 2


def test_every_change_is_a_revision_and_the_strongest_reason_is_named(world: World) -> None:
    world.punch(KOLKATA, *WITH_BREAK)
    world.process()
    for number, (to, reasons, named) in enumerate((
        ("2026-03-23T12:05:00+05:30", (), "LATE_PUNCH"),
        ("2026-03-23T12:10:00+05:30", ("LATE_PUNCH", "CORRECTION", "POLICY"), "CORRECTION"),
        ("2026-03-23T12:15:00+05:30", ("POLICY", "MANUAL", "LEAVE"), "MANUAL"),
    )):  # fmt: skip
        correct(world, "2026-03-23 12:00:00", to)
        mark(world, *(reasons or ("LATE_PUNCH",)))
        world.process()
        day = world.day("K001", MONDAY)
        assert (day.revision, day.recompute_reason) == (2 + number, named)


def test_a_break_that_moved_is_a_change_though_all_sums_are_the_same(world: World) -> None:
    """An ERP that takes in and out times must hear of it."""
    world.punch(KOLKATA, *WITH_BREAK)
    world.process()
    for text, to in (("2026-03-23 12:00:00", "12:10"), ("2026-03-23 13:00:00", "13:10")):
        correct(world, text, f"2026-03-23T{to}:00+05:30")
    world.process()
    with writing(world.engine) as session:
        mine = col(records.Correction.tenant) == world.tenant
        session.connection().execute(
            update(records.Correction).where(mine).values(t_utc=col(records.Correction.t_utc) + 600)
        )
    before = world.day("K001", MONDAY)
    assert world.process() == Processed(560, 0, 1)
    after = world.day("K001", MONDAY)
    assert (after.gross_min, after.revision) == (before.gross_min, before.revision + 1)
    first = min(world.rows(records.AttendancePair), key=lambda pair: pair.in_at)
    assert first.out_at == seconds("2026-03-23T12:20:00+05:30")


def test_a_day_made_by_other_punches_that_says_the_same_is_no_revision_and_names_them(world: World) -> None:
    world.punch(KOLKATA, *WHOLE_DAY)
    world.process()
    correct(world, "2026-03-23 09:00:00", "2026-03-23T09:00:00+05:30")
    world.process()
    before = world.day("K001", MONDAY)
    with writing(world.engine) as session:
        mine = (col(records.Punch.tenant) == world.tenant, col(records.Punch.local_text) == "2026-03-23 18:00:00")
        session.connection().execute(update(records.Punch).where(*mine).values(user_id="nobody"))
    world.punch("DEMOKOL0002", "1001 2026-03-23 18:00:00 1")
    assert world.process() == Processed(560, 0, 0)
    after = world.day("K001", MONDAY)
    assert (after.revision, after.change) == (before.revision, before.change)
    assert after.input_hash != before.input_hash
    newest = max(world.rows(records.Punch), key=lambda punch: punch.id)
    assert [pair.out_punch_id for pair in world.rows(records.AttendancePair)] == [newest.id]


def test_a_day_that_is_over_becomes_final_without_a_revision(world: World) -> None:
    world.punch(KOLKATA, *WHOLE_DAY, "1002 2026-03-23 09:20:00 0", "1002 2026-03-23 18:00:00 1", now=NOW)
    evening = seconds("2026-03-23T20:00:00+05:30")
    world.process(MONDAY, MONDAY, now=evening)
    early = world.day("K002", MONDAY)
    assert early.flags & DayFlag.PROVISIONAL
    world.process(MONDAY, MONDAY)
    late = world.day("K002", MONDAY)
    assert (late.flags & DayFlag.PROVISIONAL, late.revision, late.change) == (0, early.revision, early.change)
    states = {row.state for row in world.rows(records.Anomaly) if row.employee_id == late.employee_id}
    assert states == {"final"}


def test_a_day_comes_out_the_same_whichever_dates_are_computed_with_it(world: World) -> None:
    days = [MONDAY + timedelta(days=n) for n in range(-1, 12)]
    for day in days:
        world.punch(KOLKATA, f"1015 {day} 22:00:00 0", f"1015 {day + timedelta(days=1)} 06:03:00 1")
        world.punch("DEMOKOL0002", f"1001 {day} 09:00:00 0", f"1001 {day} 18:00:00 0")
    world.process()
    day = LAST
    while day >= FIRST:
        assert world.process(day, day) == Processed(40, 0, 0)
        day -= timedelta(days=1)
    assert {row.revision for row in world.days().values()} == {1}


def meanwhile(happen: Callable[[], None]) -> Callable[[], int]:
    """A clock; something happens when it is asked after the marks were read, before the days are written."""
    asked = count(1)

    def now() -> int:
        if next(asked) == 3:  # twice for the lease, then for the rules
            happen()
        return NOW

    return now


def test_marks_outside_the_dates_and_later_than_the_reading_stay(world: World) -> None:
    world.process()
    mark(world, "ROSTER")
    mark(world, "ROSTER", day=TUESDAY)
    process(world.engine, world.tenant, MONDAY, MONDAY, meanwhile(lambda: mark(world, "LATE_PUNCH")))
    assert world.dirty() == {(MONDAY, "LATE_PUNCH"), (TUESDAY, "ROSTER")}


def test_two_processes_do_not_compute_a_tenant_at_once(world: World) -> None:
    with lease(world.engine, world.tenant, "process", lambda: NOW), pytest.raises(LeaseTaken, match="another process"):
        world.process()
    assert world.process() == ALL


def test_who_was_overtaken_meanwhile_writes_nothing(world: World) -> None:
    """A process that slept past its lease must not undo what its successor wrote."""
    world.process()
    mark(world, "LATE_PUNCH")
    world.punch(KOLKATA, *WHOLE_DAY)
    before = stamps(world)

    def overtake() -> None:
        with writing(world.engine) as session:
            mine = col(records.Lease.tenant) == world.tenant
            session.connection().execute(update(records.Lease).where(mine).values(owner="successor"))

    with pytest.raises(LeaseTaken, match="taken over"):
        process(world.engine, world.tenant, FIRST, LAST, meanwhile(overtake))
    assert stamps(world) == before
    assert (MONDAY, "LATE_PUNCH") in world.dirty()


BADGES: dict[str, tuple[str, Callable[[World], object], str, int]] = {
    "unknown until now": (
        "2001", lambda world: world.reload("employees.csv", "kolkata:1001,", "kolkata:1001 kolkata:2001,"), "K001", 480,
    ),
    "of nobody": ("9999", lambda _: None, "K001", 0),
    "of the other site": ("EMP_B01", lambda _: None, "B001", 0),
}  # fmt: skip


@pytest.mark.parametrize(("user", "change", "number", "worked"), BADGES.values(), ids=BADGES)
def test_punches_count_for_whoever_holds_the_badge(
    world: World, user: str, change: Callable[[World], object], number: str, worked: int
) -> None:
    world.punch(KOLKATA, f"{user} 2026-03-23 09:00:00 0", f"{user} 2026-03-23 18:00:00 1")
    world.process()
    assert world.day(number, MONDAY).worked_min == 0
    change(world)
    world.process()
    assert world.day(number, MONDAY).worked_min == worked


def test_a_badge_that_was_handed_on_belongs_to_its_new_holder_from_that_date(world: World) -> None:
    world.punch(KOLKATA, *WHOLE_DAY, "1001 2026-03-24 09:00:00 0", "1001 2026-03-24 18:00:00 1")
    holder = next(row.id for row in world.rows(records.Employee) if row.number == "K002")
    badge = {"badge_group": "kolkata", "user_id": "1001", "employee_id": holder, "from_date": TUESDAY}
    with writing(world.engine) as session:
        session.add(records.Badge(tenant=world.tenant, **badge))
    world.process()
    worked = {key: row.worked_min for key, row in world.days().items() if row.worked_min}
    assert worked == {("K001", MONDAY): 480, ("K002", TUESDAY): 480}


def test_a_date_on_which_somebody_turns_out_not_to_be_employed_says_so(world: World) -> None:
    world.process()
    path = world.folder / "employees.csv"
    path.write_text(
        path.read_text().replace("joined\n", "joined,left\n").replace("1001,2024-04-01", "1001,2024-04-01,2026-03-25")
    )
    world.load()
    world.process()
    statuses = [world.day("K001", date(2026, 3, day)).status for day in (25, 26, 30)]
    assert statuses == ["A", "NE", "NE"]


@pytest.mark.parametrize("size", [1, 50])
def test_parts_of_some_people_each_give_what_all_at_once_give(
    world: World, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    world.punch(KOLKATA, *WITH_BREAK, "1002 2026-03-23 09:30:00 0", "1003 2026-03-23 09:00:00 0")
    world.punch(BERLIN, "2001 2026-03-24 08:00:00 0", "2001 2026-03-24 17:00:00 1")
    assert world.process() == ALL
    hashes = {key: (row.input_hash, row.output_hash, row.change) for key, row in world.days().items()}
    monkeypatch.setattr(parts, "EMPLOYEE_DAYS", size)
    assert world.process() == Processed(ALL.days, 0, 0)
    with writing(world.engine) as session:
        for table in (records.AttendanceDay, records.AttendancePair, records.Anomaly):
            session.execute(delete(table).where(col(table.tenant) == world.tenant))
    assert world.process() == ALL
    assert {key: (row.input_hash, row.output_hash, row.change) for key, row in world.days().items()} == hashes


def test_a_tenant_without_employees_has_no_days(world: World) -> None:
    assert process(world.engine, f"{world.tenant}-2", FIRST, LAST, lambda: NOW) == Processed(0, 0, 0)
