"""Who is in Zoho, what hours can be booked on, and what the check of a connection says."""

import pytest

from connectors.zoho.connector import ZohoConnector
from connectors.zoho.simulated.words import reply
from hub.contract import (
    Person,
    Severity,
)
from hub.delivery.forecast import forecast
from hub.errors import (
    NotInstalled,
)
from tests.connectors.zoho.organisation import NUMBERS, Site, absent, pushed


def test_a_healthy_connection_has_no_complaint(connector: ZohoConnector) -> None:
    found = connector.check()
    assert [one.message for one in found if one.severity is not Severity.OK] == []
    assert "LOP sync" in found[-1].message


def test_everybody_is_listed_page_by_page(site: Site, connector: ZohoConnector) -> None:
    for number in range(1000, 1300):
        site.state.hire(str(number))
    site.state.employees[site.ref(3)].active = False
    people = [*connector.employees()]
    assert len({one.ref for one in people}) == len(people) == 420
    assert people[-4:] == [
        Person(site.ref(3), "E0004", active=False), *(Person(site.ref(at), NUMBERS[at]) for at in (2, 1, 0)),
    ]  # fmt: skip


def test_a_full_last_page_ends_with_no_records_found(site: Site, connector: ZohoConnector) -> None:
    for number in range(80):
        site.state.hire(f"N{number}")
    assert len([*connector.employees()]) == 200
    assert site.calls("forms/employee/getRecords") == 2


def test_an_empty_organisation_is_not_an_error(site: Site, connector: ZohoConnector) -> None:
    site.state.employees.clear()
    assert [*connector.employees()] == []


def test_the_number_may_stand_in_a_field_of_ones_own(site: Site) -> None:
    site.state.employees[site.ref()].fields["Badge"] = "4711"
    with site.connector(number_field="Badge") as connector:
        assert {one.number for one in connector.employees()} == {"4711", ""}
        assert "119 active employees have no Badge" in connector.check()[1].message
    with site.connector(number_field="Nothing") as connector:
        assert "correct number_field" in connector.check()[-1].message


def test_cost_centres_are_departments_or_another_form(site: Site, connector: ZohoConnector) -> None:
    assert {(one.ref, one.code, one.name) for one in connector.cost_objects()} == {
        (site.refs.costs[code], code, f"Centre {code}") for code in ("CC10", "CC20")
    }
    site.state.forms["Cost_Centre"] = [{"Code": "K1", "Title": "Press", "Zoho_ID": 7}]
    given = {"cost_form": "Cost_Centre", "cost_code_field": "Code", "cost_name_field": "Title"}
    with site.connector(**given) as other:
        assert [(one.ref, one.code, one.name) for one in other.cost_objects()] == [("7", "K1", "Press")]
    with site.connector(cost_form="Nowhere") as other, pytest.raises(NotInstalled, match="no such form"):
        [*other.cost_objects()]
    with site.connector(cost_code_field="Nothing") as other, pytest.raises(NotInstalled, match="no field Nothing"):
        [*other.cost_objects()]


def test_the_check_says_whom_the_report_does_not_show(site: Site, connector: ZohoConnector) -> None:
    site.web.answers["attendance/getUserReport"] = [reply({"result": [], "message": "Success", "status": 0})]
    [finding] = [one for one in connector.check() if one.severity is Severity.WARNING]
    assert "shows 0 people and not 120 active ones" in finding.message


def test_the_check_knows_a_leave_type_that_is_none_or_paid(site: Site) -> None:
    for name, words in (("Nothing", "Unpaid types: Loss of pay"), ("Annual Leave", "is PAID; take one of the kind")):
        with site.connector(leave_type=name) as connector:
            assert words in connector.check()[-1].message


def test_the_report_of_lost_pay_is_compared_with_the_leave(site: Site) -> None:
    with site.connector(pay_period="India") as connector:
        pushed(connector, absent(site.ref(0)), absent(site.ref(1), 50))
        assert "books what the leave says" in connector.check()[-1].message
        site.web.answers["v2/leavetracker/reports/lop"] = [
            reply({"report": {site.ref(0): {"lopDetail": {"booked": 2}, "employee": {}}, "employees": [1]}})
        ]
        assert "other days than the leave for 2 people" in connector.check()[-1].message
    with site.connector(pay_period="Mars") as connector:
        assert "Pay periods: India" in connector.check()[-1].message


def test_the_forecast_reckons_with_reading_person_by_person(site: Site) -> None:
    slow, quick = site.connector(), site.connector(total_hours_without_breaks=True)
    assert forecast(500, slow.capabilities, 0, employees=500).seconds >= 17 * 60 - 20
    assert forecast(500, quick.capabilities, 0, employees=500).seconds < 10 * 60
