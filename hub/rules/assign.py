"""Stage 7: the date of a stretch of work that crosses midnight, where that is not the date of its shift."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from hub.rules.columns import gather
from hub.rules.localtime import earliest
from hub.rules.parameters import ordered
from hub.rules.policy import Policy

_DAY_FACTS: Final = ("date",)


def assign(pairs: pl.DataFrame, days: pl.DataFrame, policies: Mapping[str, Policy]) -> pl.DataFrame:
    """Pairs with their final `day`; under split_midnight cut in pieces, whose first and last keep their punch."""
    if all(policy.day_assignment == "shift_start" for *_, policy in ordered(policies)):
        return pairs
    pairs = gather(pairs, days, "day", ["zone"])
    pairs = pairs.with_columns(begin_day=_day_of("in_paid", pairs, days), end_day=_day_of("out_paid", pairs, days, 1))
    whole = pl.col("run")
    first, last = pl.col("begin_day").first().over(whole), pl.col("end_day").last().over(whole)
    pairs = pairs.with_columns(_first=first, _last=last)
    mode = pl.col("day_assignment")
    pairs = pairs.with_columns(
        day=pl.when(mode == "shift_end").then("_last")
        .when(mode == "most_worked").then(pl.when(_mostly_last(days)).then("_last").otherwise("_first"))
        .otherwise("day")
    )  # fmt: skip
    pairs = _split(pairs, days) if (pairs["day_assignment"] == "split_midnight").any() else pairs
    dropped = ("begin_day", "end_day", "_first", "_last", "zone", "_midnight", "date")
    pairs = pairs.drop(name for name in dropped if name in pairs.columns)
    return gather(pairs, days, "day", _DAY_FACTS).sort("employee_key", "in_paid", "in_at", maintain_order=True)


def _day_of(t: str, pairs: pl.DataFrame, days: pl.DataFrame, less: int = 0) -> pl.Series:
    """The grid row of the local date of an instant; the end of an interval belongs to the second before it."""
    stops = _midnights(days)
    wanted = pairs.select("employee_key", at=pl.col(t) - less, row=pl.int_range(pl.len())).sort("at")
    found = wanted.join_asof(stops, left_on="at", right_on="midnight", by="employee_key", check_sortedness=False)
    return found.sort("row")["local_day"].rename(t)


def _midnights(days: pl.DataFrame) -> pl.DataFrame:
    keys = days.select("zone", "date").unique().with_columns(zero=pl.lit(0))
    keys = keys.with_columns(earliest(keys, "zero").alias("midnight")).drop("zero")
    grid = days.select("employee_key", "zone", "date", local_day="day").join(keys, on=["zone", "date"], how="left")
    return grid.select("employee_key", "midnight", "local_day").sort("midnight")


def _mostly_last(days: pl.DataFrame) -> pl.Expr:
    """Whether more of the run lies on its last date than on its first one."""
    midnight = days.select("day").with_columns(_instants(days))["midnight"]
    border = pl.col("_last").replace_strict(pl.Series(range(len(midnight))), midnight, return_dtype=pl.Int64)
    before = (pl.min_horizontal("out_paid", border) - pl.col("in_paid")).clip(0).sum().over("run")
    after = (pl.col("out_paid") - pl.max_horizontal("in_paid", border)).clip(0).sum().over("run")
    return (pl.col("_last") != pl.col("_first")) & (after > before)


def _instants(days: pl.DataFrame) -> pl.Series:
    keys = days.select("zone", "date").unique(maintain_order=True).with_columns(zero=pl.lit(0))
    keys = keys.with_columns(earliest(keys, "zero").alias("midnight")).drop("zero")
    return days.join(keys, on=["zone", "date"], how="left", maintain_order="left")["midnight"]


def _split(pairs: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """One piece for each local date that a pair touches."""
    cut = pl.col("day_assignment") == "split_midnight"
    whole, mine = pairs.filter(~cut), pairs.filter(cut)
    midnight = _instants(days)
    pieces = mine.with_columns(
        day=pl.int_ranges("begin_day", pl.max_horizontal("begin_day", "end_day") + 1, dtype=pl.UInt32)
    ).explode("day")
    pieces = pieces.with_columns(_from=midnight.gather(pieces["day"]), _to=midnight.shift(-1).gather(pieces["day"]))
    begins, ends = pl.col("day") == pl.col("begin_day"), pl.col("day") == pl.col("end_day")
    pieces = pieces.with_columns(
        in_at=pl.when(begins).then("in_at").otherwise("_from"),
        out_at=pl.when(ends).then("out_at").otherwise("_to"),
        in_paid=pl.when(begins).then("in_paid").otherwise("_from"),
        out_paid=pl.when(ends).then("out_paid").otherwise("_to"),
        in_rounded=pl.when(begins).then("in_rounded").otherwise("_from"),
        in_punch_id=pl.when(begins).then("in_punch_id"),
        out_punch_id=pl.when(ends).then("out_punch_id"),
        pre_s=pl.when(begins).then("pre_s").otherwise(0),
        post_s=pl.when(ends).then("post_s").otherwise(0),
    ).with_columns(span_s=pl.when(pl.col("begin_day") == pl.col("end_day")).then("span_s").otherwise(
        pl.col("out_paid") - pl.col("in_rounded")
    ))  # fmt: skip
    return pl.concat([whole, pieces.drop("_from", "_to").select(whole.columns)])
