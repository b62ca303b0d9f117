"""Zoho's way to write things: wall-clock times without a zone, English months, patterns of Java. Pure."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

IMPORT_PATTERN = "yyyy-MM-dd HH:mm:ss"
DAY_PATTERN = "yyyy-MM-dd"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOMENT = "%Y-%m-%d %H:%M"
NONE = ("-", "", None)
"""How Zoho says that there is no time."""


def loads(content: bytes) -> Any:
    """JSON without floats; ids of 18 digits stay whole. Raises `ValueError`."""
    return json.loads(content, parse_float=Decimal)


def dumps(value: Any) -> str:
    """JSON as it travels in a form field."""
    return json.dumps(value, separators=(",", ":"))


def long_day(day: date) -> str:
    """02-Nov-2026, with English months whatever the machine speaks."""
    return f"{day.day:02}-{_MONTHS[day.month - 1]}-{day.year}"


def day_of(text: str) -> date:
    """A day in either form; raises `ValueError`."""
    if text[:4].isdecimal():
        return date.fromisoformat(text[:10])
    day, month, year = text[:11].split("-")
    return date(int(year), _MONTHS.index(month.title()) + 1, int(day))


def moment(at: datetime) -> str:
    """A wall-clock minute as images have it: 2026-11-02 09:03."""
    return at.strftime(_MOMENT)


def imported(minute: str) -> str:
    """The minute of an image as the import takes it."""
    return f"{minute}:00"


def minute_of(text: str, day: date | None = None) -> str:
    """The wall-clock minute of a time as Zoho shows it; one without its date is on `day`. Raises `ValueError`.

    Seen: `2026-11-02 09:03:11`, `02-Nov-2026 09:03:11`, `02-Nov-2026 - 09:03 AM`, `10:05 AM`.
    """
    words = text.replace(" - ", " ").split()
    if len(words[0]) >= 10:
        day, words = day_of(words[0]), words[1:]
    if day is None or not words:
        msg = f"not a moment: {text!r}"
        raise ValueError(msg)
    hour, minute = (int(part) for part in words[0].split(":")[:2])
    if len(words) > 1:
        hour = hour % 12 + (12 if words[1].upper() == "PM" else 0)
    return moment(datetime(day.year, day.month, day.day, hour, minute))  # noqa: DTZ001 - a wall clock has no zone


def minutes(text: str) -> int:
    """`09:07` in minutes; raises `ValueError`."""
    hours, part = text.split(":")[:2]
    return int(hours) * 60 + int(part)


def between(first: str, last: str) -> int:
    """Minutes from one wall-clock minute to another."""
    span = datetime.strptime(last, _MOMENT) - datetime.strptime(first, _MOMENT)  # noqa: DTZ007 - as above
    return int(span.total_seconds()) // 60


def hundredths(count: object) -> int:
    """A number of days (`"0.5"`, `1`) in hundredths; raises `ArithmeticError`."""
    return int(Decimal(str(count)) * 100)
