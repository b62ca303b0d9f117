"""`python -m bench [--only intake]`: measure, keep the figures in `bench/results.json`, print them."""

from importlib import import_module
from typing import Annotated, Final

import typer

from bench.results import keep, show

BENCHMARKS: Final = ("intake", "rules", "stored", "delivery", "planning", "workers", "crowd")
"""Modules here, each with a `run` that yields rows."""


def main(only: Annotated[str, typer.Option(help=f"One of: {', '.join(BENCHMARKS)}.")] = "") -> None:
    """Run all benchmarks, or one."""
    if only and only not in BENCHMARKS:
        raise typer.BadParameter(f"{only!r} is not one of {', '.join(BENCHMARKS)}")
    for name in [only] if only else BENCHMARKS:
        rows = list(import_module(f"bench.{name}").run())
        keep(rows)
        show(rows)


typer.run(main)
