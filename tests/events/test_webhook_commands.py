from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import Engine
from typer.testing import CliRunner

from hub import cli
from hub.cli.base import DONE, LEFT, WRONG
from hub.database import connect, migrate
from hub.sealing import new_key
from hub.vault import StoredSecrets, kept, rotate
from tests.events.conftest import Hub, Receiver

Run = Callable[..., Result]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """SQLite; the commands find it by the environment."""
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    monkeypatch.setenv("MUSTER_DATABASE_URL", url)
    made = connect(url)
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def run(hub: Hub) -> Run:
    def command(*words: str, code: int = DONE) -> Result:
        done = CliRunner().invoke(cli.app, ["webhook", *words])
        assert done.exit_code == code, done.output
        return done

    return command


def test_the_secret_is_shown_once_and_kept_sealed(run: Run, receiver: Receiver, engine: Engine) -> None:
    secret = run("add", "acme", "app", receiver.url).stdout.strip()
    assert secret.startswith("whsec_")
    assert secret not in run("list", "acme").output + run("list", "acme", "--json").output
    [one] = kept(engine, "acme")
    assert (one.kind, one.name, secret in one.sealed) == ("secret", "webhook:app", False)
    assert StoredSecrets(engine, "acme").reveal("webhook:app") == secret


def test_secrets_of_webhooks_change_their_key_with_all_others(
    run: Run, receiver: Receiver, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    secret = run("add", "acme", "app", receiver.url).stdout.strip()
    monkeypatch.setenv("MUSTER_KEY", f"{new_key('k2')} {os.environ['MUSTER_KEY']}")
    from hub.sealing import ring_from_environment

    assert rotate(engine, ring_from_environment()) == 1
    assert StoredSecrets(engine, "acme").reveal("webhook:app") == secret


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("acme", "app", "http://example.com/"), "https://"),
        (("acme", "App", "https://example.com/"), "no name for a webhook"),
        (("acme", "app", "https://example.com/", "--events", "attendance.chnged"), "attendance.changed"),
        (("acme", "app", "https://example.com/", "--events", " "), "nothing"),
        (("acne", "app", "https://example.com/"), "no tenant"),
        (("acme", "there", "https://example.com/"), "already"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(
    run: Run, hub: Hub, words: tuple[str, ...], says: str, engine: Engine
) -> None:
    secret = hub.webhook("https://example.com/", name="there")
    assert says in run("add", *words, code=WRONG).output
    assert [one.name for one in kept(engine)] == ["webhook:there"]
    assert StoredSecrets(engine, "acme").reveal("webhook:there") == secret


def test_waiting_messages_are_delivered_by_cron(run: Run, hub: Hub, receiver: Receiver) -> None:
    hub.webhook(receiver.url)
    hub.happen(1, 2)
    assert "2 messages" in run("deliver").output
    assert receiver.numbers == [1, 2]
    receiver.status = 503
    hub.happen(3)
    run("deliver")
    assert "HTTP 503" in run("list", "acme", code=LEFT).output
    receiver.status = 200
    run("resume", "acme", "app")
    assert "1 messages" in run("deliver").output
    run("list", "acme")


def test_a_test_message_is_sent_now_and_apart_from_the_others(run: Run, hub: Hub, receiver: Receiver) -> None:
    hub.webhook(receiver.url)
    hub.happen(1)
    assert "was taken" in run("test", "acme", "app").output
    assert [body["type"] for body in receiver.bodies] == ["webhook.test"]
    receiver.status = 500
    assert "HTTP 500" in run("test", "acme", "app", code=LEFT).output
    assert (hub.state().waiting, hub.state().webhook.failures) == (1, 0)


def test_what_is_removed_is_gone_with_its_messages_and_its_secret(
    run: Run, hub: Hub, receiver: Receiver, engine: Engine
) -> None:
    hub.webhook(receiver.url)
    hub.webhook(receiver.url, tenant="hooli")
    hub.happen(1)
    run("remove", "acme", "app")
    assert [one.tenant for one in kept(engine)] == ["hooli"]
    run("deliver")
    assert receiver.got == []
    assert "There is no webhook" in run("remove", "acme", "app", code=WRONG).output
    hub.webhook(receiver.url)  # the name is free again
