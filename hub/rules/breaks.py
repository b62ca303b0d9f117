"""Stage 9, the breaks: whole minutes taken off a stretch of work, and minutes of punched gaps paid back."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from hub.rules.columns import sums
from hub.rules.localtime import earliest, latest
from hub.rules.parameters import ordered
from hub.rules.policy import Policy
from hub.rules.tables import Inputs
from hub.rules.worked import PER_RUN

_FACTS: Final = (
    "slot", "day", "policy", "unpaid_break_min", "break_mode", "break_after_min", "credit_punched", "paid_break_min",
    "paid_break_after_min",
)  # fmt: skip


def per_run(pairs: pl.DataFrame, policies: Mapping[str, Policy]) -> pl.DataFrame:
    """One row per run with pairs: its sums, whole minutes of break taken off and paid back."""
    cut = any(policy.day_assignment == "split_midnight" for *_, policy in ordered(policies))
    key = pl.struct("run", "day").rle_id() if cut else pl.col("run")
    runs = sums(pairs.with_columns(stretch=key), "stretch", PER_RUN, _FACTS)
    gap_min, gross_min = pl.col("gap_s") // 60, pl.col("gross_s") // 60
    runs = _tiers(runs.with_columns(_after="break_after_min", _break="unpaid_break_min"), policies)
    mode = pl.col("break_mode")
    credit = pl.when("credit_punched").then(gap_min).otherwise(0)
    taken = pl.min_horizontal((pl.col("_break") - credit).clip(0), gross_min)
    automatic = (mode == "auto_deduct") | ((mode == "punched_or_auto") & (gap_min == 0))
    planned = pl.min_horizontal(pl.col("planned_s") // 60, gross_min)
    paid = gross_min >= pl.col("paid_break_after_min")
    off = pl.when(automatic & (gross_min >= pl.col("_after"))).then(taken).when(mode == "schedule").then(planned)
    return runs.with_columns(
        break_min=off.otherwise(0).cast(pl.Int64).fill_null(0),
        paid_back_min=pl.when(paid).then(pl.min_horizontal(gap_min, "paid_break_min")).otherwise(0).cast(pl.Int64),
    )


def _tiers(runs: pl.DataFrame, policies: Mapping[str, Policy]) -> pl.DataFrame:
    """The highest tier that the gross minutes reach, for policies that have tiers."""
    for number, (*_, policy) in enumerate(ordered(policies)):
        if policy.break_tiers:
            mine, size = pl.col("policy") == number, pl.lit(0)
            for tier in sorted(policy.break_tiers, key=lambda one: one.after_min):
                size = pl.when(pl.col("gross_s") // 60 >= tier.after_min).then(tier.break_min).otherwise(size)
            runs = runs.with_columns(
                _after=pl.when(mine).then(0).otherwise("_after"), _break=pl.when(mine).then(size).otherwise("_break")
            )
    return runs


def with_planned(pairs: pl.DataFrame, days: pl.DataFrame, inputs: Inputs) -> pl.DataFrame:
    """Adds `planned_s`: seconds of a pair inside the break times of its date's shift, on dates that are due."""
    if inputs.shift_breaks.is_empty():
        return pairs.with_columns(planned_s=pl.lit(0, pl.Int64))
    spans = _spans(days, inputs)
    rows = pairs.select("day", "in_paid", "out_paid", _row=pl.int_range(pl.len())).join(spans, on="day")
    inside = pl.min_horizontal("out_paid", "b1") - pl.max_horizontal("in_paid", "b0")
    found = rows.select("_row", planned_s=inside.clip(0)).group_by("_row").agg(pl.col("planned_s").sum())
    pairs = pairs.with_columns(_row=pl.int_range(pl.len())).join(found, on="_row", how="left", maintain_order="left")
    return pairs.with_columns(pl.col("planned_s").fill_null(0)).drop("_row")


def _spans(days: pl.DataFrame, inputs: Inputs) -> pl.DataFrame:
    """[b0, b1) of each day's break times, by the shift version in force."""
    due = days.filter(pl.col("due") > 0).select("day", "zone", "date", pl.col("shift_code").str.split("+"))
    due = due.explode("shift_code").filter(pl.col("shift_code").is_not_null())
    versions = inputs.shifts.select("shift_code", "effective_from").unique()
    held = due.join(versions, on="shift_code").filter(pl.col("effective_from") <= pl.col("date"))
    held = held.sort("day", "shift_code", "effective_from").unique(["day", "shift_code"], keep="last")
    rows = held.join(inputs.shift_breaks.unique(), on=["shift_code", "effective_from"])
    return rows.select("day", earliest(rows, "start_min").alias("b0"), latest(rows, "end_min").alias("b1"))
