"""Intervals as entries of Field Service's time sheets, and back. Pure.

An entry has no external id: it is known by the resource and its start, and found by that alone. A time sheet covers a
resource for some dates (Object reference, TimeSheet, TimeSheetEntry); entries lie on the sheet of their work date.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from connectors.salesforce import wire
from hub.contract import Entry, Held, Interval, Record
from hub.errors import SettingsWrong

SHEET, ENTRY, RESOURCE = "TimeSheet", "TimeSheetEntry", "ServiceResource"
WRITTEN = {
    SHEET: ("ServiceResourceId", "StartDate", "EndDate"),
    ENTRY: ("TimeSheetId", "StartTime", "EndTime", "Type", "Subject"),
}
OPEN = "New"
TYPE = "Direct"
OWNER = "TimeSheet.ServiceResourceId"
Row = Mapping[str, Any]


def render(entry: Entry) -> Record:
    """How an interval looks on a time sheet."""
    if not isinstance(entry.payload, Interval):
        raise SettingsWrong(f"A time sheet has no place for {entry.kind}; let this connection carry intervals.")
    start, end = entry.payload.start, entry.payload.end
    return Record(f"interval:{entry.employee}:{start}", {"start": start, "end": end})


def held(row: Row) -> Held:
    """An entry as the hub sees it, whoever wrote it; its date is the UTC date of its start."""
    start, end = wire.seconds(row["StartTime"]), wire.seconds(row["EndTime"])
    employee = str(wire.cell_of(row, OWNER) or "")
    day = datetime.fromtimestamp(start or 0, UTC).date()
    return Held(f"interval:{employee}:{start}", {"start": start, "end": end}, (str(row["Id"]),), employee, day)


def period(day: date, length: Literal["week", "month"]) -> tuple[date, date]:
    """First and last date of the sheet that a date lies on: Monday to Sunday, or the month."""
    if length == "month":
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def new_entry(sheet: str, image: Row, label: str) -> dict[str, Any]:
    """The record of a new entry."""
    times = {"StartTime": wire.moment(image["start"]), "EndTime": wire.moment(image["end"])}
    return {"attributes": {"type": ENTRY}, "TimeSheetId": sheet, **times, "Type": TYPE, "Subject": label}


def changed_entry(ref: str, image: Row) -> dict[str, Any]:
    """What a correction writes: the end. The sheet can be set only once, and the start is what it is known by."""
    return {"attributes": {"type": ENTRY}, "id": ref, "EndTime": wire.moment(image["end"])}


def new_sheet(resource: str, first: date, last: date) -> dict[str, Any]:
    """The record of a new sheet."""
    dates = {"StartDate": first.isoformat(), "EndDate": last.isoformat()}
    return {"attributes": {"type": SHEET}, "ServiceResourceId": resource, **dates}
