"""Rows that cannot be used hurt only their own employee; a table that is no table is refused."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from hub.rules import Outputs, TableError
from tests.rules.build import DAY, codes, dispositions, employment, punch, punches, roster, run, shift_rows, world

GOOD = punches("09:00", "18:00", employee=2)


def with_good(**tables: Any) -> Outputs:
    """Employee 1 with the trouble given, employee 2 in order."""
    rosters = [*tables.pop("rosters", [roster("DAY")]), roster("DAY", 2)]
    jobs = [*tables.pop("employments", [employment()]), employment(2)]
    return run(world(employments=jobs, rosters=rosters, punches=[*tables.pop("punches", []), *GOOD], **tables))


def check_good(out: Outputs) -> None:
    day = out.days.filter(employee_key=2).row(0, named=True)
    assert (day["status"], day["worked_min"], day["anomaly_codes"]) == ("P", 480, [])


def test_punch_of_nobody():
    out = with_good(punches=punches("09:00", "18:00", employee=9))
    check_good(out)
    assert out.anomalies.select("employee_key", "code").rows() == [
        (1, "ABSENT_NO_PUNCH"), (9, "NOT_EMPLOYED"), (9, "NOT_EMPLOYED"),
    ]  # fmt: skip
    assert out.days["employee_key"].to_list() == [1, 2]


@pytest.mark.parametrize(
    ("rosters", "code"),
    [
        ([roster("NO_SUCH")], "UNKNOWN_SHIFT"),
        ([roster(None, pattern_code="NO_SUCH")], "UNKNOWN_SHIFT"),
        ([], "UNROSTERED"),
    ],
)
def test_days_without_a_usable_shift_stay_pending(rosters, code):
    out = with_good(rosters=rosters)
    check_good(out)
    day = out.days.row(0, named=True)
    assert code in day["anomaly_codes"]
    assert day["blocks_posting"]
    assert day["status"] in {"MP", "A"}


def test_a_shift_before_its_first_version_is_unknown():
    shifts, _ = shift_rows()
    late = [row | {"effective_from": date(2030, 1, 1)} if row["shift_code"] == "NIGHT" else row for row in shifts]
    assert "UNKNOWN_SHIFT" in codes(with_good(rosters=[roster("NIGHT")], shifts=late))


@pytest.mark.parametrize(
    ("spans", "fault"),
    [
        ([(540, 2000)], "longer than 24 hours"),
        ([(540, 540)], "segments overlap or end before they start"),
        ([(540, 700), (600, 800)], "segments overlap or end before they start"),
        ([(-10, 200)], "does not start on its own date"),
        ([], "no segments"),
    ],
)
def test_a_shift_that_cannot_be(spans, fault):
    shifts, segments = shift_rows()
    start = date(2020, 1, 1)
    bad = [
        {"shift_code": "NIGHT", "effective_from": start, "segment_no": n, "start_min": a, "end_min": b}
        for n, (a, b) in enumerate(spans)
    ]
    segments = [row for row in segments if row["shift_code"] != "NIGHT"] + bad
    out = with_good(rosters=[roster("NIGHT")], shifts=shifts, shift_segments=segments)
    check_good(out)
    assert out.anomalies.filter(code="BAD_SHIFT")["detail"].str.contains(fault).all()
    assert "BAD_SHIFT" in codes(out)


def test_of_overlapping_rosters_the_one_entered_later_loses():
    out = with_good(rosters=[roster("MORNING", seq=5), roster("DAY", seq=3)])
    check_good(out)
    day = out.days.row(0, named=True)
    assert (day["shift_code"], day["expected_min"]) == ("DAY", 480)
    assert "OVERLAP_ASSIGNMENT" in day["anomaly_codes"]


def test_an_open_shift_shares_its_date_with_no_other():
    out = with_good(rosters=[roster("OPEN", seq=1), roster("DAY", seq=2)])
    assert out.days["shift_code"].to_list() == ["OPEN", "DAY"]
    assert "OVERLAP_ASSIGNMENT" in codes(out)


def test_of_overlapping_employments_the_later_start_holds():
    jobs = [employment(), employment(from_date=date(2026, 1, 1), attendance_mode="exempt")]
    out = with_good(employments=jobs)
    check_good(out)
    assert out.days["status"].to_list() == ["P", "P"]
    assert "OVERLAP_ASSIGNMENT" in codes(out)


@pytest.mark.parametrize(
    ("tables", "code"),
    [
        ({"employments": [employment(policy_code="no")]}, "UNKNOWN_POLICY"),
        ({"employments": [employment(site_id=7)]}, "UNKNOWN_SITE"),
    ],
)
def test_unknown_references_block_the_day(tables, code):
    out = with_good(punches=punches("09:00", "18:00"), **tables)
    check_good(out)
    assert code in out.days["anomaly_codes"][0]
    assert out.days["blocks_posting"].to_list() == [True, False]


def test_a_zone_that_is_none_blocks_its_site():
    sites = [
        {"site_id": 1, "zone": "Asia/Kolkata", "day_boundary_min": 240},
        {"site_id": 2, "zone": "Mars/Olympus", "day_boundary_min": 240},
    ]
    out = with_good(employments=[employment(site_id=2)], sites=sites)
    check_good(out)
    assert "UNKNOWN_SITE" in codes(out)


def test_punches_far_out_of_range_are_left_alone():
    out = with_good(punches=[punch(77, 946_684_800), punch(78, 0), punch(79, -5)])
    check_good(out)
    assert set(dispositions(out)) == {1, 2}


def test_nothing_at_all():
    out = run(world(employments=[], rosters=[], punches=GOOD))
    assert out.days.is_empty()
    assert codes(out) == ["NOT_EMPLOYED", "NOT_EMPLOYED"]


def test_a_table_without_a_column_is_refused():
    inputs = world()
    with pytest.raises(TableError, match=r"punches: no column t_utc"):
        inputs.__class__(
            **{f: getattr(inputs, f) for f in inputs.__slots__} | {"punches": inputs.punches.drop("t_utc")}
        )


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pl.lit("x").alias("t_utc"), r"punches\.t_utc: is String, expected Int64"),
        (pl.lit(None, dtype=pl.Int64).alias("t_utc"), r"punches\.t_utc: 2 rows are null"),
    ],
)
def test_a_wrong_column_is_named(column, message):
    inputs = world(punches=punches("09:00", "18:00"))
    fields = {f: getattr(inputs, f) for f in inputs.__slots__}
    with pytest.raises(TableError, match=message):
        inputs.__class__(**fields | {"punches": inputs.punches.with_columns(column)})


def test_enumerations_may_come_as_text_but_must_be_known():
    inputs = world(
        leaves=[{"employee_key": 1, "date": DAY, "portion": "full", "type_code": "CL", "paid_hundredths": 100}]
    )
    fields = {f: getattr(inputs, f) for f in inputs.__slots__}
    text = inputs.leaves.with_columns(pl.col("portion").cast(pl.String))
    assert inputs.__class__(**fields | {"leaves": text}).leaves.equals(inputs.leaves)
    with pytest.raises(TableError, match="'half' is not one of full, first, second, minutes"):
        inputs.__class__(**fields | {"leaves": text.with_columns(portion=pl.lit("half"))})
