"""Stage 16: payable and lost days, in hundredths."""

import polars as pl

from hub.rules.codes import Session

HALF = 50
_FULLY_PAID = [Session.WORKED, Session.WEEKLY_OFF, Session.HOLIDAY]
_LOST = [Session.ABSENT, Session.UNPAID_LEAVE]


def with_totals(days: pl.DataFrame) -> pl.DataFrame:
    """Adds `payable_days`, `lop_days`, `paid_min`, `shortage_min`.

    The unpaid part of a leave is lost; a pending half is neither payable nor lost.
    """
    payable, lost = _payable(1) + _payable(2), _lost(1) + _lost(2)
    return days.with_columns(
        payable_days=payable.cast(pl.Int16),
        lop_days=lost.cast(pl.Int16),
        paid_min=pl.col("worked_min") - pl.col("ot_min"),
        shortage_min=(pl.col("expected_min") - pl.col("worked_min")).clip(0),
    )


def _payable(n: int) -> pl.Expr:
    session, paid = pl.col(f"s{n}"), pl.col(f"paid{n}").clip(0, 100) * HALF // 100
    on_leave = pl.when(session == Session.PAID_LEAVE).then(paid).otherwise(0)
    return pl.when(session.is_in(_FULLY_PAID)).then(HALF).otherwise(on_leave)


def _lost(n: int) -> pl.Expr:
    session = pl.col(f"s{n}")
    part = pl.when(session == Session.PAID_LEAVE).then(HALF - _payable(n)).otherwise(0)
    return pl.when(session.is_in(_LOST)).then(HALF).otherwise(part)
