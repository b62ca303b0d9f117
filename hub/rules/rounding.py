"""Stage 8: times snapped to the schedule and rounded to a raster; integer arithmetic on seconds."""

from collections.abc import Mapping
from typing import TypeVar

import polars as pl

from hub.rules.direction import IN
from hub.rules.localtime import offset_of
from hub.rules.parameters import ordered
from hub.rules.policy import Policy, Rounding

T = TypeVar("T", int, pl.Expr)


def round_seconds(x: pl.Expr, rule: Rounding, half: str) -> pl.Expr:
    """`x` seconds, 0 or more, on the raster of `rule`; `half` is the policy's `round_half`."""
    step, grace = rule.interval_min * 60, rule.grace_min * 60
    if not step:
        return x
    rounded, minute = on_raster(x, step, rule.dir, grace, half), x // 60 % 1440
    if (rule.from_min, rule.until_min) == (0, 1440):
        return rounded
    return pl.when(minute.is_between(rule.from_min, rule.until_min)).then(rounded).otherwise(x)


def on_raster(x: T, step: int, direction: str, grace: int, half: str) -> T:
    """The multiple of `step` seconds that stands for `x`: a number or a column of them."""
    if direction == "down":
        return (x + grace) // step * step
    if direction == "up":
        return -((grace - x) // step) * step
    return (x + _half(step, half)) // step * step


def _half(step: int, half: str) -> int:
    """What is added before cutting: a time reaches the next multiple when this fills the rest of its interval."""
    minutes_cut = half.startswith("minute") and step > 60
    if minutes_cut:
        return step // 2 // 60 * 60 if half == "minute_down" else -(-step // 2 // 60) * 60
    # Exactly half goes down when a second less is added; every step is a whole number of minutes, so it is even.
    return step // 2 - 1 if half == "down" else step // 2


def round_times(single: pl.DataFrame, days: pl.DataFrame, policies: Mapping[str, Policy]) -> pl.DataFrame:
    """Adds `rounded`: the time of each punch after snapping to its segment and rounding by its direction."""
    versions = [policy for *_, policy in ordered(policies)]
    is_in = pl.col("dir") == IN
    border = pl.when(is_in).then("s0").otherwise("s1")
    snap = pl.when(is_in).then("grace_snap_in_min").otherwise("grace_snap_out_min") * 60
    near = (pl.col("t") - border).abs() <= snap
    snapped = pl.when(near & (snap > 0)).then(border).otherwise("t")
    single = single.with_columns(
        rounded=snapped if any(p.grace_snap_in_min or p.grace_snap_out_min for p in versions) else pl.col("t")
    )
    active = [(n, p) for n, p in enumerate(versions) if p.round_in.interval_min or p.round_out.interval_min]
    if not active:
        return single
    zone = [name for name in days.columns if name.startswith(("offset_", "change_"))]
    offset = single.select("t", *(days[name].gather(single["day"]) for name in zone)).select(offset_of("t", zone))
    single = single.with_columns(offset.to_series().alias("offset"))
    for number, policy in active:
        shift = pl.col("offset") if policy.round_basis == "local" else pl.lit(0)
        local = pl.col("rounded") + shift
        ins, outs = (round_seconds(local, rule, policy.round_half) for rule in (policy.round_in, policy.round_out))
        chosen = pl.when(is_in).then(ins).otherwise(outs) - shift
        single = single.with_columns(rounded=pl.when(pl.col("policy") == number).then(chosen).otherwise("rounded"))
    return single.drop("offset")


def round_spans(frame: pl.DataFrame, seconds: str, policies: Mapping[str, Policy], rule: str) -> pl.DataFrame:
    """Rounds a column of lengths by the rule (`round_pair`, `round_day`) of each row's `policy`."""
    for number, (*_, policy) in enumerate(ordered(policies)):
        rounding: Rounding = getattr(policy, rule)
        if rounding.interval_min:
            # Forgiven minutes are more than some lengths have; nothing is shorter than nothing.
            spans = round_seconds(pl.col(seconds), rounding, policy.round_half).clip(0)
            frame = frame.with_columns(
                pl.when(pl.col("policy") == number).then(spans).otherwise(seconds).alias(seconds)
            )
    return frame
