"""Shifts, calendars, leave, breaks, rounding and corrections on single days."""

from datetime import date, timedelta
from typing import Any

import pytest

from hub.rules import Policy, Rounding
from hub.rules.codes import DayFlag, Session
from tests.rules.build import (
    DAY,
    at,
    codes,
    dispositions,
    employment,
    frame,
    one_day,
    punch,
    punches,
    roster,
    run,
    world,
)

SUNDAY = date(2026, 3, 15)
HALF = {"employee_key": 1, "date": DAY, "type_code": "CL", "paid_hundredths": 100}


def leave(portion: str, paid: int = 100, **more: Any) -> dict[str, Any]:
    return {**HALF, "portion": portion, "paid_hundredths": paid, **more}


def test_an_ordinary_day():
    day = one_day(world(punches=punches("09:05", "13:00", "13:30", "18:20")))
    assert (day["status"], day["s1"], day["s2"]) == ("P", Session.WORKED, Session.WORKED)
    # 525 minutes in pairs; 30 of the 60 minutes of break were punched, the other 30 are taken off.
    assert (day["gross_min"], day["break_min"], day["worked_min"]) == (525, 30, 495)
    assert (day["late_min"], day["flags"], day["anomaly_codes"]) == (0, 0, [])
    assert (day["in_at_local"], day["out_at_local"]) == ("2026-03-10T09:05:00+05:30", "2026-03-10T18:20:00+05:30")


def test_early_minutes_are_told_and_not_paid():
    day = one_day(world(punches=punches("08:30", "18:00")))
    assert (day["pre_shift_min"], day["gross_min"]) == (30, 540)
    assert one_day(world(punches=punches("08:30", "18:00"), policy=Policy(early_in_counts=True)))["gross_min"] == 570


def test_late_minutes_after_the_end_can_be_left_out():
    day = one_day(world(punches=punches("09:00", "19:00"), policy=Policy(late_out_counts=False)))
    assert (day["post_shift_min"], day["gross_min"]) == (60, 540)


@pytest.mark.parametrize(("text", "late"), [("09:10:00", 0), ("09:10:01", 10), ("09:40", 40)])
def test_late_is_counted_from_the_start_once_the_grace_is_over(text, late):
    day = one_day(world(punches=punches(text, "18:00")))
    assert day["late_min"] == late
    assert bool(day["flags"] & DayFlag.LATE) == bool(late)


def test_a_kolkata_night_belongs_to_the_date_it_starts_on():
    rows = [punch(1, at("21:55")), punch(2, at("1+06:10"))]
    out = run(world(shift="NIGHT", punches=rows), DAY, DAY + timedelta(days=1))
    first, second = out.days.rows(named=True)
    assert (first["status"], first["worked_min"], first["ot_min"]) == ("P", 490, 0)
    assert second["status"] == "A"


def test_overtime_is_nothing_below_the_threshold_and_everything_from_it():
    rows = punches("09:00", "18:29"), punches("09:00", "18:30")
    below, at_it = (one_day(world(punches=p)) for p in rows)
    assert (below["ot_min"], below["paid_min"]) == (0, 509)
    assert (at_it["ot_min"], at_it["paid_min"]) == (30, 480)


def test_split_shift_is_one_date_of_two_segments():
    out = run(world(shift="SPLIT", punches=punches("08:00", "12:00", "16:15", "20:00")))
    day = out.days.row(0, named=True)
    assert (day["status"], day["worked_min"], day["late_min"], day["break_min"]) == ("P", 465, 15, 0)
    assert out.pairs["seq"].to_list() == [1, 2]


def test_open_shift_has_no_late_or_early():
    day = one_day(world(shift="OPEN", punches=punches("11:00", "16:00", "17:00", "20:00")))
    assert (day["status"], day["worked_min"], day["expected_min"]) == ("P", 480, 480)
    assert (day["late_min"], day["early_out_min"]) == (0, 0)


