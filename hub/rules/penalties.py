"""Stage 15: what lates, short days and half days of a cycle cost."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from hub.rules.codes import DayType
from hub.rules.cycles import cycle_number, penalised
from hub.rules.localtime import offset_of
from hub.rules.parameters import ordered
from hub.rules.policy import Policy
from hub.rules.tables import Schema, empty

LINE: Final[Schema] = {"day": pl.UInt32, "rule": pl.String, "days": pl.Int64, "causes": pl.List(pl.Date)}
_CYCLE: Final = ["employee_key", "_cycle"]


def penalty_lines(days: pl.DataFrame, policies: Mapping[str, Policy]) -> pl.DataFrame:
    """One row per day and rule that costs something, with the dates that made it so."""
    parts = [empty(LINE)]
    for number, (*_, policy) in enumerate(ordered(policies)):
        if penalised(policy):
            mine = days.filter(pl.col("policy") == number, pl.col("employed"))
            parts += [part.select(LINE.keys()).cast(LINE) for part in _of_policy(mine, policy)]  # type: ignore[arg-type]
    return pl.concat(parts).sort("day", "rule")


def _of_policy(days: pl.DataFrame, policy: Policy) -> list[pl.DataFrame]:
    days = days.with_columns(_cycle=cycle_number(policy, policy.cycle), _late=_counts(policy))
    days = days.with_columns(n=pl.col("_late").cast(pl.Int64).cum_sum().over(_CYCLE))
    rules = {
        "late_every": _every(policy),
        "late_tiers": _tiers(policy),
        "late_minutes_step": _minutes(policy),
        "late_and_early_days": pl.when(pl.col("late") & pl.col("early")).then(policy.late_and_early_days).otherwise(0),
        "half_days_per_penalty": _half_days(policy),
    }
    found = [_caused(days.with_columns(days=cost, rule=pl.lit(name))) for name, cost in rules.items()]
    found.append(_alone(days.with_columns(days=_bands(days, policy), rule=pl.lit("arrival_bands"))))
    return [*found, _shortage(days, policy)]


def _counts(policy: Policy) -> pl.Expr:
    late = pl.col("late") | (pl.col("early") if policy.late_counts_early else pl.lit(value=False))
    complete = policy.forgive_if_hours_complete & (pl.col("worked_min") >= pl.col("expected_min"))
    return (late & ~complete).fill_null(value=False)


def _every(policy: Policy) -> pl.Expr:
    if not policy.late_days or policy.late_tiers or policy.late_minutes_step:
        return pl.lit(0)
    beyond = pl.col("n") - policy.late_free
    due = (beyond - 1) % policy.late_every == 0 if policy.late_every else beyond == 1
    return pl.when(pl.col("_late") & (beyond > 0) & due).then(policy.late_days).otherwise(0)


def _tiers(policy: Policy) -> pl.Expr:
    cost: pl.Expr = pl.lit(0)
    for tier in policy.late_tiers:
        inside = pl.col("n").is_between(tier.from_count, tier.to_count or 10**6)
        cost = pl.when(pl.col("_late") & inside).then(tier.days).otherwise(cost)
    return cost


def _minutes(policy: Policy) -> pl.Expr:
    step = policy.late_minutes_step
    if not step:
        return pl.lit(0)
    late = pl.when("_late").then("late_min").otherwise(0)
    total = late.cum_sum().over(_CYCLE)
    return (total // step - (total - late) // step) * policy.late_days


def _half_days(policy: Policy) -> pl.Expr:
    size = policy.half_days_per_penalty
    if not size:
        return pl.lit(0)
    half = pl.col("status").is_in(["HD"])
    count = half.cast(pl.Int64).cum_sum().over(_CYCLE)
    return pl.when(half & (count % size == 0)).then(policy.half_days_days).otherwise(0)


def _caused(days: pl.DataFrame) -> pl.DataFrame:
    """The penalised dates with all counted dates of their cycle up to them."""
    hits = days.filter(pl.col("days") > 0).select("day", "date", *_CYCLE, "rule", "days")
    counted = days.filter(pl.col("_late") | (pl.col("status") == "HD")).select(*_CYCLE, cause="date")
    both = hits.join(counted, on=_CYCLE, how="left").filter(pl.col("cause") <= pl.col("date"))
    return both.group_by("day", "rule", "days").agg(causes=pl.col("cause").unique().sort())


def _alone(days: pl.DataFrame) -> pl.DataFrame:
    return days.filter(pl.col("days") > 0).with_columns(causes=pl.concat_list("date"))


def _bands(days: pl.DataFrame, policy: Policy) -> pl.Expr:
    """What the first arrival of a working day means by its minute of the local day."""
    if not policy.arrival_bands:
        return pl.lit(0)
    offset = offset_of("in_at", days.columns)
    minute = (pl.col("in_at") + offset) // 60 % 1440
    worth = {"on_time": 0, "late": 0, "first_half": 50, "full_day": 100}
    cost: pl.Expr = pl.lit(0)
    for band in reversed(policy.arrival_bands):
        until = minute <= band.until_min if band.until_min is not None else pl.lit(value=True)
        cost = pl.when(until).then(worth[band.result]).otherwise(cost)
    arrived = pl.col("in_at").is_not_null() & (pl.col("day_type") == DayType.WORKING)
    return pl.when(arrived).then(cost).otherwise(0)


def _shortage(days: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Too few minutes of what was expected, on the last due date of the day, week or month."""
    days = days.filter((pl.col("expected_min") > 0) & (pl.col("level") != "pending"), policy.shortage_days > 0)
    per_day = pl.col("date").cast(pl.Int64)
    period = per_day if policy.shortage_per == "day" else cycle_number(policy, policy.shortage_per)
    sums = (
        days.with_columns(_period=period)
        .group_by("employee_key", "_period")
        .agg(
            day=pl.col("day").max(),
            done=pl.col("worked_min" if policy.shortage_on == "worked" else "gross_min").sum(),
            wanted=pl.col("expected_min").sum(),
            causes=pl.col("date").sort(),
        )
    )
    short = sums.filter(pl.col("done") * 100 < pl.col("wanted") * policy.shortage_pct, pl.col("done") > 0)
    return short.with_columns(rule=pl.lit("shortage_pct"), days=pl.lit(policy.shortage_days))


def with_penalties(days: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Adds `penalty_days`."""
    sums = lines.group_by("day").agg(penalty_days=pl.col("days").sum())
    days = days.join(sums, on="day", how="left", maintain_order="left")
    return days.with_columns(pl.col("penalty_days").fill_null(0))
