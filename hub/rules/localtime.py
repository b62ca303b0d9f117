"""Local times of the few distinct (zone, date, minute) a run needs, and zone offsets as columns.

Nothing here runs per punch: instants are made for shift templates and day borders, offsets travel as a handful of
columns beside the zone.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

import polars as pl

from hub.zones import DAY, UnknownZoneError, offset_s, to_utc, zone


def known(name: str) -> bool:
    """Whether that is an IANA zone."""
    try:
        zone(name)
    except UnknownZoneError:
        return False
    return True


def earliest(frame: pl.DataFrame, minute: str, *, days: int = 0) -> pl.Series:
    """UTC seconds of `minute` on `date` + `days` in `zone`; gap forward, repeated time first. One call per row."""
    rows = frame.select("zone", "date", minute).iter_rows()
    instants = [to_utc(name, day + timedelta(days=days), at * 60)[0] for name, day, at in rows]
    return pl.Series(instants, dtype=pl.Int64)


def latest(frame: pl.DataFrame, minute: str) -> pl.Series:
    """Like `earliest`, but a repeated time means its last occurrence: how an end is read."""
    rows = frame.select("zone", "date", minute).iter_rows()
    return pl.Series([_last(name, day, at) for name, day, at in rows], dtype=pl.Int64)


def _last(name: str, day: date, minute: int) -> int:
    first, ambiguous = to_utc(name, day, minute * 60)
    if not ambiguous:
        return first
    local = datetime.fromordinal(day.toordinal()) + timedelta(minutes=minute)
    # In a gap the second fold lies before the first, so the later of the two is right for gap and repetition.
    return max(first, int(local.replace(tzinfo=zone(name), fold=1).timestamp()))


def offset_columns(names: list[str], first: date, last: date) -> pl.DataFrame:
    """For each zone its offset at the start (`offset_0`) and after every change (`change_k`, `offset_k`)."""
    start = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp()) - 86_400
    changes = {name: _changes(name, start, (last - first).days + 3) for name in names}
    most = max((len(found) for found in changes.values()), default=0)
    columns: dict[str, list[int | None]] = {"offset_0": [offset_s(name, start) for name in names]}
    for k in range(most):
        rows = [changes[name][k] if k < len(changes[name]) else (None, None) for name in names]
        columns[f"change_{k + 1}"] = [at for at, _ in rows]
        columns[f"offset_{k + 1}"] = [offset for _, offset in rows]
    return pl.DataFrame({"zone": names, **columns}, schema={"zone": pl.String, **dict.fromkeys(columns, pl.Int64)})


def _changes(name: str, start: int, days: int) -> list[tuple[int, int]]:
    found = []
    for low in range(start, start + days * 86_400, 86_400):
        before, after = offset_s(name, low), offset_s(name, low + 86_400)
        if before != after:
            found.append((_bisect(name, low, low + 86_400, before), after))
    return found


def _bisect(name: str, low: int, high: int, before: int) -> int:
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset_s(name, middle) == before else (low, middle)
    return high


def offset_of(t: str, columns: list[str]) -> pl.Expr:
    """Seconds east of UTC at instant `t`, from the `offset_columns` present among `columns`."""
    offset = pl.col("offset_0")
    for k in range(1, sum(name.startswith("change_") for name in columns) + 1):
        offset = pl.when(pl.col(t) >= pl.col(f"change_{k}")).then(f"offset_{k}").otherwise(offset)
    return offset


_MINUTES: Final = pl.Series([f"T{minute // 60:02}:{minute % 60:02}:" for minute in range(1440)])
_SECONDS: Final = pl.Series([f"{second:02}" for second in range(60)])


def local_text(frame: pl.DataFrame, t: str) -> pl.Series:
    """`YYYY-MM-DDTHH:MM:SS+HH:MM` of the instants in column `t`, put together from the few parts there are."""
    offset = offset_of(t, frame.columns)
    local = frame.select(day=(pl.col(t) + offset) // DAY, second=(pl.col(t) + offset) % DAY, offset=offset)
    low, high = local["day"].min() or 0, local["day"].max() or 0
    dates = pl.int_range(low, high + 1, dtype=pl.Int32, eager=True).cast(pl.Date).cast(pl.String)  # type: ignore[arg-type, operator]
    offsets = local["offset"].unique().drop_nulls()
    parts = (
        dates.gather(local["day"] - low),
        _MINUTES.gather(local["second"] // 60),
        _SECONDS.gather(local["second"] % 60),
        local["offset"].replace_strict(offsets, [_offset_text(seconds) for seconds in offsets], return_dtype=pl.String),
    )
    return pl.select(pl.concat_str(parts)).to_series()


def _offset_text(seconds: int) -> str:
    minutes = abs(seconds) // 60
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
