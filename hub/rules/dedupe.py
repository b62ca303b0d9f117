"""Stage 2: repeats dropped, by comparing each punch with the raw punch before it."""

from typing import Final

import polars as pl

from hub.rules.columns import starts
from hub.rules.direction import is_in

BURST_S: Final = 300


def dedupe(punches: pl.DataFrame) -> pl.DataFrame:
    """Adds `dup`, and `burst` where the repeats have gone on for more than five minutes.

    A punch is a repeat if the one before it lies within `dedupe_window_s`, unless both directions are known and
    differ. Opposite punches at one instant make no interval, so the later one is a repeat, too - unless they end one
    interval and begin the next.
    """
    known = pl.col("direction") >= 0
    same = pl.col("employee_key") == pl.col("employee_key").shift(1)
    gap = pl.when(same).then(pl.col("t") - pl.col("t").shift(1))
    differ = known & known.shift(1) & (is_in() != is_in().shift(1))
    seamless = differ & _inside() if (punches["key"].diff() == 0).any() else pl.lit(value=False)
    repeat = ((gap == 0) & ~seamless) | ((gap > 0) & (gap <= pl.col("dedupe_window_s")) & ~differ)
    punches = punches.with_columns(dup=repeat.fill_null(value=False))
    punches = _other_devices(punches) if (punches["dedupe_scope"] == "employee_device").any() else punches
    began = pl.when(~pl.col("dup")).then("t").forward_fill()
    return punches.with_columns(burst=pl.col("dup") & (pl.col("t") - began > BURST_S))


def _inside() -> pl.Expr:
    """Whether somebody was in when the punches of this instant began."""
    same = pl.col("employee_key") == pl.col("employee_key").shift(1)
    before = pl.when(starts("key")).then(same & is_in().shift(1) & (pl.col("direction").shift(1) >= 0))
    return before.forward_fill().fill_null(value=False)


def _other_devices(punches: pl.DataFrame) -> pl.DataFrame:
    """Where only the same device can repeat: a punch that does not follow one of its own device is none."""
    own = pl.col("t") - pl.col("t").shift(1).over("employee_key", "device_id") <= pl.col("dedupe_window_s")
    by_device = pl.col("dedupe_scope") == "employee_device"
    return punches.with_columns(dup=pl.col("dup") & (~by_device | own.fill_null(value=False)))


def in_order(kept: pl.DataFrame) -> pl.DataFrame:
    """Sorted; of two punches of one instant that both count, the out comes first."""
    if not (kept["key"].diff() == 0).any():
        return kept
    return kept.with_columns(_in=is_in()).sort("key", "_in", "source_rank", "punch_id").drop("_in")
