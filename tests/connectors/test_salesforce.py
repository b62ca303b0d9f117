"""The Salesforce connector against the simulated org: what it sends, and what it makes of each answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pytest

from connectors.salesforce import attendance
from connectors.salesforce.connector import SalesforceConnector
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.simulated import ids
from connectors.salesforce.simulated.calls import Call, Reply
from connectors.salesforce.simulated.errors import ApiError, RowError
from connectors.salesforce.simulator import SalesforceSimulator
from hub.contract import Change, Day, Entry, Hours, Interval, Kind, Operation, Person, Punch, Receipt, Scope
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
from hub.testing.edge import Edge
from hub.testing.faults import none, scripted

WORK_DATE = date(2026, 10, 5)
DAY = "Attendance_Day__c"


class Counted(SalesforceSimulator):
    """Writes down what is asked of it; `instead` answers in its place."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.instead: dict[str, Reply] = {}
        super().__init__()
        answer = self.web._answer

        def noted(call: Call) -> Reply:
            path = f"{call.method} {call.path.replace('/services/data/v66.0', '')}"
            self.asked.append(path)
            return self.instead.pop(path, None) or answer(call)

        self.web._answer = noted  # type: ignore[method-assign]


@pytest.fixture(scope="module")
def served() -> Iterator[Counted]:
    with (simulator := Counted()).running():
        yield simulator


@pytest.fixture
def org(served: Counted) -> Iterator[Counted]:
    served.reset([str(number) for number in range(1, 4)], ["CC10"])
    yield served
    served.asked.clear()
    served.instead.clear()
    served.faults, served.web.refusing = none, None
    served.saving.rules.clear()
    served.saving.sealed.clear()
    served.usage.allowed, served.usage.segments, served.rest.page = 100_000, "", 2000
    served.jobs.looks, served.jobs.fails, served.jobs.keeps = 1, "", 0


@contextmanager
def connected(org: SalesforceSimulator, **settings: Any) -> Iterator[SalesforceConnector]:
    given = SalesforceSettings.model_validate({**org.settings(), "bulk_from": 2000, **settings})
    with SalesforceConnector(given, sleep=lambda _seconds: None) as connector:
        yield connector


def changes(
    connector: SalesforceConnector,
    *numbers: int,
    operation: Operation = Operation.CREATE,
    ref: str = "",
    **payload: Any,
) -> list[Change]:
    found = []
    for number in numbers:
        day = replace(Day("P", 480, 30, 100, 0), **payload)
        entry = Entry(f"t:{number}:{WORK_DATE}:day:0", Kind.DAY, f"E{number}", WORK_DATE, "UTC", day)
        record = connector.render(entry)
        refs = (ref,) if ref else ()
        found.append(
            Change(entry.key, operation, entry.kind, entry.employee, WORK_DATE, record.natural_key, record.image, refs)
        )
    return found


def told(connector: SalesforceConnector, some: list[Change]) -> tuple[list[Receipt], HubError | None]:
    """The receipts, and the error that ended the push."""
    receipts: list[Receipt] = []
    try:
        receipts.extend(connector.push(some))
    except HubError as error:
        return receipts, error
    return receipts, None


def outcomes(receipts: list[Receipt]) -> list[str]:
    return [one.outcome.value for one in receipts]


def data(org: Counted) -> list[str]:
    return [one for one in org.asked if "oauth2" not in one]


def scope(*employees: str) -> Scope:
    return Scope(WORK_DATE, WORK_DATE, frozenset(Kind), frozenset(employees))


def test_days_go_in_calls_of_200(org: Counted) -> None:
    org.reset([str(number) for number in range(450)], [])
    with connected(org) as connector:
        receipts, error = told(connector, changes(connector, *range(450)))
    assert (error, set(outcomes(receipts)), len(receipts)) == (None, {"accepted"}, 450)
    assert data(org) == [f"PATCH /composite/sobjects/{DAY}/External_Key__c"] * 3
    assert len(org.org.rows(DAY)) == 450


