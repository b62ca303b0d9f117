"""Entries as Tryton's records and back. Pure.

An interval is two `attendance.line` records, `in` and `out`, each with a naive UTC moment; hours are one
`timesheet.line`. Neither has a field that could hold an id of ours (`timesheet.line.uuid` is read-only over RPC in
8.2), so records are found by what they say: the natural key.
"""

from calendar import timegm
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.contract import Change, Entry, Held, Hours, Image, Interval, Record
from hub.errors import SettingsWrong

TIMESHEET_FIELDS = ("employee", "date", "work", "duration", "description")


@dataclass(frozen=True, slots=True)
class Company:
    """The company that is written into; `zone` decides the day of an attendance line, None means UTC."""

    ref: int
    zone: ZoneInfo | None


def moment(seconds: int) -> datetime:
    """UTC seconds as Tryton writes them: naive UTC."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def seconds(at: datetime) -> int:
    """Tryton's naive UTC as UTC seconds."""
    return timegm(at.timetuple())


def render(entry: Entry) -> Record:
    """How an entry looks in Tryton; the image has nothing that Tryton computes by its own calendar."""
    match entry.payload:
        case Interval(start, end):
            return Record(interval_key(entry.employee, start), {"start": start, "end": end})
        case Hours(work, minutes):
            image = {"date": entry.work_date.isoformat(), "work": work, "seconds": minutes * 60}
            return Record(hours_key(entry.employee, entry.work_date, work), image)
        case _:
            raise SettingsWrong(f"Tryton has no record of {entry.kind}; let this connection carry intervals and hours.")


def interval_key(employee: str, start: int) -> str:
    """The natural key of an interval."""
    return f"interval:{employee}:{start}"


def hours_key(employee: str, day: date, work: str) -> str:
    """The natural key of hours on a work."""
    return f"hours:{employee}:{day.isoformat()}:{work}"


def attendance_rows(change: Change, company: Company) -> list[dict[str, Any]]:
    """The two lines of an interval, for `create`."""
    return [_line(change, company, "in", change.image["start"]), _line(change, company, "out", change.image["end"])]


def _line(change: Change, company: Company, type_: str, at: int) -> dict[str, Any]:
    # `date` is required of a client and computed anew by the server after its checks, which look at ours.
    day = datetime.fromtimestamp(at, company.zone or UTC).date()
    employee = int(change.employee)
    return {"company": company.ref, "employee": employee, "type": type_, "at": moment(at), "date": day}


def timesheet_row(change: Change, company: Company, label: str) -> dict[str, Any]:
    """The line of hours on a work, for `create`."""
    return {
        "company": company.ref,
        "employee": int(change.employee),
        "date": date.fromisoformat(change.image["date"]),
        "work": int(change.image["work"]),
        "duration": _duration(change.image),
        "description": label,
    }


def _duration(image: Image) -> timedelta:
    return timedelta(seconds=image["seconds"])


def attendance_values(image: Image) -> dict[str, Any]:
    """What an update writes on the `out` line: the start is the natural key and does not change."""
    return {"at": moment(image["end"])}


def timesheet_values(image: Image) -> dict[str, Any]:
    """What an update writes on the line of hours: the rest is the natural key and does not change."""
    return {"duration": _duration(image)}


def timesheet_held(line: dict[str, Any], label: str) -> Held:
    """A line of hours as the hub sees it.

    Ours are known by the label at the start of their description; what people add behind it does no harm. Lines
    without it get a key that no entry can have.
    """
    employee, work, ref = str(line["employee"]), str(line["work"]), str(line["id"])
    day: date = line["date"]
    said = line["description"] or ""
    ours = said.startswith(label) and not said[len(label) :][:1].isalnum()
    image = {"date": day.isoformat(), "work": work, "seconds": line["duration"] // timedelta(seconds=1)}
    key = hours_key(employee, day, work) if ours else f"foreign:timesheet:{ref}"
    return Held(key, image, (ref,), employee, day)
