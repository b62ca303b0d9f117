"""From checked rows to records, in the order in which one refers to another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlmodel import Session, SQLModel, select

from hub import records
from hub.registry import spec_of
from hub.setup import rows
from hub.setup.sentences import sentences


class FollowsError(Exception):
    """A row that names something whose own file has mistakes: they are told, this one may be none."""


@dataclass(slots=True)
class Context:
    """What a builder may ask: which codes there are in this tenant. `faulty` are tables whose files have mistakes."""

    session: Session
    tenant: str
    faulty: set[type[SQLModel]] = field(default_factory=set)
    _known: dict[tuple[type[SQLModel], str], dict[str, Any]] = field(default_factory=dict)

    def known(self, table: type[Any], column: str, value: str, what: str) -> Any:
        """The record with that code; raises `ValueError` naming those there are."""
        found = self._of(table, column)
        if value not in found:
            self._known.pop((table, column))
            found = self._of(table, column)
        if value not in found and table in self.faulty:
            raise FollowsError
        if value not in found:
            there = ", ".join(sorted(found)[:8]) or "none yet"
            raise ValueError(f"{value!r} is not a {what}; there are: {there}")
        return found[value]

    def _of(self, table: type[Any], column: str) -> dict[str, Any]:
        if (table, column) not in self._known:
            query = select(table).where(table.tenant == self.tenant)
            self._known[table, column] = {str(getattr(row, column)): row for row in self.session.exec(query)}
        return self._known[table, column]

    def employee_id(self, number: str) -> int:
        """The integer key of an employee number."""
        return int(self.known(records.Employee, "number", number, "employee").id)


def _site(context: Context, row: rows.SiteRow) -> list[SQLModel]:
    values = row.model_dump(exclude={"day_boundary"})
    return [records.Site(tenant=context.tenant, day_boundary_min=row.day_boundary, **values)]


def _department(context: Context, row: rows.NamedRow) -> list[SQLModel]:
    return [records.Department(tenant=context.tenant, **row.model_dump())]


def _cost_centre(context: Context, row: rows.NamedRow) -> list[SQLModel]:
    return [records.CostCentre(tenant=context.tenant, **row.model_dump())]


def _policy(context: Context, row: rows.PolicyRow) -> list[SQLModel]:
    parameters = row.parameters.model_dump(mode="json", exclude_unset=True)
    return [records.PolicyVersion(tenant=context.tenant, code=row.code, parameters=parameters)]


def _shift(context: Context, row: rows.ShiftRow) -> list[SQLModel]:
    values = row.model_dump(exclude={"segments", "expected", "core_start", "core_end"})
    values |= {"expected_min": row.expected, "core_start_min": row.core_start, "core_end_min": row.core_end}
    shift = records.Shift(tenant=context.tenant, **values)
    segments = [
        records.ShiftSegment(
            tenant=context.tenant,
            shift=row.code,
            effective_from=row.effective_from,
            segment_no=number,
            start_min=segment.start,
            end_min=segment.end,
        )
        for number, segment in enumerate(row.segments)
    ]
    return [shift, *segments]


def _pattern(context: Context, row: rows.PatternRow) -> list[SQLModel]:
    for code in row.days:
        if code != "OFF":
            context.known(records.Shift, "code", code, "shift")
    return [
        records.PatternDay(tenant=context.tenant, pattern=row.code, position=at, shift=None if code == "OFF" else code)
        for at, code in enumerate(row.days)
    ]


def _weekly_off(context: Context, row: rows.WeeklyOffRow) -> list[SQLModel]:
    weekday = rows.WEEKDAYS.index(row.weekday)
    return [records.WeeklyOff(tenant=context.tenant, code=row.code, weekday=weekday, nth=row.nth)]


def _holiday(context: Context, row: rows.HolidayRow) -> list[SQLModel]:
    context.known(records.Site, "holiday_calendar", row.calendar, "holiday calendar of a site")
    return [records.Holiday(tenant=context.tenant, day=row.date, **row.model_dump(exclude={"date"}))]


def _employee(context: Context, row: rows.EmployeeRow) -> list[SQLModel]:
    return [records.Employee(tenant=context.tenant, number=row.number, name=row.name)]


def _employment(context: Context, row: rows.EmployeeRow) -> list[SQLModel]:
    for table, value, what in (
        (records.Site, row.site, "site"),
        (records.Department, row.department, "department"),
        (records.PolicyVersion, row.policy, "policy"),
        (records.WeeklyOff, row.weekly_off, "weekly off"),
    ):
        context.known(table, "code", value, what)
    key: dict[str, Any] = {"tenant": context.tenant, "employee_id": context.employee_id(row.number)}
    key |= {"from_date": row.joined, "to_date": row.left}
    values = row.model_dump(include={"site", "department", "policy", "weekly_off", "attendance_mode"})
    made: list[SQLModel] = [records.Employment(**key, **values)]
    for code, share in row.shares():
        context.known(records.CostCentre, "code", code, "cost centre")
        made.append(records.CostAllocation(**key, cost_centre=code, share=share))
    for word in row.badges:
        group, _, user = word.rpartition(":")
        made.append(records.Badge(**key, badge_group=group or "main", user_id=user))
    return made


def _roster(context: Context, row: rows.RosterRow) -> list[SQLModel]:
    if row.shift:
        context.known(records.Shift, "code", row.shift, "shift")
    if row.pattern:
        context.known(records.PatternDay, "pattern", row.pattern, "pattern")
    values = row.model_dump(exclude={"employee"})
    return [records.Roster(tenant=context.tenant, employee_id=context.employee_id(row.employee), **values)]


def _leave(context: Context, row: rows.LeaveRow) -> list[SQLModel]:
    values = row.model_dump(include={"portion", "minutes", "paid"})
    employee = context.employee_id(row.employee)
    return [records.Leave(tenant=context.tenant, employee_id=employee, day=row.date, type_code=row.type, **values)]


def _device(context: Context, row: rows.DeviceRow) -> list[SQLModel]:
    context.known(records.Site, "code", row.site, "site")
    settings = row.settings.model_dump(mode="json", exclude_unset=True)
    return [records.Device(tenant=context.tenant, settings=settings, **row.model_dump(exclude={"settings"}))]


def _connection(context: Context, row: rows.ConnectionRow) -> list[SQLModel]:
    for site in row.sites:
        context.known(records.Site, "code", site, "site")
    _check_settings(row)
    values = row.model_dump(exclude={"sites"})
    return [records.Connection(tenant=context.tenant, sites=list(row.sites), **values)]


def _check_settings(row: rows.ConnectionRow) -> None:
    try:
        settings_type = spec_of(row.connector).connector.settings_type
    except LookupError as error:
        raise ValueError(str(error.args[0])) from error
    try:
        settings_type.model_validate(row.settings)
    except ValidationError as error:
        raise ValueError("; ".join(sentences(error, settings_type, within="settings"))) from None


@dataclass(frozen=True, slots=True)
class Subject:
    """A file name, what its rows look like, the records they become, and the table that others point to."""

    name: str
    model: type[BaseModel]
    build: Callable[[Context, Any], Sequence[SQLModel]]
    table: type[SQLModel]


SUBJECTS = (
    Subject("sites", rows.SiteRow, _site, records.Site),
    Subject("departments", rows.NamedRow, _department, records.Department),
    Subject("cost_centres", rows.NamedRow, _cost_centre, records.CostCentre),
    Subject("policies", rows.PolicyRow, _policy, records.PolicyVersion),
    Subject("shifts", rows.ShiftRow, _shift, records.Shift),
    Subject("patterns", rows.PatternRow, _pattern, records.PatternDay),
    Subject("weekly_offs", rows.WeeklyOffRow, _weekly_off, records.WeeklyOff),
    Subject("holidays", rows.HolidayRow, _holiday, records.Holiday),
    Subject("employees", rows.EmployeeRow, _employee, records.Employee),
    Subject("employees", rows.EmployeeRow, _employment, records.Employment),
    Subject("rosters", rows.RosterRow, _roster, records.Roster),
    Subject("leaves", rows.LeaveRow, _leave, records.Leave),
    Subject("devices", rows.DeviceRow, _device, records.Device),
    Subject("connections", rows.ConnectionRow, _connection, records.Connection),
)
"""Employees come twice: first the people, so that the rest can point at them."""