def test_a_day_says_all_that_the_hub_says(org: Counted) -> None:
    with connected(org) as connector:
        told(connector, changes(connector, 1, status="HD", payable=50, lop=50))
    [row] = org.org.rows(DAY).values()
    shown = {name: row[name] for name in attendance.COLUMNS[Kind.DAY]}
    assert [str(cell) for cell in shown.values()] == ["HD", "480", "30", "0.50", "0.50"]
    assert (row["External_Key__c"], row["Is_Void__c"]) == ("day:E1:2026-10-05", False)


def test_told_twice_it_is_one_record(org: Counted) -> None:
    with connected(org) as connector:
        first, again = (told(connector, changes(connector, 1))[0] for _ in range(2))
    assert first == again
    assert len(org.org.rows(DAY)) == 1


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
        some[1] = replace(some[1], image={**some[1].image, "date": "5 October"})
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


def test_a_withdrawn_record_stays_as_a_void_one_that_sums_to_nothing(org: Counted) -> None:
    with connected(org) as connector:
        [made], _ = told(connector, changes(connector, 1))
        gone, _ = told(connector, changes(connector, 1, operation=Operation.WITHDRAW, ref=made.refs[0]))
        assert (outcomes(gone), [*connector.read_back(scope("E1"))]) == (["accepted"], [])
        [row] = org.org.rows(DAY).values()
        assert (row["Is_Void__c"], row["Worked_Minutes__c"], row["Payable_Days__c"]) == (True, 0, 0)
        [again], _ = told(connector, changes(connector, 1))
        assert (again.refs, len([*connector.read_back(scope("E1"))])) == (made.refs, 1)


def test_what_is_gone_already_is_withdrawn(org: Counted) -> None:
    with connected(org) as connector:
        [made], _ = told(connector, changes(connector, 1))
        org.org.remove(DAY, made.refs[0])
        receipts, error = told(connector, changes(connector, 1, operation=Operation.WITHDRAW, ref=made.refs[0]))
    assert (error, outcomes(receipts)) == (None, ["accepted"])


def test_a_record_whose_key_somebody_changed_is_read_as_another(org: Counted) -> None:
    with connected(org) as connector:
        [change] = changes(connector, 1)
        told(connector, [change])
        [row] = org.org.rows(DAY).values()
        org.org.put(DAY, {**row, "External_Key__c": "mine"})
        [held] = connector.read_back(scope("E1"))
    assert held.natural_key == change.natural_key
    assert held.image != change.image


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


def api(status: int, code: str, text: str = "because") -> Reply:
    return Reply(status, [{"errorCode": code, "message": text}])


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
        [change] = [replace(change, employee=user)]
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


BULK = {"bulk_from": 3}
OPEN, JOB = "POST /jobs/ingest", "/jobs/ingest/"


def test_many_rows_go_as_one_job(org: Counted) -> None:
    with connected(org, **BULK) as connector:
        receipts, error = told(connector, changes(connector, 3, 9, 1, 2))
    assert error is None
    assert sorted((one.key.split(":")[1], one.outcome.value) for one in receipts) == [
        ("1", "accepted"), ("2", "accepted"), ("3", "accepted"), ("9", "rejected"),
    ]  # fmt: skip
    assert [one.split(" ")[0] for one in data(org)] == ["POST", "PUT", "PATCH", "GET", "GET", "GET", "GET"]
    [job] = org.jobs.jobs.values()
    assert [cells[1] for cells in job.rows] == ["E1", "E2", "E3", "E9"], "sorted by employee against locks"
    assert all(len(row["Id"]) == 18 for row in org.org.rows(DAY).values())


_LOST = (Edge.CUT_BEFORE, Edge.CUT_AFTER, Edge.ERROR_500)


@pytest.mark.parametrize(
    ("before", "fault"), [*((n, fault) for n in (0, 1) for fault in _LOST), (0, Edge.PAGE), (0, Edge.STRANGE)]
)
def test_a_job_that_was_not_closed_changed_nothing(org: Counted, before: int, fault: Edge) -> None:
    with connected(org, **BULK) as connector:
        [*connector.employees()]
        org.faults = scripted(*[None] * before, fault)
        receipts, error = told(connector, changes(connector, 1, 2, 3))
    assert (receipts, type(error)) == ([], Unavailable)
    org.clock.sleep(3600)
    assert [*org.facts()] == []


