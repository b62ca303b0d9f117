"""Salesforce's JSON, and its ways to write moments and numbers.

Moments are sent as `2026-03-27T03:31:00Z` and come back as `2026-03-27T03:31:00.000+0000`. Numbers are floats on the
wire; here they are `Decimal` on the way in, and whole minutes or hundredths everywhere else.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

HUNDRED = Decimal(100)


def dumps(value: Any) -> bytes:
    """The body of a request."""
    return json.dumps(value, default=_number, separators=(",", ":"), allow_nan=False).encode()


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)  # at the wire only: JSON has no other number
    msg = f"Salesforce's JSON has no {type(value).__name__}"
    raise TypeError(msg)


def loads(body: bytes) -> Any:
    """The value of an answer; raises `ValueError` when it is not JSON."""
    return json.loads(body, parse_float=Decimal)


def moment(seconds: int) -> str:
    """UTC seconds as Salesforce reads them."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str | None) -> int | None:
    """Salesforce's moment as UTC seconds."""
    return None if text is None else int(datetime.fromisoformat(text).timestamp())


def whole(number: Decimal | int | None) -> int | None:
    """A number of minutes."""
    return None if number is None else int(Decimal(number).to_integral_value())


def hundredths(number: Decimal | int | None) -> int | None:
    """Days in hundredths."""
    return None if number is None else int((Decimal(number) * HUNDRED).to_integral_value())


def days(hundredths: int) -> Decimal:
    """Hundredths of a day as days."""
    return hundredths / HUNDRED


def nested(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Cells by column name as JSON has them: `Worker__r.Employee_Number__c` becomes an object in an object."""
    record: dict[str, Any] = {}
    for name, cell in cells.items():
        relation, _, field = name.partition(".")
        record[relation] = {field: cell} if field else cell
    return record


def cell_of(record: Mapping[str, Any], path: str) -> Any:
    """The value at a path such as `Worker__r.Employee_Number__c`; None when a parent is not set."""
    here: Any = record
    for name in path.split("."):
        here = here and here.get(name)
    return here
