"""Sessions, versions, limits and tokens of the simulated Salesforce."""

import gzip
import json

import pytest

from connectors.salesforce.simulated.errors import ApiError
from connectors.salesforce.simulated.guesses import Guesses
from connectors.salesforce.simulated.saving import Saving
from connectors.salesforce.simulator import CLIENT_ID, SECRET, SalesforceSimulator
from tests.connectors.salesforce.simulated.rest import DAY, Salesforce, V, code, row


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


def test_maintenance_refuses_every_call(sf: Salesforce) -> None:
    sf.simulator.web.refusing = ApiError(503, "SERVER_UNAVAILABLE", "down")
    assert sf.send("GET", "/limits").status_code == 503


def test_guesses_are_arguments() -> None:
    simulator = SalesforceSimulator(guesses=Guesses(trims_texts=False))
    simulator.reset(["1"], [])
    saving: Saving = simulator.saving
    thing = simulator.org.thing("Worker__c")
    assert saving.cleaned(thing, {"Name": " N "}) == {"Name": " N "}
    saving.guesses = Guesses()
    assert saving.cleaned(thing, {"Name": " N "}) == {"Name": "N"}


def test_objects_limits_and_counts_are_listed(sf: Salesforce) -> None:
    assert sf.call("GET", "")[1]["sobjects"] == f"{V}/sobjects"
    assert DAY in [one["name"] for one in sf.call("GET", "/sobjects")[1]["sobjects"]]
    assert sf.call("GET", f"/sobjects/{DAY}")[1]["objectDescribe"]["custom"] is True
    assert sf.call("GET", "/limits/recordCount?sObjects=Worker__c,Contact")[1] == {
        "sObjects": [{"count": 3, "name": "Worker__c"}]
    }  # fmt: skip


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


def test_bodies_may_be_packed(sf: Salesforce) -> None:
    body = json.dumps({"records": [{"attributes": {"type": DAY}, **row()}]}).encode()
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = sf.send("POST", "/composite/sobjects", content=gzip.compress(body), headers=headers)
    assert answer.json()[0]["success"] is True
