"""Stage 5: in or out, by the device where it is believed and by turns where it is not."""

from typing import Final

import polars as pl

from hub.rules.columns import ends, ordinal, sorted_by, starts, sums, together
from hub.rules.normalise import DAY_S

IN: Final = 0
OUT: Final = 1
BREAK_OUT: Final = 2
BREAK_IN: Final = 3
TRUST_PERCENT: Final = 90
REPEAT_S: Final = 60


def is_in() -> pl.Expr:
    """Whether the direction means in; the end of a break does."""
    return pl.col("direction").is_in([IN, BREAK_IN])


def believe(punches: pl.DataFrame, devices: pl.DataFrame) -> pl.DataFrame:
    """Adds `believed`: the punch's own word on in or out counts in hybrid mode.

    A correction says what a person meant, so it counts whatever its device is worth.
    """
    trusted = devices.filter("direction_trusted")["device_id"].unique()
    alone = pl.col("device_id").is_in(trusted.implode()) | (pl.col("source_rank") == 0)
    return punches.with_columns(believed=alone)


def direct(kept: pl.DataFrame) -> pl.DataFrame:
    """Adds `dir` (0 in, 1 out) to the punches of each run; breaks count as out and in.

    An undirected punch takes turns with the last believed one of its run, or with the run's start, which is an in.
    """
    said = pl.when(is_in()).then(pl.lit(IN, pl.Int8)).otherwise(pl.lit(OUT, pl.Int8))
    kept = kept.with_columns(trusted=_trusted(), turn=(ordinal("run") & 1).cast(pl.Int8))
    phase = pl.when("trusted").then(said ^ pl.col("turn")).when(starts("run")).then(pl.lit(0, pl.Int8)).forward_fill()
    by_turns = pl.col("turn") ^ phase
    lone = starts("run") & ends("run") & ~pl.col("trusted")
    near_end = (pl.col("t") - pl.col("s1")).abs() < (pl.col("t") - pl.col("s0")).abs()
    outer = (pl.col("direction_mode") == "first_last") & ~(starts("run") & ends("run"))
    by_place = pl.when(ends("run")).then(OUT).otherwise(IN)
    chosen = pl.when(lone & near_end).then(OUT).when(outer).then(by_place).otherwise(by_turns)
    return kept.with_columns(dir=chosen.cast(pl.Int8)).drop("turn")


def _trusted() -> pl.Expr:
    mode = pl.col("direction_mode")
    return (pl.col("direction") >= 0) & ((mode == "device") | ((mode == "hybrid") & pl.col("believed")))


def alternations(punches: pl.DataFrame) -> pl.DataFrame:
    """Per `device_id` and UTC `date`: how many `sequences` of directed punches of a person, and how many alternate.

    A repeat within a minute is not counted, and one punch is no sequence.
    """
    known = _sequences(punches.filter(pl.col("direction") >= 0)).with_columns(_day=pl.col("t_utc") // DAY_S)
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in ("device_id", "employee_key", "_day"))
    turns = pl.col("direction").is_in([IN, BREAK_IN])
    again = (turns == turns.shift(1)) & (pl.col("t_utc").diff() > REPEAT_S)
    same, again = same.fill_null(value=False), again.fill_null(value=False)
    known = known.select(
        "device_id", "_day", sequence=(~same).cum_sum(), again=(same & again).cast(pl.Int32), size=pl.lit(1)
    )
    each = sums(known, "sequence", ["again", "size"], keep=["device_id", "_day"]).filter(pl.col("size") > 1)
    days = each.group_by("device_id", "_day").agg(alternating=(pl.col("again") == 0).sum(), sequences=pl.len())
    return days.select(
        "device_id", pl.col("_day").cast(pl.Int32).cast(pl.Date).alias("date"), "alternating", "sequences"
    )


def _sequences(known: pl.DataFrame) -> pl.DataFrame:
    """Each device's punches of each person in order of time, exact copies once."""
    order = ["device_id", "employee_key", "t_utc", "punch_id"]
    ordered = sorted_by(together(known, *order[:2]), *order)
    twice = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in order)
    return sorted_by(known.unique(), *order) if ordered.select(twice.any()).item() else ordered


def device_trust(alternating: pl.DataFrame) -> pl.DataFrame:
    """Which devices' directions are to be believed, for the table `devices`: nine in ten sequences alternate.

    Give it the `alternations` of 30 days of all employees. It is an input, not part of a run, so that a day computed
    again later comes out the same.
    """
    total = alternating.group_by("device_id").agg(pl.col("alternating", "sequences").sum())
    trusted = pl.col("alternating") * 100 >= pl.col("sequences") * TRUST_PERCENT
    return total.select("device_id", direction_trusted=trusted).sort("device_id")
