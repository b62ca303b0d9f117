"""Stage 1: corrections applied, exact copies dropped, everything in one order, suspicious clocks marked."""

from datetime import UTC, date, datetime
from typing import Final

import polars as pl

from hub.rules.columns import in_order_of, ordering, together
from hub.rules.tables import PUNCHES, Inputs

DAY_S: Final = 86_400
FUTURE_S: Final = 300
SUSPECT_S: Final = 400 * DAY_S
YEAR_2010: Final = 1_262_304_000
NO_SITE: Final = -1
TZ_AMBIGUOUS: Final = 1


def epoch(day: date) -> int:
    """UTC seconds of that date's midnight in UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def normalise(inputs: Inputs, low: date, high: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The punches that count between two dates, with `key`, ordered by it; and the voided ones.

    Ties at one instant go by source rank, then punch id.
    """
    begin, end = epoch(low) - DAY_S, epoch(high) + 2 * DAY_S
    punches, voided = _corrected(inputs.punches, inputs.corrections)
    inside = pl.col("t_utc").is_between(begin, end)
    punches = _ordered(punches.filter(inside), begin)
    return punches, _ordered(voided.filter(inside), begin)


def _ordered(punches: pl.DataFrame, base: int) -> pl.DataFrame:
    keyed = together(punches, "employee_key").with_columns(key=ordering(pl.col("t_utc"), base)).rename({"t_utc": "t"})
    keyed = in_order_of(keyed, "key")
    if not (keyed["key"] == keyed["key"].shift(1)).any():
        return keyed
    keyed = keyed.sort("key", "source_rank", "punch_id", "direction", "device_id", "received_at")
    copy = (pl.col("punch_id") == pl.col("punch_id").shift(1)) & (pl.col("key") == pl.col("key").shift(1))
    return keyed.filter(~copy.fill_null(value=False)).with_columns(pl.col("key").set_sorted())


def _corrected(punches: pl.DataFrame, corrections: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Adds manual punches and lets the latest correction of a punch void, move or redirect it."""
    if corrections.is_empty():
        return punches, punches[:0]
    changes = corrections.filter(pl.col("op") != "add", pl.col("punch_id").is_not_null())
    changes = changes.sort("correction_id").unique(["employee_key", "punch_id"], keep="last", maintain_order=True)
    changes = changes.select("employee_key", "punch_id", "op", t_new="t_utc", direction_new="direction")
    both = pl.concat([punches, _added(corrections)]).join(changes, on=["employee_key", "punch_id"], how="left")
    void = (pl.col("op") == "void").fill_null(value=False)
    changed = both.with_columns(
        t_utc=pl.coalesce("t_new", "t_utc"),
        direction=pl.coalesce("direction_new", "direction"),
        source_rank=pl.when(pl.col("op").is_null()).then("source_rank").otherwise(pl.lit(0, dtype=pl.Int8)),
        # What a supervisor has timed is no longer doubtful.
        flags=pl.when(pl.col("t_new").is_null()).then("flags").otherwise(pl.lit(0, dtype=pl.Int32)),
        received_at=pl.coalesce("t_new", "received_at"),
    )
    return changed.filter(~void).select(*PUNCHES), both.filter(void).select(*PUNCHES)


def _added(corrections: pl.DataFrame) -> pl.DataFrame:
    added = corrections.filter(pl.col("op") == "add", pl.col("t_utc").is_not_null()).unique()
    constants = {"device_id": NO_SITE, "site_id": NO_SITE, "source_rank": 0, "flags": 0}
    return added.select(
        "employee_key",
        "t_utc",
        pl.col("direction").fill_null(-1),
        punch_id=-pl.col("correction_id"),
        received_at="t_utc",
        **{name: pl.lit(value, dtype=PUNCHES[name]) for name, value in constants.items()},
    ).select(*PUNCHES)


def marks() -> dict[str, pl.Expr]:
    """Which punches deserve a note for their clock, by anomaly code."""
    late = pl.col("t") - pl.col("received_at")
    return {
        "FUTURE": late > FUTURE_S,
        "CLOCK_SUSPECT": (pl.col("t") < YEAR_2010) | (late.abs() > SUSPECT_S),
        "TZ_AMBIGUOUS": pl.col("flags") & TZ_AMBIGUOUS != 0,
    }
