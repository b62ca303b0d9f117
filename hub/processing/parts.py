"""Everybody's dates in parts of some people each, the next part computed while the last one is written."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import polars as pl

from hub.ahead import ahead
from hub.processing.digest import with_details
from hub.processing.read import Span
from hub.rules import Outputs, process

EMPLOYEE_DAYS: Final = 130_000
"""Of one part: its frames stay in the processor's cache, and what a run costs whatever its size is little beside it."""

_OF_PEOPLE: Final = ("punches", "corrections", "employments", "rosters", "leaves", "overrides")


def computed(spans: list[Span]) -> Iterator[Outputs]:
    """What the rules say of each part; `output_hash` covers pairs and anomalies."""
    return ahead(_outputs, (part for span in spans for part in _parts(span)))


def _outputs(part: Span) -> Outputs:
    outputs = process(part.inputs, part.first, part.last)
    return replace(outputs, days=with_details(outputs))


def _parts(span: Span) -> Iterator[Span]:
    """Parts by ranges of employees; the first and the last one reach to all who are in no employment."""
    people = span.inputs.employments["employee_key"].unique().sort()
    size = max(1, EMPLOYEE_DAYS // ((span.last - span.first).days + 1))
    starts = [None, *people.gather_every(size)[1:]]
    for begin, end in zip(starts, [*starts[1:], None], strict=True):
        yield replace(span, inputs=replace(span.inputs, **_between(span, begin, end)))


def _between(span: Span, begin: int | None, end: int | None) -> dict[str, Any]:
    key, everybody = pl.col("employee_key"), pl.lit(value=True)
    mine = (everybody if begin is None else key >= begin) & (everybody if end is None else key < end)
    return {name: getattr(span.inputs, name).filter(mine) for name in _OF_PEOPLE}
