"""The simulated Zoho where the connector does not go: what others rely on, and what is refused."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.zoho.simulated.limits import A_DAY
from connectors.zoho.simulator import ZohoSimulator

PATTERN = "yyyy-MM-dd HH:mm:ss"


@pytest.fixture(scope="module")
def simulator() -> Iterator[ZohoSimulator]:
    made = ZohoSimulator()
    with made.running():
        yield made


@pytest.fixture
def http(simulator: ZohoSimulator) -> Iterator[httpx.Client]:
    simulator.reset(["E0001", "E0002"], [])
    simulator.web.lacking = ()
    form = {"grant_type": "refresh_token", "client_id": "1000.SIMULATED", "client_secret": "simulated-secret"}
    token = httpx.post(f"{simulator.url}/oauth/v2/token", params={**form, "refresh_token": simulator.grant}).json()
    headers = {"authorization": f"Zoho-oauthtoken {token['access_token']}"}
    with httpx.Client(base_url=simulator.url, headers=headers) as client:
        yield client


def code(answer: httpx.Response) -> int:
    body: dict[str, Any] = answer.json()
    found = body["response"]["errors"]["code"]
    assert isinstance(found, int)
    return found


def items(*at: str) -> str:
    return json.dumps([{"empId": "E0001", "checkIn": one} for one in at])


@pytest.mark.parametrize("prefix", ["/people/api", "/api"])
def test_both_prefixes_are_one_and_every_answer_tells_what_is_left(
    simulator: ZohoSimulator, http: httpx.Client, prefix: str
) -> None:
    left = [int(http.get(f"{prefix}/forms/employee/getRecords").headers["api-count-left-today"]) for _ in range(2)]
    assert left[0] - left[1] == 1


def test_a_token_that_is_none_is_refused_with_400(http: httpx.Client) -> None:
    for headers in ({"authorization": "Zoho-oauthtoken 1000.x.y"}, {"authorization": ""}):
        answer = http.get("/people/api/forms/employee/getRecords", headers=headers)
        assert (answer.status_code, code(answer)) == (400, 7202)


def test_a_scope_that_is_lacking_is_told(simulator: ZohoSimulator, http: httpx.Client) -> None:
    simulator.web.lacking = ("forms",)
    assert code(http.get("/people/api/forms/employee/getRecords")) == 7218
    assert http.get("/api/v2/leavetracker/leavetypes").json()["leavetypes"][0]["type"] == "PAID"


def test_paths_and_methods_that_are_none(http: httpx.Client) -> None:
    answer = http.get("/people/api/nowhere")
    assert (answer.status_code, answer.text) == (404, "Incorrect URL")
    assert code(http.get("/people/api/attendance/bulkImport")) == 7216
    assert http.get("/people/api/forms/P_Employee/records").json()[0]["errorcode"] == 7012
    assert code(http.get("/people/api/forms/nothing/getRecords")) == 7011


def test_an_import_may_stand_in_the_query_while_that_is_short(simulator: ZohoSimulator, http: httpx.Client) -> None:
    short = {"dateFormat": PATTERN, "data": items("2026-10-05 09:00:00")}
    assert http.post("/people/api/attendance/bulkImport", params=short).json()["status"] == 0
    long = {**short, "data": items(*["2026-10-05 09:00:00"] * 200)}
    assert http.post("/people/api/attendance/bulkImport", params=long).status_code == 414
    assert len(simulator.state.entries) == 1


def test_an_import_spans_31_days_and_no_more(simulator: ZohoSimulator, http: httpx.Client) -> None:
    for last, refused in (("2026-11-05", False), ("2026-11-06", True)):
        data = items("2026-10-05 09:00:00", f"{last} 09:00:00")
        answer = http.post("/people/api/attendance/bulkImport", data={"dateFormat": PATTERN, "data": data}).json()
        assert ("response" in answer) is refused


def test_a_day_is_shown_in_two_forms_of_time(http: httpx.Client) -> None:
    punches = {
        "dateFormat": "dd-MMM-yyyy HH:mm:ss",
        "checkIn": "05-Oct-2026 09:03:11",
        "checkOut": "05-Oct-2026 18:10:40",
    }
    assert http.post("/people/api/attendance", data={"empId": "E0001", **punches}).json()[0]["response"] == "success"
    day = http.get(
        "/people/api/attendance/getAttendanceEntries", params={"empId": "E0001", "date": "2026-10-05"}
    ).json()
    assert (day["firstIn"], day["entries"][0]["checkIn"]) == ("2026-10-05 09:03:11", "05-Oct-2026 - 09:03 AM")
    assert day["status"] == "Present"
    unknown = {"empId": "E9999", "date": "2026-10-05"}
    assert http.get("/people/api/attendance/getAttendanceEntries", params=unknown).json() == {"error": "Invalid User"}


def test_an_emptied_organisation_has_its_whole_day_again() -> None:
    simulator = ZohoSimulator()
    simulator.web.limits.left_today = 3
    simulator.reset(["1"], ["CC"])
    assert simulator.web.limits.left_today == A_DAY
