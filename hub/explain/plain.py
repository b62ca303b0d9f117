"""Rows of the hub as a person or program can read them: local times with their offset, names in place of codes."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from hub.rules.codes import DayFlag, DayType
from hub.rules.codes import Session as Half
from hub.zones import local_text

_SAYS_NOTHING: Final = frozenset({"id", "tenant", "employee_id", "change"})
_INSTANTS: Final = frozenset(
    {
        "in_at", "out_at", "in_paid", "out_paid", "in_at_utc", "out_at_utc", "scheduled_start_utc", "scheduled_end_utc",
        "at", "started_at", "ended_at", "sent_at", "changed_at", "made_at", "approved_at", "received_at", "computed_at",
    }
)  # fmt: skip


def readable(row: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """The columns that say something, as JSON values."""
    said = ((name, value) for name, value in row.items() if name not in _SAYS_NOTHING and value is not None)
    return {
        name.removesuffix("_utc"): _value(name, value, zone)
        for name, value in said
        if not (name in _INSTANTS and value == 0)
    }


def _value(name: str, value: Any, zone: str) -> Any:
    match name:
        case _ if name in _INSTANTS:
            return local_text(zone, value)
        case "day_type":
            return DayType(value).name.lower()
        case "s1" | "s2":
            return Half(value).name.lower()
        case "flags":
            return [(flag.name or "").lower() for flag in DayFlag(value)]
    return value.isoformat() if isinstance(value, date) else value
