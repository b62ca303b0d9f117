import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, update
from sqlmodel import col

from hub.database import writing
from hub.records import Device
from hub.sealing import new_key
from hub.vault import StoredSecrets

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


def test_the_secret_may_be_a_stored_one(
    client: TestClient, engine: Engine, stored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_KEY", new_key("k1"))
    StoredSecrets(engine, "acme").store("cams_word", "acme-word", 1)
    settings = {"token": {"stored": "cams_word"}, "secret": {"stored": "cams_word"}, "profile": "cams"}
    with writing(engine) as session:
        mine = (col(Device.tenant) == "acme", col(Device.door) == "cams")
        session.connection().execute(update(Device).where(*mine).values(settings=settings))
    assert client.post(URL, content=punch()).status_code == 200
    assert len(stored.punches()) == 1
