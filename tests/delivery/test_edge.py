"""Each fault at the edge of HTTP does what it says: whether the request was carried out, and what the client makes of it."""

import socket
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from fastapi import FastAPI

from hub import errors
from hub.http import Client
from hub.testing.edge import RARE, Edge
from hub.testing.faults import scripted
from hub.testing.memory import spec
from hub.testing.simulator import LATE_SECONDS, Simulator
from hub.testing.target import Refs

CARRIED_OUT = {Edge.CUT_AFTER, Edge.ERROR_AFTER, Edge.SLOW, Edge.TRUNCATED, Edge.PAGE, Edge.STRANGE}
REQUEST = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
ANSWERS = {
    Edge.CUT_BEFORE: errors.Uncertain,
    Edge.CUT_AFTER: errors.Uncertain,
    Edge.LATE: errors.Uncertain,
    Edge.THROTTLED: errors.Throttled,
    Edge.THROTTLED_BARE: errors.Throttled,
    Edge.LOCKED_OUT: errors.Throttled,
    Edge.ERROR_500: errors.Uncertain,
    Edge.ERROR_502: errors.Uncertain,
    Edge.ERROR_503: errors.Uncertain,
    Edge.ERROR_AFTER: errors.Uncertain,
    Edge.SLOW: errors.Uncertain,
    Edge.TRUNCATED: errors.Uncertain,
    Edge.REDIRECTED: errors.SettingsWrong,
}


class Counter(Simulator):
    """Counts what it carries out."""

    spec = spec
    count = 0

    def settings(self) -> dict[str, Any]:
        return {}

    def reset(self, numbers: Sequence[str], costs: Sequence[str]) -> Refs:  # noqa: ARG002
        self.forget()
        self.count = 0
        return Refs()

    def facts(self) -> list[Any]:
        self.catch_up()
        return []

    def routes(self, app: FastAPI) -> None:
        @app.post("/")
        async def carry_out() -> dict[str, int]:
            self.count += 1
            return {"count": self.count}


@pytest.fixture(scope="module")
def running() -> Iterator[Counter]:
    counter = Counter()
    with counter.running():
        yield counter


@pytest.fixture
def erp(running: Counter) -> Counter:
    running.reset((), ())
    running.faults = scripted()
    return running


@pytest.fixture
def client(erp: Counter) -> Iterator[Client]:
    with Client(erp.url, timeout_seconds=1) as client:
        yield client


def test_without_a_fault_it_answers(erp: Counter, client: Client):
    assert client.write("POST", "/").json() == {"count": 1}
    assert erp.requests == 1


@pytest.mark.parametrize("fault", ANSWERS)
def test_what_a_client_makes_of_it(erp: Counter, client: Client, fault: Edge, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(RARE, Edge.SLOW, 1)
    erp.faults = scripted(fault)
    with pytest.raises(ANSWERS[fault]):
        client.write("POST", "/")
    assert erp.count == (1 if fault in CARRIED_OUT else 0)


@pytest.mark.parametrize("fault", [Edge.PAGE, Edge.STRANGE, Edge.UNAUTHORISED])
def test_what_only_the_connector_can_see(erp: Counter, client: Client, fault: Edge):
    erp.faults = scripted(fault)
    answer = client.write("POST", "/")
    assert answer.content != b'{"count":1}'
    assert erp.count == (1 if fault in CARRIED_OUT else 0)


def test_what_is_late_is_carried_out_in_the_end(erp: Counter, client: Client):
    erp.faults = scripted(Edge.LATE)
    with pytest.raises(errors.Uncertain):
        client.write("POST", "/")
    erp.facts()
    assert erp.count == 0
    erp.clock.sleep(LATE_SECONDS)
    erp.facts()
    assert erp.count == 1


def test_a_lock_out_lasts(erp: Counter, client: Client):
    erp.faults = scripted(Edge.LOCKED_OUT)
    for _ in range(2):
        with pytest.raises(errors.Throttled):
            client.write("POST", "/")
    erp.clock.sleep(300)
    assert client.write("POST", "/").json() == {"count": 1}


def test_a_wait_is_told(erp: Counter, client: Client):
    erp.faults = scripted(Edge.THROTTLED)
    with pytest.raises(errors.Throttled) as told:
        client.write("POST", "/")
    assert told.value.after == 30


def test_a_service_ends_while_somebody_still_waits_for_an_answer():
    waited = Counter()
    waited.faults = scripted(*[Edge.SLOW] * RARE[Edge.SLOW])
    with socket.socket() as client, waited.running():
        host, port = waited.url.removeprefix("http://").split(":")
        for _ in range(RARE[Edge.SLOW] - 1):
            with socket.create_connection((host, int(port))) as other:
                other.sendall(REQUEST)
                other.recv(1)
        client.connect((host, int(port)))
        client.sendall(REQUEST)
        while waited.count < RARE[Edge.SLOW]:
            time.sleep(0.01)
