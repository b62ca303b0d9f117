"""Agreement with the slow reference about penalties: every rule alone and together, over weeks and months."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.rules import Policy
from tests.rules.build import punch, run, world
from tests.rules.reference import instant
from tests.rules.reference_penalties import costs, paid_and_lost

ZONE = "Europe/Berlin"
FIRST = date(2026, 3, 24)  # a Tuesday; the clock goes forward on Sunday, the month ends on Tuesday
DATES = [FIRST + timedelta(days=n) for n in range(14)]

hundredths = st.sampled_from([25, 50, 100])
tiers = st.sampled_from([
    ({"from_count": 2, "to_count": 3, "days": 25}, {"from_count": 4, "days": 100}),
    ({"from_count": 1, "days": 50},),
])  # fmt: skip
bands = st.just((
    {"until_min": 545, "result": "on_time"}, {"until_min": 600, "result": "late"},
    {"until_min": 780, "result": "first_half"}, {"result": "full_day"},
))  # fmt: skip
rules = st.fixed_dictionaries({"cycle": st.sampled_from(["week", "month"])}, optional={
    "late_free": st.integers(0, 3), "late_every": st.integers(0, 3), "late_days": hundredths, "late_tiers": tiers,
    "late_minutes_step": st.sampled_from([10, 60]), "late_counts_early": st.booleans(),
    "forgive_if_hours_complete": st.booleans(), "late_and_early_days": hundredths, "arrival_bands": bands,
    "half_days_per_penalty": st.integers(1, 3), "half_days_days": hundredths,
    "shortage_pct": st.sampled_from([50, 90, 100]), "shortage_days": hundredths,
    "shortage_per": st.sampled_from(["day", "week", "month"]), "shortage_on": st.sampled_from(["worked", "gross"]),
    "penalty_target": st.sampled_from(["warn", "lop", "leave_then_lop"]),
})  # fmt: skip
# Minutes late (or early, below zero) and minutes left too soon (or stayed on); None: not there.
attended = st.tuples(st.sampled_from([-20, 0, 5, 6, 60, 61, 245]), st.sampled_from([-180, 0, 7, 120, 270]))
weeks = st.lists(st.one_of(st.none(), attended, attended, attended), min_size=len(DATES), max_size=len(DATES))


@settings(max_examples=80)
@given(rules, weeks, st.sets(st.sampled_from(range(7)), max_size=2))
def test_what_a_day_costs_is_the_references(given_policy, told, off):
    policy = Policy.model_validate({"grace_in_min": 5, "half_day_pct": 40, **given_policy})
    spans = [
        (day, instant(ZONE, day, 540 + late), instant(ZONE, day, 1080 - left))
        for day, times in zip(DATES, told, strict=True)
        if times
        for late, left in [times]
    ]
    rows = [punch(100 * day.day + n, t, n) for day, *both in spans for n, t in enumerate(both)]
    inputs = world(
        zone=ZONE, policy=policy, punches=rows,
        employments=[{"employee_key": 1, "from_date": date(2020, 1, 1), "site_id": 1, "policy_code": "std",
                      "attendance_mode": "punch", "weekly_off_code": "W"}],
        weekly_offs=[{"weekly_off_code": "W", "weekday": weekday} for weekday in off],
    )  # fmt: skip
    # What lies before and after the dates is in their cycles too, so whole cycles are looked at.
    out = run(inputs, date(2026, 3, 1), date(2026, 4, 30))
    days = out.days.sort("business_date").to_dicts()
    expected = costs(days, policy, ZONE)
    assert {row["business_date"]: row["penalty_days"] for row in days} == expected
    for row in days:
        figures = paid_and_lost([row["s1"], row["s2"]], expected[row["business_date"]], policy.penalty_target)
        assert (row["payable_days"], row["lop_days"]) == figures, row
