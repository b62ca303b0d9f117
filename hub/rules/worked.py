"""Stage 9: what of each pair counts, and how much of it; breaks follow in `breaks.py`."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from hub.rules.columns import ends, sums
from hub.rules.policy import Policy
from hub.rules.rounding import round_spans

PER_RUN: Final = ("gross_s", "gap_s", "pre_s", "post_s", "first_half_s", "planned_s", "before_s", "after_s")


def clip(pairs: pl.DataFrame, policies: Mapping[str, Policy]) -> pl.DataFrame:
    """Adds [in_paid, out_paid) and the seconds before and after the segment that are not counted.

    On days off and in open slots everything counts: there is no schedule to be early for.
    """
    raw = pl.max_horizontal("out_rounded", "in_rounded") - pl.col("in_rounded")
    pairs = round_spans(pairs.with_columns(span_s=raw), "span_s", policies, "round_pair")
    begin, end = pl.col("in_rounded"), pl.col("in_rounded") + pl.col("span_s")
    early = _counts("early_in", pl.col("s0") - begin)
    late = _counts("late_out", end - pl.col("s1"))
    earliest = pl.when(pl.col("due") & ~early).then("s0").otherwise(begin)
    latest = pl.when(pl.col("due") & ~late).then("s1").otherwise(end)
    pairs = pairs.with_columns(in_paid=pl.min_horizontal(pl.max_horizontal(begin, earliest), end))
    pairs = pairs.with_columns(out_paid=pl.max_horizontal(pl.min_horizontal(end, latest), "in_paid"))
    return pairs.with_columns(pre_s=pl.col("in_paid") - begin, post_s=end - pl.col("out_paid"))


def _counts(name: str, beyond: pl.Expr) -> pl.Expr:
    """Whether the seconds beyond the schedule are paid."""
    mode = pl.col(f"{name}_counts")
    enough = beyond >= pl.col(f"{name}_after_min") * 60
    return (mode == "yes") | ((mode == "after_min") & enough.fill_null(value=True))


def measure(pairs: pl.DataFrame) -> pl.DataFrame:
    """Adds each pair's counted seconds, those before the middle of the shift, and the punched gap before the pair."""
    middle = (pl.col("shift_start") + pl.col("shift_end")) // 2
    upto, rostered = pl.min_horizontal("out_paid", middle), pl.col("s0").is_not_null()
    same = (pl.col("run") == pl.col("run").shift(1)) & (pl.col("day") == pl.col("day").shift(1))
    gap_from = pl.max_horizontal(pl.col("out_paid").shift(1), "s0")
    gap = (pl.min_horizontal("in_paid", "s1") - gap_from).clip(0)
    return pairs.with_columns(
        gross_s=pl.col("out_paid") - pl.col("in_paid"),
        before_s=pl.when(rostered).then((pl.min_horizontal("out_paid", "s0") - pl.col("in_paid")).clip(0)).otherwise(0),
        after_s=pl.when(rostered).then((pl.col("out_paid") - pl.max_horizontal("in_paid", "s1")).clip(0)).otherwise(0),
        first_half_s=(upto - pl.col("in_paid")).clip(0),
        gap_s=pl.when(same).then(gap).otherwise(0),
    )


def per_day(runs: pl.DataFrame) -> pl.DataFrame:
    """One row per day with pairs: the sums over its runs."""
    # A day's open stretch may come after the next day's segment, so time order is not yet day order.
    by_day = runs.sort("day", maintain_order=True)
    return sums(by_day, "day", (*PER_RUN, "break_min", "paid_back_min"))


def bounds(pairs: pl.DataFrame) -> pl.DataFrame:
    """One row per day with pairs: first in and last out, as punched."""
    by_day = pairs.select("day", "in_at", "out_at").sort("day", maintain_order=True)
    last = by_day.filter(ends("day"))
    first = by_day.filter(pl.col("day") != pl.col("day").shift(1, fill_value=2**32 - 1))
    return last.with_columns(first["in_at"])
