"""Stage 0: the employees and dates to compute, each with its employment, site, zone and the span of its open day."""

from datetime import date, timedelta
from typing import Final

import polars as pl

from hub.rules.columns import no_notes, note
from hub.rules.cycles import reach
from hub.rules.localtime import earliest, known, offset_columns
from hub.rules.tables import Inputs

HALO: Final = timedelta(days=2)  # a window may reach one day out, and the windows it is trimmed against one more
_FACTS: Final = ("site_id", "policy_code", "attendance_mode")


def day_grid(inputs: Inputs, first: date, last: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row per employee and date with halo, numbered by `day`; and anomaly rows."""
    low, high = edges(inputs, first, last)
    held = each_date(inputs.employments.unique().sort(pl.all()), low, high)
    jobs = held.unique(["employee_key", "date"], keep="last", maintain_order=True)
    grid = _grid(inputs.employments, low, high).join(
        jobs.drop("from_date", "to_date"), on=["employee_key", "date"], how="left", maintain_order="left"
    )
    grid = _outside(grid.with_columns(employed=pl.col("site_id").is_not_null()), inputs.employments)
    grid, notes = _sited(grid, inputs.sites, low, high)
    double = held.filter(pl.struct("employee_key", "date").is_duplicated()) if held.height != jobs.height else held[:0]
    doubled = note(double.unique(["employee_key", "date"]), "OVERLAP_ASSIGNMENT", detail='{"table": "employments"}')
    return _open_span(grid), pl.concat([notes, doubled])


def edges(inputs: Inputs, first: date, last: date) -> tuple[date, date]:
    """First and last date of the grid: what the policies must look at, and the halo around it."""
    low, high = reach(inputs.policies, inputs.periods, first, last)
    return low - HALO, high + HALO


def each_date(frame: pl.DataFrame, low: date, high: date) -> pl.DataFrame:
    """A row for every `date` between `from_date` and `to_date` (both inclusive) that lies in [low, high]."""
    begin, end = pl.max_horizontal("from_date", pl.lit(low)), pl.min_horizontal(pl.col("to_date"), pl.lit(high))
    clipped = frame.with_columns(_begin=begin, _end=end).filter(pl.col("_begin") <= pl.col("_end"))
    spans = clipped.with_columns(date=pl.date_ranges("_begin", "_end")).drop("_begin", "_end")
    return spans.explode("date")


def _grid(employments: pl.DataFrame, low: date, high: date) -> pl.DataFrame:
    dates = pl.select(date=pl.date_range(low, high))
    people = employments.select(pl.col("employee_key").unique().sort())
    return people.join(dates, how="cross", maintain_order="left_right").with_row_index("day")


def _outside(grid: pl.DataFrame, employments: pl.DataFrame) -> pl.DataFrame:
    """Dates outside any employment take site and policy of the one before, else of the first."""
    if grid["employed"].all():
        return grid
    near = (pl.col(name).forward_fill().backward_fill().over("employee_key") for name in _FACTS)
    begins = employments.sort(pl.all()).unique("employee_key", keep="first", maintain_order=True)
    filled = grid.with_columns(near).join(
        begins.select("employee_key", *_FACTS), on="employee_key", how="left", maintain_order="left", suffix="_begin"
    )
    return filled.with_columns(pl.coalesce(name, f"{name}_begin") for name in _FACTS).drop(
        f"{name}_begin" for name in _FACTS
    )


def _sited(grid: pl.DataFrame, sites: pl.DataFrame, low: date, high: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Adds the site's columns; a site that is missing or has no valid zone counts as UTC and is reported."""
    sites = sites.sort(pl.all()).unique("site_id", keep="first", maintain_order=True)
    good = sites.filter(pl.Series([known(name) for name in sites["zone"]], dtype=pl.Boolean))
    grid = grid.join(good, on="site_id", how="left", maintain_order="left")
    lost = grid.filter("employed", pl.col("zone").is_null())
    notes = note(lost, "UNKNOWN_SITE") if lost.height else no_notes()
    grid = grid.with_columns(pl.col("zone").fill_null("UTC"), pl.col("day_boundary_min").fill_null(0))
    offsets = offset_columns(grid["zone"].unique().sort().to_list(), low, high)
    return grid.join(offsets, on="zone", how="left", maintain_order="left"), notes


def _open_span(grid: pl.DataFrame) -> pl.DataFrame:
    """Adds [open_from, open_to): the open day between two day boundaries of the site."""
    keys = ["zone", "day_boundary_min", "date"]
    spans = grid.select(keys).unique()
    spans = spans.with_columns(
        earliest(spans, "day_boundary_min").alias("open_from"),
        earliest(spans, "day_boundary_min", days=1).alias("open_to"),
    )
    return grid.join(spans, on=keys, how="left", maintain_order="left")
