"""Stage 14: minutes in overtime buckets, each minute once; compensatory days for work on days off."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from hub.rules.bands import apply_rules
from hub.rules.codes import DayType
from hub.rules.parameters import ordered
from hub.rules.policy import Policy

LINE: Final = ("day", "bucket", "minutes", "capped_min", "rule_no", "pay_code", "approval", "off")
HALF_DAY: Final = 50
FREE: Final = {DayType.HOLIDAY: "holiday", DayType.WEEKLY_OFF: "weekly_off"}


def overtime_lines(days: pl.DataFrame, pairs: pl.DataFrame, policies: Mapping[str, Policy]) -> pl.DataFrame:
    """One row per day and bucket with minutes; what a supervisor has set replaces the rules."""
    parts = [_of_policy(days.filter(pl.col("policy") == n), pairs, p) for n, (*_, p) in enumerate(ordered(policies))]
    lines = pl.concat(parts).filter((pl.col("minutes") > 0) | (pl.col("capped_min") > 0))
    lines = lines.join(days.select("day", "set_ot_min"), on="day", how="left")
    told = lines.filter(pl.col("set_ot_min").is_null()).drop("set_ot_min")
    known = days.filter(pl.col("set_ot_min") > 0)
    by_hand = _lines(known, "approved", pl.col("set_ot_min"))
    return pl.concat([told, by_hand]).sort("day", "rule_no", "bucket")


def _of_policy(days: pl.DataFrame, pairs: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    days, free = _free_days(days, policy)
    if policy.ot_rules is not None:
        none = _lines(days[:0], "", pl.col("worked_min"))
        return pl.concat([none, *free, *apply_rules(days, pairs, policy)])
    over = pl.col("worked_min") - pl.col("full_min")
    # Leave lowers what is expected but not the bar for overtime, so `full_min` is the bar.
    bar = (over > 0) & (over >= policy.ot_threshold_min) & (pl.col("left_min") > 0)
    rule = _lines(days.filter(bar), "daily_over_expected", over)
    return pl.concat([*free, rule])


def _free_days(days: pl.DataFrame, policy: Policy) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Adds `left_min`, the minutes that are still regular: none of a day off whose work is dealt with here."""
    modes = {DayType.HOLIDAY: policy.holiday_work, DayType.WEEKLY_OFF: policy.off_work}
    taken = [int(kind) for kind, mode in modes.items() if mode != "regular"]
    paid = [kind for kind, mode in modes.items() if mode in {"ot", "ot_or_comp_off"}]
    lines = [
        _lines(days.filter(pl.col("day_type") == kind), FREE[kind], pl.col("worked_min"), off=True) for kind in paid
    ]
    left = pl.when(pl.col("day_type").is_in(taken)).then(0).otherwise("worked_min")
    return days.with_columns(left_min=left.cast(pl.Int64)), lines


def _lines(days: pl.DataFrame, bucket: str, minutes: pl.Expr, *, off: bool = False) -> pl.DataFrame:
    """Lines that no rule of `ot_rules` made."""
    return days.select(
        "day", bucket=pl.lit(bucket), minutes=minutes.cast(pl.Int64), capped_min=pl.lit(0, pl.Int64),
        rule_no=pl.lit(0, pl.Int16), pay_code=pl.lit(""), approval=pl.lit("none"), off=pl.lit(off),
    )  # fmt: skip


def with_overtime(days: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Adds `ot_min` (approved), `ot_pending_min`."""
    pending = pl.col("approval") == "required"
    sums = lines.group_by("day").agg(
        ot_min=pl.col("minutes").filter(~pending).sum(), ot_pending_min=pl.col("minutes").filter(pending).sum()
    )
    days = days.join(sums, on="day", how="left", maintain_order="left")
    return days.with_columns(pl.col("ot_min", "ot_pending_min").fill_null(0))


def with_comp_off(days: pl.DataFrame, policies: Mapping[str, Policy]) -> pl.DataFrame:
    """Adds `comp_off_days`, hundredths earned by work on a day off."""
    earned: pl.Expr = pl.lit(0)
    for number, (*_, policy) in enumerate(ordered(policies)):
        modes = {DayType.HOLIDAY: policy.holiday_work, DayType.WEEKLY_OFF: policy.off_work}
        kinds = [int(kind) for kind, mode in modes.items() if mode in {"comp_off", "ot_or_comp_off"}]
        if kinds:
            half = pl.when(pl.col("worked_min") >= policy.comp_half_from_min).then(HALF_DAY).otherwise(0)
            size = pl.when(pl.col("worked_min") >= policy.comp_full_from_min).then(2 * HALF_DAY).otherwise(half)
            mine = (pl.col("policy") == number) & pl.col("day_type").is_in(kinds)
            earned = pl.when(mine).then(size).otherwise(earned)
    return days.with_columns(comp_off_days=earned.cast(pl.Int16))
