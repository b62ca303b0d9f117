"""Authorising in a browser, at a certified OpenID provider and at one of ours."""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func
from sqlmodel import select

from hub import connecting
from hub.api import connect as routes
from hub.api.app import create_app
from hub.api.security import CONNECTIONS_READ, PUNCHES_WRITE, new_key
from hub.connecting import MINUTES, Finishing, begin, make_link, redirect_uri
from hub.database import reading, writing
from hub.delivery import connections
from hub.delivery.connections import ConnectionConfig, open_connector, register, retire
from hub.errors import Reconnect, SettingsWrong, Unavailable
from hub.oauth import ClientCredentials, MemoryTokens, OAuth, Token
from hub.records import ConnectLink
from hub.secrets import SecretRef
from hub.token_store import TokenRows
from hub.vault import StoredSecrets
from tests.oauth.browser import Browser
from tests.oauth.probe import spec
from tests.oauth.provider import Provider

PUBLIC = "http://127.0.0.1:8765"
NOW = 1_800_000_000
PEERS = Path(__file__).parents[1] / "peers"
PROVIDER = "https://login.example"


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """The address of an `oidc-provider`."""
    if not shutil.which("node") or not (PEERS / "node_modules/oidc-provider").is_dir():
        pytest.skip("node, or tests/peers/node_modules, is missing; run npm ci in tests/peers")
    command = ["node", str(PEERS / "oidc.mjs"), f"{PUBLIC}/connect/callback"]
    with subprocess.Popen(
        command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as node:
        assert node.stdout
        yield node.stdout.readline().strip()
        node.communicate()


@pytest.fixture(autouse=True)
def probe(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ConnectionConfig]:
    """Makes connections of the probe; `zoho` of `acme` is there."""
    monkeypatch.setattr(connections, "spec_of", lambda _: spec)
    monkeypatch.setenv("MUSTER_PUBLIC_URL", PUBLIC)
    StoredSecrets(engine, "acme").store("word", "hunter2-hunter2-hunter2-hunter2", 1)

    def made(**settings: Any) -> ConnectionConfig:
        given = {"url": PROVIDER, "secret": {"stored": "word"}, **settings}
        config = ConnectionConfig(
            tenant="acme", name="zoho", connector="probe", settings=given, sites=("blr",), starts_on="2026-01-01"
        )
        register(engine, config, again=True)
        return config

    made()
    return made


@pytest.fixture
def muster(engine: Engine, database_url: str) -> Iterator[TestClient]:
    with TestClient(create_app(database_url), base_url=PUBLIC) as client:
        yield client


@pytest.fixture
def browser(muster: TestClient) -> Iterator[Browser]:
    made = Browser(muster)
    yield made
    made.web.close()


def link_of(engine: Engine, at: int | None = None) -> str:
    return make_link(engine, "acme", "zoho", at if at is not None else _now())


def _now() -> int:
    return int(time.time())


def word_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["link"][0]


# At the certified provider: code, PKCE, rotation, revocation.


def test_a_person_connects_and_the_connector_logs_in_for_a_long_time(
    engine: Engine, probe: Any, browser: Browser, issuer: str
) -> None:
    config = probe(url=issuer)
    page = browser.until(link_of(engine))
    assert isinstance(page, httpx.Response)
    assert (page.status_code, "zoho is connected" in page.text) == (200, True), page.text
    with open_connector(config, engine) as connector:
        assert connector.check()[0].message == "asha"
    rows = TokenRows(engine, "acme", "zoho")
    first = rows.load()
    assert first is not None
    for _ in range(2):  # a token that ended: renewed, and its refresh token with it
        kept = rows.load()
        assert kept is not None
        with rows.changing() as changing:
            changing.save(Token(kept.access, _now() - 1, kept.refresh))
        with open_connector(config, engine) as connector:
            assert connector.check()[0].message == "asha"
    last = rows.load()
    assert last is not None
    assert len({first.refresh, last.refresh, first.access, last.access}) == 4


def test_a_refresh_token_used_twice_ends_the_grant(engine: Engine, probe: Any, browser: Browser, issuer: str) -> None:
    """What the provider does against thieves is what we must never cause: so a new token is kept before it is used."""
    config = probe(url=issuer)
    browser.until(link_of(engine))
    rows = TokenRows(engine, "acme", "zoho")
    stolen = rows.load()
    assert stolen is not None
    save_again = Token("old", _now() - 1, stolen.refresh)
    with rows.changing() as changing:
        changing.save(save_again)
    with open_connector(config, engine) as connector:
        assert connector.check()[0].message == "asha"
    with rows.changing() as changing:
        changing.save(save_again)
    with open_connector(config, engine) as connector, pytest.raises(Reconnect, match="authorisation is gone"):
        connector.check()


def test_the_provider_checks_our_pkce(
    engine: Engine, probe: Any, browser: Browser, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe(url=issuer)
    back = browser.until(link_of(engine), f"{PUBLIC}/connect/callback")
    assert isinstance(back, str)
    real = connecting._derived
    monkeypatch.setattr(connecting, "_derived", lambda word, use: "x" * 43 if use == "verifier" else real(word, use))
    page = browser.get(back)
    assert (page.status_code, "invalid_grant" in page.text) == (400, True)
    assert TokenRows(engine, "acme", "zoho").load() is None


def test_a_machine_is_given_a_token_by_its_own_word(issuer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MACHINE", "hunter3-hunter3-hunter3-hunter3")
    given: dict[str, Any] = {"token_url": f"{issuer}/token", "client_id": "machine", "store": MemoryTokens()}
    auth = OAuth(
        ClientCredentials(), client_secret=SecretRef(env="MACHINE"), client_auth="client_secret_basic", **given
    )
    assert len(auth.token().access) > 20
    monkeypatch.setenv("MACHINE", "wrong")
    given["store"] = MemoryTokens()
    auth = OAuth(
        ClientCredentials(), client_secret=SecretRef(env="MACHINE"), client_auth="client_secret_basic", **given
    )
    with pytest.raises(SettingsWrong, match="invalid_client"):
        auth.token()


# The way itself.


def test_the_link_leads_to_the_provider_with_all_that_it_wants(engine: Engine, browser: Browser) -> None:
    answer = browser.get(link_of(engine))
    there = urlsplit(answer.headers["location"])
    asked = {name: value for name, [value] in parse_qs(there.query).items()}
    assert f"{there.scheme}://{there.netloc}{there.path}" == f"{PROVIDER}/auth"
    assert len(asked.pop("state")) == len(asked.pop("code_challenge")) == 43
    assert asked == {
        "response_type": "code",
        "client_id": "muster",
        "redirect_uri": f"{PUBLIC}/connect/callback",
        "code_challenge_method": "S256",
        "scope": "openid offline_access",
        "prompt": "consent",
    }
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/connect", f"Max-Age={MINUTES * 60}"))
    assert "Secure" not in cookie  # on a loopback address; see below
    assert answer.headers["cache-control"] == "no-store"


def test_the_cookie_is_for_https_alone(engine: Engine, muster: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_PUBLIC_URL", "https://muster.acme.example/")
    link = link_of(engine)
    assert link.startswith("https://muster.acme.example/connect/zoho?link=")
    answer = muster.get(link.replace("https://muster.acme.example", PUBLIC), follow_redirects=False)
    assert "Secure" in answer.headers["set-cookie"]
    assert redirect_uri() == "https://muster.acme.example/connect/callback"


@pytest.mark.parametrize("url", ["", "http://muster.acme.example", "muster.acme.example", "https://", "https://x/?a=b"])
def test_without_a_safe_address_there_is_no_link(engine: Engine, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_PUBLIC_URL", url)
    with pytest.raises(SettingsWrong, match="Set MUSTER_PUBLIC_URL"):
        link_of(engine)


def test_no_link_no_way(engine: Engine, muster: TestClient) -> None:
    good = link_of(engine)
    old = link_of(engine, _now() - MINUTES * 60 - 1)
    for url in (
        f"{PUBLIC}/connect/zoho",
        f"{PUBLIC}/connect/zoho?link=",
        f"{good[:-1]}_",
        good.replace("/zoho", "/other"),
        old,
    ):
        answer = muster.get(url, follow_redirects=False)
        assert (answer.status_code, "not good any more" in answer.text) == (400, True)
    assert muster.get(good, follow_redirects=False).status_code == 302


@pytest.fixture
def finishing(engine: Engine) -> Finishing:
    return Finishing(engine, lambda: NOW, Provider(now=NOW).transport())


def begun(engine: Engine, link: str | None = None) -> tuple[dict[str, str], str]:
    """What the provider sends back, and the browser's cookie."""
    made = begin(engine, "zoho", word_of(link or link_of(engine, NOW)), NOW)
    return {"state": parse_qs(urlsplit(made.url).query)["state"][0], "code": "c0de"}, made.browser


def provider_of(finishing: Finishing) -> Provider:
    handler: Any = finishing.transport
    provider = handler.handler.__self__
    assert isinstance(provider, Provider)
    return provider


def test_a_code_is_redeemed_as_rfc_6749_and_7636_say(engine: Engine, finishing: Finishing) -> None:
    provider = provider_of(finishing)
    provider.answers = [httpx.Response(200, json={"access_token": "a", "refresh_token": "r", "expires_in": 60})]
    answer, browser = begun(engine)
    tenant, connection, token = finishing.finish(answer, browser)
    assert (tenant, connection, token.expires_at) == ("acme", "zoho", NOW + 60)
    [form] = provider.asked
    assert len(form.pop("code_verifier")) == 43
    assert form == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": f"{PUBLIC}/connect/callback",
        "client_id": "muster",
        "client_secret": "hunter2-hunter2-hunter2-hunter2",
    }
    assert TokenRows(engine, "acme", "zoho").load() == token


def test_an_answer_is_taken_once_and_ends_the_link(engine: Engine, finishing: Finishing) -> None:
    provider = provider_of(finishing)
    provider.answers = [httpx.Response(200, json={"access_token": "a", "refresh_token": "r"})]
    link = link_of(engine, NOW)
    answer, browser = begun(engine, link)
    finishing.finish(answer, browser)
    with pytest.raises(connecting.LinkInvalid, match="over"):
        finishing.finish(answer, browser)
    with pytest.raises(connecting.LinkInvalid, match="not good any more"):
        begun(engine, link)
    assert len(provider.asked) == 1


def test_an_answer_is_taken_in_the_browser_that_asked_and_for_its_latest_attempt(
    engine: Engine, finishing: Finishing
) -> None:
    link = link_of(engine, NOW)
    first, first_browser = begun(engine, link)
    second, second_browser = begun(engine, link)
    for answer, browser, words in (
        (second, "", "another browser"),
        (second, first_browser, "another browser"),
        ({**second, "state": ""}, second_browser, "another browser"),
        ({**second, "state": "é"}, second_browser, "another browser"),
        (first, first_browser, "over"),
    ):
        with pytest.raises(connecting.LinkInvalid, match=words):
            finishing.finish(answer, browser)
    assert provider_of(finishing).asked == []


def test_an_attempt_ends_with_the_link(engine: Engine, finishing: Finishing) -> None:
    answer, browser = begun(engine)
    late = Finishing(engine, lambda: NOW + MINUTES * 60 + 1, finishing.transport)
    with pytest.raises(connecting.LinkInvalid, match="over"):
        late.finish(answer, browser)


def test_a_no_of_the_person_is_told_without_markup(engine: Engine, browser: Browser) -> None:
    there = browser.get(link_of(engine)).headers["location"]
    state = parse_qs(urlsplit(there).query)["state"][0]
    page = browser.get(f"{PUBLIC}/connect/callback?state={state}&error=<b>access_denied")
    assert page.status_code == 400
    assert "did not authorise: &lt;b&gt;access_denied" in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert browser.cookies.get("muster_connect") is None


def test_a_secret_is_sent_nowhere_but_where_the_connector_allows(engine: Engine, finishing: Finishing) -> None:
    answer, browser = begun(engine)
    with pytest.raises(SettingsWrong, match="no server of this provider"):
        finishing.finish({**answer, "accounts-server": "https://thief.example"}, browser)
    assert provider_of(finishing).asked == []


def test_a_grant_that_cannot_be_renewed_is_no_connection(engine: Engine, finishing: Finishing) -> None:
    provider_of(finishing).answers = [httpx.Response(200, json={"access_token": "a"})]
    with pytest.raises(SettingsWrong, match="none to renew it with"):
        finishing.finish(*begun(engine))
    assert TokenRows(engine, "acme", "zoho").load() is None


def test_a_provider_that_is_away_is_told_as_such(
    engine: Engine, finishing: Finishing, muster: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider_of(finishing).answers = [httpx.ConnectError("refused")] * 2
    with pytest.raises(Unavailable, match="cannot be reached"):
        finishing.finish(*begun(engine))
    monkeypatch.setattr(routes, "Finishing", lambda *_: finishing)
    answer, browser = begun(engine)
    muster.cookies.set("muster_connect", browser)
    page = muster.get("/connect/callback", params=answer)
    assert (page.status_code, "cannot be reached" in page.text) == (503, True)


def test_a_connection_that_was_retired_meanwhile_is_told(engine: Engine, muster: TestClient) -> None:
    link = link_of(engine)
    retire(engine, "zoho", _now())
    answer = muster.get(link, follow_redirects=False)
    assert (answer.status_code, "was retired on" in answer.text) == (400, True)


def test_old_links_are_swept_away(engine: Engine) -> None:
    link_of(engine, NOW - 86_400)
    link_of(engine, NOW)
    with reading(engine) as session:
        assert session.exec(select(func.count()).where(ConnectLink.tenant == "acme")).one() == 1


def test_only_a_connection_authorised_in_a_browser_has_a_link(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spec.connector, "authorisation", lambda _: None)
    with pytest.raises(SettingsWrong, match="not authorised in a browser"):
        link_of(engine)


def test_how_connections_stand_is_for_the_keys_of_the_tenant(engine: Engine, muster: TestClient) -> None:
    keys = {}
    with writing(engine) as session:
        for tenant, scope in (("acme", CONNECTIONS_READ), ("hooli", CONNECTIONS_READ), ("acme", PUNCHES_WRITE)):
            keys[tenant, scope], record = new_key(tenant, "test", scope)
            session.add(record)
    with TokenRows(engine, "acme", "zoho", now=lambda: NOW).changing() as changing:
        changing.save(Token("access-1", NOW + 60, "refresh-1"))

    def asked(key: str | None) -> httpx.Response:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        answer: httpx.Response = muster.get("/v1/connections", headers=headers)
        return answer

    answer = asked(keys["acme", CONNECTIONS_READ])
    assert answer.json() == [
        {
            "connection": "zoho",
            "connected": True,
            "needs_reconnecting": False,
            "expires_at": NOW + 60,
            "saved_at": NOW,
            "message": "",
        }
    ]
    assert not re.search("access-1|refresh-1", answer.text)
    assert asked(keys["hooli", CONNECTIONS_READ]).json() == []
    assert asked(keys["acme", PUNCHES_WRITE]).status_code == 403
    assert asked(None).status_code == 401
