"""Answers in the shapes that SAP documents or that were recorded, given to the connectors without a simulator."""

from datetime import date
from typing import Any

import httpx
import pytest

from connectors.sap.s4hana.connector import S4Connector
from connectors.sap.s4hana.settings import S4Settings
from connectors.sap.successfactors.connector import SfConnector
from connectors.sap.successfactors.settings import SfSettings
from connectors.sap.successfactors.simulator import key_pair
from hub.contract import Change, Connector, Day, Entry, Hours, Kind, Operation, Outcome, Punch, Scope
from hub.errors import NotPermitted, SettingsWrong
from tests.connectors.sap.recording import Answering, json_answer

DAY = date(2026, 2, 3)
CSRF = httpx.Response(
    200,
    headers=[
        ("x-csrf-token", "k1Zr0q3nHkQ2rX8fW5cT7A=="),
        ("set-cookie", "SAP_SESSIONID_XYZ_100=Vb2%3d%3d; path=/; secure; HttpOnly"),
        ("set-cookie", "sap-usercontext=sap-client=100; path=/"),
    ],
)
TOKEN = {"access_token": "eyJ0b2tlbkNvbnRlbnQiOnsi", "token_type": "Bearer", "expires_in": 86399}


def entry(payload: Any, kind: Kind, employee: str) -> Entry:
    return Entry(f"t:1:{DAY}:{kind}:0", kind, employee, DAY, "Asia/Kolkata", payload)


def change(connector: Connector[Any], one: Entry, operation: Operation = Operation.CREATE, *refs: str) -> Change:
    record = connector.render(one)
    return Change(one.key, operation, one.kind, one.employee, DAY, record.natural_key, record.image, refs)


@pytest.fixture
def s4_settings(monkeypatch: pytest.MonkeyPatch) -> S4Settings:
    monkeypatch.setenv("S4_PASSWORD", "p")
    given = {"url": "https://my300000-api.s4hana.cloud.sap", "company_code": "1710", "user": "U", "mark": "HUB"}
    return S4Settings.model_validate({**given, "password": {"env": "S4_PASSWORD"}, "batches": False})


