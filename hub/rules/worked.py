"""Stage 9: what of each pair counts, and the breaks taken off it."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from hub.rules.columns import ends, sums
from hub.rules.policy import Policy
from hub.rules.rounding import round_spans

PER_RUN: Final = ("gross_s", "gap_s", "pre_s", "post_s", "first_half_s")


def clip(pairs: pl.DataFrame, policies: Mapping[str, Policy]) -> pl.DataFrame:
    """Adds [in_paid, out_paid) and the seconds before and after the segment that are not counted.

    On days off and in open slots everything counts: there is no schedule to be early for.
    """
    raw = pl.max_horizontal("out_rounded", "in_rounded") - pl.col("in_rounded")
    pairs = round_spans(pairs.with_columns(span_s=raw), "span_s", policies, "round_pair")
    begin, end = pl.col("in_rounded"), pl.col("in_rounded") + pl.col("span_s")
    earliest = pl.when(pl.col("due") & ~pl.col("early_in_counts")).then("s0").otherwise(begin)
    latest = pl.when(pl.col("due") & ~pl.col("late_out_counts")).then("s1").otherwise(end)
    pairs = pairs.with_columns(in_paid=pl.min_horizontal(pl.max_horizontal(begin, earliest), end))
    pairs = pairs.with_columns(out_paid=pl.max_horizontal(pl.min_horizontal(end, latest), "in_paid"))
    return pairs.with_columns(pre_s=pl.col("in_paid") - begin, post_s=end - pl.col("out_paid"))


def measure(pairs: pl.DataFrame) -> pl.DataFrame:
    """Adds each pair's counted seconds, those before the middle of the shift, and the punched gap before the pair."""
    middle = (pl.col("shift_start") + pl.col("shift_end")) // 2
    upto = pl.min_horizontal("out_paid", middle)
    same = pl.col("run") == pl.col("run").shift(1)
    gap_from = pl.max_horizontal(pl.col("out_paid").shift(1), "s0")
    gap = (pl.min_horizontal("in_paid", "s1") - gap_from).clip(0)
    return pairs.with_columns(
        gross_s=pl.col("out_paid") - pl.col("in_paid"),
        first_half_s=(upto - pl.col("in_paid")).clip(0),
        gap_s=pl.when(same).then(gap).otherwise(0),
    )


def per_run(pairs: pl.DataFrame) -> pl.DataFrame:
    """One row per run with pairs: its sums, whole minutes of break taken off and paid back."""
    keep = ("slot", "day", "unpaid_break_min", "break_mode", "break_after_min", "credit_punched", "paid_break_min")
    runs = sums(pairs, "run", PER_RUN, keep)
    gap_min, gross_min = pl.col("gap_s") // 60, pl.col("gross_s") // 60
    credit = pl.when("credit_punched").then(gap_min).otherwise(0)
    taken = pl.min_horizontal((pl.col("unpaid_break_min") - credit).clip(0), gross_min)
    applies = (pl.col("break_mode") == "auto_deduct") & (gross_min >= pl.col("break_after_min"))
    return runs.with_columns(
        break_min=pl.when(applies).then(taken).otherwise(0).cast(pl.Int64).fill_null(0),
        paid_back_min=pl.min_horizontal(gap_min, "paid_break_min").cast(pl.Int64),
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
