"""Entries as Odoo's records and back. Pure.

A record is known by what it says, as people make records too: an attendance by employee and start, a timesheet line
by employee, date and cost centre, loss of pay by employee, date and amount. The amount is part of the key because an
approved leave cannot be changed: another amount is another leave. The external id is the natural key in a namespace
of ours, so one natural record cannot be made twice by us, whatever is sent twice (`load`, see `creating.py`).
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from connectors.odoo import wire
from connectors.odoo.site import Site
from hub.contract import Change, Day, Entry, Held, Hours, Interval, Kind, Record
from hub.errors import SettingsWrong

Row = dict[str, Any]
DAY, HALF = 100, 50
"""Hundredths of a day that Odoo books as a whole and as half a day."""
TECHNICAL = "technical"


def carries(entry: Entry) -> bool:
    """Whether Odoo holds anything of it: nothing of a day without loss of pay."""
    return not (isinstance(entry.payload, Day) and entry.payload.lop == 0)


def render(entry: Entry) -> Record:
    """How an entry looks in Odoo."""
    match entry.payload:
        case Interval(start, end):
            return Record(interval_key(entry.employee, start), {"start": start, "end": end})
        case Hours(account, minutes):
            day = entry.work_date.isoformat()
            return Record(
                hours_key(entry.employee, day, account), {"date": day, "cost_centre": account, "minutes": minutes}
            )
        case Day(lop=lop):
            day = entry.work_date.isoformat()
            return Record(leave_key(entry.employee, day, lop), {"date": day, "lop": lop, "approved": True})
    raise SettingsWrong(f"Odoo has no record of {entry.kind}; let this connection carry other kinds.")


def interval_key(employee: str, start: int) -> str:
    """The natural key of an attendance."""
    return f"interval:{employee}:{start}"


def hours_key(employee: str, day: str, account: str) -> str:
    """The natural key of hours on a cost centre."""
    return f"hours:{employee}:{day}:{account}"


def leave_key(employee: str, day: str, lop: int) -> str:
    """The natural key of loss of pay."""
    return f"lop:{employee}:{day}:{lop}"


def external_id(namespace: str, change: Change, again: int = 0) -> str:
    """The external id; blanks are the only characters that Odoo refuses in it (19.0)."""
    name = quote(change.natural_key, safe=":")
    return f"{namespace}.{name}:{again}" if again else f"{namespace}.{name}"


def attendance_row(change: Change, external: str, site: Site) -> Row:
    """The cells of an attendance, for `load`."""
    row = {
        "id": external,
        "employee_id/.id": change.employee,
        "check_in": wire.moment(change.image["start"]),
        "check_out": wire.moment(change.image["end"]),
    }
    return {**row, "in_mode": "kiosk", "out_mode": "kiosk"} if site.mode else row


def timesheet_row(change: Change, external: str, site: Site) -> Row:
    """The cells of a timesheet line, for `load`; Odoo wants a project and takes the cost centre beside it."""
    return {
        "id": external,
        "date": change.image["date"],
        "employee_id/.id": change.employee,
        "project_id/.id": str(site.project["id"]),
        "name": site.settings.label,
        "unit_amount": str(wire.hours(change.image["minutes"])),
        f"{site.column}/.id": change.image["cost_centre"],
    }


def leave_row(change: Change, external: str, site: Site) -> Row:
    """The cells of a leave, for `load`; half a day is booked as the morning, as the hub does not say which half."""
    half = change.image["lop"] == HALF
    row = {
        "id": external,
        "employee_id/.id": change.employee,
        "holiday_status_id/.id": str(site.leave_type["id"]),
        "request_date_from": change.image["date"],
        "request_date_to": change.image["date"],
        "name": site.settings.label,
        "request_date_from_period": "am",
    }
    if site.halves:
        return {**row, "request_date_to_period": "am" if half else "pm"}
    return {**row, "request_unit_half": "1" if half else "0"}


ROWS = {Kind.INTERVAL: attendance_row, Kind.HOURS: timesheet_row, Kind.DAY: leave_row}
"""How a row of each kind is made."""


def attendance_held(row: Row) -> Held:
    """An attendance as the hub sees it; an open one has no end. Odoo's marks of absence are nobody's entry.

    `work_date` is Odoo's date (19 and later, the day of the start in the zone of the working schedule), else the UTC
    date of the start.
    """
    employee, ref, start = str(row["employee_id"]), str(row["id"]), wire.seconds(row["check_in"])
    day = date.fromisoformat(row["date"]) if row.get("date") else datetime.fromtimestamp(start, UTC).date()
    image = {"start": start, "end": wire.seconds(row["check_out"])} if row["check_out"] else {"start": start}
    key = f"foreign:technical:{ref}" if row.get("in_mode") == TECHNICAL else interval_key(employee, start)
    return Held(key, image, (ref,), employee, day)


def timesheet_held(row: Row, column: str) -> Held:
    """A timesheet line of the project as the hub sees it; one without a cost centre is nobody's entry."""
    employee, ref, day = str(row["employee_id"]), str(row["id"]), row["date"]
    account = str(row[column] or "")
    image = {"date": day, "cost_centre": account, "minutes": wire.minutes(row["unit_amount"])}
    key = hours_key(employee, day, account) if account else f"foreign:timesheet:{ref}"
    return Held(key, image, (ref,), employee, date.fromisoformat(day))


def leave_held(row: Row) -> Held:
    """A leave of the type of loss of pay; one over several days, or in hours, is nobody's entry."""
    employee, ref, day = str(row["employee_id"]), str(row["id"]), row["request_date_from"]
    if row["request_date_to"] != day or row.get("request_unit_hours"):
        image: Row = {"first": day, "last": row["request_date_to"], "days": _hundredths(row["number_of_days"])}
        return Held(f"foreign:leave:{ref}", image, (ref,), employee, date.fromisoformat(day))
    lop = HALF if _is_half(row) else DAY
    image = {"date": day, "lop": lop, "approved": row["state"] == "validate"}
    return Held(leave_key(employee, day, lop), image, (ref,), employee, date.fromisoformat(day))


def _is_half(row: Row) -> bool:
    # The days that Odoo counts depend on its calendar (a short Saturday is half a day): what was asked for does not.
    if "request_date_to_period" in row:
        return bool(row["request_date_from_period"] == row["request_date_to_period"])
    return bool(row["request_unit_half"])


def _hundredths(days: Decimal | int) -> int:
    return int((Decimal(days) * DAY).to_integral_value())
