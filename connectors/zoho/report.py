"""The user report: a hundred people at once, for each day the first check-in, the last check-out and the hours between.

Days are told only where it is certain what they hold: one entry without a gap. Everything else is to be read by entry.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.zoho import wire
from connectors.zoho.client import ZohoClient
from hub.errors import ContractBroken

PATH = "/people/api/attendance/getUserReport"
PAGE = 100
"""People of one page; pages count from 0: who begins at 1 loses the first employee."""


@dataclass(frozen=True, slots=True)
class Reported:
    """One employee (record id): check-in and check-out by day, where the report tells the day whole.

    `doubtful` says that there is a day with attendance that it does not tell whole.
    """

    employee: str
    spans: Mapping[date, tuple[str, str]]
    doubtful: bool


def reported(client: ZohoClient, first: date, last: date) -> Iterator[Reported]:
    """Everybody whom the person that authorised Muster sees; days in Zoho's own reckoning."""
    begin = 0
    while True:
        days = {"sdate": first.isoformat(), "edate": last.isoformat(), "dateFormat": wire.DAY_PATTERN}
        body = client.read("report", PATH, **days, startIndex=str(begin))
        rows = _rows(body)
        yield from map(_reported, rows)
        if len(rows) < PAGE:
            return
        begin += PAGE


def _rows(body: Any) -> list[Any]:
    if body is None:
        return []
    rows = body.get("result") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise ContractBroken("Zoho's user report has an unknown shape; is it the API of Zoho People?")
    return rows


def _reported(row: Any) -> Reported:
    try:
        employee, days = str(row["employeeDetails"]["erecno"]), row["attendanceDetails"]
        worked = {wire.day_of(day): one for day, one in days.items() if _worked(one)}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ContractBroken("Zoho's user report has an unknown shape; is it the API of Zoho People?") from error
    found = {day: _span(day, one) for day, one in sorted(worked.items())}
    spans = {day: span for day, span in found.items() if span is not None}
    return Reported(employee, spans, doubtful=len(spans) < len(found))


def _worked(day: dict[str, Any]) -> bool:
    shown = (day.get("FirstIn"), day.get("LastOut"))
    return any(one not in wire.NONE for one in shown) or day.get("TotalHours", "00:00") != "00:00"


def _span(day: date, said: dict[str, Any]) -> tuple[str, str] | None:
    """Check-in and check-out where the hours between are all that was worked; None where there is more to it."""
    try:
        begun, ended = (wire.minute_of(said[name], day) for name in ("FirstIn", "LastOut"))
        worked = wire.minutes(said["TotalHours"])
    except (KeyError, ValueError):
        return None
    return (begun, ended) if worked == wire.between(begun, ended) > 0 else None
