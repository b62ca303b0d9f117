"""Alerts: one message a cause until it is over, by mail and by webhooks."""

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from examples.demo.fortnight import write_tenant
from hub.alerts import update_alerts
from hub.channels import Email, Message, ways_from_environment
from hub.contract import SecretRef
from hub.errors import SettingsWrong, Unavailable
from hub.silence import silent_devices
from tests.hub.world import FORTNIGHT, KOLKATA, World, seconds

LATE = {"deadline:north": "north: 2026-10-05 was not delivered by 06:00."}


class Told:
    """A way that keeps what it carried; away, it takes nothing."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.away = False

    def tell(self, message: Message) -> None:
        if self.away:
            raise Unavailable("The mail server is away.")
        self.messages.append(message)


@pytest.fixture
def told() -> Told:
    return Told()


def look(engine: Engine, told: Told, causes: dict[str, str], at: int = 1, tenant: str = "acme") -> list[str]:
    return update_alerts(engine, tenant, "watch:", causes, at=at, ways=[told])


def test_a_cause_is_told_once_until_it_is_over_and_again_when_it_returns(engine: Engine, told: Told) -> None:
    for at in (1, 2, 3):
        look(engine, told, LATE, at)
    assert [(one.state, one.text) for one in told.messages] == [("open", LATE["deadline:north"])]
    for at in (4, 5):
        look(engine, told, {}, at)
    look(engine, told, LATE, 6)
    assert [one.state for one in told.messages] == ["open", "over", "open"]


def test_tenants_and_scopes_do_not_end_each_others_alerts(engine: Engine, told: Told) -> None:
    look(engine, told, LATE)
    look(engine, told, LATE, tenant="other")
    look(engine, told, {}, 2, tenant="other")
    update_alerts(engine, "acme", "forecast:north", {}, at=2, ways=[told])
    assert [(one.tenant, one.state) for one in told.messages] == [
        ("acme", "open"),
        ("other", "open"),
        ("other", "over"),
    ]


def test_what_nobody_took_is_told_the_next_time(engine: Engine, told: Told) -> None:
    told.away = True
    assert look(engine, told, LATE) == ["The mail server is away."]
    told.away = False
    look(engine, told, LATE, 2)
    told.away = True
    look(engine, told, {}, 3)
    told.away = False
    look(engine, told, {}, 4)
    assert [one.state for one in told.messages] == ["open", "over"]


class _Smtp(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as one mail needs."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.mail = b"".join(iter(self.rfile.readline, b".\r\n")).decode()  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append((self.path, json.loads(body)))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def serving(server: socketserver.TCPServer) -> Iterator[Any]:
    with server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def smtp() -> Iterator[Any]:
    yield from serving(socketserver.TCPServer(("127.0.0.1", 0), _Smtp))


@pytest.fixture
def hook() -> Iterator[Any]:
    server = HTTPServer(("127.0.0.1", 0), _Hook)
    server.taken = []  # type: ignore[attr-defined]
    yield from serving(server)


MESSAGE = Message(tenant="acme", cause="watch:run:north", text="Give the ERP user its rights back.")


def test_a_mail_says_what_to_do(smtp: Any) -> None:
    Email(host="127.0.0.1", port=smtp.server_address[1], sender="muster@acme.example", to=("a@b.example",)).tell(
        MESSAGE
    )
    assert "Subject: Muster: acme: Give the ERP user its rights back." in smtp.mail
    assert "To: a@b.example" in smtp.mail


def test_a_password_is_not_sent_in_the_clear(smtp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL", "word")
    port = smtp.server_address[1]
    way = Email(
        host="127.0.0.1", port=port, sender="m@a.example", to=("a@b.example",), user="m", password=SecretRef(env="MAIL")
    )
    with pytest.raises(SettingsWrong, match="offers no STARTTLS"):
        way.tell(MESSAGE)


def test_a_mail_server_that_is_away_is_told() -> None:
    with pytest.raises(Unavailable, match="did not take it"):
        Email(host="127.0.0.1", port=1, sender="m@a.example", to=("a@b.example",)).tell(MESSAGE)


def configured(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "alerts.yaml").write_text(text)
    monkeypatch.setenv("MUSTER_ALERTS", str(tmp_path / "alerts.yaml"))
    return tmp_path


def test_webhooks_of_the_file_get_the_message(hook: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", f"http://127.0.0.1:{hook.server_address[1]}/in?key=word")
    configured(tmp_path, "slack: {url: {env: HOOK}}\nwebhook: {url: {env: HOOK}}", monkeypatch)
    for way in ways_from_environment():
        way.tell(MESSAGE)
    assert hook.taken == [
        ("/in?key=word", {"text": "acme: Give the ERP user its rights back."}),
        ("/in?key=word", MESSAGE.model_dump()),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("emial: {}", "emial: Extra inputs are not permitted"),
        ("email: {host: x, sender: s, to: [t], password: hunter2}", "email.password: Input should be"),
        ("email: [", "cannot be read"),
    ],
)
def test_a_mistake_in_the_file_is_told_without_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str
) -> None:
    configured(tmp_path, text, monkeypatch)
    with pytest.raises(SettingsWrong) as wrong:
        ways_from_environment()
    assert sentence in wrong.value.message
    assert "hunter2" not in wrong.value.message


def test_a_device_that_sent_before_and_sends_no_more_is_silent(engine: Engine, tmp_path: Path) -> None:
    world = World(engine, tmp_path / "tenant")
    write_tenant(FORTNIGHT, world.folder)
    world.load()
    world.punch(KOLKATA, "1001 2026-03-23 09:00:00 0")
    punched = seconds("2026-03-23T09:00:00+05:30")
    assert silent_devices(engine, world.tenant, punched) == []
    assert silent_devices(engine, world.tenant, punched + 1) == [f"adms {KOLKATA}"]
    assert silent_devices(engine, world.tenant, punched + 15 * 86_400) == []