@pytest.fixture
def sf_settings(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    key, certificate = key_pair()
    monkeypatch.setenv("SF_KEY", key)
    monkeypatch.setenv("SF_CERTIFICATE", certificate)
    return {
        "url": "https://api4.successfactors.com", "company_id": "ACMEtest", "client_id": "QVBJS0VZ",
        "user": "API_ATTENDANCE", "private_key": {"env": "SF_KEY"}, "certificate": {"env": "SF_CERTIFICATE"},
    }  # fmt: skip


HOURS = entry(Hours("17101905", 510), Kind.HOURS, "1710/E100023")
CREATED = {
    "d": {
        "__metadata": {"type": "API_MANAGE_WORKFORCE_TIMESHEET.TimeSheetEntry"},
        "TimeSheetDataFields": {
            "__metadata": {"type": "API_MANAGE_WORKFORCE_TIMESHEET.TimeSheetDataFields"},
            "ControllingArea": "A000", "ReceiverCostCenter": "17101905", "PurchaseOrderItem": "00000",
            "TimeSheetNote": "HUB 20260203 17101905", "RecordedHours": "8.50", "RecordedQuantity": "8.500",
            "HoursUnitOfMeasure": "H",
        },
        "PersonWorkAgreementExternalID": "E100023", "CompanyCode": "1710", "TimeSheetRecord": "000000001492",
        "PersonWorkAgreement": "50000485", "TimeSheetDate": "/Date(1770076800000)/", "TimeSheetIsReleasedOnSave": True,
        "TimeSheetPredecessorRecord": "", "TimeSheetStatus": "30", "TimeSheetIsExecutedInTestRun": False,
        "TimeSheetOperation": "C",
    }
}  # fmt: skip


def test_a_created_entry_is_taken_and_read_back_equal(s4_settings: S4Settings) -> None:
    rows = json_answer({"d": {"results": [CREATED["d"]]}})
    given = Answering(CSRF, json_answer(CREATED, 201), rows)
    with S4Connector(s4_settings, transport=given) as connector:
        [receipt] = connector.push([change(connector, HOURS)])
        [held] = connector.read_back(Scope(DAY, DAY, frozenset({Kind.HOURS}), frozenset({"1710/E100023"})))
        assert receipt.refs == held.refs == ("000000001492",)
        assert held.image == connector.render(HOURS).image
    posted = given.requests[1]
    assert posted.headers["x-csrf-token"] == "k1Zr0q3nHkQ2rX8fW5cT7A=="
    assert posted.headers["cookie"] == "SAP_SESSIONID_XYZ_100=Vb2%3d%3d; sap-usercontext=sap-client=100"


def test_a_locked_personnel_number_is_told_without_the_name(s4_settings: S4Settings) -> None:
    text = "Personnel number 00000485 is locked by user JDOE"
    detail = {"code": "HRTIM_ABS_INTERFACE/108", "message": text, "severity": "error", "target": ""}
    error = {
        "code": "HRTIM_ABS_INTERFACE/108", "message": {"lang": "en", "value": "An exception was raised"},
        "innererror": {"errordetails": [detail, {"code": "/IWBEP/CX_MGW_BUSI_EXCEPTION", "message": ""}]},
    }  # fmt: skip
    given = Answering(CSRF, json_answer({"error": error}, 400))
    with S4Connector(s4_settings, transport=given) as connector:
        [receipt] = connector.push([change(connector, HOURS)])
    assert receipt.outcome is Outcome.REJECTED
    assert "Personnel number 00000485 is locked by another user; the next run tries again." in receipt.reason


def test_a_session_that_ended_is_told_in_plain_text(s4_settings: S4Settings) -> None:
    ended = httpx.Response(403, text="CSRF token validation failed", headers={"x-csrf-token": "Required"})
    again = httpx.Response(200, headers={"x-csrf-token": "other=="})
    given = Answering(CSRF, ended, again, json_answer(CREATED, 201))
    with S4Connector(s4_settings, transport=given) as connector:
        [receipt] = connector.push([change(connector, HOURS)])
    assert receipt.outcome is Outcome.ACCEPTED
    assert [one.method for one in given.requests] == ["HEAD", "POST", "HEAD", "POST"]


def test_a_cost_centre_has_its_name_in_many_languages(s4_settings: S4Settings) -> None:
    texts = {"results": [{"Language": "EN", "CostCenterName": "Assembly 2"}]}
    row = {
        "ControllingArea": "A000", "CostCenter": "17101905", "ValidityEndDate": "/Date(253402214400000)/",
        "IsBlkdForPrimaryCostsPosting": "", "to_Text": texts,
    }  # fmt: skip
    blocked = {**row, "CostCenter": "17101906", "IsBlkdForPrimaryCostsPosting": "X"}
    given = Answering(json_answer({"d": {"results": [row, blocked]}}))
    with S4Connector(s4_settings, transport=given, today=lambda: DAY) as connector:
        assert [(one.code, one.name) for one in connector.cost_objects()] == [("17101905", "Assembly 2")]
    asked = given.requests[0].url.params["$filter"]
    assert "ValidityEndDate ge datetime'2026-02-03T00:00:00'" in asked


def test_an_upsert_tells_of_each_row(sf_settings: dict[str, Any]) -> None:
    results = [
        {
            "key": "ExternalTimeData/externalCode=x", "status": "OK", "editStatus": "UPSERTED", "message": None,
            "index": 0, "httpCode": 200, "inlineResults": None,
        },
        {
            "key": "ExternalTimeData/externalCode=y", "status": "ERROR", "editStatus": None, "index": 1,
            "message": "invalid value NO_SUCH_TYPE for timeType with the index 1", "httpCode": 500,
            "inlineResults": None,
        },
    ]  # fmt: skip
    given = Answering(json_answer(TOKEN), json_answer({"d": results}))
    settings = SfSettings.model_validate({**sf_settings, "attendance": "external_time"})
    with SfConnector(settings, transport=given) as connector:
        changes = [change(connector, entry(Hours("CC-4100", 510), Kind.HOURS, who)) for who in ("100023", "100024")]
        receipts = [*connector.push(changes)]
    assert [one.outcome for one in receipts] == [Outcome.ACCEPTED, Outcome.REJECTED]
    assert receipts[1].reason.endswith("invalid value NO_SUCH_TYPE for timeType.")
    assert given.requests[1].headers["authorization"] == f"Bearer {TOKEN['access_token']}"


def test_a_stored_row_is_pending_until_a_recording_names_it(sf_settings: dict[str, Any]) -> None:
    hours = entry(Hours("CC-4100", 510), Kind.HOURS, "100023")
    row = {
        "externalCode": "muster-100023-2026-02-03-CC-4100", "userId": "100023", "timeType": "WORKING_TIME",
        "startDate": "/Date(1770076800000)/", "endDate": "/Date(1770076800000)/", "startTime": None, "endTime": None,
        "hours": "8.5", "costCenter": "CC-4100", "logicalDate": None, "deleteExternalTime": False, "status": "New",
    }  # fmt: skip
    recording = {"durationInMinutes": "510", "externalTimeCode": row["externalCode"], "startTime": None}
    answers = [{"d": {"results": found}} for found in ([row], [], [row], [recording])]
    given = Answering(json_answer(TOKEN), *map(json_answer, answers))
    settings = SfSettings.model_validate({**sf_settings, "attendance": "external_time"})
    scope = Scope(DAY, DAY, frozenset({Kind.HOURS}), frozenset({"100023"}))
    with SfConnector(settings, transport=given) as connector:
        [before], [after] = ([*connector.read_back(scope)] for _ in range(2))
        assert before.image == after.image == connector.render(hours).image
    assert (before.pending, after.pending) == (True, False)


def test_time_events_are_made_and_read_back_equal(sf_settings: dict[str, Any]) -> None:
    made = {
        "succeededTimeEvents": [{"UUID": "4f5a1b86108a4a2195048716593b864e", "id": "1"}],
        "failedTimeEvents": [
            {"id": "2", "errorText": "A time event for this employee and timestamp already exists."},
        ],
    }
    row = {
        "externalId": "4f5a1b86108a4a2195048716593b864e", "workAssignmentId": "100023", "timeEventTypeCode": "C10",
        "timestampUTC": "2026-02-03T03:32:11Z", "timeZoneOffset": "+05:30", "terminalId": "Pune Gate-2",
        "pairingStatusCode": "PAIRED", "validationMessages": [],
    }  # fmt: skip
    given = Answering(json_answer(TOKEN), json_answer(made, 201), json_answer({"value": [row]}))
    settings = SfSettings.model_validate({**sf_settings, "attendance": "time_events"})
    punches = [entry(one, Kind.PUNCH, "100023") for one in (Punch(1770089531, "in"), Punch(1770122500, "out"))]
    with SfConnector(settings, transport=given) as connector:
        receipts = [*connector.push([change(connector, one) for one in punches])]
        [held] = connector.read_back(Scope(DAY, DAY, frozenset({Kind.PUNCH}), frozenset({"100023"})))
        assert held.image == connector.render(punches[0]).image
    assert [one.outcome for one in receipts] == [Outcome.ACCEPTED, Outcome.ACCEPTED]
    assert held.refs == receipts[0].refs


def test_a_refused_call_of_time_events_made_nothing(sf_settings: dict[str, Any]) -> None:
    body = {"status": "BAD_REQUEST", "message": "Request Validation Error", "errors": ["The id must not be blank."]}
    given = Answering(json_answer(TOKEN), json_answer(body, 400))
    settings = SfSettings.model_validate({**sf_settings, "attendance": "time_events"})
    with SfConnector(settings, transport=given) as connector:
        [receipt] = connector.push([change(connector, entry(Punch(1770089531, "in"), Kind.PUNCH, "100023"))])
    assert "refused the whole call: Request Validation Error; The id must not be blank." in receipt.reason


def test_an_expired_token_is_told_in_xml_and_replaced(sf_settings: dict[str, Any]) -> None:
    refused = (
        '<?xml version="1.0" encoding="UTF-8"?><error xmlns="http://schemas.microsoft.com/ado/2007/08/dataservices/'
        'metadata"><code>LGN0022</code><message xml:lang="en-US">[LGN0022]The access token is expired.</message></error>'
    )
    empty = json_answer({"d": {"results": []}})
    other = {**TOKEN, "access_token": "another"}
    given = Answering(json_answer(TOKEN), httpx.Response(403, text=refused), json_answer(other), empty, empty, empty)
    settings = SfSettings.model_validate({**sf_settings, "attendance": "none", "lop_time_type": "UNPAID_LEAVE"})
    with SfConnector(settings, transport=given) as connector:
        assert [*connector.employees()] == []
    assert b"new_token=true" in given.requests[2].content
    assert given.requests[3].headers["authorization"] == "Bearer another"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("Unable to authenticate the client (Login failed - invalid user)", "company_id, client_id, user"),
        (
            "Unable to verify the signature of the SAML assertion. Please ensure that the key pairs match the client ID",
            "Register the certificate again",
        ),
    ],
)
def test_a_refused_log_in_has_a_shape_of_its_own(sf_settings: dict[str, Any], message: str, said: str) -> None:
    given = Answering(json_answer({"errorHttpCode": "401", "errorMessage": message}, 401))
    settings = SfSettings.model_validate({**sf_settings, "attendance": "time_events"})
    with SfConnector(settings, transport=given) as connector, pytest.raises(SettingsWrong, match=said):
        [*connector.employees()]


def test_a_right_that_is_missing_is_no_row_s_fault(sf_settings: dict[str, Any]) -> None:
    error = {"code": "COE_GENERAL_FORBIDDEN", "message": {"lang": "en-US", "value": "No permission to create object!"}}
    empty = json_answer({"d": {"results": []}})
    given = Answering(json_answer(TOKEN), empty, json_answer({"error": error}, 403))
    settings = SfSettings.model_validate({**sf_settings, "attendance": "none", "lop_time_type": "UNPAID_LEAVE"})
    with SfConnector(settings, transport=given) as connector, pytest.raises(NotPermitted):
        [*connector.push([change(connector, entry(Day("A", 0, 0, 0, 100), Kind.DAY, "100023"))])]
