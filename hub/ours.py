"""A start-up check: `hub` and `connectors` are common names, and another package must not stand in their place."""

from importlib.util import find_spec
from pathlib import Path


class NotOursError(RuntimeError):
    """Another distribution's package is imported under one of our names."""


def require_ours() -> None:
    """Refuse to start when `connectors` does not lie beside `hub`; raises `NotOursError`. Imports nothing."""
    here = Path(__file__).resolve().parent.parent
    found = find_spec("connectors")
    if found is None:
        raise NotOursError(f"There is no package `connectors` beside `hub` in {here}; install Muster again.")
    there = Path(found.origin or "").resolve().parent.parent
    if here != there:
        raise NotOursError(
            f"`connectors` is imported from {there}, not from {here} where Muster lives. "
            "Another installed package has that name; give Muster an environment of its own."
        )
