"""The files of a deployment fit what there is."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster._core.instance.config import dagster_instance_config

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
    return found


@pytest.fixture
def compose() -> dict[str, Any]:
    return read("compose.yaml")


@pytest.fixture
def beside() -> dict[str, Any]:
    """What stands beside it where runs go to workers."""
    return read("workers.yaml")


@pytest.fixture
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for line in (DEPLOY / "example.env").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            monkeypatch.setenv(*line.split("=", 1))


@pytest.mark.usefixtures("_environment")
@pytest.mark.parametrize("name", ["dagster.yaml", "dagster.workers.yaml"])
def test_dagster_accepts_its_settings(name: str) -> None:
    settings, _ = dagster_instance_config(str(DEPLOY), name)
    assert settings["storage"]["postgres"]["postgres_db"]["scheme"] == "postgresql+psycopg2"


def test_each_service_runs_a_program_that_is_installed(compose: dict[str, Any], beside: dict[str, Any]) -> None:
    programs = Path(os.path.realpath(ROOT / ".venv")) / "bin"
    services = [*compose["services"].values(), *beside["services"].values()]
    named = {one["command"][0] for one in services if "command" in one}
    assert named == {"muster", "dagster", "dagster-daemon", "dagster-webserver", "celery"}
    assert all((programs / name).exists() for name in named)


def test_with_workers_dagster_differs_in_where_runs_go_and_how_long_they_wait() -> None:
    alone, workers = read("dagster.yaml"), read("dagster.workers.yaml")
    assert workers.pop("run_launcher")["class"] == "WatchedCeleryLauncher"
    for each in (alone, workers):
        del each["concurrency"]["runs"], each["run_monitoring"]
    assert workers == alone


def test_every_process_of_dagster_knows_of_the_workers(compose: dict[str, Any], beside: dict[str, Any]) -> None:
    asked = {given["env"] for given in read("dagster.workers.yaml")["run_launcher"]["config"].values()}
    for name in ("code", "daemon", "dagster", "viewer", "worker"):
        service = beside["services"][name]
        assert service["volumes"] == ["./dagster.workers.yaml:/dagster/dagster.yaml:ro"]
        assert set(service["environment"]) == asked
    assert set(beside["services"]) - set(compose["services"]) == {"redis", "worker"}
    assert (DEPLOY / "dagster.workers.yaml").exists()


def test_what_workers_have_beyond_the_image_is_what_the_tests_have() -> None:
    pinned = [line for line in (DEPLOY / "workers.txt").read_text(encoding="utf-8").splitlines() if "==" in line]
    tested = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in pinned if line not in tested] == []
    assert any(line.startswith("dagster-celery==") for line in pinned)


def test_only_the_proxy_is_reached_from_outside(compose: dict[str, Any], beside: dict[str, Any]) -> None:
    assert [name for name, one in compose["services"].items() if "ports" in one] == ["proxy"]
    assert [name for name, one in beside["services"].items() if "ports" in one] == []
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
