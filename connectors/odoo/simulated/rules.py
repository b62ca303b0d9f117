"""What Odoo computes and refuses when a record is made or changed, one record after the other."""

from collections.abc import Callable
from datetime import date
from typing import Any

from connectors.odoo.simulated.database import Database, Row
from connectors.odoo.simulated.errors import access, user, validation, value

WORKING_DAYS = frozenset(range(5))
"""Monday to Friday."""


def attendance(database: Database, row: Row) -> Row:
    """Date, overlap and order; the checks are Odoo's own, in its order (`hr.attendance`)."""
    _validate_attendance(database, row)
    if "date" in database.fields("hr.attendance"):
        row = {**row, "date": database.local_day(row["check_in"])}
    return row


def _validate_attendance(database: Database, row: Row) -> None:
    others = [
        one
        for one in database.rows("hr.attendance")
        if one["employee_id"] == row["employee_id"] and one["id"] != row["id"]
    ]
    name = database.get("hr.employee", row["employee_id"])["name"]
    begun, ended = row["check_in"], row["check_out"]
    before = _latest([one for one in others if one["check_in"] <= begun])
    if before and before["check_out"] and before["check_out"] > begun:
        raise _already(database, name, row)  # the message shows the new one's start here, and the other's below
    if not ended:
        if still := next((one for one in others if not one["check_out"]), None):
            since = database.shown(still["check_in"])
            raise validation(
                f"Cannot create new attendance record for {name}, the employee hasn't checked out since {since}"
            )
        return
    last = _latest([one for one in others if one["check_in"] < ended])
    if last and last is not before:
        raise _already(database, name, last)
    if ended < begun:
        raise validation('"Check Out" time cannot be earlier than "Check In" time.')


def _already(database: Database, name: str, one: Row) -> Exception:
    at = database.shown(one["check_in"])
    return validation(f"Cannot create new attendance record for {name}, the employee was already checked in on {at}")


def _latest(rows: list[Row]) -> Row | None:
    return max(rows, key=lambda one: (one["check_in"], one["id"]), default=None)


def timesheet(database: Database, row: Row) -> Row:
    """A project and an active employee; nothing keeps two equal lines apart."""
    if not row["project_id"]:
        raise access("Uh-oh! Looks like you have stumbled upon some top-secret records.\n\nSorry, Hub (id=5) ...")
    if not row["employee_id"] or not database.get("hr.employee", row["employee_id"])["active"]:
        raise validation("Timesheets must be created with an active employee in the selected companies.")
    return row


STATES = ("draft", "conflict", "validated", "cancelled")
_HOURS = 24


def work_entry(database: Database, row: Row) -> Row:
    """Hours, state and version; nothing keeps two equal entries apart. What is cancelled is archived."""
    if not 0 < (row["duration"] or 0) <= _HOURS:
        raise validation("Duration must be positive and cannot exceed 24 hours.")
    state = row["state"] or "draft"
    if state not in STATES:
        raise value(f"Wrong value for hr.work.entry.state: {state!r}")
    own = [one["id"] for one in database.rows("hr.version") if one["employee_id"] == row["employee_id"]]
    return {
        **row,
        "state": state,
        "active": state != "cancelled",
        "version_id": row["version_id"] or next(iter(own), 0),
    }


def leave(database: Database, row: Row) -> Row:
    """Days, working days, overlap; without validation it is approved at once."""
    kind = database.get("hr.leave.type", row["holiday_status_id"])
    name = database.get("hr.employee", row["employee_id"])["name"]
    first, last = row["request_date_from"], row["request_date_to"] or row["request_date_from"]
    if date.fromisoformat(first).weekday() not in WORKING_DAYS:
        raise validation(f"The following employees are not supposed to work during that period:\n {name}")
    for one in database.rows("hr.leave"):
        same = one["employee_id"] == row["employee_id"] and one["id"] != row["id"]
        live = one["state"] not in ("refuse", "cancel")
        if same and live and one["request_date_from"] <= last and one["request_date_to"] >= first:
            raise validation(
                f"An employee already booked time off which overlaps with this period:\n\t{name} from {first}"
            )
    state = row["state"] or ("validate" if kind["leave_validation_type"] == "no_validation" else "confirm")
    half = _half(database, row)
    days = 0.5 if half else (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    return {**row, "request_date_to": last, "state": state, "request_unit_half": half, "number_of_days": days}


def _half(database: Database, row: Row) -> bool:
    if "request_date_to_period" in database.fields("hr.leave"):
        return (
            bool(row["request_date_from_period"]) and row["request_date_from_period"] == row["request_date_to_period"]
        )
    return bool(row["request_unit_half"])


ON_SAVE: dict[str, Callable[[Database, Row], Row]] = {
    "hr.attendance": attendance,
    "account.analytic.line": timesheet,
    "hr.leave": leave,
    "hr.work.entry": work_entry,
}


def on_create(model: str, values: Row, now: str) -> Row:
    """Defaults: an attendance without a start begins now, and stays open."""
    if model == "hr.attendance":
        return {"check_in": now, "in_mode": "manual", **{key: cell for key, cell in values.items() if cell is not None}}
    return values


def on_write(database: Database, model: str, before: Row, values: Row) -> None:
    """What a change of a record does besides, or that it is not allowed."""
    if model == "hr.leave" and before["state"] == "validate":
        raise user("This modification is not allowed in the current state.")
    if model == "hr.attendance" and values.keys() & {"check_in", "check_out"}:
        _forget_approvals(database, before)


def _forget_approvals(database: Database, row: Row) -> None:
    """Overtime of the employee's day is computed anew, even when the times are the same."""
    for one in database.rows("hr.attendance"):
        same = one["employee_id"] == row["employee_id"] and one["check_in"][:10] == row["check_in"][:10]
        if same and one.get("overtime_status") == "approved":
            database.put("hr.attendance", {**one, "overtime_status": "to_approve"})


def on_unlink(model: str, row: dict[str, Any]) -> None:
    """What may not be deleted by an officer."""
    if model == "hr.leave" and row["state"] != "confirm":
        shown = {"validate": "Approved", "refuse": "Refused"}[row["state"]]
        raise user(f"Oops! {shown} Time-Off requests can only be deleted by Administrators.")
