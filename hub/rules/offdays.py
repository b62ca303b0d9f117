"""Stage 13: days off that count as leave or absence because of what lies on either side of them."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from hub.rules.codes import Session
from hub.rules.parameters import ordered
from hub.rules.policy import Policy

_OFF: Final = [Session.WEEKLY_OFF, Session.HOLIDAY]
_LEAVE: Final = [Session.PAID_LEAVE, Session.UNPAID_LEAVE]
_I8: Final = pl.Int8
_FACTS: Final = ("leave_code", "leave_request", "paid2", "leave_sandwich", "session", "date")


def with_off_days(days: pl.DataFrame, policies: Mapping[str, Policy]) -> pl.DataFrame:
    """Changes `s1`, `s2`, `leave_code`, `paid1`, `paid2` of days off; adds `charged` (the rule that did so).

    A side is the nearest date that is due within employment. Leave on a part of a day is no side, and a day off on
    which somebody worked is left alone.
    """
    days = days.with_columns(charged=pl.lit(None, pl.String))
    for number, (*_, policy) in enumerate(ordered(policies)):
        if policy.absent_neighbour_rule != "none":
            days = _absent(days, policy, number)
        if policy.sandwich_mode != "none" or days["leave_sandwich"].drop_nulls().len():
            days = _sandwiched(days, policy, number)
    return days


def _free(number: int) -> pl.Expr:
    off = pl.col("s1").is_in(_OFF) & pl.col("s2").is_in(_OFF) & (pl.col("worked_min") == 0)
    return off & pl.col("employed") & (pl.col("policy") == number)


def _beside(days: pl.DataFrame, names: tuple[str, ...], blocks: pl.Expr) -> pl.DataFrame:
    """Adds `<name>_before` and `<name>_after`: as on the nearest date that is not off."""
    off = pl.col("s1").is_in(_OFF) & pl.col("s2").is_in(_OFF) & ~blocks
    facts = pl.when(~off).then(pl.struct(*names, pl.lit(value=True).alias("is_set")))
    days = days.with_columns(_facts=facts)
    days = days.with_columns(
        before=pl.col("_facts").shift(1).forward_fill().over("employee_key"),
        after=pl.col("_facts").shift(-1).backward_fill().over("employee_key"),
    )
    sides = (pl.col(side).struct.field(name).alias(f"{name}_{side}") for side in ("before", "after") for name in names)
    return days.with_columns(list(sides)).drop("_facts", "before", "after")


def _absent(days: pl.DataFrame, policy: Policy, number: int) -> pl.DataFrame:
    """Off sessions are absent after an absent second session, before an absent first one, or only between both."""
    days = _beside(days, ("s1", "s2"), pl.lit(value=False))
    before = (pl.col("s2_before") == Session.ABSENT).fill_null(value=False)
    after = (pl.col("s1_after") == Session.ABSENT).fill_null(value=False)
    hit = _free(number) & (before | after if policy.absent_neighbour_rule == "either" else before & after)
    lost = {name: pl.when(hit).then(pl.lit(Session.ABSENT, _I8)).otherwise(name) for name in ("s1", "s2")}
    charged = pl.when(hit).then(pl.lit("absent_neighbour_rule")).otherwise("charged")
    dropped = ("s1_before", "s1_after", "s2_before", "s2_after")
    return days.with_columns(**lost, charged=charged).drop(dropped)


def _sandwiched(days: pl.DataFrame, policy: Policy, number: int) -> pl.DataFrame:
    """Off days between leaves take the leave that was decided later."""
    kinds = {"weekly_off": Session.WEEKLY_OFF, "holiday": Session.HOLIDAY}
    chargeable = pl.col("s1").is_in([kinds[kind] for kind in policy.sandwich_kinds])
    blocks = ~chargeable if policy.sandwich_mode == "adjacent_runs" else pl.lit(value=False)
    days = _beside(days.with_columns(session=_whole()), _FACTS, blocks)
    before, after = _side(policy, "before"), _side(policy, "after")
    hit = _free(number) & chargeable & _meets(policy, before, after)
    later = after & (~before | (pl.col("leave_request_after") >= pl.col("leave_request_before")).fill_null(value=True))
    taken = {
        name: pl.when(later).then(f"{name}_after").otherwise(f"{name}_before") for name in (*_FACTS[:3], "session")
    }
    lost = taken["session"] == Session.ABSENT
    session = pl.when(lost).then(pl.lit(Session.UNPAID_LEAVE, _I8)).otherwise(taken["session"])
    days = days.with_columns(hit=hit, _session=session, _code=taken["leave_code"], _paid=taken["paid2"])
    charged = {name: pl.when("hit").then("_session").otherwise(name) for name in ("s1", "s2")}
    charged |= {name: pl.when("hit").then("_paid").otherwise(name) for name in ("paid1", "paid2")}
    days = days.with_columns(
        **charged,
        leave_code=pl.when("hit").then("_code").otherwise("leave_code"),
        charged=pl.when("hit").then(pl.lit("sandwich_mode")).otherwise("charged"),
    )
    sides = [f"{name}_{side}" for side in ("before", "after") for name in _FACTS]
    return days.drop(*sides, "hit", "_session", "_code", "_paid", "session")


def _whole() -> pl.Expr:
    """The session of a date that is leave or absence as a whole."""
    whole = (pl.col("on_leave") == 2) | (pl.col("s1") == pl.col("s2"))
    return pl.when(whole).then("s2").otherwise(pl.lit(Session.WORKED, _I8))


def _side(policy: Policy, side: str) -> pl.Expr:
    session, mode = pl.col(f"session_{side}"), pl.col(f"leave_sandwich_{side}").fill_null(policy.sandwich_mode)
    exempt = pl.col(f"leave_code_{side}").is_in(list(policy.sandwich_exempt)).fill_null(value=False)
    leave = session.is_in(_LEAVE) & ~exempt & (mode != "none")
    absent = (session == Session.ABSENT) & policy.sandwich_absent & (policy.sandwich_mode != "none")
    return (leave | absent).fill_null(value=False)


def _meets(policy: Policy, before: pl.Expr, after: pl.Expr) -> pl.Expr:
    mode = pl.coalesce("leave_sandwich_before", "leave_sandwich_after", pl.lit(policy.sandwich_mode))
    one = (pl.col("leave_request_before") == pl.col("leave_request_after")).fill_null(value=False)
    last = before & pl.col("session_before").is_in(_LEAVE)
    return (
        pl.when(mode == "either_side").then(before | after)
        .when(mode == "adjacent_runs").then(last)
        .when(mode == "within_request").then(before & after & one)
        .otherwise(before & after)
    )  # fmt: skip
