"""Stage 5: in or out, by the device where it is believed and by turns where it is not."""

from typing import Final

import polars as pl

from hub.rules.columns import ends, ordinal, starts

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
    said = pl.when(is_in()).then(IN).otherwise(OUT)
    kept = kept.with_columns(trusted=_trusted(), turn=ordinal("run"))
    phase = pl.when("trusted").then((said + pl.col("turn")) % 2).when(starts("run")).then(0).forward_fill()
    by_turns = ((pl.col("turn") + phase) % 2).cast(pl.Int8)
    lone = starts("run") & ends("run") & ~pl.col("trusted")
    near_end = (pl.col("t") - pl.col("s1")).abs() < (pl.col("t") - pl.col("s0")).abs()
    outer = (pl.col("direction_mode") == "first_last") & ~(starts("run") & ends("run"))
    by_place = pl.when(ends("run")).then(OUT).otherwise(IN)
    chosen = pl.when(lone & near_end).then(OUT).when(outer).then(by_place).otherwise(by_turns)
    return kept.with_columns(dir=chosen.cast(pl.Int8)).drop("turn")


def _trusted() -> pl.Expr:
    mode = pl.col("direction_mode")
    return (pl.col("direction") >= 0) & ((mode == "device") | ((mode == "hybrid") & pl.col("believed")))


def device_trust(punches: pl.DataFrame) -> pl.DataFrame:
    """Which devices' directions are to be believed, for the table `devices`.

    Give it the punches of the last 30 days of all employees: at least 90 in 100 of a device's daily sequences must
    alternate, a repeat within a minute not counted. It is an input, not part of a run, so that a day computed again
    later comes out the same.
    """
    sequence = ["device_id", "employee_key", pl.col("t_utc") // 86_400]
    known = punches.filter(pl.col("direction") >= 0).unique().sort("t_utc", "punch_id")
    turns = pl.col("direction").is_in([IN, 3])
    again = (turns == turns.shift(1)) & (pl.col("t_utc").diff() > REPEAT_S)
    days = known.group_by(sequence, maintain_order=True).agg(alternates=~again.any(), size=pl.len())
    share = (
        days.filter(pl.col("size") > 1)
        .group_by("device_id")
        .agg(direction_trusted=pl.col("alternates").sum() * 100 >= pl.len() * TRUST_PERCENT)
    )
    return share.sort("device_id")
