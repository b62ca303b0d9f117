"""Stage 12: the fate of both halves of a day, and the one word for it."""

from typing import Final

import polars as pl

from hub.rules.codes import Session

_W, _A, _X = (pl.lit(value, pl.Int8) for value in (Session.WORKED, Session.ABSENT, Session.PENDING))
_LEAVE: Final = [Session.PAID_LEAVE, Session.UNPAID_LEAVE]
_NOT_DUE: Final = [Session.WEEKLY_OFF, Session.HOLIDAY]


def with_sessions(days: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Adds `provisional`, `level`, `s1`, `s2` from worked and expected minutes."""
    end = pl.coalesce("window_end", "open_to")
    days = days.with_columns(provisional=as_of < end + pl.col("absent_after_h") * 3600).with_columns(_level())
    return _work_over_leave(days.with_columns(s1=_half(1), s2=_half(2)))


def with_status(days: pl.DataFrame) -> pl.DataFrame:
    """Adds `status`, the one word for both halves."""
    return days.with_columns(status=_status())


def _work_over_leave(days: pl.DataFrame) -> pl.DataFrame:
    """Where work wins, a full-day leave with half a day worked is leave no more."""
    worked = pl.col("worked_min") > 0
    half = pl.col("worked_min") * 100 >= pl.col("scheduled_min") * pl.col("half_day_pct")
    full = pl.col("worked_min") * 100 >= pl.col("scheduled_min") * pl.col("full_day_pct")
    wins = (pl.col("leave_vs_work") == "work_wins") & (pl.col("on_leave") == 2) & worked & half
    return days.with_columns(
        s1=pl.when(wins).then(_W).otherwise("s1"), s2=pl.when(wins & full).then(_W).otherwise("s2")
    )


def _level() -> pl.Expr:
    """`level`: full, half, present (one session whatever is due), pending or none - what the punches amount to."""
    worked, expected = pl.col("worked_min"), pl.col("expected_min")
    unmarked_as = pl.col("unmarked_as")
    some = (worked > 0) & (worked >= pl.col("min_presence_min"))
    full = some & _reached("full_day")
    half = some & _reached("half_day") & (pl.col("due") == 2)
    excused = (expected == 0) & (pl.col("leave_min") > 0)
    unpaired = (worked == 0) & (pl.col("unpaired") > 0)
    unmarked = ~pl.col("rostered") & (worked == 0) & (pl.col("unpaired") == 0)
    single = pl.col("single_punch")
    return (
        pl.when((pl.col("attendance_mode") == "exempt") | full | excused).then(pl.lit("full"))
        .when(half).then(pl.lit("half"))
        .when(unpaired & (single == "present")).then(pl.lit("full"))
        .when(unpaired & (single == "half")).then(pl.lit("half"))
        .when(unpaired & (single == "absent")).then(pl.lit("none"))
        .when(unmarked & (unmarked_as == "present")).then(pl.lit("full"))
        .when(pl.col("provisional") | (unmarked & (unmarked_as == "pending"))).then(pl.lit("pending"))
        .otherwise(pl.lit("none"))
        .alias("level")
    )  # fmt: skip


def _reached(name: str) -> pl.Expr:
    """Worked minutes at or above the policy's minutes, or its percent of the expected ones."""
    by_percent = pl.col("worked_min") * 100 >= pl.col("expected_min") * pl.col(f"{name}_pct")
    return (
        pl.when(pl.col(f"{name}_min").is_null())
        .then(by_percent)
        .otherwise(pl.col("worked_min") >= pl.col(f"{name}_min"))
    )


def _half(n: int) -> pl.Expr:
    """The fate of a half: fixed by the calendar, or by the level; half a day is the half with more worked seconds."""
    more_second = pl.col("gross_s") - pl.col("first_half_s") > pl.col("first_half_s")
    mine = (more_second if n == 2 else ~more_second) | (pl.col("due") == 1)
    by_level = (
        pl.when(pl.col("level") == "full").then(_W)
        .when(pl.col("level") == "pending").then(_X)
        .when((pl.col("level") == "half") & mine).then(_W)
        .otherwise(_A)
    )  # fmt: skip
    return pl.coalesce(f"base{n}", by_level)


def _status() -> pl.Expr:
    halves = (pl.when(pl.col(half) <= _LAST).then(half).otherwise(_LAST + 1).cast(pl.UInt32) for half in ("s1", "s2"))
    first, second = halves
    case = (first * (_LAST + 2) + second) * 2 + (pl.col("worked_min") > 0).cast(pl.UInt32)
    return pl.lit(_WORDS).gather(case)


def _word(halves: set[int], *, worked: bool) -> str:
    ladder = [
        (halves <= {Session.NOT_EMPLOYED}, "NE"),
        (Session.PENDING in halves, "MP"),
        (halves <= {Session.WEEKLY_OFF}, "WOW" if worked else "WO"),
        (halves <= {*_NOT_DUE}, "HW" if worked else "H"),
        (halves <= {*_LEAVE, *_NOT_DUE}, "L"),
        (bool(halves & {*_LEAVE}), "HL"),
        (halves <= {Session.WORKED, *_NOT_DUE}, "P"),
        (Session.WORKED in halves, "HD"),
        (True, "A"),
    ]
    return next(word for holds, word in ladder if holds)


_LAST: Final = max(Session)
_WORDS: Final = pl.Series(
    [
        _word({first, second}, worked=worked)
        for first in range(_LAST + 2)
        for second in range(_LAST + 2)
        for worked in (False, True)
    ]
)
"""For each pair of halves, with and without work; one number beyond the sessions stands for what is none."""
