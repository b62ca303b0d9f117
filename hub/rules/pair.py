"""Stages 6 and 7: repeats of a direction collapsed, an in and the out after it made a pair of the slot's date."""

import polars as pl

from hub.rules.columns import starts
from hub.rules.direction import BREAK_IN, IN, OUT


def collapse(directed: pl.DataFrame) -> pl.DataFrame:
    """Adds `repeat` (not the first in or the last out of its kind) and `inside` (overruled by a manual pair)."""
    directed = directed.with_columns(inside=_overruled(directed))
    rest = directed.filter(~pl.col("inside")) if directed["inside"].any() else directed
    rest = rest.with_columns(repeat=_repeat())
    if rest.height == directed.height:
        return rest
    dropped = directed.filter("inside").with_columns(repeat=pl.lit(value=True))
    return pl.concat([rest, dropped]).sort("key", "slot", "source_rank", "punch_id")


def _repeat() -> pl.Expr:
    split = pl.col("repeat_split_min") * 60
    same = (pl.col("dir") == pl.col("dir").shift(1)) & (pl.col("run") == pl.col("run").shift(1))
    near = (pl.col("t") - pl.col("t").shift(1) <= split) | (pl.col("direction_mode") == "first_last")
    again = (same & near).fill_null(value=False)
    soon = again.shift(-1, fill_value=False)
    ins = pl.when(pl.col("repeat_in") == "first").then(again).otherwise(soon)
    outs = pl.when(pl.col("repeat_out") == "last").then(soon).otherwise(again)
    return pl.when(pl.col("dir") == IN).then(ins).otherwise(outs)


def _overruled(directed: pl.DataFrame) -> pl.Series:
    """Device punches between a manual in and the manual out after it, or a same-direction neighbour outside them."""
    manual = pl.col("source_rank") == 0
    if not directed.select(manual.any()).item():
        return pl.Series([False], dtype=pl.Boolean).new_from_index(0, directed.height)
    first, last = starts("run"), (pl.col("run") != pl.col("run").shift(-1)).fill_null(value=True)
    before = pl.when(manual).then("dir").when(first).then(-1).forward_fill()
    after = pl.when(manual).then("dir").when(last).then(-1).backward_fill()
    frame = directed.select("dir", manual=manual, before=before, after=after, first=first, last=last)
    opens = pl.col("manual") & (pl.col("dir") == IN) & ~pl.col("last") & (pl.col("after").shift(-1) == OUT)
    closes = pl.col("manual") & (pl.col("dir") == OUT) & ~pl.col("first") & (pl.col("before").shift(1) == IN)
    between = (pl.col("before") == IN) & (pl.col("after") == OUT)
    in_before = (pl.col("dir") == IN) & ~pl.col("last") & opens.shift(-1)
    out_after = (pl.col("dir") == OUT) & ~pl.col("first") & closes.shift(1)
    return frame.select((~pl.col("manual") & (between | in_before | out_after)).fill_null(value=False)).to_series()


def pair(single: pl.DataFrame) -> pl.DataFrame:
    """Adds to each remaining punch `opens` and `closes` (of a pair) and `too_long` (an in whose out is too far)."""
    follows = (pl.col("run") == pl.col("run").shift(-1)) & (pl.col("dir") == IN) & (pl.col("dir").shift(-1) == OUT)
    near = pl.col("t").shift(-1) - pl.col("t") <= pl.col("max_pair_min") * 60
    if (single["visit"] > 0).any():
        began = pl.when(starts("run")).then("t").forward_fill()
        inside = pl.col("t").shift(-1) - began <= pl.col("max_shift_min") * 60
        near &= inside | (pl.col("visit") == 0) | (pl.col("direction") == BREAK_IN)
    single = single.with_columns(
        opens=(follows & near).fill_null(value=False), too_long=(follows & ~near).fill_null(value=False)
    )
    return single.with_columns(closes=pl.col("opens").shift(1, fill_value=False))


def pairs(single: pl.DataFrame) -> pl.DataFrame:
    """One row per pair in order of employee and time; the out's columns come from the row after the in."""
    outs = {"out_punch_id": "punch_id", "out_at": "t", "out_rounded": "rounded", "out_stands_in": "stands_in"}
    joined = single.with_columns(pl.col(old).shift(-1).alias(new) for new, old in outs.items()).filter("opens")
    joined = joined.rename({"punch_id": "in_punch_id", "t": "in_at", "rounded": "in_rounded"})
    return joined.with_columns(imputed=pl.col("stands_in") | pl.col("out_stands_in"))
