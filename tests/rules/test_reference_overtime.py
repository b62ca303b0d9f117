"""Agreement with the slow reference about overtime: bands of days and weeks, thresholds, rounding, caps, approval."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.rules import Policy
from tests.rules.build import at, punch, run, world
from tests.rules.reference_overtime import overtime

FIRST = date(2026, 2, 23)  # a Monday; the month ends in this week
DATES = [FIRST + timedelta(days=n) for n in range(14)]

limits: dict[str, Any] = {
    "round_min": st.sampled_from([0, 15, 30]), "cap_day_min": st.sampled_from([30, 120]),
    "cap_week_min": st.sampled_from([60, 300]), "approval": st.sampled_from(["none", "required"]),
}  # fmt: skip
thresholds: dict[str, Any] = {
    "threshold_min": st.sampled_from([30, 60]), "threshold_mode": st.sampled_from(["cliff", "excess"]),
    "threshold_strict": st.booleans(),
}  # fmt: skip


def bands(basis: str, borders: list[int], **more: Any) -> st.SearchStrategy[list[dict[str, Any]]]:
    """One open band from a border on, or one between two borders and an open one, in either order."""
    low, high = borders
    rule: Any = lambda **fixed: st.fixed_dictionaries(  # noqa: E731 - as short as it is
        {"bucket": st.just(f"{basis} {fixed}"), "basis": st.just(basis), **{k: st.just(v) for k, v in fixed.items()}},
        optional=more,
    )
    both = st.tuples(rule(from_min=low, to_min=high), rule(from_min=high)).map(list)
    return st.one_of(st.just([]), rule(from_min=low).map(lambda one: [one]), both, both.map(lambda two: two[::-1]))


rules = st.tuples(bands("daily", [480, 600], **limits, **thresholds), bands("weekly", [2400, 2700], **limits))
policies = st.builds(
    lambda some, counts, start: {
        "ot_rules": some[0] + some[1], "weekly_ot_counts": counts, "week_start": start, "break_mode": "none",
        "off_work": "regular",
    },
    rules, st.sampled_from(["regular_only", "all_worked"]), st.sampled_from(["monday", "sunday", "wednesday"]),
)  # fmt: skip
size = st.one_of(st.sampled_from([0, 480, 509, 510, 511, 540, 600, 660]), st.integers(0, 900))
lengths = st.lists(size, min_size=len(DATES), max_size=len(DATES))


def worked(minutes: dict[date, int]) -> list[dict[str, Any]]:
    spans = [(at("06:00", day=day), length * 60) for day, length in minutes.items() if length]
    return [punch(2 * n + i, t + i * length, i) for n, (t, length) in enumerate(spans) for i in (0, 1)]


@settings(max_examples=50, deadline=None)
@given(policies, lengths)
def test_every_minute_of_overtime_is_the_references(given_policy, sizes):
    policy = Policy.model_validate(given_policy)
    minutes = dict(zip(DATES, sizes, strict=True))
    out = run(world(shift=None, punches=worked(minutes), policy=policy), DATES[0] - timedelta(days=7), DATES[-1])
    lines = list(out.overtime.iter_rows(named=True))
    found = {(row["business_date"], row["bucket"]): (row["minutes"], row["capped_min"]) for row in lines}
    expected = overtime(minutes, policy)
    assert found == expected
    pending = {rule.bucket for rule in policy.ot_rules or () if rule.approval == "required"}
    for row in out.days.iter_rows(named=True):
        own = {bucket: size for (day, bucket), (size, _) in expected.items() if day == row["business_date"]}
        assert row["ot_pending_min"] == sum(size for bucket, size in own.items() if bucket in pending)
        assert row["ot_min"] == sum(size for bucket, size in own.items() if bucket not in pending)


@pytest.mark.parametrize("counts", ["all_worked", "regular_only"])
def test_what_is_overtime_of_the_day_already_is_taken_off_one_band_of_the_week(counts):
    """2400 minutes to Friday, then ten hours on Saturday of which the last two are the day's overtime."""
    rules = [
        {"bucket": "day", "basis": "daily", "from_min": 480},
        {"bucket": "first", "basis": "weekly", "from_min": 2400, "to_min": 2700},
        {"bucket": "second", "basis": "weekly", "from_min": 2700},
    ]
    policy = Policy.model_validate(
        {"ot_rules": rules, "weekly_ot_counts": counts, "break_mode": "none", "off_work": "regular"}
    )
    minutes = dict.fromkeys(DATES[:5], 480) | {DATES[5]: 600}
    out = run(world(shift=None, punches=worked(minutes), policy=policy), DATES[0], DATES[6])
    saturday = out.overtime.filter(business_date=DATES[5])
    found = dict(saturday.select("bucket", "minutes").iter_rows())
    assert found == {"day": 120, "first": 300, "second": 180}
