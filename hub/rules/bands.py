"""Stage 14, the rules: each looks at the minutes that are still regular and takes some of them."""

from typing import Final

import polars as pl

from hub.rules.codes import DayType
from hub.rules.cycles import week_number
from hub.rules.policy import Policy
from hub.rules.policy_rules import OtRule
from hub.rules.spans import inside

_OPEN_END: Final = 10**6
_FREE: Final = [DayType.HOLIDAY, DayType.WEEKLY_OFF]


def apply_rules(days: pl.DataFrame, pairs: pl.DataFrame, policy: Policy) -> list[pl.DataFrame]:
    """Lines of every rule, in their order; `days` has `left_min` and is in order of employee and date.

    Bands of a day are measured on all its minutes: an hour between eight and ten stays one, whatever else took hours.
    """
    lines = []
    for number, rule in enumerate(policy.ot_rules or (), 1):
        if rule.basis == "weekly" and "_base" not in days.columns:
            days = days.with_columns(_base="left_min")  # bands of a week are side by side, too
        days = days.with_columns(_wanted=_rounded(rule, _minutes(days, pairs, policy, rule)))
        days = days.with_columns(_taken=pl.min_horizontal("_wanted", "left_min").clip(0))
        days = _capped(days, policy, rule)
        days = days.with_columns(left_min=pl.col("left_min") - pl.col("_taken"))
        lines.append(
            days.select(
                "day", bucket=pl.lit(rule.bucket), minutes=pl.col("_taken").cast(pl.Int64),
                capped_min=pl.col("_cut").cast(pl.Int64), rule_no=pl.lit(number, pl.Int16),
                pay_code=pl.lit(rule.pay_code), approval=pl.lit("required" if rule.approval == "required" else "none"),
                off=pl.col("day_type").is_in(_FREE),
            )
        )  # fmt: skip
    return lines


def _minutes(days: pl.DataFrame, pairs: pl.DataFrame, policy: Policy, rule: OtRule) -> pl.Series:
    worked, free = pl.col("worked_min"), pl.col("day_type").is_in(_FREE)
    daily = worked + (pl.col("leave_min") if policy.ot_counts_leave else 0)
    simple = {
        "holiday": pl.when(pl.col("day_type") == DayType.HOLIDAY).then(_band(rule, worked)).otherwise(0),
        "weekly_off": pl.when(pl.col("day_type") == DayType.WEEKLY_OFF).then(_band(rule, worked)).otherwise(0),
        "daily": _band(rule, daily),
        "daily_over_expected": _band(rule, worked - pl.when(free).then(0).otherwise("full_min")),
        "before_shift": _band(rule, pl.col("before_min")),
        "after_shift": _band(rule, pl.col("after_min")),
        "night": _band(rule, pl.col("night_min")),
    }
    if rule.basis in simple:
        return days.select(simple[rule.basis].cast(pl.Int64)).to_series()
    if rule.basis == "window":
        return _in_window(days, pairs, rule)
    if rule.basis == "consecutive_day":
        return _on_nth_day(days, policy, rule)
    return _weekly(days, policy, rule)


def _band(rule: OtRule, minutes: pl.Expr) -> pl.Expr:
    """The part between from and to, if it reaches the threshold."""
    top = _OPEN_END if rule.to_min is None else rule.to_min
    return _over(rule, minutes.clip(0, top) - rule.from_min)


def _over(rule: OtRule, part: pl.Expr) -> pl.Expr:
    reached = part > rule.threshold_min if rule.threshold_strict else part >= rule.threshold_min
    size = part - rule.threshold_min if rule.threshold_mode == "excess" else part
    return pl.when((part > 0) & reached).then(size).otherwise(0)


def _rounded(rule: OtRule, minutes: pl.Series) -> pl.Series:
    return minutes // rule.round_min * rule.round_min if rule.round_min else minutes


def _in_window(days: pl.DataFrame, pairs: pl.DataFrame, rule: OtRule) -> pl.Series:
    found = _inside(days, pairs, rule)
    free = pl.col("day_type").is_in(_FREE)
    wanted = {"any": pl.lit(value=True), "off": free, "working": ~free}[rule.days]
    rows = days.join(found, on="day", how="left", maintain_order="left")
    return rows.select(
        pl.when(wanted).then(_band(rule, pl.col("inside_s").fill_null(0) // 60)).otherwise(0)
    ).to_series()


def _inside(days: pl.DataFrame, pairs: pl.DataFrame, rule: OtRule) -> pl.DataFrame:
    """The window's seconds; `inside` numbers days from 0, so rows are numbered for it and named back."""
    local = days.select("day", "zone", "date").with_row_index("_n")
    mine = pairs.join(local.select("day", "_n"), on="day").drop("day").rename({"_n": "day"})
    found = inside(mine, local.select("zone", "date", day="_n"), rule.window)
    return found.join(local.select("_n", real="day"), left_on="day", right_on="_n").select("inside_s", day="real")


def _weekly(days: pl.DataFrame, policy: Policy, rule: OtRule) -> pl.Series:
    """Minutes beyond the week's limit, on the dates on which they are worked."""
    days = days.with_columns(_week=week_number(policy, rule.weeks, rule.anchor))
    every = policy.weekly_ot_counts == "all_worked"
    counted = pl.col("worked_min") if every else pl.col("_base")
    counted = counted + (pl.col("leave_min") if policy.ot_counts_leave else 0)
    cum = counted.cum_sum().over("employee_key", "_week")
    top = _OPEN_END if rule.to_min is None else rule.to_min
    # Minutes that are overtime already fill the end of the day, so the regular ones end before them.
    end = cum - (pl.col("worked_min") - pl.col("_base")) if every else cum
    beyond = end.clip(rule.from_min, top) - (end - pl.col("_base")).clip(rule.from_min, top)
    return days.select(beyond.cast(pl.Int64)).to_series()


def _on_nth_day(days: pl.DataFrame, policy: Policy, rule: OtRule) -> pl.Series:
    """Minutes of the n-th consecutive worked date, counted anew each week where the rule says so."""
    group = ["employee_key", "_week"] if rule.within_week else ["employee_key"]
    days = days.with_columns(_week=week_number(policy), _works=pl.col("worked_min") > 0)
    gap = ~pl.col("_works") if rule.in_a_row else pl.lit(value=False)
    days = days.with_columns(_break=gap.cum_sum().over(group))
    count = pl.col("_works").cum_sum().over([*group, "_break"])
    hit = pl.col("_works") & (count >= rule.nth)
    return days.select(pl.when(hit).then(_band(rule, pl.col("worked_min"))).otherwise(0).cast(pl.Int64)).to_series()


def _capped(days: pl.DataFrame, policy: Policy, rule: OtRule) -> pl.DataFrame:
    """Cuts the later minutes of the day, then of the week; adds `_cut`."""
    days = days.with_columns(_full="_taken")
    if rule.cap_day_min is not None:
        days = days.with_columns(_taken=pl.col("_taken").clip(0, rule.cap_day_min))
    if rule.cap_week_min is not None:
        days = days.with_columns(_week=week_number(policy))
        cum = pl.col("_taken").cum_sum().over("employee_key", "_week")
        before = (cum - pl.col("_taken")).clip(0, rule.cap_week_min)
        days = days.with_columns(_taken=cum.clip(0, rule.cap_week_min) - before).drop("_week")
    return days.with_columns(_cut=pl.col("_full") - pl.col("_taken"))
