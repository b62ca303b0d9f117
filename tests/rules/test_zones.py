"""The reference and the engine agree in every zone and on every kind of date: gaps, repeated hours, leap days."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules import reference
from tests.rules.build import BREAKS, SHIFTS, employment, punch, roster, run, world

NIGHTS = [
    ("Europe/Berlin", date(2026, 3, 28)),  # 02:00 to 03:00 does not exist on the 29th
    ("Europe/Berlin", date(2026, 10, 24)),  # 02:00 to 03:00 comes twice on the 25th
    ("Australia/Lord_Howe", date(2026, 4, 4)),  # half an hour
    ("Australia/Lord_Howe", date(2026, 10, 3)),
    ("Pacific/Chatham", date(2026, 9, 26)),  # at 02:45, in a zone of three quarters of an hour
    ("America/New_York", date(2026, 3, 7)),
    ("Asia/Kathmandu", date(2028, 2, 28)),  # a leap day follows
    ("Asia/Kolkata", date(2026, 12, 31)),
]
CODES = ["DAY", "NIGHT", "SPLIT", "OPEN", None]


def moments(first: date) -> st.SearchStrategy[list[tuple[int, int]]]:
    begin = reference.midnight(first) - 2 * 86_400
    quarters = st.integers(begin // 900, begin // 900 + 6 * 96)
    instants = st.builds(lambda q, s: q * 900 + s, quarters, st.sampled_from([0, 0, 0, -1, 1, 59, 61]))
    directed = st.tuples(instants, st.sampled_from([-1, -1, 0, 1]))
    return st.lists(directed, max_size=30, unique_by=lambda p: p[0])


@pytest.mark.parametrize(("zone", "first"), NIGHTS)
@settings(max_examples=8)
@given(data=st.data())
def test_engine_agrees_with_the_reference_in_any_zone(zone: str, first: date, data: Any) -> None:
    days = [first + timedelta(days=n) for n in range(-2, 5)]
    plans = st.lists(st.sampled_from(CODES), min_size=len(days), max_size=len(days))
    people = data.draw(st.lists(st.tuples(plans, moments(first)), min_size=1, max_size=4))
    keyed = list(enumerate(people, 1))
    rosters = [
        roster(code, key, seq=n, from_date=day, to_date=day)
        for key, (plan, _) in keyed
        for n, (day, code) in enumerate(zip(days, plan, strict=True))
    ]
    rows = [punch(1000 * key + n, t, d, key) for key, (_, own) in keyed for n, (t, d) in enumerate(own)]
    inputs = world(zone=zone, rosters=rosters, punches=rows, employments=[employment(key) for key, _ in keyed])
    out = run(inputs, first, first + timedelta(days=2))
    shifts = {code: (spans, BREAKS.get(code, 0)) for code, spans in SHIFTS.items()}
    for key, (plan, own) in keyed:
        told = [(t, n, d) for n, (t, d) in enumerate(own)]
        expected = reference.compute(days, dict(zip(days, plan, strict=True)), shifts, told, zone)
        for row in out.days.filter(employee_key=key).iter_rows(named=True):
            day = row["business_date"]
            mine = out.pairs.filter(employee_key=key, business_date=day).select("in_at", "out_at").rows()
            assert mine == expected[day].pairs, (day, plan)
            assert (row["gross_min"], row["worked_min"]) == (expected[day].gross, expected[day].worked), (day, plan)
