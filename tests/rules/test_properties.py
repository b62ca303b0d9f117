"""What must hold for any roster and any punches, and agreement with the slow reference.

Several people share a run, each with a roster and punches of their own: a run costs the same for one as for five.
"""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.rules import Inputs, Outputs
from hub.rules.tables import INPUT_TABLES
from tests.rules import reference
from tests.rules.build import BREAKS, SHIFTS, employment, punch, roster, run, world

FIRST, LAST = date(2026, 3, 10), date(2026, 3, 13)
HALO = [FIRST + timedelta(days=n) for n in range(-2, 6)]
SHIFT_CODES = ["DAY", "NIGHT", "SPLIT", "OPEN", None]
BEGIN, END = reference.midnight(HALO[0]), reference.midnight(HALO[-1] + timedelta(days=1))

Moment = tuple[int, int]  # instant, direction
Person = tuple[list[str | None], list[Moment]]  # a shift per date, punches

# Round quarters make punches fall on the borders of windows and shifts; odd seconds on either side of them.
quarters = st.integers(BEGIN // 900, END // 900).map(lambda q: q * 900)
instants = st.one_of(quarters, st.builds(lambda q, s: q + s, quarters, st.integers(-90, 90)))
moments = st.lists(st.tuples(instants, st.sampled_from([-1, -1, 0, 1])), max_size=40, unique_by=lambda p: p[0])
plans = st.lists(st.sampled_from(SHIFT_CODES), min_size=len(HALO), max_size=len(HALO))
people = st.lists(st.tuples(plans, moments), min_size=1, max_size=5)


def build(persons: list[Person]) -> Inputs:
    keyed = list(enumerate(persons, 1))
    rosters = [
        roster(code, key, seq=n, from_date=day, to_date=day)
        for key, (plan, _) in keyed
        for n, (day, code) in enumerate(zip(HALO, plan, strict=True))
    ]
    rows = [punch(1000 * key + n, t, d, key) for key, (_, own) in keyed for n, (t, d) in enumerate(own)]
    return world(zone="UTC", rosters=rosters, punches=rows, employments=[employment(key) for key, _ in keyed])


def same(a: Outputs, b: Outputs) -> bool:
    return all(getattr(a, name).equals(getattr(b, name)) for name in ("days", "pairs", "dispositions", "anomalies"))


@settings(max_examples=40)
@given(people)
def test_engine_agrees_with_the_reference(persons):
    out = run(build(persons), FIRST, LAST)
    shifts = {code: (spans, BREAKS.get(code, 0)) for code, spans in SHIFTS.items()}
    for key, (plan, own) in enumerate(persons, 1):
        rows = [(t, n, d) for n, (t, d) in enumerate(own)]
        expected = reference.compute(HALO, dict(zip(HALO, plan, strict=True)), shifts, rows)
        for row in out.days.filter(employee_key=key).iter_rows(named=True):
            day = row["business_date"]
            mine = out.pairs.filter(employee_key=key, business_date=day).select("in_at", "out_at").rows()
            assert mine == expected[day].pairs, (day, plan)
            assert (row["gross_min"], row["worked_min"]) == (expected[day].gross, expected[day].worked), (day, plan)


@settings(max_examples=10)
@given(people, st.integers(0, 2**16))
def test_order_duplicates_and_chunks_of_rows_change_nothing(persons, seed):
    inputs = build(persons)
    random = Random(seed)

    def shaken(table: pl.DataFrame) -> pl.DataFrame:
        rows = [*range(table.height), *random.choices(range(table.height), k=table.height // 2)] if table.height else []
        random.shuffle(rows)
        return pl.concat([table[rows[: len(rows) // 2]], table[rows[len(rows) // 2 :]]], rechunk=False)

    tables: dict[str, Any] = {name: shaken(getattr(inputs, name)) for name in INPUT_TABLES}
    assert same(run(inputs, FIRST, LAST), run(replace(inputs, **tables), FIRST, LAST))


@settings(max_examples=10)
@given(people, st.tuples(instants, st.sampled_from([-1, 0, 1])))
def test_one_more_punch_changes_at_most_the_days_around_it(persons, more):
    plan, own = persons[0]
    far = [p for p in own if abs(p[0] - more[0]) > 60]  # beyond the repeat window
    before = run(build([(plan, far), *persons[1:]]), FIRST, LAST)
    after = run(build([(plan, [*far, more]), *persons[1:]]), FIRST, LAST)
    changed = after.days.filter(before.days["output_hash"] != after.days["output_hash"])
    owner = after.dispositions.filter(punch_id=1000 + len(far))["business_date"].to_list()
    assert set(changed["employee_key"]) <= {1}
    assert all(abs((day - date_of).days) <= 1 for day in changed["business_date"] for date_of in owner)
    if not owner:  # of a date outside the range; only a rest too short reaches in
        assert set(changed["business_date"]) <= {FIRST, LAST}


@settings(max_examples=10)
@given(people)
def test_days_do_not_depend_on_the_range_or_the_company_asked_for(persons):
    inputs = build(persons)
    whole = run(inputs, FIRST, LAST)
    assert run(build(persons[:1]), FIRST, LAST).days.equals(whole.days.filter(employee_key=1))
    for day in (FIRST, LAST):
        single = run(inputs, day, day)
        assert single.days.equals(whole.days.filter(business_date=day))
        assert single.pairs.equals(whole.pairs.filter(business_date=day))
        assert single.anomalies.equals(whole.anomalies.filter(business_date=day))


@settings(max_examples=10)
@given(people)
def test_sums_are_sound_and_every_punch_has_one_fate(persons):
    out = run(build(persons), FIRST, LAST)
    for row in out.days.iter_rows(named=True):
        assert all(value >= 0 for name, value in row.items() if name.endswith(("_min", "_days")))
        span = ((row["out_at_utc"] or 0) - (row["in_at_utc"] or 0)) // 60
        assert row["worked_min"] <= row["gross_min"] <= span
        assert row["paid_min"] + row["ot_min"] == row["worked_min"]
        assert row["payable_days"] + row["lop_days"] <= 100
    assert out.dispositions["punch_id"].is_unique().all()
    sequence = out.pairs.sort("employee_key", "in_at")
    inside = sequence["employee_key"] == sequence["employee_key"].shift(1)
    assert (sequence.filter(inside)["in_at"] >= sequence["out_at"].shift(1).filter(inside)).all()
