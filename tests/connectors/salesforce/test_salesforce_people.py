"""Employees, cost centres and settings."""

from typing import Any

import pytest

from connectors.salesforce.settings import SalesforceSettings
from hub.contract import Change, Entry, Hours, Interval, Kind, Operation, Person, Punch
from tests.connectors.salesforce.org import WORK_DATE, Counted, changes, connected, outcomes, scope, told


def test_hours_intervals_and_punches_have_their_own_objects(org: Counted) -> None:
    with connected(org) as connector:
        hours, interval, punch = Hours("CC10", 475), Interval(1_791_190_800, 1_791_219_600), Punch(1_791_190_800, "in")
        payloads: dict[Kind, Any] = {Kind.HOURS: hours, Kind.INTERVAL: interval, Kind.PUNCH: punch}
        for kind, payload in payloads.items():
            record = connector.render(Entry("k", kind, "E1", WORK_DATE, "UTC", payload))
            change = Change("k", Operation.CREATE, kind, "E1", WORK_DATE, record.natural_key, record.image)
            assert outcomes(told(connector, [change])[0]) == ["accepted"]
            [held] = [one for one in connector.read_back(scope("E1")) if one.natural_key == record.natural_key]
            assert (held.image, held.work_date) == (record.image, WORK_DATE)


def test_employees_are_records_of_any_object(org: Counted) -> None:
    user = org.org.add("User", Username="a@works.example", EmployeeNumber="U1", IsActive=False)
    org.org.add("Contact", LastName="B", Employee_Number__c="C1")
    with connected(org) as connector:
        assert next(iter(connector.employees())) == Person("E1", "E1")
    by_user = {"employee_object": "User", "employee_field": "EmployeeNumber", "linked_by": "id"}
    with connected(org, **by_user) as connector:
        assert [*connector.employees()] == [Person(user, "U1", active=False)]
        [change] = changes(connector, 1)
        assert "no id of Salesforce" in told(connector, [change])[0][0].reason
        [change] = [change._replace(employee=user)]
        assert outcomes(told(connector, [change])[0]) == ["accepted"]
    with connected(org, employee_object="Contact") as connector:
        assert [*connector.employees()] == [Person("C1", "C1")]


def test_people_without_a_number_are_left_out_where_the_number_is_the_link(org: Counted) -> None:
    org.org.add("Worker__c", Name="Nobody")
    with connected(org) as connector:
        assert "" not in [one.ref for one in connector.employees()]


def test_a_long_list_of_people_is_not_put_into_the_address(org: Counted) -> None:
    with connected(org) as connector:
        told(connector, changes(connector, 1, 2))
        many = (f"E{number}" for number in range(1, 2000))
        assert {one.employee for one in connector.read_back(scope(*many))} == {"E1", "E2"}
        assert [one.employee for one in connector.read_back(scope("E2"))] == ["E2"]
        assert [*connector.read_back(scope())] == []


def test_pages_are_followed(org: Counted) -> None:
    org.rest.page = 2
    with connected(org) as connector:
        assert len([*connector.employees()]) == 3


def test_settings_that_cannot_work_are_refused_at_once() -> None:
    good = {"url": "https://acme.my.salesforce.com/", "client_id": "c", "client_secret": {"env": "S"}}
    assert SalesforceSettings.model_validate(good).url == "https://acme.my.salesforce.com"
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"url": "https://acme.lightning.force.com"}, "My Domain"),
        ({"url": "https://login.salesforce.com"}, "My Domain"),
        ({"client_secret": None}, "needs client_secret"),
        ({"grant": "jwt_bearer"}, "needs user and private_key"),
        ({"api_version": "45.0"}, "46.0 is the first"),
        ({"employee_object": "Staff__c"}, "employee_lookup"),
        ({"employee_field": "Owner.EmployeeNumber"}, "linked by id"),
        ({"kinds": ["leave"]}, "'day', 'hours', 'interval' or 'punch'"),
    ]
    for change, message in wrong:
        with pytest.raises(ValueError, match=message):
            SalesforceSettings.model_validate({**good, **change})
