"""Agreement of the day's figures with the slow reference: any policy, calendar and pairs, nights of clock changes too."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.rules import Inputs, Policy
from hub.rules.codes import DayFlag
from hub.rules.policy import Rounding
from tests.rules.build import employment, punch, roster, run, world
from tests.rules.reference import instant
from tests.rules.reference_amounts import Plan, Reckoning

# Nights on which the clock goes forward or back by an hour or half of one, odd offsets, a leap day, a month's end.
CALENDARS = [
    ("Europe/Berlin", date(2026, 3, 27)),
    ("America/New_York", date(2026, 10, 30)),
    ("Australia/Lord_Howe", date(2026, 4, 3)),
    ("Australia/Lord_Howe", date(2026, 10, 2)),
    ("Pacific/Chatham", date(2026, 9, 25)),
    ("Asia/Kathmandu", date(2028, 2, 27)),
    ("Asia/Kolkata", date(2026, 12, 29)),
]
Told = dict[int, list[list[int]]]
DAYS = 4
SHIFTS = {"DAY": (540, 1080, 480, 60, (780, 840)), "NIGHT": (1320, 1800, 480, 0, None)}

rounding = st.builds(
    Rounding,
    interval_min=st.sampled_from([0, 0, 1, 5, 10, 15, 30]),
    dir=st.sampled_from(["down", "up", "nearest"]),
    grace_min=st.sampled_from([0, 0, 3]),
)
minutes = st.sampled_from([0, 1, 5, 10, 30, 60])
beyond = st.sampled_from([False, True, "after_min", "approved_only"])
levels = st.sampled_from([None, 0, 200, 400])
off_work = st.sampled_from(["ot", "comp_off", "ot_or_comp_off", "ignore"])
tiers = st.sampled_from([(), ({"after_min": 240, "break_min": 20}, {"after_min": 420, "break_min": 45})])
nights = st.sampled_from([{}, {"start_min": 0, "end_min": 300}, {"start_min": 1200, "end_min": 240}])

# Half of the policies round and snap, half change how the day is judged: all at once would hide one behind another.
punch_rules: dict[str, Any] = {
    "grace_snap_in_min": minutes, "grace_snap_out_min": minutes, "round_in": rounding, "round_out": rounding,
    "round_pair": rounding, "round_day": rounding, "round_half": st.sampled_from(["up", "down", "minute_up", "minute_down"]),
    "round_basis": st.sampled_from(["local", "utc"]), "early_in_counts": beyond, "early_in_after_min": minutes,
    "late_out_counts": beyond, "late_out_after_min": minutes,
    "break_mode": st.sampled_from(["auto_deduct", "none", "schedule", "punched", "punched_or_auto"]),
    "break_after_min": st.sampled_from([0, 240, 300]), "break_tiers": tiers, "credit_punched": st.booleans(),
    "paid_break_min": minutes, "paid_break_after_min": st.sampled_from([0, 240]),
}  # fmt: skip
day_rules: dict[str, Any] = {
    "grace_in_min": minutes, "grace_out_min": minutes, "late_count_from": st.sampled_from(["shift_start", "end_of_grace"]),
    "late_whole_minutes": st.booleans(), "full_day_pct": st.sampled_from([50, 90, 100]),
    "half_day_pct": st.sampled_from([0, 40, 50]), "full_day_min": levels, "half_day_min": levels,
    "min_presence_min": minutes, "single_punch": st.sampled_from(["pending", "absent", "half", "present"]),
    "dst_expected": st.sampled_from(["elapsed", "nominal"]), "half_split": st.sampled_from(["expected", "shift"]),
    "leave_vs_work": st.sampled_from(["flag", "leave_wins", "work_wins"]), "holiday_work": off_work, "off_work": off_work,
    "ot_threshold_min": minutes, "comp_half_from_min": st.sampled_from([120, 240]), "night_window": nights,
    "shortage_tolerance_min": minutes,
}  # fmt: skip


def some(rules: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=rules)


policies = st.one_of(some(punch_rules), some(day_rules), some({**punch_rules, **day_rules})).map(Policy.model_validate)

# Steps from one punch to the next: round minutes for the borders of rules, odd seconds on either side of them.
steps = st.lists(
    st.builds(lambda m, s: m * 60 + s, st.sampled_from([2, 25, 60, 180, 239]), st.integers(0, 59)), max_size=5
)
starts = st.builds(lambda m, s: m * 60 + s, st.integers(-7, 12).map(lambda q: q * 15), st.integers(-59, 59))
portions = st.sampled_from([None, None, None, "full", "first", "second"])
dates = st.fixed_dictionaries(
    {
        "off": st.sampled_from([False, False, False, True]), "holiday": portions,
        "leave": st.sampled_from([None, None, "full", "first", "second", "minutes"]),
        "leave_paid": st.sampled_from([100, 50, 0]), "leave_min": st.sampled_from([60, 240, 480]),
    }
)  # fmt: skip
people = st.tuples(
    st.sampled_from([*SHIFTS]), st.booleans(), st.lists(st.tuples(starts, steps), min_size=DAYS, max_size=DAYS)
)


def moments(plan: Plan, zone: str, start: int, gaps: list[int]) -> list[int]:
    """Punches of one date, in and out by turns; all of them inside the shift's window."""
    found = [instant(zone, plan.day, plan.start) + start]
    for gap in gaps:
        found.append(found[-1] + gap)
    closes = instant(zone, plan.day, plan.end, late=True) + 240 * 60
    return [t for t in found if t <= closes] if gaps else []


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(CALENDARS),
    policies,
    st.lists(dates, min_size=DAYS, max_size=DAYS),
    st.lists(people, min_size=1, max_size=3),
)
def test_every_figure_of_a_day_is_the_references(calendar, policy, given_dates, persons):
    zone, _ = calendar
    days, plans, told = laid_out(calendar, given_dates, persons)
    out = run(build(zone, policy, plans, told, [shift for shift, *_ in persons]), days[0], days[-1])
    for row in out.days.iter_rows(named=True):
        n = days.index(row["business_date"])
        key = row["employee_key"]
        ts = told[key][n]
        pairs = list(zip(ts[::2], ts[1::2], strict=False))
        expected = Reckoning(plans[key][n], pairs, policy, zone, single=len(ts) % 2 == 1).row()
        got = {name: row.get(name) for name in expected}
        got |= {"late": bool(row["flags"] & DayFlag.LATE), "early": bool(row["flags"] & DayFlag.EARLY_OUT)}
        assert got == expected, (plans[key][n], ts)


