"""A receiver on loopback that fails, hangs and comes back, and a tenant with webhooks."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Engine

from hub import records
from hub.database import reading, writing
from hub.events import webhooks
from hub.events.outbox import EventKind, emit
from hub.events.sender import Sender
from hub.records import Webhook
from hub.sealing import new_key

NOW = 1_800_000_000


@dataclass
class Clock:
    """UTC seconds, set by hand."""

    at: int = NOW

    def __call__(self) -> int:
        return self.at


@dataclass
class Receiver:
    """What a receiver was sent, and how it answers."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    hangs: Event | None = None
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.got]

    @property
    def numbers(self) -> list[int]:
        return [body["data"]["n"] for body in self.bodies]


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if receiver.hangs:
                receiver.hangs.wait(20)
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key that secrets are sealed with."""
    monkeypatch.setenv("MUSTER_KEY", new_key("k1"))
    monkeypatch.delenv("MUSTER_KEY_FILE", raising=False)
    monkeypatch.delenv("MUSTER_ALERTS", raising=False)


@pytest.fixture
def receivers() -> Iterator[Callable[[], Receiver]]:
    """Makes receivers."""
    servers: list[tuple[ThreadingHTTPServer, Receiver]] = []

    def make() -> Receiver:
        receiver = Receiver()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
        servers.append((server, receiver))
        return receiver

    yield make
    for server, receiver in servers:
        if receiver.hangs:
            receiver.hangs.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def receiver(receivers: Callable[[], Receiver]) -> Receiver:
    return receivers()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sender(engine: Engine, clock: Clock) -> Sender:
    return Sender(engine, clock)


class Hub:
    """Webhooks and events of tenants."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with writing(engine) as session:
            session.add_all([records.Tenant(tenant=one, name=one) for one in ("acme", "hooli")])

    def webhook(self, url: str, *kinds: str, name: str = "app", tenant: str = "acme") -> str:
        """Set one up; its secret."""
        made = Webhook(tenant=tenant, name=name, url=url, events=list(kinds or EventKind), made_at=int(time.time()))
        return webhooks.add(self.engine, made)

    def happen(self, *numbers: int, kind: EventKind = EventKind.QUARANTINE_ADDED, tenant: str = "acme") -> None:
        with writing(self.engine) as session:
            emit(session.connection(), tenant, kind, NOW, *({"n": number} for number in numbers))

    def state(self, name: str = "app", tenant: str = "acme") -> webhooks.Listed:
        [found] = [one for one in webhooks.listed(self.engine, tenant) if one.webhook.name == name]
        return found

    def told(self) -> list[tuple[str, bool]]:
        """Causes of alerts, and whether they are over."""
        with reading(self.engine) as session:
            query = records.Alert.__table__.select().where(records.Alert.tenant == "acme")  # type: ignore[attr-defined]
            return [(row["cause"], row["closed_at"] > 0) for row in session.connection().execute(query).mappings()]


@pytest.fixture
def hub(engine: Engine) -> Hub:
    return Hub(engine)
