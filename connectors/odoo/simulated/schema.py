"""Models and fields of the simulated Odoo, by version (16 to 20)."""

from typing import NamedTuple


class Field(NamedTuple):
    """Type and target of a field, and the versions that have it."""

    type: str
    relation: str = ""
    since: int = 16
    until: int = 99
    required: bool = False


_CHAR, _DATE, _TRUE = Field("char"), Field("date"), Field("boolean")


def _link(relation: str, *, since: int = 16, required: bool = False) -> Field:
    return Field("many2one", relation, since, required=required)


SCHEMA: dict[str, dict[str, Field]] = {
    "hr.employee": {
        "name": _CHAR, "barcode": _CHAR, "pin": _CHAR, "identification_id": _CHAR, "work_email": _CHAR,
        "active": _TRUE, "company_id": _link("res.company"), "tz": _CHAR,
    },
    "hr.attendance": {
        "employee_id": _link("hr.employee", required=True), "check_in": Field("datetime"),
        "check_out": Field("datetime"), "in_mode": Field("selection", since=17),
        "out_mode": Field("selection", since=17),
        "overtime_status": Field("selection", since=18, until=19),
        "date": Field("date", since=19),
        "is_time_rule_output": Field("boolean", since=20),
    },
    "account.analytic.line": {
        "employee_id": _link("hr.employee"), "project_id": _link("project.project"), "date": _DATE, "name": _CHAR,
        "unit_amount": Field("float"), "account_id": _link("account.analytic.account"),
        "x_plan2_id": _link("account.analytic.account", since=17),
    },
    "account.analytic.account": {
        "name": _CHAR, "code": _CHAR, "plan_id": _link("account.analytic.plan"), "company_id": _link("res.company"),
        "active": _TRUE,
    },
    "account.analytic.plan": {"name": _CHAR, "parent_id": _link("account.analytic.plan")},
    "project.project": {
        "name": _CHAR, "allow_timesheets": _TRUE, "company_id": _link("res.company"), "active": _TRUE,
    },
    "hr.leave": {
        "employee_id": _link("hr.employee", required=True),
        "holiday_status_id": _link("hr.leave.type", required=True), "request_date_from": _DATE,
        "request_date_to": _DATE, "request_date_from_period": Field("selection"),
        "request_date_to_period": Field("selection", since=19), "request_unit_half": _TRUE, "request_unit_hours": _TRUE,
        "name": _CHAR, "state": Field("selection"), "number_of_days": Field("float"),
    },
    "hr.leave.type": {
        "name": _CHAR, "requires_allocation": _TRUE, "leave_validation_type": Field("selection"),
        "request_unit": Field("selection"), "unpaid": _TRUE, "company_id": _link("res.company"), "active": _TRUE,
    },
    "hr.work.entry": {
        "name": _CHAR, "active": _TRUE, "employee_id": _link("hr.employee", required=True),
        "work_entry_type_id": _link("hr.work.entry.type"), "duration": Field("float"), "state": Field("selection"),
        "date": Field("date", since=19, required=True), "version_id": _link("hr.version", since=19),
        "date_start": Field("datetime", until=18), "date_stop": Field("datetime", until=18),
    },
    "hr.work.entry.type": {"name": _CHAR, "code": _CHAR, "active": _TRUE},
    "hr.version": {
        "name": _CHAR, "employee_id": _link("hr.employee"), "date_version": _DATE,
        "work_entry_source": Field("selection"),
    },
    "res.company": {
        "name": _CHAR, "attendance_overtime_validation": Field("selection", since=18),
        "absence_management": Field("boolean", since=18),
    },
    "resource.calendar": {"name": _CHAR, "tz": _CHAR},
    "ir.module.module": {"name": _CHAR, "state": Field("selection")},
    "res.users": {"name": _CHAR, "login": _CHAR, "tz": _CHAR},
    "res.users.apikeys": {
        "name": _CHAR, "create_date": Field("datetime"),
        "expiration_date": Field("datetime", since=18),
    },
}  # fmt: skip


def fields(model: str, version: int) -> dict[str, Field]:
    """The fields that this version has, the id included."""
    there = {name: one for name, one in SCHEMA[model].items() if one.since <= version <= one.until}
    return {"id": Field("integer"), **there}
