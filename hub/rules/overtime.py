"""Stage 14 in its default form: one rule, minutes over the day's expected ones, and all minutes of days off."""

import polars as pl

from hub.rules.codes import DayType


def with_overtime(days: pl.DataFrame) -> pl.DataFrame:
    """Adds `ot_min`: nothing below the threshold, all minutes from it.

    Leave lowers what is expected but not the bar for overtime, so `full_min` is the bar.
    """
    over = pl.col("worked_min") - pl.col("full_min")
    daily = pl.when((over > 0) & (over >= pl.col("ot_threshold_min"))).then(over).otherwise(0)
    free_day = pl.col("day_type").is_in([DayType.HOLIDAY, DayType.WEEKLY_OFF])
    return days.with_columns(ot_min=pl.when(free_day).then("worked_min").otherwise(daily))
