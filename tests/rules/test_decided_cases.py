"""The decided edge cases of the specification (B.5), one test a row, for the stages the engine has."""

from datetime import date, timedelta
from typing import Any

import pytest

from hub.rules import Inputs, Policy
from hub.rules.codes import DayFlag, DayType, Session
from tests.rules.build import DAY, at, codes, dispositions, employment, one_day, punch, punches, roster, run, world

NEXT = DAY + timedelta(days=1)


def test_same_finger_twice_in_four_seconds_is_a_duplicate():
    out = run(world(punches=punches("09:00:00", "09:00:04", "18:00")))
    assert dispositions(out) == {1: "paired_in", 2: "duplicate", 3: "paired_out"}
    assert out.days["duplicates_dropped"].to_list() == [1]


def test_out_and_in_two_minutes_apart_are_both_kept():
    out = run(world(punches=punches(">09:00", "<12:00", ">12:02", "<18:00")))
    assert out.pairs.height == 2
    assert out.days["gross_min"].item() == 538


def test_known_opposite_directions_within_the_window_are_both_kept():
    out = run(world(punches=punches(">09:00", "<12:00", ">12:00:30", "<18:00")))
    assert "duplicate" not in dispositions(out).values()


def test_in_and_in_five_hours_later_are_two_visits():
    out = run(world(punches=punches(">09:00", ">14:00", "<18:00")))
    assert dispositions(out) == {1: "unpaired", 2: "paired_in", 3: "paired_out"}
    assert "MISSING_OUT" in codes(out)
    assert out.days["gross_min"].item() == 240


def test_in_and_in_an_hour_later_keeps_the_first():
    out = run(world(punches=punches(">09:00", ">10:00", "<18:00")))
    assert dispositions(out) == {1: "paired_in", 2: "repeat", 3: "paired_out"}
    assert "REPEAT_IN" in codes(out)


def test_out_and_out_an_hour_later_keeps_the_last():
    out = run(world(punches=punches(">09:00", "<17:00", "<18:00")))
    assert dispositions(out) == {1: "paired_in", 2: "repeat", 3: "paired_out"}


@pytest.mark.parametrize(("text", "code"), [("09:02", "MISSING_OUT"), ("17:50", "MISSING_IN")])
def test_one_undirected_punch_pays_nothing_and_is_pending(text, code):
    out = run(world(punches=punches(text), as_of=at("20:00")))
    day = out.days.row(0, named=True)
    assert (day["status"], day["worked_min"], day["payable_days"]) == ("MP", 0, 0)
    assert code in day["anomaly_codes"]
    assert day["blocks_posting"]


def test_one_punch_becomes_absent_after_the_delay():
    rows = punches("09:02")
    end = at("22:00")  # window end
    before, after = (one_day(world(punches=rows, as_of=end + 24 * 3600 + s)) for s in (-1, 0))
    assert (before["status"], after["status"]) == ("MP", "A")
    assert after["lop_days"] == 100


@pytest.mark.parametrize(("single_punch", "status"), [("absent", "A"), ("half", "HD"), ("present", "P")])
def test_single_punch_policy(single_punch, status):
    day = one_day(world(punches=punches("09:02"), policy=Policy(single_punch=single_punch)))
    assert day["status"] == status


def test_three_undirected_punches_leave_the_third_alone():
    out = run(world(punches=punches("09:00", "13:00", "18:00")))
    assert dispositions(out) == {1: "paired_in", 2: "paired_out", 3: "unpaired"}
    day = out.days.row(0, named=True)
    assert day["out_at_utc"] == at("13:00")
    assert "MISSING_OUT" in day["anomaly_codes"]


def test_out_before_any_in_is_a_missing_in():
    out = run(world(punches=punches("<09:00", ">13:00", "<18:00")))
    assert dispositions(out)[1] == "unpaired"
    assert "MISSING_IN" in codes(out)
    assert out.days["gross_min"].item() == 300


