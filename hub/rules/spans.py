"""Seconds of work inside a span of the local day, such as the night."""

from datetime import date, timedelta

import polars as pl

from hub.rules.columns import beside, coded, gather, in_order_of, sums
from hub.rules.localtime import earliest
from hub.rules.policy_rules import Window

_DAY_MIN = 1440
_DAY = timedelta(days=1)
_NEVER = date(1970, 1, 1)
_REACH = (-1, 0, 1)  # a pair may begin a date before its own or end on the one after


def inside(pairs: pl.DataFrame, days: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Rows (day, inside_s): counted seconds of the day's pairs within the window of any date."""
    borders, at = _borders(days, window)
    rows = gather(pairs.select("day", "in_paid", "out_paid"), pl.DataFrame({"_at": at}), "day", ["_at"])
    rows = gather(rows, borders, "_at", borders.columns)
    parts = [(pl.min_horizontal("out_paid", f"b{k}") - pl.max_horizontal("in_paid", f"a{k}")).clip(0) for k in _REACH]
    return sums(in_order_of(rows.select("day", inside_s=pl.sum_horizontal(parts)), "day"), "day", ["inside_s"])


def _borders(days: pl.DataFrame, window: Window) -> tuple[pl.DataFrame, pl.Series]:
    """Begin and end of the window on each date of each zone and on the dates beside it; the row of every day."""
    zones, zone = coded(days["zone"])
    first, last = (days["date"].min() or _NEVER, days["date"].max() or _NEVER)
    dates = pl.select(date=pl.date_range(first - _DAY, last + _DAY))  # type: ignore[operator, arg-type]
    rows = pl.DataFrame({"zone": zones}).join(dates, how="cross", maintain_order="left_right")
    end = window.end_min if window.end_min > window.start_min else window.end_min + _DAY_MIN
    rows = rows.with_columns(_a=pl.lit(window.start_min), _b=pl.lit(end))
    begins, ends = earliest(rows, "_a"), earliest(rows, "_b")
    sides = [(f"a{k}", begins.shift(-k)) for k in _REACH] + [(f"b{k}", ends.shift(-k)) for k in _REACH]
    number = zone * dates.height + (days["date"] - first).dt.total_days().cast(pl.UInt32) + 1
    return pl.DataFrame(dict(sides)), number


def with_night(days: pl.DataFrame, pairs: pl.DataFrame, windows: dict[int, Window]) -> pl.DataFrame:
    """Adds `night_min`, by the window of each policy number."""
    night = pl.lit(0, pl.Int64)
    for n, window in enumerate(sorted({*windows.values()}, key=lambda one: (one.start_min, one.end_min))):
        found = inside(pairs, days, window).rename({"inside_s": f"_night{n}"})
        days = beside(days, found)
        mine = pl.col("policy").is_in([number for number, own in windows.items() if own == window])
        night = pl.when(mine).then(pl.col(f"_night{n}").fill_null(0) // 60).otherwise(night)
    days = days.with_columns(night_min=night)
    return days.drop(name for name in days.columns if name.startswith("_night"))
