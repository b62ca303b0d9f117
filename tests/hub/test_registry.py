from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from connectors.tryton import spec as tryton
from hub import registry
from hub.contract import Connector, Settings
from hub.registry import discover, spec_of


class NotSettings:
    pass


def half_made() -> type[Connector[Settings]]:
    """A class whose author has not finished."""
    return type("Half", (Connector,), {"settings_type": Settings})


def with_settings(kind: Any) -> type[Connector[Settings]]:
    return type("Odd", (tryton.connector,), {"settings_type": kind})


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Makes these the only installed connectors: entry point by name, what it loads by value."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "their_connector.py").write_text("1 / 0\n")

    def points(**named: Any) -> None:
        made = []
        for name, thing in named.items():
            point = EntryPoint(name, "their_connector:broken" if thing is None else f"installed:{name}", registry.GROUP)
            if thing is not None:
                object.__setattr__(point, "load", lambda thing=thing: thing)
            made.append(point)
        monkeypatch.setattr(registry, "entry_points", lambda **_: made)
        discover.cache_clear()

    yield points
    discover.cache_clear()


def test_what_is_installed_is_found_by_its_name(install: Callable[..., None]) -> None:
    install(tryton=tryton)
    assert discover() == ({"tryton": tryton}, ())
    assert spec_of("tryton") is tryton


BROKEN: dict[str, tuple[Any, str]] = {
    "does not import": (None, "cannot be imported: ZeroDivisionError"),
    "is something else": (7, "is a int, not a ConnectorSpec"),
    "speaks another contract": (replace(tryton, name="mine", contract=99), "it speaks contract 99, this hub speaks 1"),
    "has another name": (replace(tryton, name="other"), "the entry point is called 'mine', the connector 'other'"),
    "is no class": (replace(tryton, name="mine", connector=7), "7 is not a class that derives from Connector"),  # type: ignore[arg-type]
    "is not finished": (replace(tryton, name="mine", connector=half_made()), "Half lacks check, cost_objects, employees, push, read_back, render, capabilities"),
    "has no settings": (replace(tryton, name="mine", connector=with_settings(NotSettings)), "settings_type of Odd does not derive from Settings"),
}  # fmt: skip


@pytest.mark.parametrize(("thing", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_connector_is_told_and_does_not_take_the_others_along(
    install: Callable[..., None], thing: Any, reason: str
) -> None:
    install(mine=thing, tryton=tryton)
    found, (broken,) = discover()
    assert set(found) == {"tryton"}
    assert broken.name == "mine"
    assert reason in broken.reason
    with pytest.raises(LookupError, match="Connector 'mine' of unknown is broken") as caught:
        spec_of("mine")
    assert reason in str(caught.value)


def test_a_connector_that_ends_the_process_when_it_is_imported_does_not(
    install: Callable[..., None], tmp_path: Path
) -> None:
    (tmp_path / "their_connector.py").write_text("raise SystemExit(3)\n")
    install(mine=None)
    assert [one.name for one in discover()[1]] == ["mine"]


def test_one_that_is_not_installed_is_answered_with_those_that_are(install: Callable[..., None]) -> None:
    install(tryton=tryton)
    with pytest.raises(LookupError, match=r"No connector 'sap' is installed. Installed: tryton\."):
        spec_of("sap")
    install()
    with pytest.raises(LookupError, match=r"Installed: none\."):
        spec_of("sap")
