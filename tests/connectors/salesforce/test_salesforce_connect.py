"""A person authorises a Salesforce connection by a link of the hub, and the hub's token is used from then on."""

import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from connectors.salesforce.simulator import VARIABLE, SalesforceSimulator
from hub.api.app import create_app
from hub.connecting import make_link
from hub.database import connect, migrate
from hub.delivery.connections import ConnectionConfig, open_connector, register
from hub.errors import Reconnect
from hub.sealing import new_key
from hub.token_store import TokenRows
from tests.oauth.browser import Browser

PUBLIC = "http://127.0.0.1:8765"


@pytest.fixture(autouse=True)
def _around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_KEY", new_key("k1"))
    monkeypatch.delenv("MUSTER_KEY_FILE", raising=False)
    monkeypatch.setenv("MUSTER_PUBLIC_URL", PUBLIC)


@pytest.mark.parametrize("rotates", [False, True])
def test_a_link_a_consent_and_the_token_is_renewed_from_the_database(tmp_path: Path, rotates: bool) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    engine = connect(url)
    migrate(engine)
    with (org := SalesforceSimulator()).running():
        org.reset(["1"], [])
        org.sessions.rotates = rotates
        given = {**org.settings(), "grant": "authorization_code", "client_secret": {"env": VARIABLE}}
        config = ConnectionConfig(
            tenant="acme", name="books", connector="salesforce", settings=given, sites=("hq",), starts_on="2026-10-01"
        )
        register(engine, config)
        with pytest.raises(Reconnect), open_connector(config, engine) as connector:
            list(connector.employees())
        with TestClient(create_app(url), base_url=PUBLIC) as muster:
            browser = Browser(muster)
            page = browser.until(make_link(engine, "acme", "books", int(time.time())))
            browser.web.close()
        assert "books is connected" in getattr(page, "text", "")
        rows = TokenRows(engine, "acme", "books")
        first = rows.load()
        for _ in range(2):
            org.sessions.expire()
            with open_connector(config, engine) as connector:
                assert [one.ref for one in connector.employees()] == ["E1"]
        last = rows.load()
    assert first is not None
    assert last is not None
    assert (first.access != last.access, first.refresh != last.refresh) == (True, rotates)
    engine.dispose()
