"""Many rows as one job of Bulk API 2.0."""

from itertools import count

import pytest

from connectors.salesforce.simulated import ids
from connectors.salesforce.simulated.calls import Reply
from hub.errors import (
    ContractBroken,
    HubError,
    Locked,
    NotInstalled,
    NotPermitted,
    Throttled,
    Unavailable,
    Uncertain,
)
from hub.testing.edge import Edge
from hub.testing.faults import scripted
from tests.connectors.salesforce.org import DAY, Counted, api, changes, connected, data, told

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
