"""OData V2 as SAP writes it: dates, decimals and times in JSON, literals in addresses. Pure.

A date travels as midnight UTC of the calendar date, whatever the zone: made from local midnight it would be a day off.
Milliseconds in `/Date(...)/` are UTC already; the offset that may follow is for show and is never added (OData V2
JSON format, section 4). Decimals are texts; hours are whole hundredths here, never floats.
"""

import json
import re
from calendar import timegm
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")
_TIME = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")
_HUNDRED = Decimal(100)


def dumps(value: Any) -> bytes:
    """The body of a request."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode()


def loads(body: bytes) -> Any:
    """The value of an answer; raises `ValueError` when it is not JSON."""
    return json.loads(body, parse_float=Decimal)


def told(body: bytes) -> Any:
    """The value of an answer; None when it is not JSON."""
    try:
        return loads(body)
    except ValueError:
        return None


def day_json(day: date) -> str:
    """A calendar date in JSON."""
    return f"/Date({timegm(day.timetuple()) * 1000})/"


def seconds(text: str) -> int:
    """UTC seconds of a date in JSON; raises `ValueError`."""
    found = _DATE.fullmatch(text)
    if found is None:
        msg = f"{text!r} is no date of OData"
        raise ValueError(msg)
    return int(found[1]) // 1000


def day(text: str) -> date:
    """The calendar date of a date in JSON; raises `ValueError`."""
    return datetime.fromtimestamp(seconds(text), UTC).date()


def day_literal(day: date) -> str:
    """A calendar date in an address."""
    return f"datetime'{day.isoformat()}T00:00:00'"


def literal(text: str) -> str:
    """A text in an address; quotes are doubled."""
    return "'" + text.replace("'", "''") + "'"


def one_of(name: str, values: list[str]) -> str:
    """A filter that names each of the values; V2 has no list."""
    return "(" + " or ".join(f"{name} eq {literal(value)}" for value in values) + ")"


def clock(second: int) -> str:
    """Seconds since local midnight as an `Edm.Time`."""
    return f"PT{second // 3600:02}H{second // 60 % 60:02}M{second % 60:02}S"


def clock_seconds(text: str) -> int:
    """An `Edm.Time` as seconds since midnight; raises `ValueError`."""
    found = _TIME.fullmatch(text)
    if found is None:
        msg = f"{text!r} is no time of OData"
        raise ValueError(msg)
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + rest


def decimal(hundredths: int) -> str:
    """Whole hundredths as an `Edm.Decimal`: 850 is `8.50`."""
    sign, amount = ("-" if hundredths < 0 else ""), abs(hundredths)
    return f"{sign}{amount // 100}.{amount % 100:02}"


def hundredths(value: str | int | Decimal) -> int:
    """An `Edm.Decimal` as whole hundredths, rounded; raises `ValueError`."""
    try:
        return int((Decimal(value) * _HUNDRED).to_integral_value())
    except (InvalidOperation, TypeError, OverflowError) as error:
        msg = f"{value!r} is no decimal number"
        raise ValueError(msg) from error


def hours(minutes: int, before: int = 0) -> int:
    """Minutes as hundredths of an hour, so that the parts of a day add up to the rounded day.

    `before` are the minutes of the day's earlier parts: what rounding leaves over falls to the part in which the
    sum passes it. A minute is 5/3 hundredths, so nothing is ever half-way.
    """
    return _rounded(before + minutes) - _rounded(before)


def _rounded(minutes: int) -> int:
    return (5 * minutes + 1) // 3


def minutes(hundredths: int) -> int:
    """Hundredths of an hour as the minutes that they were, and as the nearest whole minutes otherwise."""
    return (3 * hundredths + 2) // 5
