"""Intervals on time sheets of Field Service: found by resource and start, on a sheet that covers the work date."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from connectors.salesforce import sheets
from connectors.salesforce.connector import SalesforceConnector
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.simulated.errors import RowError
from connectors.salesforce.simulator import TimeSheetSimulator
from hub.contract import Change, Day, Entry, Interval, Kind, Operation, Receipt, Scope
from hub.errors import Locked
from hub.testing.edge import Edge
from hub.testing.faults import none, scripted
from hub.testing.world import utc

MONDAY = date(2026, 10, 5)


@pytest.fixture(scope="module")
def served() -> Iterator[TimeSheetSimulator]:
    with (simulator := TimeSheetSimulator()).running():
        yield simulator


@pytest.fixture
def org(served: TimeSheetSimulator) -> Iterator[TimeSheetSimulator]:
    served.people = served.reset(["1", "2"], []).employees  # type: ignore[attr-defined]
    yield served
    served.faults = none
    served.saving.rules.clear()
    served.saving.sealed.clear()


@contextmanager
def connected(org: TimeSheetSimulator, **settings: Any) -> Iterator[SalesforceConnector]:
    with SalesforceConnector(SalesforceSettings.model_validate({**org.settings(), **settings})) as connector:
        yield connector


def person(org: TimeSheetSimulator, number: str = "1") -> str:
    return str(org.people[number])  # type: ignore[attr-defined]


def change(
    employee: str, day: date = MONDAY, end: int = 1020, operation: Operation = Operation.CREATE, *refs: str
) -> Change:
    interval = Interval(utc(day, 540), utc(day, end))
    record = sheets.render(Entry(f"{employee}:{day}", Kind.INTERVAL, employee, day, "UTC", interval))
    key = f"{employee}:{day}"
    return Change(key, operation, Kind.INTERVAL, employee, day, record.natural_key, record.image, refs)


def pushed(connector: SalesforceConnector, *changes: Change) -> list[Receipt]:
    return [*connector.push(changes)]


def made(org: TimeSheetSimulator, name: str) -> list[dict[str, Any]]:
    return [*org.org.rows(name).values()]


def scope(*employees: str) -> Scope:
    return Scope(MONDAY, MONDAY, frozenset({Kind.INTERVAL}), frozenset(employees))


def test_a_sheet_is_made_for_the_week_and_used_again(org: TimeSheetSimulator) -> None:
    one, two = person(org), person(org, "2")
    with connected(org) as connector:
        receipts = pushed(connector, change(one), change(one, MONDAY + timedelta(days=6)), change(two))
        assert [receipt.outcome.value for receipt in receipts] == ["accepted"] * 3
        pushed(connector, change(one, MONDAY + timedelta(days=3)), change(one, MONDAY + timedelta(days=7)))
    spans = sorted(
        (row["ServiceResourceId"] == two, row["StartDate"], row["EndDate"]) for row in made(org, sheets.SHEET)
    )
    assert spans == [
        (False, "2026-10-05", "2026-10-11"), (False, "2026-10-12", "2026-10-18"), (True, "2026-10-05", "2026-10-11"),
    ]  # fmt: skip
    [entry, *_] = made(org, sheets.ENTRY)
    assert (entry["Type"], entry["Subject"], entry["DurationInMinutes"]) == ("Direct", "Muster", 480)


def test_a_sheet_that_covers_the_day_is_used_whatever_its_length(org: TimeSheetSimulator) -> None:
    org.org.add(sheets.SHEET, ServiceResourceId=person(org), StartDate="2026-10-01", EndDate="2026-10-14")
    with connected(org, sheet_period="month") as connector:
        pushed(connector, change(person(org)), change(person(org), date(2026, 10, 20)))
    assert [(row["StartDate"], row["EndDate"]) for row in made(org, sheets.SHEET)] == [
        ("2026-10-01", "2026-10-14"), ("2026-10-01", "2026-10-31"),
    ]  # fmt: skip


def test_an_approved_sheet_is_left_alone_and_an_open_one_beside_it_used(org: TimeSheetSimulator) -> None:
    dates = {"StartDate": "2026-10-05", "EndDate": "2026-10-11"}
    org.org.add(sheets.SHEET, ServiceResourceId=person(org), Status="Approved", **dates)
    with connected(org) as connector:
        [receipt] = pushed(connector, change(person(org)))
        assert (receipt.outcome.value, "recall that in Salesforce" in receipt.reason) == ("rejected", True)
        open_one = org.org.add(sheets.SHEET, ServiceResourceId=person(org), **dates)
        pushed(connector, change(person(org)))
    assert [row["TimeSheetId"] for row in made(org, sheets.ENTRY)] == [open_one]


def test_a_correction_writes_the_end_and_nothing_else(org: TimeSheetSimulator) -> None:
    with connected(org) as connector:
        [receipt] = pushed(connector, change(person(org)))
        [before] = made(org, sheets.ENTRY)
        pushed(connector, change(person(org), MONDAY, 1000, Operation.UPDATE, *receipt.refs))
        [after] = made(org, sheets.ENTRY)
        assert {name for name in before if before[name] != after[name]} == {"EndTime", "DurationInMinutes"}
        pushed(connector, change(person(org), MONDAY, 1000, Operation.WITHDRAW, *receipt.refs))
        assert made(org, sheets.ENTRY) == []


def test_what_is_gone_is_withdrawn_and_cannot_be_corrected(org: TimeSheetSimulator) -> None:
    with connected(org) as connector:
        [receipt] = pushed(connector, change(person(org)))
        org.org.remove(sheets.ENTRY, receipt.refs[0])
        [gone] = pushed(connector, change(person(org), MONDAY, 1020, Operation.WITHDRAW, *receipt.refs))
        [missing] = pushed(connector, change(person(org), MONDAY, 1000, Operation.UPDATE, *receipt.refs))
    assert (gone.outcome.value, missing.outcome.value) == ("accepted", "rejected")
    assert "deleted in Salesforce meanwhile" in missing.reason


def test_a_record_that_waits_for_approval_is_the_persons(org: TimeSheetSimulator) -> None:
    with connected(org) as connector:
        [receipt] = pushed(connector, change(person(org)))
        org.saving.sealed.add(receipt.refs[0])
        [refused] = pushed(connector, change(person(org), MONDAY, 1000, Operation.UPDATE, *receipt.refs))
    assert "recall the approval" in refused.reason


def test_a_sheet_that_cannot_be_made_refuses_its_entries_only(org: TimeSheetSimulator) -> None:
    one, two = person(org), person(org, "2")
    org.saving.rules.append(
        lambda name, row: (
            RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", "no sheet")
            if name == sheets.SHEET and row["ServiceResourceId"] == one
            else None
        )
    )
    with connected(org) as connector:
        receipts = {receipt.key[:18]: receipt for receipt in pushed(connector, change(one), change(two))}
    assert receipts[one].reason.endswith("a validation rule of your Salesforce refuses it: no sheet")
    assert receipts[two].outcome.value == "accepted"


def test_a_lock_is_waited_for_when_the_others_are_told(org: TimeSheetSimulator) -> None:
    with connected(org) as connector:
        pushed(connector, change(person(org)))
        org.faults = scripted(None, Edge.PART_REFUSED)
        told: list[Receipt] = []
        some = [change(person(org), MONDAY + timedelta(days=n)) for n in (1, 2, 3)]
        with pytest.raises(Locked):
            told.extend(connector.push(some))
    assert len(told) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        change("0Hn5g0000000001AAA")._replace(employee="E1"),
        change("0Hn5g0000000001AAA", MONDAY, 500),
        change("0Hn5g0000000001AAA", operation=Operation.UPDATE),
    ],
)
def test_what_cannot_be_is_not_sent(org: TimeSheetSimulator, wrong: Change) -> None:
    before = org.requests
    with connected(org) as connector:
        assert [receipt.outcome.value for receipt in pushed(connector, wrong)] == ["rejected"]
    assert org.requests == before


def test_entries_of_people_are_read_and_those_without_times_are_not(org: TimeSheetSimulator) -> None:
    sheet = org.org.add(sheets.SHEET, ServiceResourceId=person(org), StartDate="2026-10-05", EndDate="2026-10-11")
    org.org.add(sheets.ENTRY, TimeSheetId=sheet)
    org.org.add(sheets.ENTRY, TimeSheetId=sheet, StartTime=utc(MONDAY, 540))
    with connected(org) as connector:
        [held] = connector.read_back(scope(person(org)))
        assert held.image == {"start": utc(MONDAY, 540), "end": None}
        assert [*connector.read_back(scope(person(org, "2")))] == []


def test_a_person_of_a_resource_may_hold_the_number(org: TimeSheetSimulator) -> None:
    user = org.org.add("User", Username="a", EmployeeNumber="U1")
    org.org.add(sheets.RESOURCE, Name="R", ResourceType="T", RelatedRecordId=user)
    by_user = {"employee_field": "RelatedRecord.EmployeeNumber", "linked_by": "id"}
    with connected(org, **by_user) as connector:
        assert [one.number for one in connector.employees()] == ["", "", "U1"]
        assert [*connector.cost_objects()] == []
        assert connector.capabilities.kinds == {Kind.INTERVAL}


def test_only_intervals_have_a_place() -> None:
    with pytest.raises(Exception, match="no place for day"):
        sheets.render(Entry("k", Kind.DAY, "e", MONDAY, "UTC", Day("P", 1, 0, 100, 0)))
