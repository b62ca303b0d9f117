"""Stage 3, the windows: assignments that overlap in time dropped, windows cut until they are disjoint."""

from typing import Final

import polars as pl

from hub.rules.columns import ordering

ASSIGNMENT: Final = ("day", "entered_seq", "shift_code")


def in_time(segments: pl.DataFrame) -> pl.DataFrame:
    """Sorted by employee and time, and where that leaves a choice by who was entered first."""
    key = segments.select(_start(segments)).to_series()
    if (key > key.shift(1)).all():
        return segments
    return _ranked(segments).sort("employee_key", "s0", "rank", "segment_no").drop("rank")


def _start(segments: pl.DataFrame, t: str = "s0") -> pl.Expr:
    return ordering(pl.col(t), segments["s0"].min() or 0)  # type: ignore[arg-type]


def _ranked(segments: pl.DataFrame) -> pl.DataFrame:
    """Adds `rank`, which numbers the assignments by who was entered first."""
    segments = segments.sort("employee_key", "entered_seq", "date", "shift_code", "s0")
    return segments.with_columns(rank=pl.struct("day", "entered_seq", "shift_code").rle_id())


def without_overlaps(segments: pl.DataFrame, shifts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Drops each assignment that overlaps in time with one entered before it; returns the dropped ones too."""
    reached = _start(segments, "s1").cum_max().shift(1)
    hit = segments.filter(_start(segments) < reached)
    if hit.is_empty():
        return segments, shifts, shifts[:0]
    near = _ranked(segments.filter(pl.col("employee_key").is_in(hit["employee_key"].unique().implode())))
    both = near.join(near.select("employee_key", "rank", "s0", "s1"), on="employee_key", suffix="_other")
    beaten = both.filter(
        pl.col("rank_other") < pl.col("rank"),
        pl.col("s0") < pl.col("s1_other"),
        pl.col("s0_other") < pl.col("s1"),
    )
    losers = beaten.select("day", "employee_key", "date", "entered_seq", "shift_code").unique()
    return _without(segments, losers), _without(shifts, losers), losers


def _without(frame: pl.DataFrame, losers: pl.DataFrame) -> pl.DataFrame:
    return frame.join(losers, on=ASSIGNMENT, how="anti", maintain_order="left")


def trimmed(segments: pl.DataFrame) -> pl.DataFrame:
    """Cuts windows that meet, so that each instant lies in one at most; the earlier one keeps the cut instant.

    `both0` to `both1` is where the window reached into the one before it: stage 4 lets directions decide there, where
    the policy says so.
    """
    same_before = pl.col("employee_key") == pl.col("employee_key").shift(1)
    meets = same_before & (pl.col("w1").shift(1) >= pl.col("w0"))
    halfway = (pl.col("s1").shift(1) + pl.col("s0")) // 2
    late_cut = pl.max_horizontal(pl.col("s1").shift(1), "reach")
    cut = pl.when(meets).then(pl.when(pl.col("window_overlap") == "midpoint").then(halfway).otherwise(late_cut))
    both0 = pl.max_horizontal("w0", pl.col("s0").shift(1))
    segments = segments.with_columns(
        cut=cut,
        both0=pl.when(meets & (pl.col("window_overlap") == "by_direction")).then(both0),
        both1=pl.min_horizontal(pl.col("w1").shift(1), "s1"),
    )
    return segments.with_columns(
        w0=pl.max_horizontal("w0", pl.col("cut") + 1),
        w1=pl.min_horizontal("w1", pl.col("cut").shift(-1)),
    )
