"""What the check of a connection says, and what stops a push before it begins."""

from pathlib import Path
from typing import Any

import pytest

from connectors.odoo import spec
from connectors.odoo.connector import OdooConnector
from hub.contract import (
    SecretRef,
    Severity,
)
from hub.errors import NotInstalled, NotPermitted, Reconnect, SettingsWrong
from tests.connectors.odoo.database import UPDATE, WITHDRAW, Site, create, hours, interval, scope, written


def test_a_healthy_connection_has_no_complaint(site: Site, connector: OdooConnector) -> None:
    found = connector.check()
    wrong = [one for one in found if one.severity is not Severity.OK]
    assert [one.subject for one in wrong] == ([] if site.simulator.version == 19 else ["server"])
    assert found[-1].subject == "loss of pay"
    assert ("JSON-2" if site.simulator.version == 19 else "JSON-RPC") in found[0].message


def test_a_wrong_key_asks_for_a_new_one(site: Site, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("wrong")
    with site.connector(key=SecretRef(file=str(tmp_path / "key"))) as connector:
        with pytest.raises(Reconnect, match="API key"):
            [*connector.employees()]
        assert connector.check()[-1].subject == "key"


def test_a_wrong_database_is_a_setting_to_correct(site: Site) -> None:
    with site.connector(database="nowhere") as connector, pytest.raises(SettingsWrong, match="database"):
        [*connector.employees()]


@pytest.mark.parametrize("operation", ["create", "write", "unlink"])
def test_a_missing_right_stops_the_push_and_names_the_group(site: Site, operation: str) -> None:
    entry = interval(site.employee(0))
    with site.connector() as connector:
        change = create(connector, entry)
        if operation != "create":
            [made] = written(connector, [entry])
            change = change._replace(operation=UPDATE if operation == "write" else WITHDRAW, refs=made.refs)
        site.simulator.methods.denied.add(("hr.attendance", operation))
        with pytest.raises(NotPermitted):
            [*connector.push([change])]
        last = connector.check()[-1]
    assert (last.subject, last.severity) == ("rights", Severity.ERROR)
    assert "Manage all attendances" in last.message


@pytest.mark.parametrize(
    ("model", "values", "subject", "says"),
    [
        ("ir.module.module", {"name": "hr_attendance", "state": "uninstalled"}, "apps", "Install in Odoo"),
        ("hr.leave.type", {"leave_validation_type": "both"}, "loss of pay", "No Validation"),
        ("hr.leave.type", {"request_unit": "day"}, "loss of pay", "half days"),
    ],
)
def test_the_check_says_what_to_set_in_odoo(
    site: Site, connector: OdooConnector, model: str, values: dict[str, Any], subject: str, says: str
) -> None:
    row = next(one for one in site.made(model) if one["name"] == values.get("name", one["name"]))
    site.database.put(model, {**row, **values})
    last = connector.check()[-1]
    assert (last.subject, last.severity) == (subject, Severity.ERROR)
    assert says in last.message


def test_the_check_warns_of_what_changes_the_records(site: Site) -> None:
    site.database.put("resource.calendar", {**site.made("resource.calendar")[0], "tz": "Europe/Brussels"})
    site.database.put("hr.employee", {**site.made("hr.employee")[0], "barcode": False})
    company = {
        **site.made("res.company")[0],
        "absence_management": True,
        "attendance_overtime_validation": "by_manager",
    }
    site.database.put("res.company", company)
    with site.connector(remove_absence_marks=False, keep_approved_overtime=False) as connector:
        warned = {one.subject: one.message for one in connector.check() if one.severity is Severity.WARNING}
    assert "Europe/Brussels" in warned["schedules"]
    assert "1 of 40 employees" in warned["employees"]
    if site.simulator.version >= 18:
        assert "Absence Management" in warned["absence"]
        assert "overtime" in warned


def test_the_check_tells_when_the_key_ends(site: Site, connector: OdooConnector) -> None:
    if site.simulator.version < 18:
        pytest.skip("keys have no end in this version")
    site.database.put(
        "res.users.apikeys", {**site.made("res.users.apikeys")[0], "expiration_date": "2026-12-31 00:00:00"}
    )
    assert "2026-12-31" in next(one.message for one in connector.check() if one.subject == "key")
    site.simulator.methods.denied.add(("res.users.apikeys", "read"))
    assert {one.subject: one.severity for one in connector.check()}["key"] is Severity.OK


def test_a_namespace_that_is_a_module_is_refused(site: Site) -> None:
    with site.connector(namespace="hr_attendance") as connector:
        last = connector.check()[-1]
    assert (last.subject, last.severity) == ("namespace", Severity.ERROR)
    assert "would delete" in last.message


@pytest.mark.parametrize(
    ("project", "plan", "error", "says"),
    [
        ("Attendance hours", "Project", NotInstalled, "Odoo 17 or later"),
        ("Nothing", "Cost centres", SettingsWrong, "Nothing"),
        ("Attendance hours", "Part", SettingsWrong, "topmost"),
    ],
)
def test_hours_need_a_project_and_a_plan_that_odoo_keeps_on_timesheets(
    site: Site, project: str, plan: str, error: type[Exception], says: str
) -> None:
    site.database.add("account.analytic.plan", name="Part", parent_id=2)
    with site.connector(project=project, plan=plan) as connector, pytest.raises(error, match=says):
        _ = [*connector.cost_objects(), *connector.read_back(scope([hours("1", "1")]))]


def test_the_spec_is_found_and_every_setting_is_described() -> None:
    assert spec.connector is OdooConnector
    fields = OdooConnector.settings_type.model_fields
    assert all(field.description for field in fields.values()), fields
