"""Clients that others wrote work against the simulated Salesforce: simple-salesforce, and jsforce by Node."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from joserfc.jwk import RSAKey
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceMalformedRequest
from simple_salesforce.login import SalesforceLogin

from connectors.salesforce.simulated.sessions import LOGIN
from connectors.salesforce.simulator import CLIENT_ID, SECRET, USER, SalesforceSimulator

PEERS = Path(__file__).parents[2] / "peers"
DAY, KEY = "Attendance_Day__c", "External_Key__c"


class Local(HTTPAdapter):
    """Whatever host a client insists on, and on https: it reaches the simulator."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.local = url

    def send(self, request: requests.PreparedRequest, *args: Any, **named: Any) -> requests.Response:
        assert request.url is not None
        request.url = self.local + "/" + request.url.split("/", 3)[3]
        named["verify"] = False
        return super().send(request, *args, **named)


@pytest.fixture(scope="module")
def salesforce_key() -> tuple[bytes, bytes]:
    """A private key and what an app's certificate says of it, in PEM."""
    key = RSAKey.generate_key(2048)
    return key.as_pem(private=True), key.as_pem(private=False)


@pytest.fixture(scope="module")
def served(salesforce_key: tuple[bytes, bytes]) -> Iterator[SalesforceSimulator]:
    simulator = SalesforceSimulator()
    simulator.app_known.certificate = salesforce_key[1]
    with simulator.running():
        yield simulator


@pytest.fixture
def org(served: SalesforceSimulator) -> SalesforceSimulator:
    served.reset([str(number) for number in range(1, 6)], ["CC10"])
    served.rest.page = 2
    return served


@pytest.fixture
def session(org: SalesforceSimulator) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.mount("https://", Local(org.url))
        yield session


def day(number: int, date: str = "2026-10-05", **cells: Any) -> dict[str, Any]:
    named = {KEY: f"day:E{number}:{date}", "Worker__r": {"Employee_Number__c": f"E{number}"}, "Work_Date__c": date}
    return {**named, "Status__c": "P", "Payable_Days__c": 1, **cells}


def bulk_day(number: int, date: str = "2026-10-06") -> dict[str, str]:
    cells = day(number, date)
    link = cells.pop("Worker__r")["Employee_Number__c"]
    return {**{name: str(cell) for name, cell in cells.items()}, "Worker__r.Employee_Number__c": link}


def logged_in(session: requests.Session, **given: Any) -> Salesforce:
    token, instance = SalesforceLogin(session=session, consumer_key=CLIENT_ID, sf_version="66.0", **given)
    return Salesforce(instance=instance, session_id=token, session=session, version="66.0")


def test_simple_salesforce_logs_in_by_certificate_and_by_secret(
    session: requests.Session, salesforce_key: tuple[bytes, bytes]
) -> None:
    by_key = {"username": USER, "privatekey": salesforce_key[0], "instance_url": "works.my"}
    assert logged_in(session, **by_key).limits()["DailyApiRequests"]["Max"] == 100_000
    by_secret = {"consumer_secret": SECRET, "domain": "works.my"}
    assert logged_in(session, **by_secret).query("SELECT COUNT() FROM Worker__c")["totalSize"] == 5
    with pytest.raises(SalesforceAuthenticationFailed, match="audience is invalid"):
        logged_in(session, **by_key, domain="test")
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid client credentials"):
        logged_in(session, consumer_secret="wrong", domain="works.my")


def test_simple_salesforce_queries_upserts_and_deletes(session: requests.Session, org: SalesforceSimulator) -> None:
    client = logged_in(session, consumer_secret=SECRET, domain="works.my")
    workers = client.query_all("SELECT Id, Employee_Number__c FROM Worker__c ORDER BY Employee_Number__c")
    assert [row["Employee_Number__c"] for row in workers["records"]] == ["E1", "E2", "E3", "E4", "E5"]
    typed = [{"attributes": {"type": DAY}, **row} for row in (day(1), day(2), day(99))]
    body = {"allOrNone": False, "records": typed}
    told: Any = client.restful(f"composite/sobjects/{DAY}/{KEY}", method="PATCH", json=body)
    assert [one["success"] for one in told] == [True, True, False]
    assert [one.get("created") for one in told] == [True, True, None]
    assert told[2]["errors"][0]["message"].startswith("Foreign key external ID: E99 not found")
    one = getattr(client, DAY)
    assert one.upsert(f"{KEY}/day%3AE1%3A2026-10-05", {"Payable_Days__c": 0.5}) == 200
    assert one.get_by_custom_id(KEY, "day:E1:2026-10-05")["Payable_Days__c"] == 0.5
    assert one.delete(told[0]["id"]) == 204
    assert one.describe()["keyPrefix"] == org.org.thing(DAY).prefix
    with pytest.raises(SalesforceMalformedRequest, match="unexpected token: SELEKT"):
        client.query("SELEKT Id FROM Worker__c")


def test_simple_salesforce_loads_in_bulk(session: requests.Session, org: SalesforceSimulator) -> None:
    client = logged_in(session, consumer_secret=SECRET, domain="works.my")
    bulk = getattr(client.bulk2, DAY)
    [told] = bulk.upsert(records=[bulk_day(1), bulk_day(2), bulk_day(99)], external_id_field=KEY, wait=0.01)
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (3, 1)
    assert "Foreign key external ID: E99 not found" in bulk.get_failed_records(told["job_id"])
    assert bulk.get_successful_records(told["job_id"]).count("true") == 2
    assert bulk.get_unprocessed_records(told["job_id"]).count("\n") == 1
    assert sorted(row[KEY] for row in org.org.rows(DAY).values()) == ["day:E1:2026-10-06", "day:E2:2026-10-06"]


def test_jsforce_logs_in_queries_upserts_and_loads_in_bulk(
    org: SalesforceSimulator, salesforce_key: tuple[bytes, bytes]
) -> None:
    given = {
        "url": org.url, "clientId": CLIENT_ID, "clientSecret": SECRET, "user": USER, "audience": LOGIN,
        "key": salesforce_key[0].decode(), "rows": [day(1), day(2), day(99)], "more": [bulk_day(3), bulk_day(99)],
    }  # fmt: skip
    told = run("salesforce.mjs", given)
    assert told["who"]["organizationId"].startswith("00D")
    assert [one["success"] for one in told["upserted"]] == [True, True, False]
    assert [one.get("created") for one in [*told["upserted"][:2], *told["again"]]] == [True, True, False]
    bulk = told["bulk"]
    assert [len(bulk[name]) for name in ("successfulResults", "failedResults", "unprocessedRecords")] == [1, 1, 0]
    assert told["days"]["total"] == len(told["days"]["found"]) == 3
    assert told["days"]["found"][0]["Worker__r"]["Employee_Number__c"] == "E1"
    assert KEY in told["fields"]
    assert told["usage"]["apiUsage"] == {"used": told["usage"]["apiUsage"]["used"], "limit": 100_000}
    assert [one["success"] for one in told["deleted"]] == [True, True]
    assert (told["refusal"], told["afterwards"]) == ("INVALID_FIELD", "INVALID_SESSION_ID")
    assert len(org.org.rows(DAY)) == 1


def run(script: str, given: dict[str, Any]) -> dict[str, Any]:
    """What a script of `tests/peers` printed."""
    node = shutil.which("node")
    if node is None or not (PEERS / "node_modules" / "jsforce").exists():
        pytest.skip("node or tests/peers/node_modules is missing; run npm ci in tests/peers")
    done = subprocess.run([node, script, json.dumps(given)], cwd=PEERS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
