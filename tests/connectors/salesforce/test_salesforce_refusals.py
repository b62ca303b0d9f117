"""Refused rows and calls, ended sessions, and limits."""

import pytest

from connectors.salesforce.simulated.calls import Reply
from connectors.salesforce.simulated.errors import ApiError, RowError
from hub.contract import Change, Day, Entry, Kind, Operation
from hub.errors import (
    ContractBroken,
    HubError,
    Locked,
    NotInstalled,
    NotPermitted,
    SettingsWrong,
    Throttled,
    Unavailable,
    Uncertain,
)
from tests.connectors.salesforce.org import DAY, WORK_DATE, Counted, api, changes, connected, data, outcomes, told


def test_one_bad_row_keeps_no_other_from_arriving(org: Counted) -> None:
    with connected(org) as connector:
        receipts, error = told(connector, changes(connector, 1, 9, 2))
    assert (error, outcomes(receipts)) == (None, ["accepted", "rejected", "accepted"])
    assert receipts[1].reason.startswith("Employee E9, 2026-10-05: its employee or cost centre is not in Salesforce")


ROWS = {
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "a validation rule of your Salesforce refuses it: because",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "add the value to the picklist",
    "ENTITY_IS_LOCKED": "recall the approval",
    "DUPLICATE_VALUE": "another record in Salesforce has this key",
    "DUPLICATE_EXTERNAL_ID": "several records in Salesforce have this key",
    "INVALID_CROSS_REFERENCE_KEY": "correct the mapping",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "Salesforce refused it (CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY): because",
    "STRING_TOO_LONG": "Salesforce refused it (STRING_TOO_LONG)",
}


LATER = {
    "UNABLE_TO_LOCK_ROW": Locked,
    "REQUEST_RUNNING_TOO_LONG": Unavailable,
    "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE": Unavailable,
    "STORAGE_LIMIT_EXCEEDED": NotPermitted,
    "INVALID_FIELD_FOR_INSERT_UPDATE": NotPermitted,
    "INVALID_FIELD": NotInstalled,
}


def refuse(org: Counted, code: str, employee: str = "E2") -> None:
    """A rule of the customer that refuses the days of one employee."""
    ref = next(row["Id"] for row in org.org.rows("Worker__c").values() if row["Employee_Number__c"] == employee)
    text = "because\nof what Zebediah did"
    org.saving.rules.append(lambda _, row: RowError(code, text) if row.get("Worker__c") == ref else None)


@pytest.mark.parametrize("code", ROWS)
@pytest.mark.parametrize("bulk_from", [1, 2000])
def test_a_row_that_somebody_must_correct_has_a_reason(org: Counted, code: str, bulk_from: int) -> None:
    refuse(org, code)
    with connected(org, bulk_from=bulk_from) as connector:
        receipts, error = told(connector, changes(connector, 1, 2, 3))
    assert (error, sorted(outcomes(receipts))) == (None, ["accepted", "accepted", "rejected"])
    [reason] = [one.reason for one in receipts if one.reason]
    assert ROWS[code] in reason
    assert "Zebediah" not in reason, "only the first line is passed on"


@pytest.mark.parametrize("code", LATER)
@pytest.mark.parametrize("bulk_from", [1, 2000])
def test_what_is_not_the_rows_own_is_raised_when_the_others_are_told(org: Counted, code: str, bulk_from: int) -> None:
    refuse(org, code)
    with connected(org, bulk_from=bulk_from) as connector:
        receipts, error = told(connector, changes(connector, 1, 2, 3))
    assert outcomes(receipts) == ["accepted", "accepted"]
    assert type(error) is LATER[code]
    assert len(org.org.rows(DAY)) == 2


def test_what_somebody_must_mend_is_raised_before_what_passes(org: Counted) -> None:
    refuse(org, "STORAGE_LIMIT_EXCEEDED", "E1")
    refuse(org, "UNABLE_TO_LOCK_ROW", "E2")
    with connected(org) as connector:
        assert type(told(connector, changes(connector, 1, 2, 3))[1]) is NotPermitted


def test_a_row_that_cannot_be_read_is_found_among_the_others(org: Counted) -> None:
    with connected(org) as connector:
        some = changes(connector, 1, 2, 3)
        some[1] = some[1]._replace(image={**some[1].image, "date": "5 October"})
        receipts, error = told(connector, some)
    assert (error, outcomes(receipts)) == (None, ["accepted", "rejected", "accepted"])
    assert "cannot read it: Cannot deserialize instance of date" in receipts[1].reason


@pytest.mark.parametrize("employee", ["", " E1", "E\n1", "E" * 200])
def test_what_salesforce_would_trip_over_is_not_sent(org: Counted, employee: str) -> None:
    with connected(org) as connector:
        record = connector.render(Entry("k", Kind.DAY, employee, WORK_DATE, "UTC", Day("P", 1, 0, 100, 0)))
        change = Change("k", Operation.CREATE, Kind.DAY, employee, WORK_DATE, record.natural_key, record.image)
        receipts, error = told(connector, [change])
    assert (error, outcomes(receipts), data(org)) == (None, ["rejected"], [])


