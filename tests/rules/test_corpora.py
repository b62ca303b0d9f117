"""Other products' cases through the engine: those at hand, and the command that runs them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hub.cli import app

CORPORA = Path(__file__).parents[3] / "shared" / "data" / "rules"
NAMES = (
    "frappe_hrms", "horilla_derived", "icehrm_derived", "kimai", "oca", "odoo", "odoo_leave", "orangehrm",
    "policy_examples", "timetrex",
)  # fmt: skip
TIERS = {"tiers": [{"from": 1, "to": 2, "days": 0}, {"from": 3, "days": 0.5}]}


def run(folder: Path) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(app, ["rules", "conformance", str(folder), "--json"])
    return done.exit_code, json.loads(done.output) if done.output.startswith("{") else {}


def write(folder: Path, *cases: dict[str, Any]) -> Path:
    (folder / "policy_examples.json").write_text(json.dumps({"cases": cases}))
    return folder


def case(lates: int, days: float) -> dict[str, Any]:
    expected = {"penalty_days_total": days}
    told = {"policy": TIERS, "input": {"late_count_in_month": lates}, "expected": expected}
    return {"id": f"policy/ours/{lates}", "topics": ["late_penalty"], "basis": "documented_example", **told}


def test_cases_that_agree_are_counted(tmp_path: Path) -> None:
    code, told = run(write(tmp_path, case(2, 0), case(3, 0.5)))
    assert (code, told["files"]["policy_examples"]) == (0, {"passed": 2, "failed": 0, "not_applicable": 0})


def test_a_case_that_differs_is_told_with_what_was_expected_and_what_came(tmp_path: Path) -> None:
    code, told = run(write(tmp_path, case(3, 0.75)))
    [failure] = told["failures"]
    assert (code, failure["file"], failure["case"]) == (1, "policy_examples", "policy/ours/3")
    assert failure["expected"] != failure["got"]
    assert failure["input"]["policy"] == TIERS


def test_a_case_that_cannot_be_read_fails_and_harms_no_other(tmp_path: Path) -> None:
    code, told = run(write(tmp_path, {"id": "odd", "expected": {}}, case(3, 0.5)))
    assert (code, told["files"]["policy_examples"]["passed"], told["failures"][0]["case"]) == (1, 1, "odd")


def test_a_folder_without_corpora_is_told(tmp_path: Path) -> None:
    assert run(tmp_path)[0] == 2


@pytest.mark.slow
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the peers' cases are not kept in this repository")
@pytest.mark.parametrize("name", NAMES)
def test_nineteen_in_twenty_applicable_cases_of_every_peer_agree(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.json").symlink_to(CORPORA / f"{name}.json")
    figures = run(tmp_path)[1]["files"][name]
    applicable = figures["passed"] + figures["failed"]
    assert figures["passed"] >= 0.95 * applicable
    assert figures["not_applicable"] <= 0.2 * (applicable + figures["not_applicable"])
