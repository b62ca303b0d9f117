import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

ROW = {"device": "gate", "user": "1001", "time": "2026-09-01T09:00:00+05:30", "direction": "in"}


@pytest.fixture
def post(client: TestClient, keys: dict[str, str]) -> Any:
    def send(content: Any, tenant: str = "acme") -> Any:
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        return client.post("/v1/punches", content=text, headers={"Authorization": f"Bearer {keys[tenant]}"})

    return send


def test_array_and_lines_say_the_same(post: Any, stored: Any) -> None:
    rows = [ROW, ROW | {"user": "1002", "time": "2026-09-01T03:31:00Z"}, ROW | {"time": "2026-09-01 18:00:00"}]
    assert post(rows).json() == {"stored": 3, "quarantined": []}
    assert post("\n".join(map(json.dumps, rows)) + "\n").json() == {"stored": 3, "quarantined": []}
    assert [punch.t_utc for punch in stored.punches()] == [1788233400, 1788233460, 1788265800]


def test_bad_rows_are_named_and_the_others_stored(post: Any, stored: Any) -> None:
    rows = [ROW, 7, ROW | {"time": "2026-02-30T09:00:00Z"}, ROW | {"colour": 1}, ROW | {"user": "a\x00b"}]
    rows += [ROW | {"id": "\ud800"}, ROW | {"direction": "up"}, ROW | {"time": "2026-09-01T09:00:00.1234+05:30"}]
    answer = post(rows).json()
    assert answer["stored"] == 2
    assert [row["line"] for row in answer["quarantined"]] == [2, 3, 4, 5, 6, 7]
    assert len(stored.punches()) == 1
    assert len(stored.quarantine()) == 6


def test_an_unknown_device_waits_in_quarantine(post: Any, stored: Any) -> None:
    answer = post([ROW | {"device": "elsewhere"}]).json()
    assert answer["quarantined"][0]["reason"] == "unknown_device"
    assert [(row.serial, row.reason) for row in stored.quarantine()] == [("elsewhere", "unknown_device")]


def test_without_a_key_nothing_happens(client: TestClient, stored: Any) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        answer = client.post("/v1/punches", json=[ROW], headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
    assert stored.punches() == []


def test_a_body_that_is_no_json_is_refused_whole(post: Any, stored: Any) -> None:
    assert post("[1, 2").status_code == 400
    assert post("[" * 100_000).status_code == 400
    assert post(b"\xff\xfe").status_code == 400
    assert post([ROW] * 10_001).status_code == 413
    assert stored.punches() == []


def test_a_key_reaches_its_own_tenant_only(post: Any, stored: Any) -> None:
    post([ROW], tenant="hooli")
    assert (len(stored.punches("acme")), len(stored.punches("hooli"))) == (0, 1)


def test_health_and_metrics(client: TestClient, post: Any) -> None:
    post([ROW])
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}
    assert 'muster_punches_received_total{door="json"}' in client.get("/metrics").text
