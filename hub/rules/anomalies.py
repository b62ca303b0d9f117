"""Stage 10, collected: every note that a stage or the finished day gives rise to."""

from datetime import date
from typing import Final

import polars as pl

from hub.rules.codes import ANOMALIES, DayType, Session
from hub.rules.columns import NOTES, note, starts
from hub.rules.direction import IN, OUT
from hub.rules.normalise import NO_SITE, marks

_SEVERITIES: Final = pl.DataFrame(
    [{"code": code, "severity": one.severity, "blocks_posting": one.blocks_posting} for code, one in ANOMALIES.items()]
)


def of_punches(punches: pl.DataFrame) -> list[pl.DataFrame]:
    """Notes on raw punches: repeats, clocks, places, and those outside any employment."""
    off = pl.col("off_shift") & pl.col("employed") & ~pl.col("dup") & (pl.col("off_shift_mode") != "ignore")
    found: dict[str, pl.Expr | str] = {
        "DUPLICATE": "dup",
        "REPEAT_IN": "burst",
        **marks(),
        "NOT_EMPLOYED": ~pl.col("employed"),
        "OFF_SHIFT": off,
    }
    rows = [note(punches, code, where, punch=True) for code, where in found.items()]
    abroad = (pl.col("site_id") != pl.col("home_site_id")) & (pl.col("site_id") != NO_SITE)
    places = punches.lazy().filter(abroad).select("employee_key", "date", "punch_id", "day").collect()
    return [*rows, note(places, "SITE_MISMATCH", starts("day"), punch=True)]


def of_pairing(collapsed: pl.DataFrame, single: pl.DataFrame, pairs: pl.DataFrame) -> list[pl.DataFrame]:
    """Notes of stages 5 to 7."""
    repeat, alone = pl.col("repeat") & ~pl.col("inside"), ~pl.col("opens") & ~pl.col("closes")
    is_in, is_out = pl.col("dir") == IN, pl.col("dir") == OUT
    return [
        note(collapsed, "REPEAT_IN", repeat & is_in, punch=True),
        note(collapsed, "REPEAT_OUT", repeat & is_out, punch=True),
        note(collapsed, "OVERLAP", "inside", punch=True),
        note(single, "MISSING_OUT", alone & is_in, punch=True),
        note(single, "MISSING_IN", alone & is_out, punch=True),
        note(single, "LONG_SHIFT", "too_long", punch=True),
        note(single, "MISSED_BREAK", _half_a_break(), punch=True),
        note(single, "IMPUTED", "stands_in"),
        note(pairs, "REST_VIOLATION", detail=pl.struct("rest_min").struct.json_encode()),
    ]


def _half_a_break() -> pl.Expr:
    """The beginning of a break that the next punch does not end, or the other way round; what follows may yet come."""
    same, out, back = pl.col("run") == pl.col("run").shift(-1), pl.col("direction") == 2, pl.col("direction") == 3
    begun = out & (~same | (pl.col("direction").shift(-1) != 3)).fill_null(value=True)
    behind = pl.col("run") == pl.col("run").shift(1)
    ended = back & (~behind | (pl.col("direction").shift(1) != 2)).fill_null(value=True)
    return begun | ended


def of_days(days: pl.DataFrame) -> list[pl.DataFrame]:
    """Notes on finished days."""
    worked = pl.col("worked_min") > 0
    working = (pl.col("day_type") == DayType.WORKING) & (pl.col("due") > 0) & (pl.col("attendance_mode") != "exempt")
    surplus = pl.col("worked_min") - pl.col("expected_min")
    absent = (pl.col("s1") == Session.ABSENT) | (pl.col("s2") == Session.ABSENT)
    half = pl.col("worked_min") * 100 >= pl.col("scheduled_min") * pl.col("half_day_pct")
    full_leave = (pl.col("on_leave") == 2) & half & (pl.col("leave_vs_work") == "flag")
    half_leave = (pl.col("on_leave") == 1) & (surplus > 0) & (surplus >= pl.col("ot_threshold_min"))
    off = pl.col("day_type") == DayType.WEEKLY_OFF
    conditions = {
        "ABSENT_NO_PUNCH": absent & ~worked & (pl.col("punches") == 0),
        "LATE_IN": pl.col("late"),
        "EARLY_OUT": pl.col("early"),
        "LEAVE_AND_WORKED": worked & (full_leave | half_leave),
        "HOLIDAY_WORKED": worked & (pl.col("day_type") == DayType.HOLIDAY),
        "UNROSTERED": working & ~pl.col("rostered"),
        "UNSCHEDULED_WORK": worked & (off | (working & ~pl.col("rostered"))),
        "SHORT_SHIFT": worked & working & (pl.col("level") != "full"),
    }
    return [note(days, code, condition) for code, condition in conditions.items()]


def collect(notes: list[pl.DataFrame], days: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """All notes of the dates asked for, each once, with severity and state."""
    rows = pl.concat([frame.cast(NOTES) for frame in notes])  # type: ignore[arg-type]
    rows = (
        rows.filter(pl.col("business_date").is_between(first, last)).unique().join(_SEVERITIES, on="code", how="left")
    )
    still = days.lazy().filter("provisional").select("employee_key", "provisional", business_date="date").collect()
    rows = rows.join(still, on=["employee_key", "business_date"], how="left")
    open_still = pl.col("provisional").is_not_null()
    rows = rows.with_columns(state=pl.when(open_still).then(pl.lit("provisional")).otherwise(pl.lit("final")))
    return rows.sort("employee_key", "business_date", "code", "punch_id", "detail")
