"""Times as terminals write them, to UTC seconds; cached by date, because punches come in days."""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from hub.doors.punch import PunchFlag, Source
from hub.zones import DAY, to_utc

EPOCH_DAY = date(1970, 1, 1).toordinal()
YEARS = range(1970, 9999)
"""Outside these a local time may have no UTC instant that Python can write."""

MAX_OFFSET_S = 14 * 3600
SUSPECT_BEFORE = 1_262_304_000  # 2010-01-01: terminals with a flat battery start again in 2000
SUSPECT_DISTANCE_S = 400 * DAY
FUTURE_S = 300
_AMBIGUOUS = int(PunchFlag.TZ_AMBIGUOUS)

# Looking up the text is faster than int() and refuses what int() would take ("+9", " 9", other digits).
_MINUTES = {f"{hour:02}:{minute:02}": hour * 3600 + minute * 60 for hour in range(24) for minute in range(60)}
_SECONDS = {f":{second:02}": second for second in range(60)}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@lru_cache(maxsize=8192)
def _date_s(text: str) -> int | None:
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
    return (day.toordinal() - EPOCH_DAY) * DAY if day and day.year in YEARS else None


def wall_seconds(text: str) -> int | None:
    """`YYYY-MM-DD HH:MM:SS` (or with `T`) as seconds since 1970 on that clock; None if it is no such time."""
    day, minute, second = _date_s(text[:10]), _MINUTES.get(text[11:16]), _SECONDS.get(text[16:])
    if day is None or minute is None or second is None or text[10] not in " T":
        return None
    return day + minute + second


@lru_cache(maxsize=8192)
def _shift(zone: str, day: int) -> int | None:
    """What to add to the wall clock all through that day; None when the clock changes on it."""
    start, end = (to_utc(zone, date.fromordinal(EPOCH_DAY + day), second)[0] for second in (0, DAY))
    return start - day * DAY if end - start == DAY else None


def instant(zone: str, wall_s: int) -> tuple[int, bool]:
    """UTC seconds of a wall-clock reading in the zone, and whether that reading is ambiguous."""
    day = wall_s // DAY
    shift = _shift(zone, day)
    if shift is not None:
        return wall_s + shift, False
    return to_utc(zone, date.fromordinal(EPOCH_DAY + day), wall_s - day * DAY)


class Moment(NamedTuple):
    """A time as read: what the clock showed, the instant, the rule that led there, and the flags."""

    wall_s: int
    t_utc: int
    tz_rule: str
    flags: int


class Clock:
    """Turns clock readings of one source into moments, for one request."""

    def __init__(self, source: Source, received: int) -> None:
        """For a request from the source, received at that UTC second."""
        self._zone = source.zone
        self._zone_rule = f"device-zone:{source.zone}"
        self._received = received
        self._low = received - source.replay_after_s
        self._high = received + FUTURE_S

    def in_zone(self, wall_s: int, flags: int = 0) -> Moment:
        """The sender gave no offset: the reading belongs to the source's zone."""
        t_utc, ambiguous = instant(self._zone, wall_s)
        flags |= _AMBIGUOUS if ambiguous else 0
        return Moment(wall_s, t_utc, self._zone_rule, flags | self._timing(t_utc))

    def at_offset(self, wall_s: int, offset_s: int) -> Moment:
        """The sender gave the offset of its clock."""
        t_utc = wall_s - offset_s
        return Moment(wall_s, t_utc, "offset-in-payload", self._timing(t_utc))

    def at_utc(self, t_utc: int) -> Moment:
        """The sender's clock shows UTC."""
        return Moment(t_utc, t_utc, "utc", self._timing(t_utc))

    def _timing(self, t_utc: int) -> int:
        if self._low <= t_utc <= self._high:
            return 0
        flags = PunchFlag.FUTURE if t_utc > self._high else PunchFlag.REPLAY
        if t_utc < SUSPECT_BEFORE or abs(t_utc - self._received) > SUSPECT_DISTANCE_S:
            flags |= PunchFlag.CLOCK_SUSPECT
        return int(flags)
