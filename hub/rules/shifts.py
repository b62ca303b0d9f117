"""Stage 3, second half: the instants of a shift on a date, worked out once per template."""

from typing import Final

import polars as pl

from hub.rules.columns import coded
from hub.rules.localtime import earliest, latest
from hub.rules.tables import Inputs

VERSION: Final = ("shift_code", "effective_from")
DAY_MIN: Final = 1440
_CORE: Final = ("core_start_min", "core_end_min")
_DATES: Final = 2**22
"""More than there are dates in numbers from 1970 on."""


def with_dated(assigned: pl.DataFrame) -> pl.DataFrame:
    """Adds `dated`: shift code and date in one number, as a join by one number is much faster than by two columns."""
    _, code = coded(assigned["shift_code"])
    return assigned.with_columns(dated=code.cast(pl.Int64) * _DATES + assigned["date"].cast(pl.Int32))


def with_template(assigned: pl.DataFrame) -> pl.DataFrame:
    """Adds `template`: a number for everything on which a shift's instants depend."""
    policies, clocks = (int(assigned[name].max() or 0) + 1 for name in ("policy", "clock"))  # type: ignore[arg-type]
    return assigned.with_columns(template=(pl.col("dated") * policies + pl.col("policy")) * clocks + pl.col("clock"))


def versions(inputs: Inputs, assigned: pl.DataFrame) -> pl.DataFrame:
    """The shift version in force per distinct `dated`; `fault` says why a version cannot be used."""
    wanted = assigned.select("dated", "shift_code", "date").unique("dated")
    shifts = inputs.shifts.sort(pl.all()).unique(VERSION, keep="first", maintain_order=True)
    shifts = shifts.rename({"policy_code": "shift_policy"})
    shifts = shifts.join(_shapes(inputs.shift_segments), on=VERSION, how="left").with_columns(fault=_fault())
    found = wanted.join(shifts, on="shift_code").filter(pl.col("effective_from") <= pl.col("date"))
    return found.sort("dated", "effective_from").unique("dated", keep="last").drop("shift_code", "date")


def _shapes(segments: pl.DataFrame) -> pl.DataFrame:
    """Per version: first start, last end, planned minutes, and whether its segments are in order and apart."""
    rows = segments.unique().sort(*VERSION, "start_min", "end_min", "segment_no")
    after = pl.col("end_min").shift(1).over(*VERSION)
    wrong = (pl.col("end_min") <= pl.col("start_min")) | (pl.col("start_min") < after).fill_null(value=False)
    return (
        rows.with_columns(wrong=wrong)
        .group_by(VERSION)
        .agg(
            first_min=pl.col("start_min").min(),
            last_min=pl.col("end_min").max(),
            planned_min=(pl.col("end_min") - pl.col("start_min")).sum(),
            pieces=pl.len().cast(pl.Int32),
            disordered=pl.col("wrong").any(),
        )
    )


def _fault() -> pl.Expr:
    scheduled = pl.col("kind") != "open"
    too_long = pl.col("last_min") - pl.col("first_min") > DAY_MIN
    return (
        pl.when(scheduled & pl.col("first_min").is_null())
        .then(pl.lit("no segments"))
        .when(scheduled & pl.col("disordered"))
        .then(pl.lit("segments overlap or end before they start"))
        .when(scheduled & ~pl.col("first_min").is_between(0, DAY_MIN - 1))
        .then(pl.lit("does not start on its own date"))
        .when(scheduled & too_long)
        .then(pl.lit("longer than 24 hours"))
    )


def templates(inputs: Inputs, assigned: pl.DataFrame, params: pl.DataFrame) -> pl.DataFrame:
    """One row per distinct `template` and segment, with its instants in UTC seconds."""
    facts = ["template", "zone", "date", "policy", *VERSION, "kind", "window_before_min", "window_after_min"]
    wanted = assigned.filter(pl.col("kind") != "open").unique("template").select(*facts, *_CORE)
    rows = wanted.join(inputs.shift_segments.unique(), on=VERSION)
    rows = rows.with_columns(
        earliest(rows, "start_min").alias("s0"),
        latest(rows, "end_min").alias("s1"),
        pl.Series("floor", earliest(rows.with_columns(zero=0), "zero", days=-1)),
        pl.Series("ceiling", earliest(rows.with_columns(zero=0), "zero", days=2)) - 1,
    )
    return _windows(_bounds(rows), params).drop(*facts[1:], *_CORE)


def _bounds(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds the whole shift's span, where late and early are measured from, and the minutes a clock change adds."""
    core_start = pl.col("s0").min().over("template") + (pl.col("core_start_min") - pl.col("start_min")) * 60
    core_end = pl.col("s1").max().over("template") + (pl.col("core_end_min") - pl.col("end_min")) * 60
    flexible = pl.col("kind") == "flexible"
    return rows.with_columns(
        shift_start=pl.col("s0").min().over("template"),
        shift_end=pl.col("s1").max().over("template"),
        due_from=pl.when(flexible).then(core_start).otherwise("s0"),
        due_to=pl.when(flexible).then(core_end).otherwise("s1"),
        clock_min=(pl.col("s1") - pl.col("s0")) // 60 - (pl.col("end_min") - pl.col("start_min")),
    ).drop("start_min", "end_min")


def _windows(rows: pl.DataFrame, params: pl.DataFrame) -> pl.DataFrame:
    """Adds [w0, w1], both inclusive: at most from the midnight a day earlier to the midnight two days later."""
    defaults = params.select("policy", before="window_before_min", after="window_after_min")
    before, after = pl.coalesce("window_before_min", "before"), pl.coalesce("window_after_min", "after")
    return (
        rows.join(defaults, on="policy", how="left")
        .with_columns(
            reach=pl.col("s0") - before * 60,
            w1=pl.min_horizontal(pl.col("s1") + after * 60, "ceiling"),
        )
        .with_columns(w0=pl.max_horizontal("reach", "floor"))
        .drop("before", "after", "floor", "ceiling")
    )
