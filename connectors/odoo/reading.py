"""Reading a window of Odoo back: what is there of the scope, whoever wrote it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from connectors.odoo import mapping, wire, work_entries
from connectors.odoo.settings import ATTENDANCE, LEAVE, TIMESHEET, WORK_ENTRY
from connectors.odoo.site import Site
from hub.contract import Held, Scope

# A work date begins and ends in its site's zone, up to 14 hours away from UTC, and a night shift starts late in it.
_BEFORE = timedelta(days=1)
_AFTER = timedelta(days=2)
ENDED = ("refuse", "cancel")
"""States of a leave that books nothing any more."""


def held(site: Site, scope: Scope) -> Iterator[Held]:
    """The records of the scope's kinds and employees."""
    readers = {ATTENDANCE: attendances, TIMESHEET: timesheets, LEAVE: leaves, WORK_ENTRY: worked_days}
    for kind, model in site.settings.models.items():
        if kind in scope.kinds:
            yield from readers[model](site, scope)


def people(scope: Scope) -> list[Any]:
    """The domain of the scope's employees."""
    return ["employee_id", "in", sorted(int(one) for one in scope.employees if one.isdecimal())]


def attendances(site: Site, scope: Scope) -> Iterator[Held]:
    """Attendances whose start may lie on the scope's work dates."""
    first, end = _midnight(scope.first - _BEFORE), _midnight(scope.last + _AFTER)
    domain = [people(scope), ["check_in", ">=", first], ["check_in", "<", end], *site.real]
    more = [name for name in ("date", "in_mode") if name in site.attendance]
    marks = not site.settings.remove_absence_marks
    for row in site.client.search_read("hr.attendance", domain, ["employee_id", "check_in", "check_out", *more]):
        if marks or row.get("in_mode") != mapping.TECHNICAL:
            yield mapping.attendance_held(row)


def _midnight(day: date) -> str:
    return wire.moment(int(datetime.combine(day, time(), UTC).timestamp()))


def timesheets(site: Site, scope: Scope) -> Iterator[Held]:
    """Timesheet lines of the project on the scope's dates."""
    days = [["date", ">=", scope.first.isoformat()], ["date", "<=", scope.last.isoformat()]]
    domain = [["project_id", "=", site.project["id"]], people(scope), *days]
    fields = ["employee_id", "date", "unit_amount", site.column]
    for row in site.client.search_read("account.analytic.line", domain, fields):
        yield mapping.timesheet_held(row, site.column)


def leaves(site: Site, scope: Scope) -> Iterator[Held]:
    """Leaves of the type of loss of pay that touch the scope's dates and were not taken back."""
    days = [
        ["request_date_from", "<=", scope.last.isoformat()],
        ["request_date_to", ">=", scope.first.isoformat()],
    ]
    domain = [
        ["holiday_status_id", "=", site.leave_type["id"]], people(scope), *days, ["state", "not in", [*ENDED]],
    ]  # fmt: skip
    half = "request_date_to_period" if site.halves else "request_unit_half"
    hours = [name for name in ("request_unit_hours",) if name in site.leave]
    fields = [
        "employee_id", "request_date_from", "request_date_to", "state", "number_of_days", "request_date_from_period",
        half, *hours,
    ]  # fmt: skip
    for row in site.client.search_read("hr.leave", domain, fields):
        yield mapping.leave_held(row)


def worked_days(site: Site, scope: Scope) -> Iterator[Held]:
    """The scope's days that have work entries of our types, whoever made them; cancelled ones book nothing."""
    domain = [
        people(scope), ["date", ">=", scope.first.isoformat()], ["date", "<=", scope.last.isoformat()],
        ["work_entry_type_id", "in", sorted(site.work_types.values())], ["state", "!=", "cancelled"],
    ]  # fmt: skip
    fields = ["employee_id", "date", "work_entry_type_id", "duration"]
    yield from work_entries.held(site.client.search_read(WORK_ENTRY, domain, fields), site.work_types)
