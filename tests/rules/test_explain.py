"""A day explained: every stage is there, with what it took, what it did and the parameters that decided."""

import json

import pytest

from hub.rules import Policy, explain
from hub.rules.phrases import phrase
from tests.rules.build import DAY, at, punches, world


def test_every_stage_is_told() -> None:
    policy = Policy(grace_in_min=5)
    told = explain(world(punches=punches("09:10", "09:10:20", "20:00"), policy=policy), 1, DAY)
    assert [int(step.stage.split()[0]) for step in told.steps] == list(range(18))
    steps = {step.stage: step for step in told.steps}
    assert steps["2 repeats"].did == {"duplicates": 1, "dropped": ["2026-03-10T09:10:20+05:30"]}
    assert steps["3 shift"].did[0]["window_until_at"] == "2026-03-10T22:00:00+05:30"
    assert steps["12 status"].did == {"status": "P", "halves": ["worked", "worked"]}
    assert steps["10 late, early, notes"].did["late_min"] == 10
    assert steps["10 late, early, notes"].decided["grace_in_min"] == 5
    assert [line["minutes"] for line in steps["14 overtime"].did] == [110]
    assert steps["16 totals"].did["payable_days"] == 100


def test_it_reads_as_text_and_as_json() -> None:
    told = explain(world(punches=punches("09:00", "18:00")), 1, DAY)
    text = told.text()
    assert "12 status" in text
    assert "full_day_pct = 90" in text
    assert "single_punch = pending" in text
    assert "gross 540 min" in text
    assert "round_in = off" in text
    again = json.loads(json.dumps(told.json()))
    assert again["steps"][6]["did"][0]["seq"] == 1


def test_a_day_type_and_the_fates_of_halves_have_names() -> None:
    told = explain(world(punches=[]), 1, DAY)
    text = told.text()
    assert "day type working" in text
    assert "halves (absent; absent)" in text


def test_corrections_of_the_day_are_told_and_others_are_not() -> None:
    rows = [
        {"correction_id": 1, "employee_key": 1, "punch_id": 2, "op": "retime", "t_utc": at("19:00"), "direction": None},
        {"correction_id": 2, "employee_key": 1, "punch_id": 99, "op": "void", "t_utc": None, "direction": None},
    ]
    told = explain(world(punches=punches("09:00", "18:00"), corrections=rows), 1, DAY)
    steps = {step.stage: step for step in told.steps}
    assert steps["1 corrections"].took == [{"op": "retime", "punch": 2, "to_at": "2026-03-10T19:00:00+05:30"}]
    assert steps["2 repeats"].took == ["2026-03-10T09:00:00+05:30", "2026-03-10T19:00:00+05:30"]
    assert steps["6 pairs"].did[0]["out_at"] == "2026-03-10T19:00:00+05:30"


def test_codes_that_people_gave_stay_to_the_letter() -> None:
    assert phrase({"shift": "early_a", "leave_code": "half_sick", "became": "paired_in"}, DAY) == (
        "shift early_a, leave code half_sick, became paired in"
    )


def test_it_is_told_whether_a_device_is_believed() -> None:
    for trusted in (True, False):
        devices = [{"device_id": 1, "direction_trusted": trusted}]
        told = explain(world(punches=punches(">09:00", "<18:00"), devices=devices), 1, DAY)
        said = told.steps[5].took
        assert [(one["device_said"], one["believed"]) for one in said] == [("in", trusted), ("out", trusted)]


def test_a_night_shift_shows_the_date_of_what_lies_on_another_one() -> None:
    told = explain(world(shift="NIGHT", punches=punches("22:00", "1+06:00")), 1, DAY)
    assert "out 2026-03-11 06:00:00+05:30" in told.text()


def test_somebody_else_is_not_explained() -> None:
    with pytest.raises(LookupError, match="Employee 9"):
        explain(world(), 9, DAY)