def test_open_day_ends_at_the_day_boundary():
    rows = [punch(1, at("20:00")), punch(2, at("1+03:59:59")), punch(3, at("1+04:00"))]
    out = run(world(shift="OPEN", punches=rows, policy=Policy(dedupe_window_s=0)), DAY, DAY + timedelta(days=1))
    assert out.days["gross_min"].to_list() == [479, 0]


def test_flexible_shift_counts_late_from_its_core():
    shift = {"shift_code": "DAY", "effective_from": date(2020, 1, 1), "kind": "flexible", "expected_min": 480,
             "unpaid_break_min": 0, "core_start_min": 630, "core_end_min": 960}  # fmt: skip
    day = one_day(world(shifts=[shift], punches=punches("10:45", "18:45")))
    assert (day["late_min"], day["early_out_min"], day["status"]) == (15, 0, "P")
    assert one_day(world(shifts=[shift | {"core_start_min": None}], punches=punches("10:45", "18:45")))["late_min"] == 0


def test_a_long_day_without_a_shift_loses_no_break():
    day = one_day(world(shift=None, punches=punches("08:00", "18:00")))
    assert (day["status"], day["worked_min"], day["ot_min"]) == ("WOW", 600, 600)


def test_work_on_a_day_off_is_overtime():
    off = [{"weekly_off_code": "SUN", "weekday": 6}]
    jobs = [employment(weekly_off_code="SUN")]
    day = one_day(world(employments=jobs, weekly_offs=off, punches=punches("08:00", "12:00", day=SUNDAY)), SUNDAY)
    assert (day["status"], day["worked_min"], day["ot_min"], day["payable_days"]) == ("WOW", 240, 240, 100)
    assert (day["pre_shift_min"], day["late_min"], day["expected_min"]) == (0, 0, 0)
    assert day["anomaly_codes"] == ["UNSCHEDULED_WORK"]


@pytest.mark.parametrize(
    ("day", "status"), [(date(2026, 3, 14), "WO"), (date(2026, 3, 21), "A"), (date(2026, 3, 28), "WO")]
)
def test_second_and_fourth_saturday_off(day, status):
    offs = [{"weekly_off_code": "S24", "weekday": 5, "nth": n} for n in (2, 4)]
    assert one_day(world(employments=[employment(weekly_off_code="S24")], weekly_offs=offs), day)["status"] == status


def test_pattern_cycles_from_its_anchor_also_backwards():
    patterns = [{"pattern_code": "P", "index": n, "shift_code": code} for n, code in enumerate(["DAY", "NIGHT", None])]
    rosters = [roster(None, pattern_code="P", anchor_date=DAY)]
    out = run(world(rosters=rosters, patterns=patterns), DAY - timedelta(days=2), DAY + timedelta(days=3))
    assert out.days["shift_code"].to_list() == ["NIGHT", None, "DAY", "NIGHT", None, "DAY"]
    assert out.days["status"].to_list() == ["A", "WO", "A", "A", "WO", "A"]


@pytest.mark.parametrize(
    ("portion", "rows", "late", "early"),
    [("first", ["14:00", "18:00"], 0, 0), ("first", ["14:30", "18:00"], 30, 0), ("second", ["09:00", "12:45"], 0, 15)],
)
def test_half_day_leave_moves_the_start_or_the_end(portion, rows, late, early):
    day = one_day(world(punches=punches(*rows), leaves=[leave(portion)]))
    assert (day["late_min"], day["early_out_min"]) == (late, early)
    assert day["expected_min"] == 240


def test_half_day_leave_alone_loses_the_other_half():
    day = one_day(world(leaves=[leave("second")]))
    assert (day["status"], day["payable_days"], day["lop_days"], day["leave_code"]) == ("HL", 50, 50, "CL")


