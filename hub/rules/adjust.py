"""Stage 17: what has changed since a day was posted; days of a closed period become adjustments of the next one.

Pure: it compares two `DAYS` frames, stored and computed, and says what to write.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

ADJUSTED: Final = ("payable_days", "lop_days", "penalty_days", "ot_min", "ot_pending_min", "night_min")
CLOSED: Final = ("locked", "paid")
_KEY: Final = ("employee_key", "business_date")


@dataclass(frozen=True, slots=True)
class Changes:
    """Days to insert, to rewrite, and differences of closed periods; untouched days are in none of them."""

    created: pl.DataFrame
    rewritten: pl.DataFrame
    adjustments: pl.DataFrame  # employee_key, business_date, source_period, target_period, field, old, new, delta


def changes(stored: pl.DataFrame, computed: pl.DataFrame, periods: pl.DataFrame) -> Changes:
    """Sorts computed days by what must be done; both frames are `DAYS`, `periods` is `PERIODS`."""
    old = stored.select(*_KEY, "output_hash", *ADJUSTED)
    both = computed.join(old, on=_KEY, how="left", suffix="_old", maintain_order="left")
    known = pl.col("output_hash_old").is_not_null()
    differing = both.filter(known, pl.col("output_hash") != pl.col("output_hash_old"))
    return Changes(
        created=both.filter(~known).select(computed.columns),
        rewritten=differing.select(computed.columns),
        adjustments=_adjustments(differing, periods),
    )


def _adjustments(differing: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """One row per field that differs on a date whose period is closed."""
    ends = periods.select("period_id", closing="status", source_end="to_date").unique("period_id")
    closed = differing.join(ends, on="period_id").filter(pl.col("closing").is_in(list(CLOSED)))
    wide = [
        closed.select(
            *_KEY, "source_end", source_period="period_id", field=pl.lit(name),
            old=pl.col(f"{name}_old").cast(pl.Int64), new=pl.col(name).cast(pl.Int64),
        )
        for name in ADJUSTED
    ]  # fmt: skip
    rows = pl.concat(wide).filter(pl.col("old") != pl.col("new")).with_columns(delta=pl.col("new") - pl.col("old"))
    still_open = periods.filter(~pl.col("status").is_in(list(CLOSED))).sort("from_date")
    following = still_open.select(target_period="period_id", target_start="from_date")
    rows = rows.sort("source_end").join_asof(
        following.sort("target_start"), left_on="source_end", right_on="target_start", strategy="forward"
    )
    return rows.drop("source_end", "target_start").sort(*_KEY, "field")
