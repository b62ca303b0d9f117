"""The project as Dagster's own tools see it: started as people start them, from the root of the repository."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from examples.demo.servers import write_project
from hub.registry import spec_of
from orchestration import components
from orchestration.components.scaffold import ConnectionScaffolder
from orchestration.components.tenant import TenantScaffolder
from tests.orchestration.site import built

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "url": "http://127.0.0.1:8000",
    "database": "acme",
    "user": "muster",
    "password": {"env": "ACME_TRYTON"},
    "company": "Acme",
}
KINDS = ("assets", "jobs", "schedules", "sensors")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder as a consultant has it: one tenant, one connection."""
    folder = tmp_path / "project"
    write_project(folder, "acme", dict(SETTINGS), ["kolkata"], "2026-10-01")
    return folder


def run_dg(*words: str, at: Path = ROOT, project: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`dg` with these words; the project is that of `MUSTER_PROJECT`."""
    kept = {name: value for name, value in os.environ.items() if name not in {"MUSTER_PROJECT", "DAGSTER_HOME"}}
    chosen = {"MUSTER_PROJECT": str(project)} if project else {}
    environment = {**kept, **chosen, "PYTHONPATH": os.pathsep.join([str(project or at), str(ROOT)]), "COLUMNS": "300"}
    program = str(Path(sys.executable).with_name("dg"))
    return subprocess.run([program, *words], cwd=at, env=environment, capture_output=True, text=True, check=False)


def parsed(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Its JSON; other lines may stand around it."""
    found: dict[str, Any] = json.JSONDecoder().raw_decode(done.stdout[done.stdout.index("{") :])[0]
    return found


def listed(done: subprocess.CompletedProcess[str]) -> dict[str, set[str]]:
    assert done.returncode == 0, done.stderr
    found = parsed(done)
    return {kind: {str(one.get("name") or one["asset_key"]) for one in found[kind]} for kind in KINDS}


def connection_file(project: Path) -> Path:
    return project / "acme_site" / "defs" / "acme_tryton" / "defs.yaml"


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


@pytest.mark.slow
def test_a_generated_project_loads_with_its_tenant_and_its_connection(project: Path) -> None:
    found = listed(run_dg("list", "defs", "--json", project=project))
    steps = {f"acme_tryton/{name}" for name in ("employees", "mapped", "planned", "pushed", "confirmed")}
    assert found["assets"] >= {"acme/raw_punches", "acme/attendance_days", *steps}
    assert found["schedules"] == {"acme_tryton_nightly"}
    assert "acme_tryton_push" in found["jobs"]
    assert "acme_tryton_corrections" in found["sensors"]


@pytest.mark.slow
def test_without_a_project_there_are_no_connections_and_nothing_is_wrong() -> None:
    done = run_dg("check", "defs")
    assert done.returncode == 0, done.stderr
    assert "All component YAML validated successfully" in done.stdout
    assert "All definitions loaded successfully" in done.stdout


@pytest.mark.slow
def test_component_types_of_all_installed_connectors_are_listed() -> None:
    names = {one["key"] for one in parsed(run_dg("list", "components", "--json"))["items"]}
    ours = {"ConnectionComponent", "TenantAttendance", "TrytonConnection"}
    assert {f"orchestration.components.{name}" for name in ours} <= names


@pytest.mark.slow
def test_scaffolding_a_connection_writes_every_setting_to_fill_in(project: Path) -> None:
    done = run_dg("scaffold", "defs", "orchestration.components.TrytonConnection", "north", at=project)
    assert done.returncode == 0, done.stderr
    written = yaml.safe_load((project / "acme_site/defs/north/defs.yaml").read_text(encoding="utf-8"))
    assert written["type"] == "orchestration.components.TrytonConnection"
    given = written["attributes"]
    assert (given["connection"], given["enabled"]) == ("north", False)
    assert given["settings"]["password"] == {"env": "NORTH_PASSWORD"}
    assert set(given["settings"]) == set(spec_of("tryton").connector.settings_type.model_fields)


def scaffolded(folder: Path, kind: str, scaffolder: dg.Scaffolder[Any]) -> dict[str, Any]:
    """What the file of a new component asks for."""
    place = folder / "north"
    place.mkdir()
    scaffolder.scaffold(dg.ScaffoldRequest(f"orchestration.components.{kind}", place, "yaml", folder, None))
    given: dict[str, Any] = yaml.safe_load((place / "defs.yaml").read_text(encoding="utf-8"))["attributes"]
    return given


def test_scaffolding_a_tenant_writes_its_name(tmp_path: Path) -> None:
    assert scaffolded(tmp_path, "TenantAttendance", TenantScaffolder()) == {"tenant": "north"}


def test_scaffolding_a_connection_of_any_kind_says_which_there_are(tmp_path: Path) -> None:
    given = scaffolded(tmp_path, "ConnectionComponent", ConnectionScaffolder())
    assert "tryton" in given["connector"]
    assert given["settings"] == {}


@pytest.mark.slow
def test_a_wrong_attribute_is_told_with_its_file_and_line(project: Path) -> None:
    path = connection_file(project)
    edit(path, lambda document: document["attributes"].update(unmaped_limit=3))
    done = run_dg("check", "yaml", at=project)
    assert done.returncode != 0
    assert f"{path}:" in done.stdout + done.stderr
    assert "unmaped_limit" in done.stdout + done.stderr


@pytest.mark.slow
def test_a_wrong_setting_is_told_with_its_own_line_and_without_its_value(project: Path) -> None:
    path = connection_file(project)

    def typed(document: dict[str, Any]) -> None:
        document["type"] = "orchestration.components.TrytonConnection"
        del document["attributes"]["connector"]
        document["attributes"]["settings"].update(url="ftp://acme.example", password="hunter2")

    edit(path, typed)
    done = run_dg("check", "defs", "--no-check-yaml", project=project)
    said = done.stdout + done.stderr
    lines = path.read_text(encoding="utf-8").splitlines()
    for name in ("url", "password"):
        line = next(number for number, text in enumerate(lines, 1) if text.strip().startswith(f"{name}:"))
        assert f"attributes.settings.{name} at {path}:{line}" in said
    assert "hunter2" not in said


@pytest.mark.filterwarnings("ignore:`parse_obj_as` is deprecated")  # Dagster's own
def test_a_typed_component_is_the_same_connection_as_the_general_one() -> None:
    given = {"connection": "north", "tenant": "acme", "sites": ["hq"], "starts_on": "2026-01-01"}
    settings = {**SETTINGS, "records": ["timesheet"]}
    typed = components.__dict__["TrytonConnection"].resolve_from_yaml(yaml.safe_dump({**given, "settings": settings}))
    general = components.ConnectionComponent.model_validate({**given, "connector": "tryton", "settings": settings})
    assert typed.config() == general.config()
    assert json.loads(json.dumps(typed.config().settings)) == settings
    assert keys(typed) == keys(general)


def keys(component: dg.Component) -> set[dg.AssetKey]:
    return set(built(component).resolve_asset_graph().get_all_asset_keys())


def test_the_definitions_run_in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.definitions import defs

    monkeypatch.delenv("MUSTER_PROJECT", raising=False)
    loaded = defs()
    assert isinstance(loaded, dg.Definitions)
    assert loaded.executor is dg.in_process_executor
    assert {job.name for job in loaded.jobs or ()} == {"configure_connection", "retire_connection", "close_period"}