@pytest.mark.parametrize(("paid", "payable", "lop", "session"), [(100, 100, 0, 1), (0, 0, 100, 2), (50, 50, 50, 1)])
def test_leave_pays_what_its_type_pays(paid, payable, lop, session):
    day = one_day(world(leaves=[leave("full", paid)]))
    assert (day["status"], day["payable_days"], day["lop_days"], day["s1"]) == ("L", payable, lop, session)
    assert day["anomaly_codes"] == []


def test_two_halves_of_different_leave():
    day = one_day(world(leaves=[leave("first"), leave("second", 0, type_code="LWP")]))
    assert (day["status"], day["leave_code"], day["lop_days"]) == ("L", "CL+LWP", 50)


def test_leave_by_the_minute_shortens_what_is_expected():
    day = one_day(world(punches=punches("11:00", "18:00"), leaves=[leave("minutes", minutes=120)]))
    assert (day["expected_min"], day["status"]) == (360, "P")


def test_full_leave_with_work_keeps_the_leave():
    day = one_day(world(punches=punches("09:00", "18:00"), leaves=[leave("full")]))
    assert (day["status"], day["payable_days"]) == ("L", 100)
    assert "LEAVE_AND_WORKED" in day["anomaly_codes"]


@pytest.mark.parametrize(
    ("portion", "rows", "status", "expected"),
    [
        ("full", [], "H", 0),
        ("full", ["09:00", "13:00"], "HW", 0),
        ("second", ["09:00", "13:00"], "P", 240),
        ("first", [], "A", 240),
    ],
)
def test_holiday_portions(portion, rows, status, expected):
    holiday = [{"calendar": "C", "date": DAY, "kind": "public", "portion": portion}]
    day = one_day(world(punches=punches(*rows), holidays=holiday))
    assert (day["status"], day["expected_min"]) == (status, expected)


@pytest.mark.parametrize(
    ("end", "status", "sessions"), [("17:12", "P", (0, 0)), ("17:11", "HD", (0, 5)), ("12:59", "A", (5, 5))]
)
def test_full_and_half_day_thresholds(end, status, sessions):
    # 90 % and 50 % of 480 minutes; the break of an hour is taken from five hours on.
    day = one_day(world(punches=punches("09:00", end)))
    assert (day["status"], (day["s1"], day["s2"])) == (status, sessions)


def test_half_a_day_is_the_half_with_more_work():
    day = one_day(world(punches=punches("13:00", "18:00"), policy=Policy(break_mode="none")))
    assert (day["status"], day["s1"], day["s2"]) == ("HD", Session.ABSENT, Session.WORKED)


def test_absent_without_a_punch_only_after_the_delay():
    end = at("22:00")
    assert one_day(world(as_of=end))["status"] == "MP"
    late = one_day(world(as_of=end + 86_400))
    assert (late["status"], late["anomaly_codes"]) == ("A", ["ABSENT_NO_PUNCH"])


def test_too_little_rest():
    rows = [punch(1, at("09:00")), punch(2, at("21:59")), punch(3, at("1+08:58")), punch(4, at("1+18:00"))]
    out = run(world(punches=rows), DAY, DAY + timedelta(days=1))
    found = out.anomalies.filter(code="REST_VIOLATION")
    assert found["business_date"].to_list() == [DAY + timedelta(days=1)]
    assert found["detail"].to_list() == ['{"rest_min":659}']


def test_hybrid_turns_to_parity_where_the_device_is_not_trusted():
    rows = punches(">09:00", ">18:00")
    trusted, not_trusted = (
        run(world(punches=rows, devices=d)) for d in ([{"device_id": 1, "direction_trusted": True}], [])
    )
    assert trusted.days["gross_min"].item() == 0
    assert not_trusted.days["gross_min"].item() == 540


def test_an_undirected_punch_takes_turns_with_the_last_trusted_one():
    rows = punches("<08:30", "09:00", "18:00")
    assert dispositions(run(world(punches=rows))) == {1: "unpaired", 2: "paired_in", 3: "paired_out"}