def test_an_ended_session_is_renewed_once_within_a_push(org: Counted) -> None:
    with connected(org) as connector:
        told(connector, changes(connector, 1))
        org.sessions.expire()
        receipts, error = told(connector, changes(connector, 2))
    assert (error, outcomes(receipts)) == (None, ["accepted"])
    assert [one for one in org.asked if "oauth2" in one] == ["POST /services/oauth2/token"] * 2


def test_an_app_that_is_not_let_in_is_not_logged_in_again(org: Counted) -> None:
    text = "This session is not valid for use with the REST API"
    with connected(org) as connector:
        org.instead["GET /query"] = Reply(401, [{"message": text, "errorCode": "INVALID_SESSION_ID"}])
        with pytest.raises(NotPermitted, match="scope api"):
            [*connector.employees()]
    assert org.asked.count("POST /services/oauth2/token") == 1


WRITE = f"PATCH /composite/sobjects/{DAY}/External_Key__c"


PAGE = Reply(200, text="<html>Log in</html>", media="text/html")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (PAGE, Uncertain),
        (Reply(200, {"odd": [1]}), ContractBroken),
        (Reply(200, []), ContractBroken),
        (Reply(200, [{"success": "maybe"}]), ContractBroken),
        (Reply(420, text="", media="text/html"), Uncertain),
        (api(400, "INVALID_FIELD", "No such column 'Foo__c' on sobject"), NotInstalled),
        (api(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), Throttled),
        (api(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded."), Throttled),
        (api(403, "API_DISABLED_FOR_ORG"), NotPermitted),
        (api(403, "API_CURRENTLY_DISABLED"), Unavailable),
        (api(404, "NOT_FOUND"), NotInstalled),
        (api(410, "UNSUPPORTED_API_VERSION"), SettingsWrong),
        (api(400, "REQUEST_RUNNING_TOO_LONG"), Unavailable),
        (api(400, "SOMETHING_NEW"), ContractBroken),
        (api(503, "SERVER_UNAVAILABLE"), Uncertain),
        (Reply(404, text="<html>", media="text/html"), ContractBroken),
    ],
)
def test_a_refused_write_says_what_it_means(org: Counted, reply: Reply, error: type[HubError]) -> None:
    with connected(org) as connector:
        org.instead[WRITE] = reply
        receipts, caught = told(connector, changes(connector, 1, 2))
    assert (receipts, type(caught)) == ([], error)
    assert org.asked.count(WRITE) == 1, "it is never repeated here"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (PAGE, ContractBroken),
        (Reply(200, {"odd": [1]}), ContractBroken),
        (Reply(420, text="", media="text/html"), Unavailable),
        (api(400, "INVALID_TYPE"), NotInstalled),
        (api(400, "MALFORMED_QUERY"), ContractBroken),
        (Reply(200, {"records": [], "nextRecordsUrl": "https://elsewhere.example/x"}), ContractBroken),
    ],
)
def test_a_refused_read_says_what_it_means(org: Counted, reply: Reply, error: type[HubError]) -> None:
    with connected(org) as connector:
        org.instead["GET /query"] = reply
        with pytest.raises(error):
            [*connector.employees()]


def test_the_daily_limit_is_waited_for_by_the_hour(org: Counted) -> None:
    org.usage.allowed = 1
    with connected(org, daily_percent=100) as connector:
        [*connector.employees()]
        with pytest.raises(Throttled) as caught:
            [*connector.cost_objects()]
    assert caught.value.after == 3600
    assert len(data(org)) == 1, "what was told is enough: it is not asked"


@pytest.mark.parametrize("segments", ["", "; api-bursts=1/750", "; per-app-api-usage=9/10(appName=muster)"])
def test_others_keep_their_share_of_the_daily_limit(org: Counted, segments: str) -> None:
    org.usage.allowed, org.usage.segments = 10, segments
    with connected(org, daily_percent=80) as connector:
        for _ in range(1 if "per-app" in segments else 8):
            [*connector.cost_objects()]
        with pytest.raises(Throttled, match="Muster stops at 80 %"):
            [*connector.cost_objects()]


def test_maintenance_is_waited_for(org: Counted) -> None:
    org.web.refusing = ApiError(403, "API_CURRENTLY_DISABLED", "down")
    with connected(org) as connector, pytest.raises(Unavailable) as caught:
        [*connector.employees()]
    assert caught.value.after == 3600


def test_a_withdrawal_that_cannot_be_read_is_somebodys_to_mend(org: Counted) -> None:
    with connected(org) as connector:
        org.instead["PATCH /composite/sobjects"] = api(400, "JSON_PARSER_ERROR", "Cannot deserialize")
        gone = changes(connector, 1, operation=Operation.WITHDRAW, ref="a0B5g000003ZxCvEAK")
        receipts, error = told(connector, gone)
    assert (receipts, isinstance(error, ContractBroken)) == ([], True)
    assert "cannot read what it was sent: Cannot deserialize" in str(error)
