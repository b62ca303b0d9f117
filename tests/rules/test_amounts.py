"""Stages 13 to 17 against the plain reference on random months, and their decided cases."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.rules import Policy
from hub.rules.adjust import changes
from hub.rules.codes import DayFlag, Session
from hub.rules.laid import laid_on_pairs
from hub.rules.lock import Lock
from hub.rules.pieces import cut
from hub.rules.policy import Rounding
from hub.rules.totals import period_totals
from tests.rules import reference_days
from tests.rules.build import DAY, at, codes, frame, one_day, punch, punches, roster, run, world

FIRST = date(2026, 2, 2)  # a Monday
MONTH = [FIRST + timedelta(days=n) for n in range(42)]
BANDS = [
    {"bucket": "double", "basis": "daily", "from_min": 720},
    {"bucket": "over", "basis": "daily", "from_min": 480, "to_min": 720},
    {"bucket": "week", "basis": "weekly", "from_min": 2400},
]


def policy(**values: Any) -> Policy:
    return Policy.model_validate({"break_mode": "none", "off_work": "regular", "grace_in_min": 0, **values})


def worked(minutes: dict[date, int], start: str = "09:00") -> list[dict[str, Any]]:
    rows = []
    for n, (day, size) in enumerate(sorted(minutes.items())):
        if size:
            begin = at(start, day=day)
            rows += [punch(2 * n + 1, begin, 0), punch(2 * n + 2, begin + size * 60, 1)]
    return rows


lengths = st.lists(st.integers(0, 840), min_size=len(MONTH), max_size=len(MONTH))


@settings(max_examples=25)
@given(lengths)
def test_bands_and_weeks_agree_with_the_reference(sizes: list[int]) -> None:
    minutes = dict(zip(MONTH, sizes, strict=True))
    out = run(world(shift=None, punches=worked(minutes), policy=policy(ot_rules=BANDS)), FIRST, MONTH[-1])
    found = {(row["business_date"], row["bucket"]): row["minutes"] for row in out.overtime.iter_rows(named=True)}
    assert found == reference_days.overtime(minutes, 480, 720, 2400)
    for row in out.days.iter_rows(named=True):
        assert row["paid_min"] + row["ot_min"] == row["worked_min"]


@settings(max_examples=10)
@given(lengths, st.integers(0, 35))
def test_a_week_comes_out_the_same_from_any_date_in_it(sizes: list[int], n: int) -> None:
    inputs = world(shift=None, punches=worked(dict(zip(MONTH, sizes, strict=True))), policy=policy(ot_rules=BANDS))
    whole = run(inputs, FIRST, MONTH[-1])
    assert run(inputs, MONTH[n], MONTH[n]).days.equals(whole.days.filter(business_date=MONTH[n]))


@settings(max_examples=25)
@given(st.lists(st.booleans(), min_size=len(MONTH), max_size=len(MONTH)), st.integers(0, 4), st.integers(1, 4))
def test_penalties_agree_with_the_reference(lates: list[bool], free: int, every: int) -> None:
    late = [day for day, is_late in zip(MONTH, lates, strict=True) if is_late]
    rows = [*worked(dict.fromkeys([d for d in MONTH if d not in late], 540))]
    rows += [{**row, "punch_id": row["punch_id"] + 1000} for row in worked(dict.fromkeys(late, 500), "09:20")]
    rules = policy(late_free=free, late_every=every, late_days=50, penalty_target="lop", cycle="month")
    out = run(world(punches=rows, policy=rules), FIRST, MONTH[-1])
    found = {row["business_date"]: row["days"] for row in out.penalties.iter_rows(named=True)}
    assert found == reference_days.penalties(late, free, every, 50)
    for row in out.penalties.iter_rows(named=True):
        assert row["causes"][-1] == row["business_date"]
    assert out.days["lop_days"].sum() == sum(found.values())


@settings(max_examples=25)
@given(st.sets(st.sampled_from(MONTH)), st.sets(st.sampled_from(MONTH)), st.booleans())
def test_sandwiches_agree_with_the_reference(holidays: set[date], leave: set[date], either: bool) -> None:
    off = holidays | {day for day in MONTH if day.weekday() == 6}
    taken = leave - off
    leaves = [
        {"employee_key": 1, "date": day, "portion": "full", "type_code": "CL", "paid_hundredths": 100, "request": n}
        for n, day in enumerate(sorted(taken))
    ]
    rows = worked({day: 540 for day in MONTH if day not in off | taken})
    held = [{"calendar": "C", "date": day, "kind": "public", "portion": "full"} for day in holidays]
    rules = policy(sandwich_mode="either_side" if either else "both_sides", sandwich_absent=False)
    out = run(
        world(punches=rows, leaves=leaves, holidays=held, policy=rules, weekly_offs=[{"weekly_off_code": "W", "weekday": 6}],
              employments=[{"employee_key": 1, "from_date": FIRST, "to_date": MONTH[-1], "site_id": 1,
                            "policy_code": "std", "weekly_off_code": "W", "attendance_mode": "punch"}]),
        FIRST, MONTH[-1],
    )  # fmt: skip
    lost = out.days.filter(pl.col("s1") == Session.PAID_LEAVE, pl.col("day_type") != 0)["business_date"].to_list()
    assert set(lost) == reference_days.charged(MONTH, off, taken, either=either)


def sunday(*texts: str, **rules: Any) -> dict[str, Any]:
    day = date(2026, 3, 8)
    job = {"employee_key": 1, "from_date": FIRST, "site_id": 1, "policy_code": "std", "weekly_off_code": "W",
           "attendance_mode": "punch"}  # fmt: skip
    weekly = [{"weekly_off_code": "W", "weekday": 6}]
    rows = punches(*texts, day=day)
    return one_day(world(punches=rows, employments=[job], weekly_offs=weekly, policy=policy(**rules)), day)


@pytest.mark.parametrize(("out", "days"), [("12:59", 0), ("13:00", 50), ("17:00", 100)])
def test_work_on_a_day_off_earns_a_compensatory_day(out: str, days: int) -> None:
    assert sunday("09:00", out, off_work="comp_off")["comp_off_days"] == days


@pytest.mark.parametrize(("mode", "ot"), [("ot", 480), ("comp_off", 0), ("ot_or_comp_off", 480), ("regular", 0)])
def test_work_on_a_day_off_is_what_the_policy_says(mode: str, ot: int) -> None:
    rules: dict[str, Any] = {"ot_rules": []} if mode == "regular" else {}
    assert sunday("09:00", "17:00", off_work=mode, **rules)["ot_min"] == ot


def test_overtime_that_needs_approval_waits_and_an_override_approves_it() -> None:
    rule = {"bucket": "over", "basis": "daily_over_expected", "approval": "required"}
    inputs = world(punches=punches("09:00", "20:00"), policy=policy(ot_rules=[rule]))
    day = one_day(inputs)
    assert (day["ot_min"], day["ot_pending_min"]) == (0, 180)
    told = frame("overrides", [{"override_id": 1, "employee_key": 1, "date": DAY, "field": "ot_min", "value": 60}])
    again = one_day(replace(inputs, overrides=told))
    assert (again["ot_min"], again["ot_pending_min"], again["override_fields"]) == (60, 0, ["ot_min"])
    assert again["flags"] & DayFlag.REGULARISED


def test_caps_cut_the_later_minutes_and_say_so() -> None:
    rule = {"bucket": "over", "basis": "daily", "from_min": 480, "cap_day_min": 60}
    out = run(world(punches=punches("09:00", "20:00"), policy=policy(ot_rules=[rule])))
    assert out.overtime.select("minutes", "capped_min").row(0) == (60, 120)


@pytest.mark.parametrize(
    ("shift", "texts", "night"), [("NIGHT", (">22:00", "<1+06:00"), 480), ("DAY", (">09:00", "<23:00"), 60)]
)
def test_night_minutes(shift: str, texts: tuple[str, ...], night: int) -> None:
    rows = [punch(n, at(text.lstrip("<>")), int(text[0] == "<")) for n, text in enumerate(texts, 1)]
    day = one_day(world(shift=shift, punches=rows, policy=policy(window_after_min=360)))
    assert day["night_min"] == night
    assert bool(day["flags"] & DayFlag.NIGHT) == (night == 480)


@pytest.mark.parametrize(
    ("mode", "worked_min"), [("none", 0), ("shift_end", 540), ("in_plus_expected", 480), ("in_plus_min", 300)]
)
def test_a_missing_out_is_filled_as_the_policy_says(mode: str, worked_min: int) -> None:
    rules = policy(missing_out_policy=mode, missing_out_min=300)
    out = run(world(punches=punches(">09:00"), policy=rules))
    assert out.days["worked_min"].item() == worked_min
    assert ("IMPUTED" in codes(out)) == (mode != "none")
    assert run(world(punches=punches(">09:00"), policy=rules, as_of=at("20:00"))).days["worked_min"].item() == 0


@pytest.mark.parametrize(("mode", "dates"), [("shift_start", [DAY]), ("shift_end", [DAY + timedelta(days=1)]),
                                             ("most_worked", [DAY + timedelta(days=1)]),
                                             ("split_midnight", [DAY, DAY + timedelta(days=1)])])  # fmt: skip
def test_a_stretch_across_midnight(mode: str, dates: list[date]) -> None:
    rows = [punch(1, at("22:00"), 0), punch(2, at("1+06:00"), 1)]
    out = run(world(shift="NIGHT", punches=rows, policy=policy(day_assignment=mode)), DAY, DAY + timedelta(days=1))
    assert out.pairs["business_date"].to_list() == dates
    assert out.days["worked_min"].sum() == 480


def test_a_date_with_a_made_up_out_says_so_without_a_punch_of_its_own() -> None:
    rules = policy(missing_out_policy="shift_end", day_assignment="shift_end")
    out = run(world(shift="NIGHT", punches=[punch(1, at("22:00"), 0)], policy=rules), DAY, DAY + timedelta(days=1))
    assert out.pairs["business_date"].to_list() == [DAY + timedelta(days=1)]
    assert [bool(flags & DayFlag.IMPUTED) for flags in out.days["flags"]] == [False, True]


def test_where_directions_decide_an_out_goes_to_the_earlier_shift() -> None:
    rosters = [roster("MORNING"), roster("NOON", seq=2)]
    rows = punches(">08:00", ">11:50", "<12:10", "<16:00")
    out = run(
        world(
            rosters=rosters,
            punches=rows,
            policy=policy(window_overlap="by_direction", window_before_min=30, window_after_min=30),
        )
    )
    assert out.pairs["segment_no"].len() == 2
    assert out.pairs.select("in_at", "out_at").rows() == [(at("08:00"), at("12:10")), (at("11:50"), at("16:00"))]


def test_two_records_without_a_pause_are_both_kept() -> None:
    out = run(world(punches=punches(">09:00", "<13:00", ">13:00", "<18:00")))
    assert out.pairs.height == 2
    assert out.days["gross_min"].item() == 540


def test_a_policy_changes_from_a_date_on_and_earlier_days_stay_as_they_were() -> None:
    later = {"effective_from": DAY + timedelta(days=1), "version": 2, "changes": {"grace_in_min": 0}}
    rows = [*punches("09:05", "18:00"), *({**row, "punch_id": row["punch_id"] + 10} for row in
                                          punches("09:05", "18:00", day=DAY + timedelta(days=1)))]  # fmt: skip
    plain = run(world(punches=rows), DAY, DAY + timedelta(days=1)).days
    both = run(
        world(punches=rows, policy=Policy.model_validate({"amendments": [later]})), DAY, DAY + timedelta(days=1)
    ).days
    assert both["policy_version"].to_list() == [1, 2]
    assert both["late_min"].to_list() == [0, 5]
    assert both["input_hash"][0] == plain["input_hash"][0]


def test_a_locked_period_gets_an_adjustment_in_the_next_open_one() -> None:
    periods = frame("periods", [
        {"period_id": "03", "from_date": date(2026, 3, 1), "to_date": date(2026, 3, 31), "status": "locked"},
        {"period_id": "04", "from_date": date(2026, 4, 1), "to_date": date(2026, 4, 30), "status": "open"},
    ])  # fmt: skip
    before = run(replace(world(), periods=periods)).days
    after = run(replace(world(punches=punches("09:00", "18:00")), periods=periods)).days
    found = changes(before, after, periods)
    assert found.created.is_empty()
    assert found.rewritten.height == 1
    assert before["flags"].item() & DayFlag.LOCKED
    assert found.adjustments.filter(field="payable_days").select("source_period", "target_period", "delta").row(0) == (
        "03", "04", 100,
    )  # fmt: skip
    assert changes(after, after, periods).rewritten.is_empty()


def test_totals_of_a_period() -> None:
    periods = frame("periods", [
        {"period_id": "03", "from_date": date(2026, 3, 1), "to_date": date(2026, 3, 31), "status": "open"},
    ])  # fmt: skip
    out = run(replace(world(punches=punches("09:00", "20:00")), periods=periods), DAY, DAY + timedelta(days=2))
    total = period_totals(out.days, out.overtime).row(0, named=True)
    assert (total["period_id"], total["payable_days"], total["lop_days"], total["calendar_days"]) == ("03", 100, 200, 3)
    assert total["overtime"] == [{"bucket": "daily_over_expected", "approved": True, "minutes": 120}]


def test_overtime_lies_on_the_latest_pair_of_the_day() -> None:
    out = run(world(punches=punches(">09:00", "<18:00", ">18:30", "<20:00")))
    laid = laid_on_pairs(out.pairs, out.days)
    assert out.days["ot_min"].item() == sum(laid["ot_min"])
    assert laid["ot_min"].to_list()[-1] == 90


def test_pieces_inside_and_outside_windows() -> None:
    assert [tuple(piece) for piece in cut([(0, 10)], [(2, 5)])] == [
        (0, 2, False, "early"), (2, 5, True, None), (5, 10, False, "late"),
    ]  # fmt: skip


def test_who_may_change_a_period() -> None:
    lock = Lock(date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 5))
    inside, today = date(2026, 3, 10), date(2026, 4, 6)
    assert lock.permits(inside, date(2026, 4, 5))
    assert not lock.permits(inside, today)
    assert lock.permits(inside, today, supervisor=True)
    assert not lock.permits(date(2026, 2, 28), today, supervisor=True)
    assert lock.permits(date(2026, 2, 28), today, payroll=True)


def test_shuffled_rows_change_nothing_with_every_rule_switched_on() -> None:
    random = Random(7)
    rules = policy(ot_rules=BANDS, late_free=1, late_every=2, late_days=50, sandwich_mode="both_sides", cycle="month",
                   break_tiers=[{"after_min": 300, "break_min": 30}], break_mode="auto_deduct")  # fmt: skip
    rows = worked({day: random.randrange(0, 800) for day in MONTH}, "09:12")
    inputs = world(punches=rows, policy=rules)
    again = replace(inputs, punches=inputs.punches.sample(fraction=1, shuffle=True, seed=3))
    a, b = (run(one, FIRST, MONTH[-1]) for one in (inputs, again))
    assert all(getattr(a, name).equals(getattr(b, name)) for name in ("days", "pairs", "overtime", "penalties"))


def test_forgiven_minutes_make_no_day_shorter_than_nothing():
    forgiving = Rounding(interval_min=10, dir="up", grace_min=3)
    policy = Policy(round_pair=forgiving, round_day=forgiving)
    assert one_day(world(policy=policy))["worked_min"] == 0
    short = one_day(world(policy=policy, punches=punches(">10:00:00", "<10:01:30")))
    assert (short["gross_min"], short["worked_min"]) == (0, 0)
