"""Odoo's own work entries: eight hours of attendance on every working day, beside those that are there (19.0)."""

from collections.abc import Iterator
from datetime import date, timedelta

from connectors.odoo.simulated.database import Database, Row
from connectors.odoo.simulated.rules import WORKING_DAYS

HOURS = 8.0
ATTENDANCE = "WORK100"


def clear(database: Database, employees: list[int], first: str, last: str) -> None:
    """What `force` does first: all drafts of these dates go, whoever made them."""
    for row in database.rows("hr.work.entry"):
        if row["employee_id"] in employees and first <= row["date"] <= last and row["state"] == "draft":
            database.remove("hr.work.entry", row["id"])


def of_schedule(database: Database, employees: list[int], first: str, last: str) -> Iterator[Row]:
    """The work entries of these dates, both ends included."""
    kind = next(row["id"] for row in database.rows("hr.work.entry.type") if row["code"] == ATTENDANCE)
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    days = [begin + timedelta(days=number) for number in range((end - begin).days + 1)]
    for employee in employees:
        name = database.get("hr.employee", employee)["name"]
        for day in days:
            if day.weekday() in WORKING_DAYS:
                yield {
                    "name": f"Attendance: {name}", "employee_id": employee, "date": day.isoformat(),
                    "duration": HOURS, "work_entry_type_id": kind,
                }  # fmt: skip
