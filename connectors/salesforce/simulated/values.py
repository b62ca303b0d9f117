"""Cells as they are sent, kept and shown.

Kept are: texts, `Decimal`, dates as `YYYY-MM-DD`, moments as UTC seconds, booleans, ids of 18 characters, None.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from connectors.salesforce.simulated import ids
from connectors.salesforce.simulated.errors import ApiError, RowError
from connectors.salesforce.simulated.schema import TEXTS, Field

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:?\d\d)")


def kept(field: Field, cell: Any, *, csv: bool, trims: bool = True) -> Any:
    """The cell as it is kept; raises `RowError`, or `ApiError` where JSON of this kind cannot even be read."""
    if cell is None or cell == "":
        return None
    if field.type in TEXTS:
        return _text(field, cell if csv or not trims else str(cell).strip())
    if field.type in ("date", "datetime"):
        return _time(field, str(cell), csv=csv)
    return _KINDS[field.type](field, cell)


def _text(field: Field, cell: Any) -> str | None:
    text = str(cell)
    if len(text) > field.length:
        raise RowError(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {text} (max length={field.length})",
            (field.name,),
        )
    return text or None


def _number(field: Field, cell: Any) -> Decimal:
    try:
        number = Decimal(str(cell)).quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP)
    except InvalidOperation:
        text = f"{field.label}: value not of required type: {cell}"
        raise RowError("INVALID_TYPE_ON_FIELD_IN_RECORD", text, (field.name,)) from None
    if abs(number) >= Decimal(10) ** (field.precision - field.scale):
        text = f"{field.label}: value outside of valid range on numeric field: {cell}"
        raise RowError("NUMBER_OUTSIDE_VALID_RANGE", text, (field.name,))
    return number


def _time(field: Field, text: str, *, csv: bool) -> Any:
    pattern = _DATE if field.type == "date" else _MOMENT
    try:
        if pattern.fullmatch(text):
            return date.fromisoformat(text).isoformat() if field.type == "date" else seconds(text)
    except ValueError:
        pass
    if csv:
        said = f"{field.label}: value not of required type: {text}"
        raise RowError("INVALID_TYPE_ON_FIELD_IN_RECORD", said, (field.name,))
    said = (
        f"Cannot deserialize instance of {field.type} from VALUE_STRING value {text} "
        "or request may be missing a required field at [line:1, column:1]"
    )
    raise ApiError(400, "JSON_PARSER_ERROR", said)


def _choice(field: Field, cell: Any) -> str:
    text = str(cell)
    if text not in field.values:
        said = f"{field.label}: bad value for restricted picklist field: {text}"
        raise RowError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", said, (field.name,))
    return text


def _reference(field: Field, cell: Any) -> str:
    text = str(cell)
    if not ids.is_id(text):
        raise RowError("MALFORMED_ID", f"{field.label}: id value of incorrect type: {text}", (field.name,))
    return ids.completed(text)


def _flag(_field: Field, cell: Any) -> bool:
    return cell if isinstance(cell, bool) else str(cell).lower() in ("true", "1")


_KINDS: dict[str, Callable[[Field, Any], Any]] = {
    "double": _number,
    "int": _number,
    "boolean": _flag,
    "picklist": _choice,
    "reference": _reference,
    "id": _reference,
}


def seconds(text: str) -> int:
    """A moment with its offset as UTC seconds; fractions are dropped."""
    return int(datetime.fromisoformat(text).timestamp())


def shown(field: Field, value: Any) -> Any:
    """As JSON shows it: moments as `2026-03-27T16:21:26.000+0000`, numbers with their point."""
    if value is None:
        return None
    if field.type == "datetime":
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return float(value) if field.type == "double" else value