def test_a_second_before_the_window_is_off_shift():
    out = run(world(punches=punches("06:59:59", "09:00", "18:00")))
    assert dispositions(out) == {1: "off_shift", 2: "paired_in", 3: "paired_out"}
    assert "OFF_SHIFT" in codes(out)


def test_exactly_at_the_window_borders_is_inside():
    out = run(world(punches=punches("07:00", "22:00")))
    assert dispositions(out) == {1: "paired_in", 2: "paired_out"}
    assert "OFF_SHIFT" not in codes(out)


def touching(**policy: Any) -> Inputs:
    rosters = [roster("MORNING"), roster("NOON", seq=2)]
    return world(rosters=rosters, punches=punches("08:00", "12:00", "16:00"), policy=Policy(**policy))


def test_a_punch_where_two_shifts_touch_closes_the_first():
    out = run(touching())
    assert dispositions(out)[2] == "paired_out"
    assert out.days["worked_min"].item() == 240
    assert "MISSING_IN" in codes(out)


def test_with_handover_it_also_opens_the_second():
    out = run(touching(handover="share"))
    assert out.days["worked_min"].item() == 480
    assert "MISSING_IN" not in codes(out)
    assert out.dispositions.filter(punch_id=2)["disposition"].to_list() == ["paired_in", "paired_out"]


def test_margins_that_meet_are_cut_between_the_shifts():
    # Segments 08-12 and 16-20: the cut is at 14:00, which still belongs to the first.
    out = run(world(shift="SPLIT", punches=punches("08:00", "14:00", "14:00:01", "20:00"), devices=[],
                    policy=Policy(dedupe_window_s=0)))  # fmt: skip
    assert out.pairs["segment_no"].to_list() == [1, 2]
    assert out.pairs["out_at"].to_list() == [at("14:00"), at("20:00")]


def test_out_after_midnight_beyond_the_window_is_off_shift():
    rows = [punch(1, at("09:00"), 0), punch(2, at("1+01:00"), 1)]
    out = run(world(punches=rows))
    assert dispositions(out)[2] == "off_shift"
    assert {"MISSING_OUT", "OFF_SHIFT"} <= set(codes(out))


@pytest.mark.parametrize(
    ("day", "minutes"), [(date(2026, 3, 28), 420), (date(2026, 3, 27), 480), (date(2026, 10, 24), 540)]
)
@pytest.mark.parametrize("dst", ["elapsed", "nominal"])
def test_night_shift_over_a_clock_change(day, minutes, dst):
    rows = [punch(1, at("22:00", "Europe/Berlin", day)), punch(2, at("1+06:00", "Europe/Berlin", day))]
    got = one_day(world(zone="Europe/Berlin", shift="NIGHT", punches=rows, policy=Policy(dst_expected=dst)), day)
    assert got["worked_min"] == minutes
    assert got["expected_min"] == (minutes if dst == "elapsed" else 480)
    assert got["business_date"] == day


def test_shift_start_in_the_gap_moves_forward():
    day = date(2026, 3, 29)
    segments = [
        {"shift_code": "DAY", "effective_from": date(2020, 1, 1), "segment_no": 1, "start_min": 150, "end_min": 600}
    ]
    got = one_day(world(zone="Europe/Berlin", shift_segments=segments), day)
    assert got["scheduled_start_utc"] == at("03:30", "Europe/Berlin", day)


def test_shift_end_in_the_repeated_hour_is_its_last_occurrence():
    day = date(2026, 10, 24)
    segments = [
        {"shift_code": "DAY", "effective_from": date(2020, 1, 1), "segment_no": 1, "start_min": 1080, "end_min": 1590}
    ]
    got = one_day(world(zone="Europe/Berlin", shift_segments=segments), day)
    assert got["scheduled_end_utc"] == at("1+02:30f", "Europe/Berlin", day)


def test_device_of_another_site_is_told_but_rules_stay_home():
    rows = [{**row, "site_id": 2} for row in punches("09:00", "18:00")]
    out = run(world(punches=rows))
    assert codes(out) == ["SITE_MISMATCH"]
    assert out.days["site_id"].item() == 1


