"""The page of the connections: how they stand, and a link for each that a person authorises."""

import re
import time
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from hub.api.app import create_app
from hub.api.security import CONNECTIONS_AUTHORISE, CONNECTIONS_READ, new_key
from hub.database import writing
from hub.delivery import connections
from hub.delivery.connections import ConnectionConfig, register
from hub.oauth import Token
from hub.token_store import TokenRows
from hub.vault import StoredSecrets
from tests.oauth.probe import spec

PUBLIC = "http://127.0.0.1:8765"


@pytest.fixture
def muster(engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The API of a hub with the connections `zoho` and, of another tenant, `theirs`."""
    monkeypatch.setattr(connections, "spec_of", lambda _: spec)
    monkeypatch.setenv("MUSTER_PUBLIC_URL", PUBLIC)
    for tenant, name in (("acme", "zoho"), ("hooli", "theirs")):
        StoredSecrets(engine, tenant).store("word", "hunter2-hunter2-hunter2-hunter2", 1)
        given: dict[str, Any] = {"url": "https://login.example", "secret": {"stored": "word"}}
        register(
            engine,
            ConnectionConfig(
                tenant=tenant, name=name, connector="probe", settings=given, sites=("blr",), starts_on="2026-01-01"
            ),
        )
    with TestClient(create_app(database_url), base_url=PUBLIC) as client:
        yield client


def key_with(engine: Engine, scope: str) -> str:
    key, record = new_key("acme", scope, scope)
    with writing(engine) as session:
        session.add(record)
    return key


def shown(muster: TestClient, key: str) -> str:
    return str(muster.post("/connections", data={"key": key}).text)


def test_it_asks_for_a_key_and_no_other_scope_will_do(engine: Engine, muster: TestClient) -> None:
    asked = muster.get("/connections")
    assert (asked.status_code, 'type="password"' in asked.text) == (401, True)
    refused = muster.post("/connections", data={"key": key_with(engine, CONNECTIONS_READ)})
    assert (refused.status_code, "zoho" in refused.text) == (401, False)


def test_a_connection_that_nobody_authorised_can_be_from_here(engine: Engine, muster: TestClient) -> None:
    page = shown(muster, key_with(engine, CONNECTIONS_AUTHORISE))
    assert "not authorised yet" in page
    assert "theirs" not in page
    [link] = re.findall(r'href="([^"]+)"', page)
    assert unescape(link).startswith(f"{PUBLIC}/connect/zoho?link=")
    begun = muster.get(unescape(link), follow_redirects=False)
    assert (begun.status_code, begun.headers["location"].startswith("https://login.example/")) == (302, True)


def test_a_token_is_shown_by_its_end_and_a_lost_grant_by_what_to_do(engine: Engine, muster: TestClient) -> None:
    key, ends = key_with(engine, CONNECTIONS_AUTHORISE), int(time.time()) + 3600
    rows = TokenRows(engine, "acme", "zoho")
    with rows.changing() as changing:
        changing.save(Token("access", ends, "refresh"))
    page = shown(muster, key)
    assert time.strftime("connected; its token lasts until %Y-%m-%d %H:%M UTC", time.gmtime(ends)) in page
    assert "hunter2" not in page


def test_without_a_public_address_it_still_says_how_a_connection_stands(
    engine: Engine, muster: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MUSTER_PUBLIC_URL")
    page = shown(muster, key_with(engine, CONNECTIONS_AUTHORISE))
    assert "not authorised yet" in page
    assert "Set MUSTER_PUBLIC_URL" in page
    assert "href" not in page
