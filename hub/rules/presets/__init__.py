"""Policies that imitate other products, or laws, as files of parameters."""

from importlib.resources import files
from typing import Any

import yaml


def names() -> list[str]:
    """All presets."""
    found = (entry.name for entry in files(__name__).iterdir())
    return sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))


def parameters(name: str) -> dict[str, Any]:
    """The parameters of one; raises `LookupError` with the names there are."""
    if name not in names():
        raise LookupError(f"There is no preset {name!r}. Presets: {', '.join(names())}.")
    loaded: dict[str, Any] = yaml.safe_load(files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded
