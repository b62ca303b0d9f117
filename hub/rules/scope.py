"""Stage 0: the employees and dates to compute, each with its employment, site, zone and the span of its open day."""

from datetime import date, timedelta
from typing import Final

import polars as pl

from hub.rules.columns import gather, note, spread
from hub.rules.cycles import reach
from hub.rules.localtime import earliest, known, offset_columns
from hub.rules.tables import Inputs

HALO: Final = timedelta(days=2)  # a window may reach one day out, and the windows it is trimmed against one more
_INHERITED: Final = ("site_id", "policy_code", "attendance_mode")


def day_grid(inputs: Inputs, first: date, last: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row per employee and date with halo, numbered by `day`; and anomaly rows."""
    low, high = edges(inputs, first, last)
    jobs = inputs.employments.unique().sort(pl.all())
    grid = _grid(jobs, low, high)
    held = each_day(jobs, grid)
    job = spread(held["day"], held["row"], grid.height)
    grid = gather(
        grid.with_columns(_job=job, employed=job.is_not_null()), jobs, "_job", [*_INHERITED, "weekly_off_code"]
    ).drop("_job")
    grid, notes = _sited(_outside(grid, jobs), inputs.sites, low, high)
    beaten = gather(held.filter(held["row"] != job.gather(held["day"])), grid, "day", ["employee_key", "date"])
    return grid, pl.concat([notes, note(beaten, "OVERLAP_ASSIGNMENT", detail='{"table": "employments"}')])


def edges(inputs: Inputs, first: date, last: date) -> tuple[date, date]:
    """First and last date of the grid: what the policies must look at, and the halo around it."""
    low, high = reach(inputs.policies, inputs.periods, first, last)
    return low - HALO, high + HALO


def each_day(frame: pl.DataFrame, grid: pl.DataFrame) -> pl.DataFrame:
    """The `row` of a frame once for every `day` of the grid between its `from_date` and `to_date`, both inclusive."""
    low, high = pl.lit(grid["date"].min(), pl.Date), pl.lit(grid["date"].max(), pl.Date)
    spans = frame.with_row_index("row").with_columns(
        from_date=pl.max_horizontal("from_date", low), to_date=pl.min_horizontal("to_date", high)
    )
    spans = _placed(spans.filter(pl.col("from_date") <= pl.col("to_date")), grid, "from_date")
    size = (pl.col("to_date") - pl.col("from_date")).dt.total_days() + 1
    days = pl.int_ranges("day", pl.col("day") + size, dtype=pl.UInt32)
    return spans.select("row", day=days).explode("day", empty_as_null=False)


def numbered(rows: pl.DataFrame, grid: pl.DataFrame, date_name: str = "date") -> pl.DataFrame:
    """The rows of people and dates of the grid, with `day`; the date may go by another name."""
    low, high = pl.lit(grid["date"].min(), pl.Date), pl.lit(grid["date"].max(), pl.Date)
    return _placed(rows.filter(pl.col(date_name).is_between(low, high)), grid, date_name)


def _placed(rows: pl.DataFrame, grid: pl.DataFrame, date_name: str) -> pl.DataFrame:
    """Adds `day`; whoever is not in the grid falls out."""
    low = pl.lit(grid["date"].min(), pl.Date)
    people = grid.select("employee_key", "day", "date").filter(pl.col("date") == low).drop("date")
    rows = rows.join(people, on="employee_key", maintain_order="left")
    return rows.with_columns(pl.col("day") + (pl.col(date_name) - low).dt.total_days().cast(pl.UInt32))


def _grid(jobs: pl.DataFrame, low: date, high: date) -> pl.DataFrame:
    dates = pl.select(date=pl.date_range(low, high))
    people = jobs.select(pl.col("employee_key").unique().sort())
    return people.join(dates, how="cross", maintain_order="left_right").with_row_index("day")


def _outside(grid: pl.DataFrame, jobs: pl.DataFrame) -> pl.DataFrame:
    """Dates outside any employment take site and policy of the one before, else of the first."""
    if grid["employed"].all():
        return grid
    near = (pl.col(name).forward_fill().backward_fill().over("employee_key") for name in _INHERITED)
    begins = jobs.unique("employee_key", keep="first", maintain_order=True)
    filled = grid.with_columns(near).join(
        begins.select("employee_key", *_INHERITED),
        on="employee_key",
        how="left",
        maintain_order="left",
        suffix="_begin",
    )
    return filled.with_columns(pl.coalesce(name, f"{name}_begin") for name in _INHERITED).drop(
        f"{name}_begin" for name in _INHERITED
    )


def _sited(grid: pl.DataFrame, sites: pl.DataFrame, low: date, high: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Adds the site's columns; a site that is missing or has no valid zone counts as UTC and is reported."""
    places = _places(sites.filter(pl.col("site_id").is_in(grid["site_id"].unique().implode())), low, high)
    numbers = places.select("site_id", place=pl.int_range(pl.len(), dtype=pl.UInt32))
    grid = grid.join(numbers, on="site_id", how="left", maintain_order="left")
    notes = note(grid.filter("employed", pl.col("place").is_null()), "UNKNOWN_SITE")
    grid = grid.with_columns(pl.col("place").fill_null(places.height - 1))
    grid = gather(grid, places, "place", [name for name in places.columns if name != "site_id"])
    return _open_span(grid, places, low, high), notes


def _places(sites: pl.DataFrame, low: date, high: date) -> pl.DataFrame:
    """The usable sites with the offsets of their zones and their day's `clock`; the last row stands for all others."""
    sites = sites.sort(pl.all()).unique("site_id", keep="first", maintain_order=True)
    good = sites.filter(pl.Series([known(name) for name in sites["zone"]], dtype=pl.Boolean))
    places = pl.concat([good, pl.DataFrame([(None, "UTC", None, 0)], schema=good.schema, orient="row")])
    offsets = offset_columns(places["zone"].unique().sort().to_list(), low, high)
    places = places.join(offsets, on="zone", how="left", maintain_order="left")
    return places.with_columns(clock=pl.struct("zone", "day_boundary_min").rank("dense") - 1)


def _open_span(grid: pl.DataFrame, places: pl.DataFrame, low: date, high: date) -> pl.DataFrame:
    """Adds [open_from, open_to): the open day between two day boundaries of the site."""
    dates = pl.select(date=pl.date_range(low, high + timedelta(days=1)))
    borders = places.select("clock", "zone", "day_boundary_min").unique().sort("clock")
    instants = earliest(borders.join(dates, how="cross", maintain_order="left_right"), "day_boundary_min")
    begin = grid.select(pl.col("clock") * dates.height + pl.col("day") % (dates.height - 1)).to_series()
    return grid.with_columns(open_from=instants.gather(begin), open_to=instants.gather(begin + 1))
