"""`from` and `to` of raw punches: instants, or local times where only one zone can be meant."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from hub.api.problems import Problem
from hub.zones import to_utc


def instant(name: str, text: str, zones: Iterable[str]) -> int:
    """UTC seconds of an ISO 8601 date or time. A date is its first moment, and as `to` the first moment after it."""
    # A `+` that was not encoded reaches us as a blank; no good time has a blank before its offset.
    text = text.strip().replace(" ", "+") if "T" in text else text.strip()
    try:
        if "T" not in text:
            day = date.fromisoformat(text)
            return to_utc(_only(name, zones), day + timedelta(days=name == "to"), 0)[0]
        when = datetime.fromisoformat(text)
        if when.tzinfo is not None:
            return int(when.timestamp())
        second = when.hour * 3600 + when.minute * 60 + when.second
        return to_utc(_only(name, zones), when.date(), second)[0]
    except (ValueError, OverflowError) as error:
        message = f"`{name}` is no time; write 2026-09-01, 2026-09-01T08:00:00 or 2026-09-01T08:00:00+05:30."
        raise Problem(422, message) from error


def _only(name: str, zones: Iterable[str]) -> str:
    found = sorted(set(zones))
    if len(found) != 1:
        message = (
            f"`{name}` is local time, and your sites lie in {len(found)} zones: give it an offset, or name a site."
        )
        raise Problem(422, message)
    return found[0]
