"""Agreement with the slow reference about days of which a supervisor has set some fields."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.rules import Policy
from hub.rules.codes import DayFlag
from tests.rules.build import DAY, frame, one_day, punches, run, world
from tests.rules.reference_overrides import Overridden, latest
from tests.rules.test_reference_amounts import CALENDARS, DAYS, build, dates, day_rules, laid_out, people, some

minutes = st.sampled_from([0, 1, 120, 240, 241, 432, 480, 600])
halves = st.sampled_from([0, 1, 2, 3, 4, 5])
edits = st.one_of(
    st.tuples(st.sampled_from(["worked_min", "late_min", "early_out_min", "ot_min"]), minutes),
    st.tuples(st.sampled_from(["s1", "s2"]), halves),
    st.tuples(st.just("colour"), minutes),
)
by_date = st.lists(st.lists(edits, max_size=4), min_size=DAYS, max_size=DAYS)
policies = some(day_rules).map(Policy.model_validate)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(CALENDARS), policies, st.lists(dates, min_size=DAYS, max_size=DAYS), people, by_date, st.randoms()
)
def test_a_day_with_edits_is_the_references(calendar, policy, given_dates, person, told, random):
    zone, _ = calendar
    days, plans, punches = laid_out(calendar, given_dates, [person])
    numbered = [[(10 * n + i, field, value) for i, (field, value) in enumerate(own)] for n, own in enumerate(told)]
    rows: list[dict[str, Any]] = [
        {"override_id": number, "employee_key": 1, "date": day, "field": field, "value": value}
        for day, own in zip(days, numbered, strict=True) for number, field, value in own
    ]  # fmt: skip
    random.shuffle(rows)
    inputs = replace(build(zone, policy, plans, punches, [person[0]]), overrides=frame("overrides", rows))
    out = run(inputs, days[0], days[-1])
    for n, row in enumerate(out.days.sort("business_date").iter_rows(named=True)):
        ts, fields = punches[1][n], latest(numbered[n])
        pairs = list(zip(ts[::2], ts[1::2], strict=False))
        expected = Overridden(plans[1][n], pairs, policy, zone, told=fields, single=len(ts) % 2 == 1).row()
        got = {name: row.get(name) for name in expected}
        got |= {"late": bool(row["flags"] & DayFlag.LATE), "early": bool(row["flags"] & DayFlag.EARLY_OUT)}
        assert got == expected, (plans[1][n], ts, fields)
        assert row["override_fields"] == sorted(fields)
        assert bool(row["flags"] & DayFlag.REGULARISED) == bool(fields)


@pytest.mark.parametrize(
    ("texts", "halves", "paid", "lost"), [((), {"s1": 1}, 50, 50), (("09:00", "18:00"), {"s2": 1}, 100, 0)]
)
def test_paid_leave_that_no_request_tells_of_is_paid_in_full(texts, halves, paid, lost):
    rows = [
        {"override_id": 1, "employee_key": 1, "date": DAY, "field": name, "value": value}
        for name, value in halves.items()
    ]
    day = one_day(world(punches=punches(*texts), overrides=rows))
    assert (day["payable_days"], day["lop_days"]) == (paid, lost)


def test_a_day_half_off_and_half_holiday_is_no_leave():
    rows = [
        {"override_id": n, "employee_key": 1, "date": DAY, "field": f"s{n}", "value": value}
        for n, value in ((1, 3), (2, 4))
    ]
    assert one_day(world(overrides=rows))["status"] == "H"
