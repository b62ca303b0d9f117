"""`python -m bench [--only intake]`: measure, keep the figures in `bench/results.json`, print them."""

from collections.abc import Callable, Iterable
from typing import Annotated

import typer

from bench import delivery, intake, rules, stored
from bench.results import Row, keep, show

BENCHMARKS: dict[str, Callable[[], Iterable[Row]]] = {
    "intake": intake.run,
    "delivery": delivery.run,
    "rules": rules.run,
    "stored": stored.run,
}


def main(only: Annotated[str, typer.Option(help=f"One of: {', '.join(BENCHMARKS)}.")] = "") -> None:
    """Run all benchmarks, or one."""
    if only and only not in BENCHMARKS:
        raise typer.BadParameter(f"{only!r} is not one of {', '.join(BENCHMARKS)}")
    for name in [only] if only else BENCHMARKS:
        rows = list(BENCHMARKS[name]())
        keep(rows)
        show(rows)


typer.run(main)
