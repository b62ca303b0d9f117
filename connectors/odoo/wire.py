"""Odoo's JSON, and its ways to write moments and hours.

Moments are naive UTC, `YYYY-MM-DD HH:MM:SS` and nothing else (19.0 answers 500 to a `T`, a `Z` or a fraction). Hours
are floats on the wire; here they are `Decimal` on the way in, and whole minutes everywhere else.
"""

import json
from calendar import timegm
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

_MINUTES = Decimal(60)
_MICRO = Decimal("0.000001")


def dumps(value: Any) -> bytes:
    """The body of a request."""
    return json.dumps(value, default=_number, separators=(",", ":"), allow_nan=False).encode()


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)  # at the wire only: JSON has no other number
    msg = f"Odoo's JSON has no {type(value).__name__}"
    raise TypeError(msg)


def loads(body: bytes) -> Any:
    """The value of an answer; raises `ValueError` when it is not JSON."""
    return json.loads(body, parse_float=Decimal)


def moment(seconds: int) -> str:
    """UTC seconds as Odoo writes them."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def seconds(text: str) -> int:
    """Odoo's naive UTC as UTC seconds."""
    return timegm(datetime.fromisoformat(text).timetuple())


def hours(minutes: int) -> Decimal:
    """Minutes as Odoo's hours, to a millionth."""
    return (minutes / _MINUTES).quantize(_MICRO)


def minutes(hours: Decimal | int) -> int:
    """Odoo's hours as whole minutes; what somebody booked in between is rounded."""
    return int((Decimal(hours) * _MINUTES).to_integral_value(ROUND_HALF_EVEN))
