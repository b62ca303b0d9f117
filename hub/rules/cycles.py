"""Weeks, months and payroll periods: which dates count together, and how far a run must look for them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import polars as pl

from hub.rules.policy import Policy
from hub.rules.policy_rules import WEEKDAYS

EPOCH_WEEKDAY: Final = 3  # 1970-01-01 was a Thursday
OFF_RUN: Final = timedelta(days=14)  # days off in a row that a sandwich is looked for across
_WEEKLY: Final = ("weekly", "consecutive_day")
_LONGEST_RUN: Final = timedelta(days=31)


def reach(policies: Mapping[str, Policy], periods: pl.DataFrame, first: date, last: date) -> tuple[date, date]:
    """First and last date that the rules must know to compute the dates from `first` to `last`."""
    low, high = first, last
    for policy in (version for one in policies.values() for _, version in one.versions()):
        low = min(low, *_cycle_starts(policy, periods, first))
        if policy.sandwich_mode != "none" or policy.absent_neighbour_rule != "none":
            low, high = min(low, first - OFF_RUN), max(high, last + OFF_RUN)
        if penalised(policy) and policy.shortage_days and policy.shortage_per != "day":
            high = max(high, last + (timedelta(days=6) if policy.shortage_per == "week" else _LONGEST_RUN))
    return low, high


def _cycle_starts(policy: Policy, periods: pl.DataFrame, first: date) -> list[date]:
    rules = policy.ot_rules or ()
    weeks = max((rule.weeks for rule in rules if rule.basis in _WEEKLY or rule.cap_week_min is not None), default=0)
    starts = [first]
    if weeks:
        starts.append(first - timedelta(days=7 * weeks - 1))
    if any(rule.basis == "consecutive_day" and not rule.within_week for rule in rules):
        starts.append(first - _LONGEST_RUN)
    if penalised(policy):
        within = periods.filter(pl.col("from_date") <= first, pl.col("to_date") >= first)
        starts += [first.replace(day=1), first - timedelta(days=6), *within["from_date"].to_list()]
    return starts


def penalised(policy: Policy) -> bool:
    """Whether anything of stage 15 is switched on."""
    counted = (policy.late_days, policy.late_and_early_days, policy.half_days_per_penalty, policy.shortage_days)
    return any(counted) or bool(policy.late_tiers or policy.arrival_bands)


def week_number(policy: Policy, weeks: int = 1, anchor: date = date(1970, 1, 1)) -> pl.Expr:
    """A number for each week of `date` from the policy's first weekday on, or for `weeks` weeks from `anchor`."""
    ahead = (EPOCH_WEEKDAY - WEEKDAYS.index(policy.week_start)) % 7
    first = ((anchor - date(1970, 1, 1)).days + ahead) // 7
    return ((pl.col("date").cast(pl.Int32) + ahead) // 7 - first) // weeks


def cycle_number(policy: Policy, per: str) -> pl.Expr:
    """A number for each cycle of `date`: month, week or payroll period (month where there is none)."""
    month = (pl.col("date").dt.year() * 12 + pl.col("date").dt.month()).cast(pl.Int64)
    if per == "week":
        return week_number(policy).cast(pl.Int64)
    if per == "month":
        return month
    return pl.coalesce(-pl.col("period_no") - 1, month)


def with_periods(days: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Adds `period_id`, `period_no`, `cutoff_at`, `period_status`; of overlapping periods the later one holds."""
    rows = periods.unique().sort("from_date", "to_date", "period_id").with_row_index("period_no")
    dates = rows.with_columns(date=pl.date_ranges("from_date", "to_date")).explode("date")
    found = dates.unique("date", keep="last").select(
        "date", "period_id", pl.col("period_no").cast(pl.Int64), "cutoff_at", period_status="status"
    )
    return days.join(found, on="date", how="left", maintain_order="left")
