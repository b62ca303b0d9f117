"""Stage 16: payable and lost days in hundredths, and the sums of a period."""

import polars as pl

from hub.rules.codes import DayFlag, Session
from hub.rules.parameters import with_parameters

HALF = 50
_FULLY_PAID = [Session.WORKED, Session.WEEKLY_OFF, Session.HOLIDAY]
_LOST = [Session.ABSENT, Session.UNPAID_LEAVE]


def with_totals(days: pl.DataFrame, params: pl.DataFrame) -> pl.DataFrame:
    """Adds `payable_days`, `lop_days`, `paid_min`, `shortage_min`.

    The unpaid part of a leave is lost; a pending half is neither payable nor lost. A penalty takes what is payable,
    unless it only warns.
    """
    days = with_parameters(days, params, ["penalty_target", "shortage_tolerance_min"], days["policy"])
    short = (pl.col("expected_min") - pl.col("worked_min")).clip(0)
    payable, lost = _payable(1) + _payable(2), _lost(1) + _lost(2)
    taken = pl.when(pl.col("penalty_target") == "warn").then(0).otherwise(pl.min_horizontal("penalty_days", payable))
    return days.with_columns(
        payable_days=(payable - taken).cast(pl.Int16),
        lop_days=(lost + pl.when(pl.col("penalty_target") == "lop").then(taken).otherwise(0)).cast(pl.Int16),
        paid_min=pl.col("worked_min") - pl.col("ot_min"),
        shortage_min=pl.when(short > pl.col("shortage_tolerance_min")).then(short).otherwise(0),
    )


def _payable(n: int) -> pl.Expr:
    session = pl.col(f"s{n}")
    # A supervisor may set a paid half of which no leave tells how much; then it is paid in full.
    paid = pl.col(f"paid{n}").fill_null(100).clip(0, 100) * HALF // 100
    on_leave = pl.when(session == Session.PAID_LEAVE).then(paid).otherwise(0)
    return pl.when(session.is_in(_FULLY_PAID)).then(HALF).otherwise(on_leave)


def _lost(n: int) -> pl.Expr:
    session = pl.col(f"s{n}")
    part = pl.when(session == Session.PAID_LEAVE).then(HALF - _payable(n)).otherwise(0)
    return pl.when(session.is_in(_LOST)).then(HALF).otherwise(part)


def period_totals(days: pl.DataFrame, overtime: pl.DataFrame) -> pl.DataFrame:
    """One row per employee and payroll period of `DAYS` rows; overtime per bucket as a list of structs.

    The counts of dates let the ERP price a lost day by calendar days, working days or a fixed number.
    """
    key = ["employee_key", "period_id"]
    sums = ("payable_days", "lop_days", "penalty_days", "comp_off_days", "worked_min", "paid_min", "ot_min",
            "ot_pending_min", "night_min", "shortage_min", "late_min")  # fmt: skip
    flag = pl.col("flags")
    rows = days.group_by(key).agg(
        pl.col(sums).cast(pl.Int64).sum(),
        calendar_days=pl.len(),
        employed_days=(pl.col("status") != "NE").sum(),
        working_days=((pl.col("day_type") == 0) & (pl.col("status") != "NE")).sum(),
        late_count=(flag & int(DayFlag.LATE) != 0).sum(),
        pending_days=(pl.col("status") == "MP").sum(),
        unmarked_days=((pl.col("status") == "A") & (pl.col("gross_min") == 0)).sum(),
    )
    dates = days.select("employee_key", "business_date", "period_id")
    buckets = overtime.join(dates, on=["employee_key", "business_date"]).group_by(*key, "bucket", "approved")
    lists = buckets.agg(minutes=pl.col("minutes").cast(pl.Int64).sum()).sort(*key, "bucket", "approved")
    lists = lists.group_by(key, maintain_order=True).agg(overtime=pl.struct("bucket", "approved", "minutes"))
    leave = (
        days.filter(pl.col("leave_code").is_not_null())
        .group_by(*key, "leave_code")
        .agg(days=sum((pl.col(half).is_in([1, 2]).cast(pl.Int64) * HALF for half in ("s1", "s2")), pl.lit(0)).sum())
    )
    leaves = (
        leave.sort(*key, "leave_code").group_by(key, maintain_order=True).agg(leave=pl.struct("leave_code", "days"))
    )
    for part in (lists, leaves):
        rows = rows.join(part, on=key, how="left", nulls_equal=True)
    return rows.sort(key)
