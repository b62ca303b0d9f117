"""Day overrides: single fields of a day that a supervisor has set; the latest of a field holds."""

from typing import Final

import polars as pl

from hub.rules.columns import beside
from hub.rules.scope import numbered

FIELDS: Final = {
    "worked_min": "Minutes that count as worked; status and overtime follow from it.",
    "late_min": "Minutes late; 0 takes the lateness away.",
    "early_out_min": "Minutes early; 0 takes it away.",
    "s1": "The first half, a number of codes.Session.",
    "s2": "The second half.",
    "ot_min": "Overtime as approved; it also approves what was pending.",
}


def with_overrides(days: pl.DataFrame, overrides: pl.DataFrame) -> pl.DataFrame:
    """Adds `set_<field>` (null: not set) for every field, all of them as text in `_set`, and `override_fields`."""
    known = overrides.filter(pl.col("field").is_in(list(FIELDS))).sort("override_id", "value")
    latest = known.unique(["employee_key", "date", "field"], keep="last")
    rows = (
        numbered(latest, days)
        .group_by("day")
        .agg(
            *(pl.col("value").filter(pl.col("field") == name).first().alias(f"set_{name}") for name in FIELDS),
            override_fields=pl.col("field").sort(),
        )
    )
    texts = [pl.col(f"set_{name}").cast(pl.String).fill_null("") for name in FIELDS]
    return beside(days, rows.with_columns(_set=pl.concat_str(texts, separator=","))).with_columns(
        pl.col("override_fields").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        pl.col("_set").fill_null("," * (len(FIELDS) - 1)),
    )


def apply_minutes(days: pl.DataFrame) -> pl.DataFrame:
    """Stage 10: worked, late and early minutes as set."""
    late, early = pl.col("set_late_min"), pl.col("set_early_out_min")
    return days.with_columns(
        worked_min=pl.coalesce("set_worked_min", "worked_min"),
        late_min=pl.coalesce(late, "late_min"),
        early_min=pl.coalesce(early, "early_min"),
        late=pl.when(late.is_null()).then("late").otherwise(late > 0),
        early=pl.when(early.is_null()).then("early").otherwise(early > 0),
    )


def apply_sessions(days: pl.DataFrame) -> pl.DataFrame:
    """Stage 12: halves as set."""
    return days.with_columns(pl.coalesce(f"set_{half}", half).cast(pl.Int8).alias(half) for half in ("s1", "s2"))
