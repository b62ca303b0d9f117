from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlmodel import Session
from typer.testing import CliRunner

from hub import cli, records
from hub.cli.base import DONE, LEFT, WRONG
from hub.database import connect, migrate, writing
from hub.delivery import connections
from hub.delivery.connections import ConnectionConfig, register
from hub.sealing import new_key
from hub.token_store import TokenRows
from hub.tokens import Failure, Token
from hub.vault import StoredSecrets
from tests.oauth.probe import spec

Run = Callable[..., Result]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A database with a tenant and a connection that is authorised in a browser."""
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    monkeypatch.setenv("MUSTER_DATABASE_URL", url)
    monkeypatch.setattr(connections, "spec_of", lambda _: spec)
    engine = connect(url)
    migrate(engine)
    with writing(engine) as session:
        assert isinstance(session, Session)
        session.add(records.Tenant(tenant="acme", name="Acme"))
    settings = {"url": "https://login.example", "secret": {"stored": "word"}}
    given: dict[str, Any] = {"sites": ("blr",), "starts_on": "2026-01-01", "settings": settings}
    register(engine, ConnectionConfig(tenant="acme", name="zoho", connector="probe", **given))
    yield engine
    engine.dispose()


@pytest.fixture
def run() -> Run:
    def command(*words: str, code: int = DONE, typed: str | None = None) -> Result:
        done = CliRunner().invoke(cli.app, list(words), input=typed)
        assert done.exit_code == code, done.output
        return done

    return command


def test_a_stored_secret_is_never_shown(hub: Any, run: Run) -> None:
    shown = run("secrets", "set", "acme", "word", typed="hunter2\n").output + run("secrets", "list").output
    assert "word of acme is stored" in shown
    assert "hunter2" not in shown
    assert "k1" in shown
    assert StoredSecrets(hub, "acme").reveal("word") == "hunter2"


def test_a_secret_needs_a_name_a_value_and_a_tenant(hub: Any, run: Run) -> None:
    assert "no name for a secret" in run("secrets", "set", "acme", "A-B", code=WRONG, typed="x").stderr
    assert "empty" in run("secrets", "set", "acme", "word", code=WRONG, typed=" \n").stderr
    assert "no tenant" in run("secrets", "set", "hooli", "word", code=WRONG, typed="x").stderr


def test_the_key_is_changed_by_two_commands(hub: Any, run: Run, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run("secrets", "set", "acme", "word", typed="hunter2")
    fresh = run("secrets", "new-key", "--name", "k2").stdout.strip()
    monkeypatch.setenv("MUSTER_KEY", f"{fresh},{key}")
    assert "1 records were sealed anew with key k2" in run("secrets", "rotate").stdout
    monkeypatch.setenv("MUSTER_KEY", fresh)
    assert StoredSecrets(hub, "acme").reveal("word") == "hunter2"
    monkeypatch.setenv("MUSTER_KEY", new_key("k3"))
    assert "sealed with key k2" in run("secrets", "rotate", code=WRONG).stderr


def test_a_key_without_a_name_is_named_by_the_day(run: Run) -> None:
    name, _, value = run("secrets", "new-key").stdout.strip().partition(":")
    assert name.isdecimal()
    assert len(value) == 44


def test_a_link_is_made_for_a_connection(hub: Any, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Set MUSTER_PUBLIC_URL" in run("connect", "zoho", code=WRONG).stderr
    monkeypatch.setenv("MUSTER_PUBLIC_URL", "https://muster.acme.example")
    done = run("connect", "zoho", "--minutes", "5")
    assert done.stdout.startswith("https://muster.acme.example/connect/zoho?link=")
    assert "5 minutes" in done.stderr
    assert "no connection 'other'" in run("connect", "other", code=WRONG).stderr


def test_the_list_says_who_must_act(hub: Any, run: Run) -> None:
    with TokenRows(hub, "acme", "zoho").changing() as changing:
        changing.save(Token("access-1", 1_800_000_000, "refresh-1"))
    shown = run("connections", "acme").stdout
    assert "2027-01-15 08:00" in shown
    with TokenRows(hub, "acme", "zoho").changing() as changing:
        changing.failed(Failure("reconnect", "Authorise again."))
    shown += run("connections", "acme", code=LEFT).stdout + run("connections", "acme", "--json", code=LEFT).stdout
    assert "Authorise again." in shown
    assert not any(word in shown for word in ("access-1", "refresh-1"))
