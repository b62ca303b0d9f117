"""Stage 11: what the calendar and leave make of each date: day type, sessions, minutes expected.

It needs no punches, so it runs before stage 9, which asks whether a segment is due.
"""

from typing import Final

import polars as pl

from hub.rules.codes import DayType, Session
from hub.rules.columns import beside
from hub.rules.scope import numbered
from hub.rules.tables import Inputs

_HALVES: Final = ("first", "second")
_S: Final = pl.Int8


def with_calendar(days: pl.DataFrame, inputs: Inputs) -> pl.DataFrame:
    """Adds `day_type`, `base1`, `base2` (a Session, null: due), `leave_code`, `leave_min`, `expected_min`."""
    days = _with_holidays(_with_weekly_offs(days, inputs.weekly_offs), inputs.holidays)
    days = _with_leave(days, inputs.leaves)
    return _expected(_sessions(days))


def _with_weekly_offs(days: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Adds `off`: the weekly rule names the date, or the roster names no shift for it on purpose."""
    dates = days.select("weekly_off_code", "date").unique().join(rules.unique(), on="weekly_off_code")
    weekday = pl.col("date").dt.weekday() - 1 == pl.col("weekday")
    nth = pl.col("nth").is_null() | ((pl.col("date").dt.day() - 1) // 7 + 1 == pl.col("nth"))
    hits = (
        dates.filter(weekday & nth).select("weekly_off_code", "date").unique().with_columns(weekly=pl.lit(value=True))
    )
    days = days.join(hits, on=["weekly_off_code", "date"], how="left", maintain_order="left")
    weekly = pl.col("weekly").fill_null(value=False)
    return days.with_columns(off=weekly | (pl.col("rest") & pl.col("shift_code").is_null())).drop("weekly")


def _with_holidays(days: pl.DataFrame, holidays: pl.DataFrame) -> pl.DataFrame:
    """Adds `holiday1`, `holiday2`: the half belongs to a public or company holiday of the site's calendar."""
    held = (
        holidays.filter(pl.col("kind") != "optional")
        .group_by("calendar", "date")
        .agg(pl.col("portion").is_in(["full", half]).any().alias(f"holiday{n}") for n, half in enumerate(_HALVES, 1))
    )
    keys = {"left_on": ["holiday_calendar", "date"], "right_on": ["calendar", "date"]}
    days = days.join(held, **keys, how="left", maintain_order="left")  # type: ignore[arg-type]
    return days.with_columns(pl.col("holiday1", "holiday2").fill_null(value=False))


def _with_leave(days: pl.DataFrame, leaves: pl.DataFrame) -> pl.DataFrame:
    """Adds what is paid of leave on each half (`paid1`, `paid2`, null: none), `leave_min`, `leave_code`."""
    leaves = numbered(leaves.unique(), days).sort("day", "type_code", "paid_hundredths")
    rows = leaves.group_by("day").agg(
        *(
            pl.col("paid_hundredths").filter(pl.col("portion").is_in(["full", half])).first().alias(f"paid{n}")
            for n, half in enumerate(_HALVES, 1)
        ),
        leave_min=pl.col("minutes").filter(pl.col("portion") == "minutes").sum(),
        leave_code=pl.col("type_code").unique().sort().str.join("+"),
        leave_request=pl.col("request").max(),
        leave_sandwich=pl.col("sandwich_mode").cast(pl.String).drop_nulls().first(),
    )
    return beside(days, rows).with_columns(pl.col("leave_min").fill_null(0))


def _sessions(days: pl.DataFrame) -> pl.DataFrame:
    holiday = pl.col("holiday1") & pl.col("holiday2")
    day_type = (
        pl.when(~pl.col("employed")).then(pl.lit(DayType.NOT_EMPLOYED, _S))
        .when(holiday).then(pl.lit(DayType.HOLIDAY, _S))
        .when("off").then(pl.lit(DayType.WEEKLY_OFF, _S))
        .otherwise(pl.lit(DayType.WORKING, _S))
    )  # fmt: skip
    days = days.with_columns(day_type=day_type)
    return days.with_columns(_session(n).alias(f"base{n}") for n in (1, 2))


def _session(n: int) -> pl.Expr:
    """The half's fate if nobody worked: not employed, holiday, off, leave, in this order; null when it is due."""
    day_type, paid = pl.col("day_type"), pl.col(f"paid{n}")
    return (
        pl.when(day_type == DayType.NOT_EMPLOYED).then(pl.lit(Session.NOT_EMPLOYED, _S))
        .when((day_type != DayType.WEEKLY_OFF) & pl.col(f"holiday{n}")).then(pl.lit(Session.HOLIDAY, _S))
        .when(day_type == DayType.WEEKLY_OFF).then(pl.lit(Session.WEEKLY_OFF, _S))
        .when(paid > 0).then(pl.lit(Session.PAID_LEAVE, _S))
        .when(paid == 0).then(pl.lit(Session.UNPAID_LEAVE, _S))
    )  # fmt: skip


def _expected(days: pl.DataFrame) -> pl.DataFrame:
    """Adds `due` (halves to be worked) and the minutes: `scheduled_min`, `full_min` less holidays, `expected_min`."""
    leave = [Session.PAID_LEAVE, Session.UNPAID_LEAVE]
    due = sum((pl.col(f"base{n}").is_null().cast(pl.Int32) for n in (1, 2)), pl.lit(0, pl.Int32))
    on_leave = sum(
        (pl.col(f"base{n}").is_in(leave).fill_null(value=False).cast(pl.Int32) for n in (1, 2)), pl.lit(0, pl.Int32)
    )
    open_min = pl.when(pl.col("unstated") | pl.col("shift_code").is_null()).then("open_expected_min").otherwise(0)
    clock_min = pl.when(pl.col("dst_expected") == "elapsed").then("clock_min").otherwise(0).fill_null(0)
    whole = (pl.col("stated_min").fill_null(0) + open_min + clock_min).cast(pl.Int32)
    days = days.with_columns(due=due, on_leave=on_leave, scheduled_min=whole)
    return days.with_columns(
        full_min=pl.col("scheduled_min") * (pl.col("due") + pl.col("on_leave")) // 2,
        expected_min=(pl.col("scheduled_min") * pl.col("due") // 2 - pl.col("leave_min")).clip(0),
    )
