"""Policies as files: what is wrong is said with its line and the values that are allowed; presets are good ones."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hub.rules import Policy
from hub.rules.policy_file import Problem, load, schema
from hub.rules.presets import names, parameters

GOOD = """\
policy: office
preset: indian_std
parameters:
  grace_in_min: 15
amendments:
  - effective_from: 2026-04-01
    version: 2
    changes: {late_free: 3}
"""


def test_a_good_file_becomes_a_policy_with_its_versions() -> None:
    found = load(GOOD)
    assert isinstance(found, tuple)
    code, policy = found
    assert code == "office"
    assert [(one.version, one.grace_in_min, one.late_free) for _, one in policy.versions()] == [(1, 15, 2), (2, 15, 3)]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("grace_in_min: 15", "grace_in: 15", 4, "grace_in is no parameter (did you mean grace_in_min?); allowed"),
        ("grace_in_min: 15", "week_start: moonday", 4, "'moonday'; allowed: 'monday', 'tuesday'"),
        ("grace_in_min: 15", "grace_in_min: -1", 4, "greater than or equal to 0"),
        ("indian_std", "indian", 2, "allowed: california, frappe, indian_std"),
        ("late_free: 3", "late_free: many", 8, "valid integer"),
        ("policy: office", "polcy: office", 1, "polcy is no parameter (did you mean policy?); allowed: amendments"),
        ("policy: office", "", 1, "policy is missing"),
        ("  grace_in_min: 15", " - [", 6, "YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, line: int, words: str) -> None:
    found = load(GOOD.replace(old, new))
    assert isinstance(found, list)
    assert any(problem.line == line and words in problem.text for problem in found), found


def test_something_else_than_a_mapping() -> None:
    assert load("- a") == [Problem(1, "is no mapping; expected policy, preset, parameters, amendments")]


def test_amendments_must_be_in_order() -> None:
    again = "  - {effective_from: 2026-03-01, version: 3, changes: {}}\n"
    found = load(GOOD + again)
    assert isinstance(found, list)
    assert "in order of effective_from" in found[0].text


@pytest.mark.parametrize("name", names())
def test_every_preset_is_a_policy(name: str) -> None:
    Policy.model_validate(parameters(name))


def test_the_presets_that_are_promised() -> None:
    assert {"indian_std", "us_flsa", "california", "frappe", "odoo", "timetrex", "kimai"} <= set(names())
    with pytest.raises(LookupError, match="Presets: california"):
        parameters("none")


def test_the_schema_names_every_parameter() -> None:
    known = schema()["properties"]["parameters"]["properties"]
    assert set(known) == set(Policy.model_fields) - {"amendments", "version"}
    assert all("description" in one for one in known.values())


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "hub.cli", *words], capture_output=True, text=True, check=False)


def test_the_command_validates(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(GOOD)
    bad.write_text(GOOD.replace("grace_in_min", "grace"))
    assert command("policy", "validate", str(good)).returncode == 0
    done = command("policy", "validate", str(bad))
    assert done.returncode == 2
    assert "line 4: grace is no parameter" in done.stdout


def test_the_command_runs_cases_of_a_directory(tmp_path: Path) -> None:
    rows = {"in": "2024-06-12T09:00:00", "out": "2024-06-12T19:00:00"}
    policy = {"overtime_start_h": 8, "double_time_start_h": 0, "calculator": "basic", "work_week_start": "sunday"}
    right = {"total_s": 36000, "regular_s": 28800, "overtime_s": 7200, "double_s": 0}
    cases = [
        {"id": "a", "policy": policy, "pairs": [rows], "expected": {"2024-06-12": right}},
        {"id": "b", "policy": policy, "pairs": [rows], "expected": {"2024-06-12": {**right, "overtime_s": 1}}},
    ]
    (tmp_path / "icehrm_derived.json").write_text(json.dumps({"cases": cases}))
    done = command("rules", "conformance", str(tmp_path), "--json")
    figures = json.loads(done.stdout)
    assert figures["files"] == {"icehrm_derived": {"passed": 1, "failed": 1, "not_applicable": 0}}
    assert [one["case"] for one in figures["failures"]] == ["b"]
    assert figures["failures"][0]["got"]["2024-06-12"]["overtime_s"] == 7200
    assert done.returncode == 1
    assert command("rules", "conformance", str(tmp_path / "none")).returncode == 2
