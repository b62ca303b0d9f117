"""Overtime laid on the pairs that hold it: the latest time of the day first, and a shortage on the last pair."""

import polars as pl

_KEY = ("employee_key", "business_date")


def laid_on_pairs(pairs: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """`PAIRS` with `ot_min`, and `shortage_min` on each day's last pair; sums of a day stay what they are in `DAYS`."""
    totals = days.select(*_KEY, total=pl.col("ot_min") + pl.col("ot_pending_min"), lacking="shortage_min")
    rows = pairs.join(totals, on=_KEY, how="left", maintain_order="left")
    length = (pl.col("out_paid") - pl.col("in_paid")) // 60
    later = length.cum_sum(reverse=True).over(_KEY) - length
    last = pl.col("seq") == pl.col("seq").max().over(_KEY)
    return rows.with_columns(
        ot_min=pl.min_horizontal((pl.col("total") - later).clip(0), length),
        shortage_min=pl.when(last).then("lacking").otherwise(0),
    ).drop("total", "lacking")
