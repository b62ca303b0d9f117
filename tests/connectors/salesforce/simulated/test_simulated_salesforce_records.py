"""Records of the simulated Salesforce: collections, composites, single ones."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.salesforce.simulated import ids
from connectors.salesforce.simulated.guesses import Guesses
from tests.connectors.salesforce.simulated.rest import DAY, KEY, Salesforce, V, code, refused, row


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
