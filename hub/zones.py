"""Local wall-clock time to UTC instants, and back, by IANA zone.

Times of day become instants only here, so that a gap or an overlap at a clock change is decided once:
a local time in a gap moves forward by the gap, a repeated local time means its first occurrence, and
both are reported as ambiguous.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = 86_400


class UnknownZoneError(ValueError):
    """The name is not an IANA zone."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is not an IANA time zone; use a name such as 'Asia/Kolkata'")


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """The zone of that name; raises `UnknownZoneError`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZoneError(name) from error


@lru_cache(maxsize=65_536)
def _day(name: str, ordinal: int) -> tuple[int, bool]:
    """UTC seconds of local midnight, and whether the whole local day has that one offset."""
    tz = zone(name)
    start = datetime.fromordinal(ordinal)
    midnight, ends = start.replace(tzinfo=tz), (start + timedelta(days=1)).replace(tzinfo=tz)
    plain = midnight.utcoffset() == ends.utcoffset() == midnight.replace(fold=1).utcoffset()
    return int(midnight.timestamp()), plain


def to_utc(name: str, day: date, second_of_day: int) -> tuple[int, bool]:
    """UTC seconds of a local time of day, and whether that local time was ambiguous.

    `second_of_day` may exceed 86,400: the time is then on a following day.
    """
    ordinal = day.toordinal() + second_of_day // DAY
    second = second_of_day % DAY
    midnight, plain = _day(name, ordinal)
    if plain:
        return midnight + second, False
    local = datetime.fromordinal(ordinal) + timedelta(seconds=second)
    first, second_time = local.replace(tzinfo=zone(name)), local.replace(tzinfo=zone(name), fold=1)
    # In a gap zoneinfo's fold=0 applies the offset before the change, which is "forward by the gap".
    return int(first.timestamp()), first.utcoffset() != second_time.utcoffset()


def offset_s(name: str, utc: int) -> int:
    """Seconds east of UTC in the zone at that instant."""
    offset = datetime.fromtimestamp(utc, UTC).astimezone(zone(name)).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def local_date(name: str, utc: int) -> date:
    """The calendar date in the zone at that instant."""
    return datetime.fromtimestamp(utc, UTC).astimezone(zone(name)).date()


def local_text(name: str, utc: int) -> str:
    """`YYYY-MM-DDTHH:MM:SS+HH:MM` in the zone."""
    return datetime.fromtimestamp(utc, UTC).astimezone(zone(name)).isoformat(timespec="seconds")