def test_zero_length_pair_is_a_duplicate():
    out = run(world(punches=punches(">09:00", "<09:00", "<18:00")))
    assert dispositions(out) == {1: "paired_in", 2: "duplicate", 3: "paired_out"}


def test_a_pair_beyond_the_limit_is_no_pair():
    policy = Policy(max_pair_min=300)
    out = run(world(punches=punches(">09:00", "<18:00"), policy=policy))
    assert out.pairs.is_empty()
    assert {"MISSING_OUT", "MISSING_IN", "LONG_SHIFT"} <= set(codes(out))


def test_a_manual_pair_overrules_the_device_punches_inside_it():
    added = [
        {"correction_id": n, "employee_key": 1, "op": "add", "t_utc": at(text), "direction": direction}
        for n, text, direction in [(1, "09:00", 0), (2, "18:00", 1)]
    ]
    out = run(world(punches=punches(">09:30", "<12:00", ">13:00", "<17:00"), corrections=added))
    assert dispositions(out) == {-2: "paired_out", -1: "paired_in", 1: "repeat", 2: "repeat", 3: "repeat", 4: "repeat"}
    assert "OVERLAP" in codes(out)
    day = out.days.row(0, named=True)
    assert day["gross_min"] == 540
    assert day["flags"] & DayFlag.REGULARISED


def test_half_day_leave_with_seven_hours_worked():
    leave = [{"employee_key": 1, "date": DAY, "portion": "first", "type_code": "CL", "paid_hundredths": 100}]
    out = run(world(punches=punches("10:30", "18:00"), leaves=leave))
    day = out.days.row(0, named=True)
    assert (day["status"], day["s1"], day["s2"]) == ("HL", Session.PAID_LEAVE, Session.WORKED)
    assert (day["expected_min"], day["ot_min"], day["payable_days"]) == (240, 0, 100)
    assert "LEAVE_AND_WORKED" in day["anomaly_codes"]


def test_outside_employment_is_not_employed():
    jobs = [employment(from_date=NEXT, to_date=NEXT)]
    out = run(world(employments=jobs, punches=punches("09:00", "18:00")), DAY, DAY + timedelta(days=2))
    assert out.days["status"].to_list() == ["NE", "A", "NE"]
    assert out.days["payable_days"].to_list() == [0, 0, 0]
    assert out.days["day_type"][0] == DayType.NOT_EMPLOYED
    assert codes(out).count("NOT_EMPLOYED") == 2
    assert set(dispositions(out).values()) == {"off_shift"}


@pytest.mark.parametrize(("kind", "status"), [("optional", "A"), ("public", "H"), ("company", "H")])
def test_an_optional_holiday_not_chosen_is_a_working_day(kind, status):
    holiday = [{"calendar": "C", "date": DAY, "kind": kind, "portion": "full"}]
    assert one_day(world(holidays=holiday))["status"] == status


def test_two_shifts_on_one_date_add_up_and_one_late_makes_the_day_late():
    rosters = [roster("MORNING"), roster("NOON", seq=2)]
    rows = punches("08:00", "11:30", "12:20", "16:00")
    day = one_day(world(rosters=rosters, punches=rows))
    assert (day["shift_code"], day["expected_min"], day["worked_min"]) == ("MORNING+NOON", 480, 430)
    assert day["late_min"] == 20
    assert day["flags"] & DayFlag.LATE


def test_exempt_employees_are_present_without_punches():
    day = one_day(world(employments=[employment(attendance_mode="exempt")]))
    assert (day["status"], day["payable_days"], day["anomaly_codes"]) == ("P", 100, [])


def test_ambiguous_time_is_marked():
    rows = punches("09:00", "18:00")
    rows[0]["flags"] = 1
    assert codes(run(world(punches=rows))) == ["TZ_AMBIGUOUS"]
