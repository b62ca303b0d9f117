"""What Odoo holds: people, accounts, and records of whoever made them."""

from dataclasses import replace

import pytest

from connectors.odoo.connector import OdooConnector
from connectors.odoo.simulator import OdooSimulator
from hub.contract import (
    Interval,
    Severity,
    digest,
)
from hub.errors import SettingsWrong
from tests.connectors.odoo.database import (
    DAY,
    HOUR,
    NUMBERS,
    Site,
    absent,
    create,
    held_by_key,
    hours,
    interval,
    needs_plans,
    record,
    scope,
    utc,
    written,
)


def test_employees_carry_their_numbers_and_whether_they_left(site: Site, connector: OdooConnector) -> None:
    site.database.put("hr.employee", {**site.database.get("hr.employee", int(site.employee(3))), "active": False})
    people = {one.number: one for one in connector.employees()}
    assert {number: one.ref for number, one in people.items()} == dict(site.refs.employees)
    assert not people[NUMBERS[3]].active
    assert people[NUMBERS[4]].active


def test_the_accounts_of_the_plan_are_the_cost_objects(site: Site, connector: OdooConnector) -> None:
    needs_plans(site)
    site.database.add("account.analytic.account", name="Other", code="CC99", plan_id=1)
    assert {one.code: one.ref for one in connector.cost_objects()} == dict(site.refs.costs)


def test_what_was_created_is_read_back_equal(site: Site, connector: OdooConnector) -> None:
    entries = [interval(site.employee(i)) for i in range(30)] + [
        absent(site.employee(31)),
        absent(site.employee(32), 50),
    ]
    if site.simulator.version > 16:
        entries += [hours(site.employee(i), site.refs.costs["CC10"], 7 + 61 * i) for i in range(20)]
    receipts = {one.key: one for one in connector.push([create(connector, one) for one in entries])}
    held = held_by_key(connector, entries)
    wanted = {one.natural_key: digest(one.image) for one in (record(connector, entry) for entry in entries)}
    assert {key: digest(one.image) for key, one in held.items()} == wanted
    assert {one.key: receipts[one.key].refs for one in entries} == {
        one.key: held[record(connector, one).natural_key].refs for one in entries
    }


def test_moments_do_not_depend_on_the_zone_of_odoos_user(site: Site, connector: OdooConnector) -> None:
    assert site.database.user_zone == "Asia/Kolkata"
    written(connector, [interval(site.employee(0))])
    assert site.made()[0]["check_in"] == "2026-10-05 03:00:00"


def test_a_night_shift_is_found_under_its_work_date(site: Site, connector: OdooConnector) -> None:
    # 22:00 in Kolkata is the same UTC date, 00:30 the one before; both belong to the work date of the roster.
    entries = [interval(site.employee(0), start=16), interval(site.employee(1), start=3)]
    early = replace(entries[1], payload=Interval(utc(DAY, 0) - 5 * HOUR, utc(DAY, 0)))
    written(connector, [entries[0], early])
    assert set(held_by_key(connector, [entries[0]])) == {record(connector, entries[0]).natural_key}
    assert set(held_by_key(connector, [early])) == {record(connector, early).natural_key}


def test_a_persons_records_are_seen_and_told_apart(site: Site, connector: OdooConnector) -> None:
    mine = interval(site.employee(0))
    written(connector, [mine])
    site.by_hand(0, "2026-10-05 12:00:00", False)
    kind = site.made("hr.leave.type")[0]["id"]
    site.database.add(
        "hr.leave", employee_id=int(mine.employee), holiday_status_id=kind, request_date_from="2026-10-01",
        request_date_to="2026-10-06", state="validate", number_of_days=4.0,
    )  # fmt: skip
    held = held_by_key(connector, [mine])
    assert held[f"interval:{mine.employee}:{utc(DAY, 12)}"].image == {"start": utc(DAY, 12)}
    assert [one.image["days"] for key, one in held.items() if key.startswith("foreign:leave:")] == [400]
    assert len(held) == 3


def test_a_second_record_of_a_person_comes_back_under_the_same_key(site: Site, connector: OdooConnector) -> None:
    entry = interval(site.employee(0))
    written(connector, [entry])
    site.by_hand(0, "2026-10-05 03:00:00", "2026-10-05 11:00:00")
    held = [*connector.read_back(scope([entry]))]
    assert {one.natural_key for one in held} == {record(connector, entry).natural_key}
    assert len(held) == 2


def test_people_of_another_company_are_left_out(site: Site) -> None:
    company = site.database.add("res.company", name="Elsewhere")
    site.database.add("hr.employee", name="Nobody", barcode="X1", company_id=company)
    with site.connector(company="Works") as connector:
        assert {one.number for one in connector.employees()} == set(NUMBERS)
    with site.connector(company="Nowhere") as connector, pytest.raises(SettingsWrong, match="company 'Nowhere'"):
        [*connector.employees()]


def test_pages_hold_all_records_once(site: Site, connector: OdooConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.odoo.client.PAGE", 7)
    assert len({one.ref for one in connector.employees()}) == len(NUMBERS)


def test_rows_that_time_rules_make_are_not_attendances() -> None:
    with (simulator := OdooSimulator(version=20)).running():
        site = Site(simulator)
        with site.connector() as connector:
            entry = interval(site.employee(0))
            written(connector, [entry])
            site.by_hand(0, "2026-10-05 10:00:00", "2026-10-05 11:00:00", is_time_rule_output=True)
            assert len([*connector.read_back(scope([entry]))]) == 1
            assert connector.check()[0].severity is Severity.WARNING
