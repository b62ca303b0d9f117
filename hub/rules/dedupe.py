"""Stage 2: repeats dropped, by comparing each punch with the raw punch before it."""

from typing import Final

import polars as pl

BURST_S: Final = 300


def dedupe(punches: pl.DataFrame) -> pl.DataFrame:
    """Adds `dup`, and `burst` where the repeats have gone on for more than five minutes.

    A punch is a repeat if the one before it lies within `dedupe_window_s`, unless both directions are known and
    differ; at the very same instant it always is, since an interval of no length is none.
    """
    known = pl.col("direction") >= 0
    same = pl.col("employee_key") == pl.col("employee_key").shift(1)
    gap = pl.col("t") - pl.col("t").shift(1)
    differ = known & known.shift(1) & (pl.col("direction") != pl.col("direction").shift(1))
    repeat = same & ((gap == 0) | ((gap <= pl.col("dedupe_window_s")) & ~differ))
    punches = punches.with_columns(dup=repeat.fill_null(value=False))
    began = pl.when(~pl.col("dup")).then("t").forward_fill()
    return punches.with_columns(burst=pl.col("dup") & (pl.col("t") - began > BURST_S))
