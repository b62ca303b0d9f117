"""The check of a Salesforce connection: every finding says what to change, and where."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.salesforce.connector import SalesforceConnector
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.simulator import SalesforceSimulator, TimeSheetSimulator
from hub.contract import Finding

DAY = "Attendance_Day__c"


@pytest.fixture(scope="module", params=[SalesforceSimulator, TimeSheetSimulator])
def either(request: pytest.FixtureRequest) -> Iterator[SalesforceSimulator]:
    with (simulator := request.param()).running():
        yield simulator


@pytest.fixture(scope="module")
def served() -> Iterator[SalesforceSimulator]:
    with (simulator := SalesforceSimulator()).running():
        yield simulator


@pytest.fixture
def org(served: SalesforceSimulator) -> Iterator[SalesforceSimulator]:
    things = dict(served.org.things)
    served.reset(["1"], ["CC10"])
    yield served
    served.org.things.update(things)
    served.usage.allowed = 100_000


def findings(org: SalesforceSimulator, **settings: Any) -> list[Finding]:
    given = SalesforceSettings.model_validate({**org.settings(), **settings})
    with SalesforceConnector(given) as connector:
        return connector.check()


def last(org: SalesforceSimulator, **settings: Any) -> tuple[str, str, str]:
    one = findings(org, **settings)[-1]
    return one.subject, one.severity.value, one.message


def worst(org: SalesforceSimulator, **settings: Any) -> str:
    [one] = [one for one in findings(org, **settings) if one.severity == "warning"]
    return one.message


def change(org: SalesforceSimulator, thing: str, field: str, **changes: Any) -> None:
    found = org.org.things[thing]
    org.org.things[thing] = found.with_fields(replace(found.fields[field], **changes))


def test_a_sound_connection_is_all_ok(either: SalesforceSimulator) -> None:
    either.reset(["1"], ["CC10"])
    assert {one.severity.value for one in findings(either)} == {"ok"}


def test_every_object_that_is_written_is_looked_at(org: SalesforceSimulator) -> None:
    subjects = [one.subject for one in findings(org)]
    assert subjects[:6] == ["server", "transport", "log-in", "limits", "employees", "cost centres"]
    assert set(subjects[6:]) == {DAY, "Attendance_Hours__c", "Attendance_Interval__c", "Punch__c"}


def test_a_version_that_is_not_there_is_told_first(org: SalesforceSimulator) -> None:
    assert last(org, api_version="99.0") == (
        "server", "error", "API versions 31.0 to 67.0 are there, and 99.0 is not; set api_version.",
    )  # fmt: skip


def test_another_address_of_the_org_is_told(org: SalesforceSimulator) -> None:
    assert "set url to it" in worst(org, url=org.url.replace("127.0.0.1", "localhost"))


def test_a_package_that_is_not_there_and_rights_that_are_lacking_are_told_apart(org: SalesforceSimulator) -> None:
    hidden = org.org.hidden
    hidden.add(f"{DAY}.LOP_Days__c")
    assert last(org, kinds=["day"])[2].startswith(
        f"Salesforce has no {DAY}.LOP_Days__c that Muster's user may see: deploy"
    )
    hidden.clear()
    change(org, DAY, "LOP_Days__c", updateable=False)
    assert last(org, kinds=["day"])[2].startswith(f"Muster's user may not write {DAY}.LOP_Days__c")
    del org.org.things[DAY]
    assert last(org, kinds=["day"])[2].startswith(f"Salesforce has no {DAY} that Muster's user may see: deploy")


@pytest.mark.parametrize("flag", ["external_id", "unique", "case_sensitive"])
def test_the_key_must_be_unique_and_case_must_count(org: SalesforceSimulator, flag: str) -> None:
    change(org, DAY, "External_Key__c", **{flag: False})
    assert "External_Key__c is no external id, unique and case sensitive" in last(org, kinds=["day"])[2]


def test_statuses_that_the_picklist_lacks_are_named(org: SalesforceSimulator) -> None:
    change(org, DAY, "Status__c", values=("P", "A"))
    assert "Status__c: HD, L, HL, WO, H, WOW, HW, MP" in worst(org, kinds=["day"])


def test_a_number_field_that_is_no_key_is_told(org: SalesforceSimulator) -> None:
    assert "EmployeeNumber is no external id" in last(org, employee_object="User", employee_field="EmployeeNumber")[2]
    change(org, "Worker__c", "Employee_Number__c", unique=False)
    assert "one number could be two people" in last(org)[2]
    assert "has no Worker__c.Badge__c" in last(org, employee_field="Badge__c")[2]


def test_people_without_a_number_or_with_the_same_are_counted(org: SalesforceSimulator) -> None:
    org.org.add("Worker__c", Name="Nobody")
    assert "1 of 2 records of Worker__c have no number" in worst(org)
    org.reset(["1"], [])
    org.org.add("User", Username="a", EmployeeNumber="u1")
    org.org.add("User", Username="b", EmployeeNumber="U1")
    by_user = {"employee_object": "User", "employee_field": "EmployeeNumber", "linked_by": "id", "kinds": ["day"]}
    assert "1 numbers in User.EmployeeNumber are there more than once" in worst(org, **by_user)


def test_a_day_that_is_half_used_up_is_told(org: SalesforceSimulator) -> None:
    org.usage.allowed = 50
    org.usage.hours[org.clock.true // 3600] = 20
    assert "21 of 50 API requests in 24 hours are used; at 80 % Muster stops" in worst(org, kinds=["day"])


def test_time_sheets_need_field_service_and_the_right_to_delete() -> None:
    with (org := TimeSheetSimulator()).running():
        org.org.hidden.add("TimeSheetEntry.Subject")
        assert "switch Field Service on" in last(org)[2]
        org.org.hidden.clear()
        change(org, "TimeSheetEntry", "Subject", createable=False)
        assert "may not write TimeSheetEntry.Subject" in last(org)[2]
        change(org, "TimeSheetEntry", "Subject", createable=True)
        org.rest.undeletable = frozenset({"TimeSheetEntry"})
        assert "may not delete TimeSheetEntry" in last(org)[2]
