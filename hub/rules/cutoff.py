"""Stage 16, at the cut-off: what is assumed of dates that payroll must pay before they are over."""

import polars as pl

from hub.rules.codes import Session
from hub.rules.localtime import offset_of

_ASSUMED = {"assume_present": Session.WORKED, "assume_absent": Session.ABSENT}


def with_assumptions(days: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Pending halves of dates from the cut-off of their period on, once it has passed, as `after_cutoff` says."""
    if days["cutoff_at"].null_count() == days.height:
        return days
    local = pl.from_epoch(pl.col("cutoff_at") + offset_of("cutoff_at", days.columns)).dt.date()
    beyond = (pl.col("cutoff_at") <= as_of) & (pl.col("date") >= local) & pl.col("provisional")
    for mode, session in _ASSUMED.items():
        hit = beyond & (pl.col("after_cutoff") == mode)
        days = days.with_columns(
            pl.when(hit & (pl.col(half) == Session.PENDING)).then(pl.lit(session, pl.Int8)).otherwise(half).alias(half)
            for half in ("s1", "s2")
        )
    return days
