"""What ARCHITECTURE.md says of rooms and arrows, read off the source."""

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from hub import ours
from hub.registry import discover

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    path
    for room in ("hub", "connectors", "orchestration")
    for path in (ROOT / room).rglob("*.py")
    if "versions" not in path.parts
)
LONGEST = 400

DATABASE = ("sqlalchemy", "sqlmodel", "psycopg", "alembic", "hub.database", "hub.records", "hub.bulk", "hub.lease")
NETWORK = (
    "httpx",
    "urllib.request",
    "http.client",
    "socket",
    "requests",
    "asyncio",
    "starlette",
    "fastapi",
    "hub.http",
)
CLOCKS = {
    ("time", "time"), ("time", "time_ns"), ("time", "monotonic"), ("time", "monotonic_ns"), ("time", "perf_counter"),
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
}  # fmt: skip
PURE = (
    "hub/rules",
    "hub/doors",
    "hub/mapping.py",
    "hub/zones.py",
    "hub/contract.py",
    "hub/check.py",
    "hub/delivery/plan.py",
)
FOR_CONNECTORS = ("hub.check", "hub.contract", "hub.errors", "hub.http", "hub.oauth", "hub.secrets")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[str]:
    """Every module that the file names in an import, wherever in the file that stands."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def within(module: str, rooms: tuple[str, ...]) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in rooms)


def files(*rooms: str) -> list[Path]:
    return [path for path in SOURCES if any(path.is_relative_to(ROOT / room) for room in rooms)]


def offending(paths: list[Path], *forbidden: str) -> list[str]:
    """`file imports module`, for the forbidden rooms."""
    assert paths
    return [f"{path.relative_to(ROOT)} imports {name}" for path in paths for name in imports(path)
            if within(name, forbidden)]  # fmt: skip


def test_the_hub_imports_neither_a_connector_nor_the_orchestration() -> None:
    assert offending(files("hub"), "connectors", "orchestration", "examples", "tests", "bench") == []


def test_the_orchestration_imports_no_connector_by_name() -> None:
    assert offending(files("orchestration"), "connectors", "examples", "tests", "bench") == []


def test_a_connector_imports_only_what_is_meant_for_connectors() -> None:
    named = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files("connectors")
        for name in imports(path)
        if within(name, ("hub",)) and not within(name, allowed(path))
    ]
    assert named == []
    assert offending(files("connectors"), "orchestration", "examples", "tests", "bench") == []


def allowed(path: Path) -> tuple[str, ...]:
    """A connector's simulator stands on the hub's test bench; what runs at night does not."""
    return (*FOR_CONNECTORS, "hub.testing") if path.stem.startswith("simulat") else FOR_CONNECTORS


def test_a_connector_imports_no_other_connector() -> None:
    rooms = {path.name for path in (ROOT / "connectors").iterdir() if (path / "__init__.py").exists()}
    for room in rooms:
        others = tuple(f"connectors.{other}" for other in rooms - {room})
        assert offending(files(f"connectors/{room}"), *others) == []


def test_dagster_is_imported_in_the_orchestration_only() -> None:
    paths = [*files("hub", "connectors"), *(ROOT / "examples").rglob("*.py")]
    assert offending(paths, "dagster", "dagster_postgres", "dagster_webserver") == []


def test_the_http_library_is_imported_in_one_file() -> None:
    paths = [path for path in files("hub", "connectors") if not path.is_relative_to(ROOT / "hub/testing")]
    named = offending(paths, "httpx", "requests", "urllib.request", "http.client", "aiohttp")
    assert named == ["hub/http.py imports httpx"]


def test_imports_name_their_module_in_full() -> None:
    """Otherwise none of these tests would see where they lead."""
    assert [path for path in SOURCES if any(name.startswith(".") for name in imports(path))] == []


def test_pure_rooms_reach_neither_a_database_nor_a_network() -> None:
    assert offending(files(*PURE), *DATABASE, *NETWORK) == []
    opened = [path for path in files(*PURE) for call in names_called(path) if call in {"open", "print"}]
    assert opened == []


def names_called(path: Path) -> set[str]:
    calls = (node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
    return {name.id for name in calls if isinstance(name, ast.Name)}


def clocks(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            if (owner, node.attr) in CLOCKS:
                yield f"{path.relative_to(ROOT)}:{node.lineno} asks {owner}.{node.attr}"


def test_pure_rooms_ask_no_clock() -> None:
    assert [found for path in files(*PURE) for found in clocks(path)] == []
    assert offending(files(*PURE), "time") == []


def floats(path: Path) -> Iterator[str]:
    """Where a float could arise: a literal, a true division, a call or a type."""
    for node in ast.walk(tree(path)):
        named = getattr(node, "id", None) or getattr(node, "attr", None)
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        divided = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        if literal or divided or named in {"float", "Float32", "Float64", "truediv", "mean"}:
            yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def test_the_rules_and_the_mapping_know_no_floats() -> None:
    assert [found for path in files("hub/rules", "hub/mapping.py") for found in floats(path)] == []


def test_the_rules_import_the_zones_and_nothing_else_of_the_hub() -> None:
    named = {name for path in files("hub/rules") for name in imports(path) if within(name, ("hub",))}
    assert {name for name in named if not within(name, ("hub.rules", "hub.zones"))} == set()


def test_the_orchestration_keeps_its_annotations_readable() -> None:
    """Dagster reads them when it defines assets; as texts it takes them for something else."""
    assert offending(files("orchestration"), "__future__") == []


def test_no_source_file_is_too_long_to_be_read_at_once() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {path.relative_to(ROOT): lines for path, lines in lengths.items() if lines > LONGEST} == {}


@pytest.mark.parametrize("name", sorted(discover()[0]))
def test_every_setting_of_a_connector_is_described(name: str) -> None:
    settings = discover()[0][name].connector.settings_type
    assert [
        field for model in models(settings) for field, one in model.model_fields.items() if not one.description
    ] == []


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The model and those within it."""
    yield model
    for one in model.model_fields.values():
        if isinstance(one.annotation, type) and issubclass(one.annotation, BaseModel):
            yield from models(one.annotation)


def test_our_own_connectors_are_all_found_and_sound() -> None:
    found, broken = discover()
    assert broken == ()
    assert "tryton" in found


def test_a_package_that_stands_in_our_place_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours.require_ours()
    spec: Any = importlib.util.spec_from_file_location("connectors", tmp_path / "connectors" / "__init__.py")
    monkeypatch.setattr(ours, "find_spec", lambda _: spec)
    with pytest.raises(ours.NotOursError, match="Another installed package has that name"):
        ours.require_ours()
    monkeypatch.setattr(ours, "find_spec", lambda _: None)
    with pytest.raises(ours.NotOursError, match="install Muster again"):
        ours.require_ours()
