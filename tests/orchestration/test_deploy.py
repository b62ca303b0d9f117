"""The files of a deployment fit what there is."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster._core.instance.config import dagster_instance_config

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


@pytest.fixture
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_dagster_accepts_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for line in (DEPLOY / "example.env").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            monkeypatch.setenv(*line.split("=", 1))
    settings, _ = dagster_instance_config(str(DEPLOY))
    assert settings["storage"]["postgres"]["postgres_db"]["scheme"] == "postgresql+psycopg2"


def test_each_service_runs_a_program_that_is_installed(compose: dict[str, Any]) -> None:
    programs = Path(os.path.realpath(ROOT / ".venv")) / "bin"
    named = {one["command"][0] for one in compose["services"].values() if "command" in one}
    assert named == {"muster", "dagster", "dagster-daemon", "dagster-webserver"}
    assert all((programs / name).exists() for name in named)


def test_only_the_proxy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, one in compose["services"].items() if "ports" in one] == ["proxy"]
    assert "--read-only" in compose["services"]["viewer"]["command"]


def test_every_file_that_the_image_and_the_services_take_is_there(compose: dict[str, Any]) -> None:
    copied = [
        word
        for line in (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
        if line.startswith("COPY")
        for word in line.split()[1:-1]
    ]
    mounted = [
        volume.split(":")[0]
        for one in compose["services"].values()
        for volume in one.get("volumes", [])
        if volume.startswith("./")
    ]
    assert [one for one in copied if not (ROOT / one).exists()] == []
    assert [one for one in mounted if not (DEPLOY / one).exists()] == []
    assert (DEPLOY / "example.env").exists()
