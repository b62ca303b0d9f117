"""A day explained: every stage is there, with what it took, what it did and the parameters that decided."""

import json

import pytest

from hub.rules import Policy, explain
from tests.rules.build import DAY, punches, world


def test_every_stage_is_told() -> None:
    policy = Policy(grace_in_min=5)
    told = explain(world(punches=punches("09:10", "09:10:20", "20:00"), policy=policy), 1, DAY)
    assert [int(step.stage.split()[0]) for step in told.steps] == list(range(18))
    steps = {step.stage: step for step in told.steps}
    assert steps["2 repeats"].did == {"duplicates": 1}
    assert steps["10 late, early, notes"].did["late_min"] == 10
    assert steps["10 late, early, notes"].decided["grace_in_min"] == 5
    assert [line["minutes"] for line in steps["14 overtime"].did] == [110]
    assert steps["16 totals"].did["payable_days"] == 100


def test_it_reads_as_text_and_as_json() -> None:
    told = explain(world(punches=punches("09:00", "18:00")), 1, DAY)
    text = told.text()
    assert "12 status" in text
    assert "full_day_pct = 90" in text
    again = json.loads(json.dumps(told.json(), default=str))
    assert again["steps"][6]["did"][0]["seq"] == 1


def test_somebody_else_is_not_explained() -> None:
    with pytest.raises(LookupError, match="Employee 9"):
        explain(world(), 9, DAY)
