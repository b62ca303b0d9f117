"""Seconds of work inside a span of the local day, such as the night."""

import polars as pl

from hub.rules.columns import gather, in_order_of, sums
from hub.rules.localtime import earliest
from hub.rules.policy_rules import Window

_DAY_MIN = 1440
_REACH = (-1, 0, 1)  # a pair may begin a date before its own or end on the one after


def inside(pairs: pl.DataFrame, days: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Rows (day, inside_s): counted seconds of the day's pairs within the window of any date."""
    used = days.select("day", "zone", "date").filter(pl.col("day").is_in(pairs["day"].unique().implode()))
    keys = used.select("zone", "date").unique()
    end = window.end_min if window.end_min > window.start_min else window.end_min + _DAY_MIN
    keys = keys.with_columns(_a=pl.lit(window.start_min), _b=pl.lit(end))
    for k in _REACH:
        keys = keys.with_columns(
            earliest(keys, "_a", days=k).alias(f"a{k}"), earliest(keys, "_b", days=k).alias(f"b{k}")
        )
    borders = [f"{side}{k}" for k in _REACH for side in "ab"]
    spans = days.select("day", "zone", "date").join(keys, on=["zone", "date"], how="left", maintain_order="left")
    rows = gather(pairs.select("day", "in_paid", "out_paid"), spans, "day", borders)
    parts = [(pl.min_horizontal("out_paid", f"b{k}") - pl.max_horizontal("in_paid", f"a{k}")).clip(0) for k in _REACH]
    return sums(in_order_of(rows.select("day", inside_s=pl.sum_horizontal(parts)), "day"), "day", ["inside_s"])


def with_night(days: pl.DataFrame, pairs: pl.DataFrame, windows: dict[int, Window]) -> pl.DataFrame:
    """Adds `night_min`, by the window of each policy number."""
    night = pl.lit(0, pl.Int64)
    for n, window in enumerate(sorted({*windows.values()}, key=lambda one: (one.start_min, one.end_min))):
        found = inside(pairs, days, window).rename({"inside_s": f"_night{n}"})
        days = days.join(found, on="day", how="left", maintain_order="left")
        mine = pl.col("policy").is_in([number for number, own in windows.items() if own == window])
        night = pl.when(mine).then(pl.col(f"_night{n}").fill_null(0) // 60).otherwise(night)
    days = days.with_columns(night_min=night)
    return days.drop(name for name in days.columns if name.startswith("_night"))