@pytest.mark.parametrize("fault", [Edge.CUT_BEFORE, Edge.CUT_AFTER, Edge.LATE, Edge.THROTTLED, Edge.UNAUTHORISED])
def test_a_job_that_was_perhaps_closed_is_aborted_and_left_open(org: Counted, fault: Edge) -> None:
    with connected(org, **BULK) as connector:
        [*connector.employees()]
        org.faults = scripted(None, None, fault, *[fault] * (fault is Edge.UNAUTHORISED))
        receipts, error = told(connector, changes(connector, 1, 2, 3))
    assert (receipts, type(error)) == ([], Uncertain)
    assert [job.told["state"] for job in org.jobs.jobs.values()] == ["Aborted"]


def test_a_job_that_takes_too_long_is_aborted(org: Counted) -> None:
    org.jobs.looks = 10**6
    with connected(org, **BULK, bulk_wait_seconds=10, bulk_look_seconds=5) as connector:
        receipts, error = told(connector, changes(connector, 1, 2, 3))
    assert (receipts, type(error)) == ([], Uncertain)
    assert [job.told["state"] for job in org.jobs.jobs.values()] == ["Aborted"]


@pytest.mark.parametrize(
    ("message", "keeps", "error"),
    [
        ("InvalidBatch : Field name not found : Foo__c", 0, NotInstalled),
        ("ClientInputError : LineEnding is invalid", 0, ContractBroken),
        ("TooManyLockFailure", 0, Locked),
        ("ExceededQuota", 0, Throttled),
        ("InvalidUser", 0, NotPermitted),
        ("Something new", 0, Unavailable),
        ("TooManyLockFailure", 2, Uncertain),
    ],
)
def test_a_failed_job_says_why_and_keeps_what_it_did(
    org: Counted, message: str, keeps: int, error: type[HubError]
) -> None:
    org.jobs.fails, org.jobs.keeps = message, keeps
    with connected(org, **BULK) as connector:
        receipts, caught = told(connector, changes(connector, 1, 2, 3))
    assert (len(receipts), type(caught), len(org.org.rows(DAY))) == (keeps, error, keeps)


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
        ({"kinds": ["leave"]}, "kinds are"),
    ]
    for change, message in wrong:
        with pytest.raises(ValueError, match=message):
            SalesforceSettings.model_validate({**good, **change})


def test_maintenance_is_waited_for(org: Counted) -> None:
    org.web.refusing = ApiError(403, "API_CURRENTLY_DISABLED", "down")
    with connected(org) as connector, pytest.raises(Unavailable) as caught:
        [*connector.employees()]
    assert caught.value.after == 3600


def test_a_job_that_is_not_taken_at_all_is_somebodys_to_mend(org: Counted) -> None:
    with connected(org, **BULK) as connector:
        org.instead[OPEN] = api(400, "FEATURENOTENABLED", "Bulk API is not enabled")
        receipts, error = told(connector, changes(connector, 1, 2, 3))
    assert (receipts, type(error)) == ([], ContractBroken)
    assert "Bulk API is not enabled" in str(error)


@pytest.mark.parametrize(
    "answer", [{"state": "JobComplete", "numberRecordsProcessed": "many"}, {"state": "JobComplete"}]
)
def test_a_strange_answer_about_a_job_leaves_open_what_it_did(org: Counted, answer: dict[str, str]) -> None:
    org.jobs.numbers = count(1)
    with connected(org, **BULK) as connector:
        org.instead[f"GET {JOB}{ids.made('750', 1)}"] = Reply(200, answer)
        receipts, error = told(connector, changes(connector, 1, 2, 3))
    assert (receipts, type(error)) == ([], Uncertain)


def test_a_withdrawal_that_cannot_be_read_is_somebodys_to_mend(org: Counted) -> None:
    with connected(org) as connector:
        org.instead["PATCH /composite/sobjects"] = api(400, "JSON_PARSER_ERROR", "Cannot deserialize")
        gone = changes(connector, 1, operation=Operation.WITHDRAW, ref="a0B5g000003ZxCvEAK")
        receipts, error = told(connector, gone)
    assert (receipts, isinstance(error, ContractBroken)) == ([], True)
    assert "cannot read what it was sent: Cannot deserialize" in str(error)
