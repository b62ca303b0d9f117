"""Tryton's JSON: values that JSON lacks travel as objects with `__class__` (trytond 8.2, protocols/jsonrpc).

Numbers with a fraction are read as `Decimal`: a duration is counted in whole microseconds, never in floats.
"""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any


def dumps(value: Any) -> bytes:
    """The body of a request."""
    return json.dumps(value, default=_encoded, separators=(",", ":"), allow_nan=False).encode()


def loads(body: bytes) -> Any:
    """The value of an answer; raises `ValueError` when it is not Tryton's JSON."""
    return json.loads(body, object_hook=_decoded, parse_float=Decimal)


def _encoded(value: object) -> dict[str, Any]:
    match value:
        case datetime():
            clock = {"hour": value.hour, "minute": value.minute, "second": value.second}
            return {"__class__": "datetime", **_day(value), **clock, "microsecond": value.microsecond}
        case date():
            return {"__class__": "date", **_day(value)}
        case timedelta():
            return {"__class__": "timedelta", "seconds": value // timedelta(seconds=1)}
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
    msg = f"Tryton's JSON has no {type(value).__name__}"
    raise TypeError(msg)


def _day(value: date) -> dict[str, int]:
    return {"year": value.year, "month": value.month, "day": value.day}


def _decoded(fields: dict[str, Any]) -> Any:
    match fields.get("__class__"):
        case "datetime":
            return datetime(*(fields[name] for name in _MOMENT))  # noqa: DTZ001 - Tryton's are naive and mean UTC
        case "date":
            return date(fields["year"], fields["month"], fields["day"])
        case "timedelta":
            return timedelta(microseconds=int(Decimal(fields["seconds"]) * 1_000_000))
        case "Decimal":
            return Decimal(fields["decimal"])
    return fields


_MOMENT = ("year", "month", "day", "hour", "minute", "second", "microsecond")
