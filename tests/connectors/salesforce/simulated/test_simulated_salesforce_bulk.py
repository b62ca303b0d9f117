"""Bulk API 2.0 of the simulated Salesforce."""

import csv
import io

import pytest

from hub.testing.edge import Edge
from hub.testing.faults import scripted
from tests.connectors.salesforce.simulated.rest import DAY, KEY, Salesforce, code, refused, row

CSV_ROWS = f"{KEY},Worker__r.Employee_Number__c,Work_Date__c,Status__c,Payable_Days__c\n"


GOOD = "day:E1:2026-10-05,E1,2026-10-05,P,1\n"


def test_a_job_keeps_its_good_rows_and_tells_of_the_bad_ones(sf: Salesforce) -> None:
    bad = '"day:E9:2026-10-05",E9,2026-10-05,P,1\nday:E2:x,E2,05/10/2026,P,1\n'
    job = sf.job(CSV_ROWS + GOOD + bad)
    assert (job["state"], job["numberRecordsProcessed"], job["numberRecordsFailed"]) == ("JobComplete", 3, 2)
    failed = sf.results(job, "failedResults")
    assert failed.startswith(f'"sf__Id","sf__Error",{KEY},')
    rows = [*csv.DictReader(io.StringIO(failed))]
    assert [one[KEY] for one in rows] == ["day:E2:x", "day:E9:2026-10-05"], "in another order than sent"
    assert rows[1]["sf__Error"] == (
        "INVALID_FIELD:Foreign key external ID: E9 not found for field Employee_Number__c in entity Worker__c:--"
    )
    good = sf.results(job, "successfulResults").splitlines()
    assert good[1].split(",")[1:3] == ['"true"', '"day:E1:2026-10-05"']
    assert sf.results(job, "unprocessedrecords") == CSV_ROWS


def test_an_empty_cell_leaves_a_field_alone_and_a_mark_empties_it(sf: Salesforce) -> None:
    sf.job(CSV_ROWS + GOOD)
    sf.job(CSV_ROWS + "day:E1:2026-10-05,,,HD,\n")
    assert (sf.rows()[0]["Status__c"], sf.rows()[0]["Payable_Days__c"]) == ("HD", 1)
    sf.job(CSV_ROWS + "day:E1:2026-10-05,,,P,#N/A\n")
    assert sf.rows()[0]["Payable_Days__c"] is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CSV_ROWS.replace("Status__c", "Foo__c") + GOOD, "InvalidBatch : Field name not found : Foo__c"),
        ("\ufeff" + CSV_ROWS + GOOD, f"InvalidBatch : Field name not found : \ufeff{KEY}"),
        ((CSV_ROWS + GOOD).replace("\n", "\r\n"), "ClientInputError : LineEnding is invalid on user data."),
    ],
)
def test_a_job_fails_as_a_whole_for_its_form(sf: Salesforce, text: str, message: str) -> None:
    job = sf.job(text)
    assert (job["state"], job["errorMessage"][: len(message)]) == ("Failed", message)
    assert sf.rows() == []


def test_a_job_takes_one_upload_and_goes_one_way(sf: Salesforce) -> None:
    asked = {"object": DAY, "operation": "upsert", "externalIdFieldName": KEY}
    path = f"/jobs/ingest/{sf.call('POST', '/jobs/ingest', asked)[1]['id']}"
    assert code(sf.call("PATCH", path, {"state": "UploadComplete"})) == (400, "INVALIDJOBSTATE")
    content = (CSV_ROWS + GOOD).encode()
    assert sf.send("PUT", f"{path}/batches", content=content).status_code == 201
    again = sf.send("PUT", f"{path}/batches", content=content)
    assert (again.status_code, "only do 'PUT' once" in again.text) == (400, True)
    assert sf.call("GET", path)[1]["state"] == "Failed"
    assert code(sf.call("PATCH", path, {"state": "Aborted"})) == (400, "INVALIDJOBSTATE")
    assert sf.call("DELETE", path) == 204
    assert code(sf.call("GET", path)) == (404, "NOT_FOUND")


def test_a_closed_job_is_carried_out_though_nobody_looks(sf: Salesforce) -> None:
    asked = {"object": DAY, "operation": "upsert", "externalIdFieldName": KEY}
    path = f"/jobs/ingest/{sf.call('POST', '/jobs/ingest', asked)[1]['id']}"
    sf.send("PUT", f"{path}/batches", content=(CSV_ROWS + GOOD).encode())
    short = sf.call("PATCH", path, {"state": "UploadComplete"})[1]
    assert "contentUrl" not in short
    assert sf.rows() == []
    sf.simulator.clock.sleep(60)
    assert [*sf.simulator.facts()]


def test_a_row_is_refused_for_a_lock_and_by_the_customers_rule(sf: Salesforce) -> None:
    sf.simulator.faults = scripted(Edge.PART_REFUSED, Edge.PART_REFUSED)
    told = [sf.upsert(row(1), row(2), row(3)) for _ in range(2)]
    assert [[one["success"] for one in answers] for answers in told] == [[True, False, True]] * 2
    assert {refused(answers[1]) for answers in told} == {"UNABLE_TO_LOCK_ROW", "FIELD_CUSTOM_VALIDATION_EXCEPTION"}


def test_jobs_insert_change_and_delete_by_id_too(sf: Salesforce) -> None:
    [made] = sf.upsert(row())
    job = sf.job(CSV_ROWS + GOOD.replace("E1", "E2"), operation="insert")
    assert (job["numberRecordsFailed"], len(sf.rows())) == (0, 2)
    job = sf.job(f"Id,Status__c\n{made['id']},HD\n", operation="update")
    assert (job["numberRecordsFailed"], sf.rows()[0]["Status__c"]) == (0, "HD")
    sf.job(f"Id\n{made['id']}\n", operation="delete")
    assert [one[KEY] for one in sf.rows()] == ["day:E2:2026-10-05"]
    assert sf.call("GET", "/jobs/ingest")[1]["nextRecordsUrl"] is None
    wrong = {"object": DAY, "operation": "upsert"}
    assert code(sf.call("POST", "/jobs/ingest", wrong)) == (400, "INVALIDJOB")
    assert code(sf.call("POST", "/jobs/ingest", {**wrong, "operation": "merge"})) == (400, "INVALIDJOB")


def test_a_job_may_have_another_delimiter_and_line_end(sf: Salesforce) -> None:
    text = (CSV_ROWS + GOOD).replace(",", ";").replace("\n", "\r\n")
    assert sf.job(text, lineEnding="CRLF", columnDelimiter="SEMICOLON")["numberRecordsFailed"] == 0
    assert sf.job(CSV_ROWS.replace("Worker__r", "Nobody__r") + GOOD)["state"] == "Failed"