def test_corrections_void_move_and_redirect_and_the_latest_wins():
    rows = punches(">09:00", ">12:00", ">17:00")
    fixes = [
        {"correction_id": 1, "employee_key": 1, "punch_id": 2, "op": "retime", "t_utc": at("12:30")},
        {"correction_id": 2, "employee_key": 1, "punch_id": 2, "op": "void"},
        {"correction_id": 3, "employee_key": 1, "punch_id": 3, "op": "retime", "t_utc": at("18:00"), "direction": 1},
        {"correction_id": 4, "employee_key": 2, "punch_id": 1, "op": "void"},  # not this employee's to change
    ]
    out = run(world(punches=rows, corrections=fixes))
    assert dispositions(out) == {1: "paired_in", 2: "voided", 3: "paired_out"}
    assert out.days["gross_min"].item() == 540


def test_rounding_and_snapping():
    quarter = Rounding(interval_min=15)
    rows = punches("09:07:30", "17:52")
    assert one_day(world(punches=rows, policy=Policy(round_in=quarter, round_out=quarter)))["gross_min"] == 510
    seven = Policy(round_in=quarter, round_out=quarter, round_half="minute_down")
    assert one_day(world(punches=rows, policy=seven))["gross_min"] == 525
    snapped = run(world(punches=rows, policy=Policy(grace_snap_in_min=8)))
    assert (snapped.pairs["rounded_in_s"].item(), snapped.days["gross_min"].item()) == (-450, 532)
    assert (
        one_day(world(punches=rows, policy=Policy(round_day=Rounding(interval_min=60, dir="down"))))["worked_min"]
        == 420
    )
    assert (
        one_day(world(punches=rows, policy=Policy(round_pair=Rounding(interval_min=60, dir="down"))))["gross_min"]
        == 480
    )


def test_rounding_follows_the_local_clock():
    hour = Rounding(interval_min=60, dir="down")
    local, utc = (Policy(round_out=hour, round_basis=basis) for basis in ("local", "utc"))
    rows = punches("09:00", "18:10")
    assert [one_day(world(punches=rows, policy=p))["gross_min"] for p in (local, utc)] == [540, 510]


def test_clock_marks():
    rows = [
        punch(1, at("09:00"), received_at=at("09:00") - 301),
        punch(2, at("18:00"), received_at=at("18:00") + 401 * 86_400),
    ]
    out = run(world(punches=rows))
    assert codes(out) == ["CLOCK_SUSPECT", "FUTURE"]
    assert out.days["blocks_posting"].item()


def test_off_shift_can_be_left_unpaired():
    rows = punches("05:00", "06:00", "09:00", "18:00")
    paired = run(world(punches=rows))
    assert paired.days["gross_min"].item() == 600
    told = run(world(punches=rows, policy=Policy(off_shift="anomaly")))
    assert dispositions(told) == {1: "off_shift", 2: "off_shift", 3: "paired_in", 4: "paired_out"}
    assert codes(told) == ["OFF_SHIFT", "OFF_SHIFT"]
    assert codes(run(world(punches=rows, policy=Policy(off_shift="ignore")))) == []


def test_provisional_is_not_part_of_what_the_row_says():
    rows = punches("09:00", "18:00")
    early, late = (one_day(world(punches=rows, as_of=t)) for t in (at("20:00"), at("3+20:00")))
    assert early["flags"] & DayFlag.PROVISIONAL
    assert not late["flags"] & DayFlag.PROVISIONAL
    assert early["output_hash"] == late["output_hash"]
    assert early["input_hash"] == late["input_hash"]


def test_hashes_are_the_same_in_every_process():
    day = one_day(world(punches=punches("09:00", "18:00")))
    assert (day["input_hash"], day["output_hash"]) == (2814818824968523838, 2659920904374829891)


def test_frame_gives_declared_columns():
    assert frame("leaves", [leave("full")])["minutes"].to_list() == [None]
