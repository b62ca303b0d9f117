"""The simulated Salesforce springs the traps that its documentation and recorded answers show."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from connectors.salesforce.simulated import ids
from connectors.salesforce.simulated.errors import ApiError
from connectors.salesforce.simulated.guesses import Guesses
from connectors.salesforce.simulated.saving import Saving
from connectors.salesforce.simulator import CLIENT_ID, SECRET, SalesforceSimulator
from hub.testing.edge import Edge
from hub.testing.faults import none, scripted

V = "/services/data/v66.0"
DAY, KEY = "Attendance_Day__c", "External_Key__c"


class Salesforce:
    """Calls of the simulator as any client could make them."""

    def __init__(self, simulator: SalesforceSimulator) -> None:
        self.simulator, self.org = simulator, simulator.org
        self.refs = simulator.reset(["1", "2", "3"], ["CC10"])
        self.http = httpx.Client(base_url=simulator.url, trust_env=False)
        self.log_in()

    def log_in(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET}
        self.login = self.http.post("/services/oauth2/token", data=form)
        self.http.headers["Authorization"] = f"Bearer {self.login.json()['access_token']}"

    def send(self, method: str, path: str, body: Any = None, **request: Any) -> httpx.Response:
        given = {"json": body} if body is not None else {}
        return self.http.request(method, f"{V}{path}", **given, **request)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        response = self.send(method, path, body)
        return (response.status_code, response.json()) if response.content else response.status_code

    def upsert(self, *rows: Any, all_or_none: bool = False) -> Any:
        typed = [{"attributes": {"type": DAY}, **row} for row in rows]
        body = {"allOrNone": all_or_none, "records": typed}
        return self.send("PATCH", f"/composite/sobjects/{DAY}/{KEY}", body).json()

    def query(self, soql: str) -> Any:
        return self.call("GET", f"/query?q={httpx.QueryParams({'q': soql})['q']}")

    def rows(self) -> list[dict[str, Any]]:
        return [*self.org.rows(DAY).values()]

    def job(self, text: str, *, key: str = KEY, **given: Any) -> dict[str, Any]:
        """A whole upsert job; what it says at its end."""
        asked = {"object": DAY, "operation": "upsert", "externalIdFieldName": key, **given}
        opened = self.send("POST", "/jobs/ingest", asked)
        assert opened.status_code == 200
        path = f"/jobs/ingest/{opened.json()['id']}"
        assert opened.json()["contentUrl"] == f"{V[1:]}{path}/batches"
        assert (
            self.send("PUT", f"{path}/batches", content=text.encode(), headers={"Content-Type": "text/csv"}).status_code
            == 201
        )
        self.call("PATCH", path, {"state": "UploadComplete"})
        states = [self.send("GET", path).json()["state"] for _ in range(2)]
        assert states[0] == "InProgress"
        found: dict[str, Any] = self.send("GET", path).json()
        return found

    def results(self, job: dict[str, Any], name: str) -> str:
        return self.send("GET", f"/jobs/ingest/{job['id']}/{name}").text


def row(number: int = 1, key: str | None = None, **cells: Any) -> dict[str, Any]:
    key = f"day:E{number}:2026-10-05" if key is None else key
    link = {"Employee_Number__c": f"E{number}"}
    return {KEY: key, "Worker__r": link, "Work_Date__c": "2026-10-05", "Status__c": "P", **cells}


@pytest.fixture(scope="module")
def served() -> Iterator[SalesforceSimulator]:
    with (simulator := SalesforceSimulator()).running():
        yield simulator


@pytest.fixture
def sf(served: SalesforceSimulator) -> Iterator[Salesforce]:
    one = Salesforce(served)
    yield one
    one.http.close()
    served.faults, served.web.refusing = none, None
    served.saving.rules.clear()
    served.saving.guesses = Guesses()
    served.usage.allowed, served.usage.segments, served.rest.page, served.jobs.fails = 100_000, "", 2000, ""


def code(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1][0]["errorCode"]


def refused(result: dict[str, Any]) -> str:
    assert (result["success"], "created" in result) == (False, False)
    return str(result["errors"][0]["statusCode"])


def test_the_checksum_of_ids_is_that_of_recorded_ones() -> None:
    recorded = ("0018Z00002rGc7YQAS", "7508Z00000lSXvxQAG", "a01B0000009ZjAmIAK")
    assert [ids.completed(one[:15]) for one in recorded] == [*recorded]


def test_a_record_is_found_by_15_and_by_18_characters(sf: Salesforce) -> None:
    [made] = sf.upsert(row())
    assert len(made["id"]) == 18
    assert sf.call("GET", f"/sobjects/{DAY}/{made['id'][:15]}")[1]["Id"] == made["id"]


def test_rows_fail_within_a_200_and_the_others_are_kept(sf: Salesforce) -> None:
    answers = sf.upsert(row(1), row(9), row(2, Status__c="Presnt"), row(3, Payable_Days__c=1000))
    assert [one["success"] for one in answers] == [True, False, False, False]
    assert answers[1]["errors"][0] == {
        "statusCode": "INVALID_FIELD",
        "message": "Foreign key external ID: E9 not found for field Employee_Number__c in entity Worker__c",
        "fields": [],
    }
    assert refused(answers[2]) == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert refused(answers[3]) == "NUMBER_OUTSIDE_VALID_RANGE"
    assert len(sf.rows()) == 1
    sf.simulator.saving.guesses = Guesses(failed_rows_have_an_id=True)
    assert sf.upsert(row(9))[0]["id"] is None


def test_created_is_said_by_upserts_only(sf: Salesforce) -> None:
    [made], [again] = sf.upsert(row()), sf.upsert(row())
    assert (made["created"], again["created"], made["id"] == again["id"]) == (True, False, True)
    [changed] = sf.send(
        "PATCH", "/composite/sobjects", {"records": [{"attributes": {"type": DAY}, "id": made["id"]}]}
    ).json()
    assert "created" not in changed


def test_the_same_key_twice_fails_both_and_case_counts(sf: Salesforce) -> None:
    answers = sf.upsert(row(1), row(1), row(2), row(2, key="DAY:E2:2026-10-05"))
    assert [one["success"] for one in answers] == [False, False, True, True]
    assert answers[0]["errors"][0]["message"] == "Duplicate external id specified: day:E1:2026-10-05"


def test_a_key_without_regard_to_case_and_one_that_is_not_unique(sf: Salesforce) -> None:
    def set_key(**changes: Any) -> None:
        thing = sf.org.things[DAY]
        sf.org.things[DAY] = thing.with_fields(replace(thing.fields[KEY], **changes))

    before = sf.org.things[DAY]
    try:
        set_key(case_sensitive=False)
        sf.upsert(row())
        assert sf.upsert(row(key="DAY:e1:2026-10-05"))[0]["created"] is False
        set_key(unique=False)
        sf.org.add(DAY, External_Key__c="twice")
        sf.org.add(DAY, External_Key__c="twice")
        assert refused(sf.upsert(row(key="twice"))[0]) == "DUPLICATE_EXTERNAL_ID"
        status, urls = sf.call("PATCH", f"/sobjects/{DAY}/{KEY}/twice", {"Status__c": "P"})
        assert (status, len(urls)) == (300, 2)
    finally:
        sf.org.things[DAY] = before


def test_an_empty_key_is_no_key(sf: Salesforce) -> None:
    assert refused(sf.upsert(row(key=""))[0]) == "REQUIRED_FIELD_MISSING"
    body = {"records": [{"attributes": {"type": "Worker__c"}, "Id": None, "Employee_Number__c": "E7"}]}
    [made] = sf.send("PATCH", "/composite/sobjects/Worker__c/Id", body).json()
    assert made["created"] is True, "recorded: an upsert by an Id of null makes a record"


def test_all_or_none_takes_everything_back(sf: Salesforce) -> None:
    answers = sf.upsert(row(1), row(9), all_or_none=True)
    assert refused(answers[0]) == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert refused(answers[1]) == "INVALID_FIELD"
    assert sf.rows() == []


@pytest.mark.parametrize("cell", ["05/10/2026", "2026-13-01"])
def test_a_date_that_cannot_be_read_spoils_the_whole_call(sf: Salesforce, cell: str) -> None:
    answers = sf.upsert(row(1), row(2, Work_Date__c=cell))
    assert answers[0]["errorCode"] == "JSON_PARSER_ERROR"
    assert sf.rows() == []


def test_an_unknown_column_is_one_without_rights(sf: Salesforce) -> None:
    sf.org.hidden.add(f"{DAY}.Status__c")
    assert sf.upsert(row())[0]["errorCode"] == "INVALID_FIELD"
    names = [one["name"] for one in sf.call("GET", f"/sobjects/{DAY}/describe")[1]["fields"]]
    assert "Status__c" not in names
    assert code(sf.query(f"SELECT Status__c FROM {DAY}")) == (400, "INVALID_FIELD")
    sf.simulator.saving.guesses = Guesses(unknown_column_fails_call=False)
    assert refused(sf.upsert(row())[0]) == "INVALID_FIELD"
    assert code(sf.call("GET", "/sobjects/Nothing__c/describe")) == (404, "NOT_FOUND")


def test_formulas_and_fixed_parents_cannot_be_written(sf: Salesforce) -> None:
    assert refused(sf.upsert(row(Worked_Hours__c=8))[0]) == "INVALID_FIELD_FOR_INSERT_UPDATE"
    resource = sf.org.add("ServiceResource", Name="R", ResourceType="T")
    sheet = sf.org.add("TimeSheet", ServiceResourceId=resource, StartDate="2026-10-05", EndDate="2026-10-11")
    entry = sf.org.add("TimeSheetEntry", TimeSheetId=sheet)
    answer = sf.call("PATCH", f"/sobjects/TimeSheetEntry/{entry}", {"TimeSheetId": sheet})
    assert code(answer) == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")


def test_numbers_are_rounded_and_texts_are_not_cut(sf: Salesforce) -> None:
    [made] = sf.upsert(row(Payable_Days__c=0.505, Worked_Minutes__c="480"))
    found = sf.call("GET", f"/sobjects/{DAY}/{made['id']}?fields=Payable_Days__c,Worked_Minutes__c,Status__c")[1]
    assert (found["Payable_Days__c"], found["Worked_Minutes__c"]) == (0.51, 480.0)
    assert refused(sf.upsert(row(key="k" * 121))[0]) == "STRING_TOO_LONG"
    assert refused(sf.upsert(row(Worked_Minutes__c="many"))[0]) == "INVALID_TYPE_ON_FIELD_IN_RECORD"


def test_an_upsert_does_not_see_the_recycle_bin(sf: Salesforce) -> None:
    [first] = sf.upsert(row())
    assert sf.call("DELETE", f"/sobjects/{DAY}/{first['id']}") == 204
    assert code(sf.call("DELETE", f"/sobjects/{DAY}/{first['id']}")) == (404, "ENTITY_IS_DELETED")
    [again] = sf.upsert(row())
    assert (again["created"], again["id"] == first["id"]) == (True, False)
    assert sf.query(f"SELECT COUNT() FROM {DAY}")[1]["totalSize"] == 1
    assert sf.call("GET", f"/queryAll?q=SELECT Id FROM {DAY}")[1]["totalSize"] == 2


def test_a_collection_takes_200_rows(sf: Salesforce) -> None:
    answer = sf.upsert(*[row(1, key=str(n)) for n in range(201)])
    assert answer[0]["errorCode"] == "EXCEEDED_ID_LIMIT"
    assert len(sf.upsert(*[row(1, key=str(n)) for n in range(200)])) == 200


def test_deleting_rows_says_what_became_of_each(sf: Salesforce) -> None:
    [made] = sf.upsert(row())
    answers = sf.send("DELETE", f"/composite/sobjects?ids={made['id']},{made['id']},a000000000000zzAAA").json()
    assert [one["success"] for one in answers] == [True, False, False]
    assert [refused(one) for one in answers[1:]] == ["ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY"]


def test_single_upserts_have_the_key_in_the_address_only(sf: Salesforce) -> None:
    path = f"/sobjects/{DAY}/{KEY}/day%3AE1%3A2026-10-05"
    body = {name: cell for name, cell in row().items() if name != KEY}
    status, made = sf.call("PATCH", path, body)
    assert (status, made["created"]) == (201, True)
    assert sf.call("PATCH", path, body)[0] == 200
    assert code(sf.call("PATCH", path, row())) == (400, "INVALID_FIELD")
    old = sf.http.patch(f"/services/data/v45.0{path}", json=body)
    assert (old.status_code, old.content) == (204, b"")
    assert sf.http.post(f"{V}{path}?_HttpMethod=PATCH", json=body).status_code == 200
    assert code(sf.call("GET", f"/sobjects/{DAY}/Nothing__c/x")) == (404, "NOT_FOUND")


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


def test_sessions_end_by_inactivity_and_the_401_has_no_limit_header(sf: Salesforce) -> None:
    assert "expires_in" not in sf.login.json()
    assert sf.send("GET", "/limits").headers["sforce-limit-info"] == "api-usage=1/100000"
    sf.simulator.clock.sleep(7200)
    ended = sf.send("GET", "/limits")
    assert (ended.status_code, ended.headers["www-authenticate"]) == (401, "Token")
    assert ended.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    assert "sforce-limit-info" not in ended.headers


def test_calls_are_counted_errors_too_and_refused_in_the_end(sf: Salesforce) -> None:
    sf.simulator.usage.allowed = 3
    sf.simulator.usage.segments = "; per-app-api-usage=17/250(appName=muster); api-bursts=1/750"
    assert code(sf.query("SELEKT"))[0] == 400
    assert sf.http.get("/services/data").status_code == 200, "which costs no call"
    for used in (2, 3):
        assert sf.send("GET", "/limits").headers["sforce-limit-info"].startswith(f"api-usage={used}/3; per-app")
    answer = sf.send("GET", "/limits")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
    sf.simulator.clock.sleep(86_400 + 3600)
    sf.log_in()
    assert sf.send("GET", "/limits").status_code == 200


@pytest.mark.parametrize(("version", "status"), [("99.0", 404), ("x", 404), ("20.0", 410), ("66.0", 200)])
def test_versions_are_known_unknown_or_retired(sf: Salesforce, version: str, status: int) -> None:
    assert sf.http.get(f"/services/data/v{version}/limits").status_code == status
    assert sf.http.get("/services/data").json()[-2:] == [
        {"label": "Spring '26", "url": "/services/data/v66.0", "version": "66.0"},
        {"label": "Summer '26", "url": "/services/data/v67.0", "version": "67.0"},
    ]


def test_doors_take_a_slash_too_many_and_refuse_other_methods(sf: Salesforce) -> None:
    assert sf.send("GET", "/query/?q=SELECT Id FROM Worker__c").status_code == 200
    assert code(sf.call("PUT", "/limits", {})) == (405, "METHOD_NOT_ALLOWED")
    assert code(sf.call("GET", "/nowhere")) == (404, "NOT_FOUND")
    assert code(sf.call("POST", f"/sobjects/{DAY}")) == (400, "JSON_PARSER_ERROR")
    pretty = sf.send("GET", "/limits", headers={"X-PrettyPrint": "1"})
    assert '"DailyApiRequests" : {' in pretty.text
    assert pretty.headers["content-encoding"] == "gzip"


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


def test_maintenance_refuses_every_call(sf: Salesforce) -> None:
    sf.simulator.web.refusing = ApiError(503, "SERVER_UNAVAILABLE", "down")
    assert sf.send("GET", "/limits").status_code == 503


def test_composite_requests_refer_to_each_other_and_are_limited(sf: Salesforce) -> None:
    cells = {name: cell for name, cell in row().items() if name not in (KEY, "Worker__r")}
    parts = [
        {"method": "PATCH", "url": f"{V}/sobjects/Worker__c/Employee_Number__c/E7", "referenceId": "w", "body": {"Name": "N"}},
        {"method": "PATCH", "url": f"{V}/sobjects/{DAY}/{KEY}/k", "referenceId": "d", "body": {**cells, "Worker__c": "@{w.id}"}},
    ]  # fmt: skip
    answer = sf.send("POST", "/composite", {"allOrNone": True, "compositeRequest": parts}).json()["compositeResponse"]
    assert [one["httpStatusCode"] for one in answer] == [201, 201]
    assert sf.rows()[0]["Worker__c"] == answer[0]["body"]["id"]
    del parts[1]["body"]["Work_Date__c"]  # type: ignore[attr-defined]
    parts[1]["url"] = f"{V}/sobjects/{DAY}/{KEY}/other"
    halted = sf.send("POST", "/composite", {"allOrNone": True, "compositeRequest": parts}).json()["compositeResponse"]
    assert [one["body"][0]["errorCode"] for one in halted] == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING"]
    heavy = [{"method": "GET", "url": f"{V}/query?q=SELECT+Id+FROM+User", "referenceId": str(n)} for n in range(6)]
    assert code(sf.call("POST", "/composite", {"compositeRequest": heavy})) == (400, "LIMIT_EXCEEDED")


def test_guesses_are_arguments() -> None:
    simulator = SalesforceSimulator(guesses=Guesses(trims_texts=False))
    simulator.reset(["1"], [])
    saving: Saving = simulator.saving
    thing = simulator.org.thing("Worker__c")
    assert saving.cleaned(thing, {"Name": " N "}) == {"Name": " N "}
    saving.guesses = Guesses()
    assert saving.cleaned(thing, {"Name": " N "}) == {"Name": "N"}


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


def test_collections_are_made_and_read_by_id(sf: Salesforce) -> None:
    records = [{"attributes": {"type": DAY}, **row(1)}, {"attributes": {"type": DAY}, **row(9)}]
    answers = sf.send("POST", "/composite/sobjects", {"records": records}).json()
    assert [one["success"] for one in answers] == [True, False]
    ref = answers[0]["id"]
    body = {"ids": [ref, "a00000000000001AAA"], "fields": ["Id", KEY]}
    found = sf.send("POST", f"/composite/sobjects/{DAY}", body).json()
    assert found == [{"attributes": {"type": DAY}, "Id": ref, KEY: "day:E1:2026-10-05"}, None]
    assert sf.send("GET", f"/composite/sobjects/{DAY}?ids={ref}&fields=Id").json()[0]["Id"] == ref
    assert code(sf.call("POST", "/composite/sobjects", {"records": [{}]})) == (400, "INVALID_INPUT")
    assert code(sf.call("POST", "/composite/sobjects", {})) == (400, "JSON_PARSER_ERROR")
    other = {"records": [{"attributes": {"type": "Worker__c"}, KEY: "k"}]}
    assert code(sf.call("PATCH", f"/composite/sobjects/{DAY}/{KEY}", other)) == (400, "INVALID_INPUT")


def test_objects_limits_and_counts_are_listed(sf: Salesforce) -> None:
    assert sf.call("GET", "")[1]["sobjects"] == f"{V}/sobjects"
    assert DAY in [one["name"] for one in sf.call("GET", "/sobjects")[1]["sobjects"]]
    assert sf.call("GET", f"/sobjects/{DAY}")[1]["objectDescribe"]["custom"] is True
    assert sf.call("GET", "/limits/recordCount?sObjects=Worker__c,Contact")[1] == {
        "sObjects": [{"count": 3, "name": "Worker__c"}]
    }  # fmt: skip


def test_single_records_are_read_and_deleted_by_their_key(sf: Salesforce) -> None:
    sf.upsert(row())
    path = f"/sobjects/{DAY}/{KEY}/day%3AE1%3A2026-10-05"
    assert sf.call("GET", path)[1]["Status__c"] == "P"
    assert sf.call("DELETE", path) == 204
    assert code(sf.call("GET", path)) == (404, "NOT_FOUND")
    assert code(sf.call("DELETE", path)) == (404, "NOT_FOUND")
    assert code(sf.call("PATCH", f"/sobjects/{DAY}/nothing", {})) == (400, "MALFORMED_ID")
    assert code(sf.call("DELETE", f"/sobjects/{DAY}/nothing")) == (400, "MALFORMED_ID")
    assert code(sf.call("GET", f"/sobjects/{DAY}/a00000000000001AAA")) == (404, "NOT_FOUND")


def test_ids_of_parents_must_be_theirs(sf: Salesforce) -> None:
    cells = {name: cell for name, cell in row().items() if name != "Worker__r"}
    assert refused(sf.upsert({**cells, "Worker__c": "a00000000000001AAA"})[0]) == "INVALID_CROSS_REFERENCE_KEY"
    assert refused(sf.upsert({**cells, "Worker__c": "E1"})[0]) == "MALFORMED_ID"
    assert refused(sf.upsert({**cells, "Worker__r": {}})[0]) == "INVALID_FIELD"


def test_a_token_can_be_looked_into_and_taken_back(sf: Salesforce) -> None:
    token = sf.login.json()["access_token"]
    told = sf.http.post("/services/oauth2/introspect", data={"token": token}).json()
    assert (told["active"], told["exp"] - told["iat"]) == (True, 7200)
    assert sf.http.get("/services/oauth2/userinfo").json()["organization_id"].startswith("00D")
    assert sf.http.post("/services/oauth2/revoke", data={"token": token}).content == b""
    assert sf.http.post("/services/oauth2/introspect", data={"token": token}).json() == {"active": False}
    assert sf.http.get("/services/oauth2/userinfo").status_code == 401
    unknown = sf.http.post("/services/oauth2/revoke", data={"token": token})
    assert (unknown.status_code, unknown.text.partition("&")[0]) == (400, "error=unsupported_token_type")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "client_id": "x"}, "invalid_client_id"),
        ({"grant_type": "client_credentials", "client_id": CLIENT_ID}, "invalid_client"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "x"}, "invalid_grant"),
    ],
)
def test_errors_of_the_token_endpoint_are_objects_with_400(sf: Salesforce, form: dict[str, str], error: str) -> None:
    answer = sf.http.post("/services/oauth2/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_client_credentials_are_not_for_the_log_in_host(sf: Salesforce) -> None:
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET}
    answer = sf.http.post("/services/oauth2/token", data=form, headers={"Host": "login.salesforce.com"})
    assert answer.json()["error_description"] == "request not supported on this domain"


def test_a_reference_to_a_failed_request_halts(sf: Salesforce) -> None:
    parts = [
        {"method": "GET", "url": f"{V}/sobjects/Worker__c/nothing", "referenceId": "w"},
        {"method": "PATCH", "url": f"{V}/sobjects/{DAY}/{KEY}/k", "referenceId": "d", "body": {"Worker__c": "@{w.id}"}},
    ]
    told = sf.send("POST", "/composite", {"compositeRequest": parts}).json()["compositeResponse"]
    assert [one["body"][0]["errorCode"] for one in told] == ["NOT_FOUND", "PROCESSING_HALTED"]
    assert code(sf.call("POST", "/composite", {"compositeRequest": [{"url": "x"}]})) == (400, "JSON_PARSER_ERROR")


def test_graphs_are_all_or_none_each_by_itself(sf: Salesforce) -> None:
    def graph(name: str, *keys: str) -> dict[str, Any]:
        cells = {name: cell for name, cell in row().items() if name != KEY}
        parts = [{"method": "PATCH", "url": f"{V}/sobjects/{DAY}/{KEY}/{key}", "referenceId": f"r{at}", "body": cells}
                 for at, key in enumerate(keys)]  # fmt: skip
        return {"graphId": name, "compositeRequest": parts}

    bad = graph("bad", "a", "b")
    bad["compositeRequest"][1]["body"] = {"Status__c": "Presnt"}
    told = sf.send("POST", "/composite/graph", {"graphs": [graph("good", "c"), bad]}).json()["graphs"]
    assert [(one["graphId"], one["isSuccessful"]) for one in told] == [("good", True), ("bad", False)]
    assert [one[KEY] for one in sf.rows()] == ["c"]
    assert code(sf.call("POST", "/composite/graph", {"graphs": [bad] * 76})) == (400, "LIMIT_EXCEEDED")


def test_bodies_may_be_packed(sf: Salesforce) -> None:
    body = json.dumps({"records": [{"attributes": {"type": DAY}, **row()}]}).encode()
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = sf.send("POST", "/composite/sobjects", content=gzip.compress(body), headers=headers)
    assert answer.json()[0]["success"] is True
