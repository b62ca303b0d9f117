"""What the API says, logs and remembers when it must refuse."""

import json
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, OperationalError

from hub import records, senders
from hub.intake import Delivery
from hub.senders import Senders

LINE = "1001\t2026-09-01 09:00:02\t0\t1\t0\t0\t0\n"
ROW = [{"device": "gate", "user": "1001", "time": "2026-09-01 09:00:00"}]

FAILURES = {
    "database gone": (
        OperationalError("INSERT", ("1001",), psycopg.errors.AdminShutdown("terminating connection\nDETAIL: (1001)")),
        "AdminShutdown 57P01: terminating connection",
    ),
    "a row it does not like": (
        DataError("INSERT", ("1001",), psycopg.errors.InvalidTextRepresentation('invalid input: "1001"')),
        "InvalidTextRepresentation 22P02",
    ),
    "something of ours": (KeyError("1001"), "KeyError"),
}  # fmt: skip


@pytest.mark.parametrize(("failure", "told"), FAILURES.values(), ids=FAILURES)
def test_a_failure_to_store_is_logged_without_the_row_and_nothing_is_acknowledged(
    client: TestClient, keys: dict[str, str], attlog: str, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch, failure: Exception, told: str,
) -> None:  # fmt: skip
    def fail(_engine: Engine, _deliveries: Sequence[Delivery]) -> int:
        raise failure

    monkeypatch.setattr("hub.intake.store", fail)
    with caplog.at_level(logging.INFO):
        answers = [
            client.post(attlog, content=LINE),
            client.post("/v1/punches", json=ROW, headers={"Authorization": f"Bearer {keys['acme']}"}),
        ]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert not any("OK" in answer.text for answer in answers)
    kept = [record for record in caplog.records if record.name == "hub.api.state"]
    assert [record.getMessage() for record in kept] == [f"Punches could not be stored: {told}"] * 2
    assert "1001" not in caplog.text


def test_while_the_database_is_away_everybody_is_told_to_send_again(
    client: TestClient, keys: dict[str, str], attlog: str, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def fail(*_: object) -> None:
        raise OperationalError("SELECT", ("1001",), psycopg.OperationalError("connection refused\nDETAIL: 1001"))

    monkeypatch.setattr(Senders, "_load", fail)
    monkeypatch.setattr("hub.api.security.find_key", fail)
    answers = [
        client.post(attlog, content=LINE),
        client.post("/callback/acme/acme-word?stgid=ST1", content="{}"),
        client.post("/v1/punches", json=ROW, headers={"Authorization": f"Bearer {keys['acme']}"}),
    ]
    assert [answer.status_code for answer in answers] == [503] * 3
    told = [record.getMessage() for record in caplog.records if record.name == "hub.api.failures"]
    assert told == ["The database cannot be used: OperationalError: connection refused"] * 3
    assert not any("refused" in answer.text for answer in answers)


def test_a_device_whose_secret_is_missing_is_told_to_send_again_and_the_log_says_which(
    client: TestClient, stored: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ACME_CAMS")
    answer = client.post("/callback/acme/acme-word?stgid=ST1", content="{}")
    assert answer.status_code == 503
    assert "ACME_CAMS" not in answer.text
    assert "set environment variable ACME_CAMS" in caplog.text
    assert stored.rows(records.UnclaimedDevice) == []


def test_a_stranger_who_invents_serials_does_not_fill_the_disk(
    client: TestClient, stored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders, "UNCLAIMED", 5)
    for serial in ["REAL", "REAL", *(f"INVENTED{number}" for number in range(20))]:
        assert client.get(f"/iclock/getrequest?SN={serial}").status_code == 403
    listed = [row.serial for row in stored.rows(records.UnclaimedDevice, "")]
    assert listed == ["REAL", *(f"INVENTED{number}" for number in range(16, 20))]


def test_one_tenants_strangers_do_not_push_out_anothers(
    client: TestClient, stored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders, "UNCLAIMED", 2)
    client.get("/t/hooli/iclock/getrequest?SN=REAL")
    for number in range(5):
        client.get(f"/t/acme/iclock/getrequest?SN=INVENTED{number}")
    assert [row.serial for row in stored.rows(records.UnclaimedDevice, "hooli")] == ["REAL"]
    assert len(stored.rows(records.UnclaimedDevice, "acme")) == 2


def test_a_stranger_who_invents_tenants_leaves_nothing(client: TestClient, stored: Any) -> None:
    assert client.get("/t/nobody/iclock/getrequest?SN=X").status_code == 403
    assert client.post("/callback/nobody/word?stgid=X", content="{}").status_code == 403
    assert stored.rows(records.UnclaimedDevice, "nobody") == []


def test_first_calls_at_once_make_one_row(engine: Engine, stored: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: Senders(engine).turn_away("adms", None, "NEW", at), range(40)))
    (row,) = stored.rows(records.UnclaimedDevice, "")
    assert 0 < row.attempts <= 40


@pytest.mark.parametrize(
    "path", ["/iclock/getrequest?SN=A%00B", "/t/a%00b/iclock/getrequest?SN=A", "/iclock/getrequest?SN=%ed%a0%80"]
)
def test_a_serial_that_no_device_has_is_refused_like_any_other(client: TestClient, path: str) -> None:
    """PostgreSQL's texts cannot hold a zero byte."""
    assert client.get(path).status_code == 403


def test_a_device_name_that_no_device_has_goes_to_quarantine(
    client: TestClient, keys: dict[str, str], stored: Any
) -> None:
    rows = [*ROW, ROW[0] | {"device": "a\x00b"}, ROW[0] | {"device": "\ud800"}]
    answer = client.post("/v1/punches", content=json.dumps(rows), headers={"Authorization": f"Bearer {keys['acme']}"})
    assert (answer.status_code, answer.json()["stored"]) == (202, 1)
    assert [row["reason"] for row in answer.json()["quarantined"]] == ["unknown_device"] * 2
    assert len(stored.quarantine()) == 2
