import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

URL = "/callback/acme/acme-word?stgid=ST1"


def punch(token: str = "acme-word", **log: Any) -> str:
    record = {"Type": "CheckIn", "InputType": "Face", "UserId": "0007", "LogTime": "2026-09-01 09:00:00 GMT +0530"}
    return json.dumps({"RealTime": {"OperationID": "op1", "PunchLog": record | log, "AuthToken": token, "Time": "x"}})


def test_a_punch_is_stored_and_acknowledged(client: TestClient, stored: Any) -> None:
    for _ in range(2):
        answer = client.post(URL, content=punch())
        assert (answer.status_code, answer.content) == (200, b'{"status":"done"}')
    (kept,) = stored.punches()
    assert (kept.user_id, kept.t_utc, kept.direction) == ("0007", 1788233400, 0)
    assert "acme-word" not in kept.raw


@pytest.mark.parametrize(
    ("url", "body", "status"),
    [
        ("/callback/acme/wrong?stgid=ST1", punch(), 403),
        (URL, punch("wrong"), 403),
        ("/callback/hooli/acme-word?stgid=ST1", punch(), 403),
        ("/callback/acme/acme-word?stgid=NOBODYS", punch(), 403),
        (URL, "not json", 400),
        (URL, "[" * 100_000, 400),
        (URL, "x" * 300_000, 413),
    ],
)
def test_what_is_refused_is_not_stored(client: TestClient, stored: Any, url: str, body: str, status: int) -> None:
    answer = client.post(url, content=body)
    assert answer.status_code == status
    assert stored.punches() == stored.quarantine() == stored.punches("hooli") == []


def test_a_wrong_secret_is_a_problem_document(client: TestClient) -> None:
    answer = client.post("/callback/acme/wrong?stgid=ST1", content=punch())
    assert answer.headers["content-type"] == "application/problem+json"
    assert "acme-word" not in answer.text


def test_an_unreadable_time_is_quarantined_and_acknowledged(client: TestClient, stored: Any) -> None:
    assert client.post(URL, content=punch(LogTime="2026-02-30 09:00:00")).status_code == 200
    assert [row.reason for row in stored.quarantine()] == ["unparsable_time"]