def laid_out(
    calendar: tuple[str, date], given_dates: Any, persons: Any
) -> tuple[list[date], dict[int, list[Plan]], Told]:
    """The dates, what is known of each for each person beforehand, and the punches."""
    zone, first = calendar
    days = [first + timedelta(days=n) for n in range(DAYS)]
    plans = {
        key: [_plan(day, SHIFTS[shift], what, exempt=exempt) for day, what in zip(days, given_dates, strict=True)]
        for key, (shift, exempt, _) in enumerate(persons, 1)
    }
    told = {
        key: [moments(plan, zone, *own) for plan, own in zip(plans[key], punches, strict=True)]
        for key, (_, _, punches) in enumerate(persons, 1)
    }
    return days, plans, told


def _plan(day: date, shift: tuple[Any, ...], what: dict[str, Any], *, exempt: bool) -> Plan:
    start, end, expected, unpaid, times = shift
    return Plan(day, start, end, expected, unpaid, times, **what, exempt=exempt)


def build(zone: str, policy: Policy, plans: dict[int, list[Plan]], told: Told, shifts: list[str]) -> Inputs:
    """The tables of these people; the calendar is everybody's, leave too."""
    some_plan = plans[1]
    mode: Callable[[int], str] = lambda key: "exempt" if plans[key][0].exempt else "punch"  # noqa: E731 - as short as it is
    return world(
        zone=zone,
        policy=policy,
        employments=[employment(key, weekly_off_code="W", attendance_mode=mode(key)) for key in plans],
        rosters=[roster(shifts[key - 1], key) for key in plans],
        punches=[
            punch(1000 * key + 10 * n + i, t, i % 2, key)
            for key, dates_ in told.items()
            for n, ts in enumerate(dates_)
            for i, t in enumerate(ts)
        ],
        weekly_offs=[{"weekly_off_code": "W", "weekday": one.day.weekday()} for one in some_plan if one.off],
        holidays=[
            {"calendar": "C", "date": one.day, "kind": "public", "portion": one.holiday} for one in some_plan if one.holiday
        ],
        leaves=[
            {"employee_key": key, "date": one.day, "portion": one.leave, "minutes": one.leave_min, "type_code": "AL",
             "paid_hundredths": one.leave_paid}
            for key, own in plans.items() for one in own if one.leave
        ],
        shift_breaks=[{"shift_code": "DAY", "effective_from": date(2020, 1, 1), "start_min": 780, "end_min": 840}],
    )  # fmt: skip
