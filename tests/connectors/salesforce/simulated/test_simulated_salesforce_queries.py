"""Queries of the simulated Salesforce."""

import pytest

from tests.connectors.salesforce.simulated.rest import DAY, KEY, Salesforce, code, row


def test_queries_page_and_the_last_page_names_no_other(sf: Salesforce) -> None:
    sf.simulator.rest.page = 2
    status, first = sf.query("SELECT Id, Employee_Number__c FROM Worker__c ORDER BY Employee_Number__c DESC")
    assert (status, first["totalSize"], first["done"]) == (200, 3, False)
    last = sf.http.get(first["nextRecordsUrl"]).json()
    assert (last["done"], "nextRecordsUrl" in last) == (True, False)
    assert last["records"][0]["Employee_Number__c"] == "E1"
    assert code(sf.call("GET", "/query/01g5g00000NoOneAAA-2000")) == (400, "INVALID_QUERY_LOCATOR")


@pytest.mark.parametrize(
    ("soql", "expected"),
    [
        ("SELEKT Id FROM Worker__c", "MALFORMED_QUERY"),
        ("SELECT Id FROM Worker__c WHERE", "MALFORMED_QUERY"),
        ("SELECT Id FROM Worker__c WHERE Name ~ 'x'", "MALFORMED_QUERY"),
        ("SELECT Bacon__c FROM Worker__c", "INVALID_FIELD"),
        ("SELECT Id FROM XYZZY", "INVALID_TYPE"),
        (f"SELECT Id FROM {DAY} WHERE Work_Date__c = '2026-10-05'", "INVALID_FIELD"),
        ("SELECT Id FROM Worker__c OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
    ],
)
def test_queries_are_refused_by_code(sf: Salesforce, soql: str, expected: str) -> None:
    assert code(sf.query(soql)) == (400, expected)


def test_parents_are_objects_in_the_rows_or_null(sf: Salesforce) -> None:
    sf.upsert(row(), {**row(2), "Worker__r": {"Employee_Number__c": "E2"}})
    [_, bare] = sf.rows()
    sf.org.put(DAY, {**bare, "Worker__c": None})
    where = "WHERE Work_Date__c >= 2026-10-05 AND (Is_Void__c = false OR Status__c != 'P') AND NOT Name = null"
    found = sf.query(f"SELECT Id, Worker__r.Employee_Number__c, Worked_Minutes__c FROM {DAY} {where} ORDER BY {KEY}")[1]
    assert [one["Worker__r"] and one["Worker__r"]["Employee_Number__c"] for one in found["records"]] == ["E1", None]
    assert found["records"][0]["Worked_Minutes__c"] is None


def test_moments_come_back_with_an_offset_without_colon(sf: Salesforce) -> None:
    body = {
        KEY: "i",
        "Work_Date__c": "2026-10-05",
        "Start__c": "2026-10-05T09:00:00+05:30",
        "End__c": "2026-10-05T09:30:00Z",
    }
    made = sf.call("POST", "/sobjects/Attendance_Interval__c", body)[1]
    found = sf.call("GET", f"/sobjects/Attendance_Interval__c/{made['id']}")[1]
    assert found["Start__c"] == "2026-10-05T03:30:00.000+0000"
