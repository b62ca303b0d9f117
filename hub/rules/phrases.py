"""Values of an explanation in words: names with their units, times of day, and nothing of Python or JSON."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

_HUNDREDTHS: Final = frozenset({"days", "payable_days", "lop_days", "penalty_days", "comp_off_days"})
_CODES: Final = frozenset({"site", "shift", "leave_code", "device", "period"})
"""Names that people gave, which stay to the letter."""
_LABELS: Final = {"s1": "first half", "s2": "second half", "ot": "overtime", "lop_days": "loss of pay days"}
_UNITS: Final = {"_min": "min", "_s": "s", "_h": "h", "_pct": "%"}
_TIME: Final = "0000-00-00T00:00:00"


def phrase(value: Any, day: date) -> str:
    """The value in words; of times that lie on `day` only the time of day."""
    match value:
        case Mapping():
            return ", ".join(_named(name, one, day) for name, one in value.items())
        case list() | tuple():
            return "; ".join(phrase(one, day) for one in value) or "nothing"
        case bool():
            return "yes" if value else "no"
        case None:
            return "none"
        case str():
            return _text(value, day)
    return str(value)


def decimal(hundredths: int) -> str:
    """Hundredths as a decimal number."""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole}.{rest:02}"


def _named(name: str, value: Any, day: date) -> str:
    if name == "at":
        return phrase(value, day)
    if name in _HUNDREDTHS and isinstance(value, int):
        return f"{_label(name)} {decimal(value)}"
    if name in _CODES and isinstance(value, str):
        return f"{_label(name)} {value}"
    label, unit = _measure(name)
    said = f"({phrase(value, day)})" if isinstance(value, Mapping | list | tuple) and value else phrase(value, day)
    return f"{label} {said} {unit}" if unit and isinstance(value, int) else f"{label} {said}"


def _measure(name: str) -> tuple[str, str]:
    """Name and unit: 580 of `worked_min` is "worked 580 min"."""
    for ending, unit in _UNITS.items():
        if name.endswith(ending):
            return _label(name.removesuffix(ending)), unit
    return _label(name.removesuffix("_local").removesuffix("_at")), ""


def _label(name: str) -> str:
    return _LABELS.get(name, name.replace("_", " "))


def _text(value: str, day: date) -> str:
    if len(value) >= len(_TIME) and value[10] == "T" and value[:4].isdecimal():
        return value[11:] if value.startswith(day.isoformat()) else value.replace("T", " ")
    return value.replace("_", " ") if value.islower() else value
