"""Logging in to Zoho: by a person in a browser, by a self client, and what the refusals mean."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import Engine

from connectors.zoho import access
from connectors.zoho.access import SCOPES, meaning, rejects
from connectors.zoho.connector import ZohoConnector
from connectors.zoho.settings import ZohoSettings
from connectors.zoho.simulator import CLIENT_SECRET, SECRET_VARIABLE, TOKEN_VARIABLE, ZohoSimulator
from hub.connecting import Finishing, begin, make_link
from hub.delivery.connections import ConnectionConfig, open_connector, register
from hub.errors import HubError, Reconnect, SettingsWrong, Throttled, Unavailable
from hub.http import Client
from hub.oauth import MemoryTokens, Refusal
from hub.sealing import new_key
from hub.token_store import TokenRows

NOW = 1_800_000_000


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[ZohoSimulator]:
    monkeypatch.setenv("MUSTER_KEY", new_key("k1"))
    monkeypatch.setenv("MUSTER_PUBLIC_URL", "https://muster.acme.example")
    made = ZohoSimulator(limits=True)
    made.reset(["E0001"], [])
    with made.running():
        yield made


def config(simulator: ZohoSimulator, **settings: Any) -> ConnectionConfig:
    given = {**simulator.settings(), **settings}
    return ConnectionConfig(
        tenant="acme", name="zoho", connector="zoho", settings=given, sites=("blr",), starts_on="2026-10-01"
    )


def by_a_person(engine: Engine, simulator: ZohoSimulator, **settings: Any) -> tuple[dict[str, str], str]:
    """The answer that the browser brings back, and its cookie."""
    register(engine, config(simulator, refresh_token=None, **settings), again=True)
    word = parse_qs(urlsplit(make_link(engine, "acme", "zoho", NOW)).query)["link"][0]
    begun = begin(engine, "zoho", word, NOW)
    back = httpx.get(begun.url).headers["location"]
    return {name: value for name, [value] in parse_qs(urlsplit(back).query).items()}, begun.browser


def test_a_person_authorises_and_the_connector_works_until_that_is_revoked(
    engine: Engine, simulator: ZohoSimulator
) -> None:
    answer, browser = by_a_person(engine, simulator)
    assert answer.keys() == {"state", "code", "location", "accounts-server"}
    _, _, token = Finishing(engine, lambda: NOW).finish(answer, browser)
    assert token.extra["api_domain"] == "https://www.zohoapis.in"
    with open_connector(config(simulator, refresh_token=None), engine) as connector:
        assert [one.number for one in connector.employees()] == ["E0001"]
    simulator.accounts.end(token.refresh)
    for _ in range(3):
        opened = open_connector(config(simulator, refresh_token=None), engine)
        with opened as connector, pytest.raises(Reconnect, match="authorise the connection again"):
            [*connector.employees()]


def test_what_the_browser_is_sent_with(engine: Engine, simulator: ZohoSimulator) -> None:
    register(engine, config(simulator, refresh_token=None, pay_period="India"))
    word = parse_qs(urlsplit(make_link(engine, "acme", "zoho", NOW)).query)["link"][0]
    asked = parse_qs(urlsplit(begin(engine, "zoho", word, NOW).url).query)
    assert asked["access_type"] == ["offline"]
    assert asked["prompt"] == ["consent"]
    assert asked["scope"] == [",".join((*SCOPES, access.PAY_PERIODS))]
    assert asked["redirect_uri"] == ["https://muster.acme.example/connect/callback"]


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("https://accounts.zoho.eu", "lives in data centre eu"),
        ("https://accounts.zoho.in.thief.example", "no accounts"),
    ],
)
def test_a_code_is_redeemed_in_our_data_centre_alone(
    engine: Engine, simulator: ZohoSimulator, server: str, words: str
) -> None:
    answer, browser = by_a_person(engine, simulator)
    before = len(simulator.accounts.codes)
    with pytest.raises(SettingsWrong, match=words):
        Finishing(engine, lambda: NOW).finish({**answer, "accounts-server": server}, browser)
    assert len(simulator.accounts.codes) == before
    assert TokenRows(engine, "acme", "zoho").load() is None


def test_a_self_client_needs_no_browser(simulator: ZohoSimulator) -> None:
    settings = ZohoSettings.model_validate(simulator.settings())
    assert access.authorisation(settings) is None
    with ZohoConnector(settings) as connector:
        assert [one.number for one in connector.employees()] == ["E0001"]


def test_the_hosts_are_those_of_the_data_centre_unless_told() -> None:
    given = {"data_centre": "ca", "client_id": "1000.X", "client_secret": {"env": "A"}}
    hosts = ZohoSettings.model_validate(given).hosts
    assert (hosts.accounts, hosts.people) == ("https://accounts.zohocloud.ca", "https://people.zohocloud.ca")
    described = access.authorisation(ZohoSettings.model_validate(given))
    assert described is not None
    assert described.authorize_url == "https://accounts.zohocloud.ca/oauth/v2/auth"


def test_a_night_of_many_processes_asks_for_one_token(engine: Engine, simulator: ZohoSimulator) -> None:
    """Ten in ten minutes are allowed; whoever asks by itself is locked out, and is not to be authorised anew."""
    for _ in range(12):
        with open_connector(config(simulator), engine) as connector:
            [*connector.employees()]
    assert simulator.accounts.refreshes == 1
    settings = ZohoSettings.model_validate(simulator.settings())
    for _ in range(9):
        access.oauth(settings, MemoryTokens()).token()
    for status in (400, 200):
        simulator.accounts.throttle_status = status
        with pytest.raises(Throttled, match="ten tokens in ten minutes") as caught:
            access.oauth(settings, MemoryTokens()).token()
        assert caught.value.after == 600
    simulator.clock.sleep(601)
    access.oauth(settings, MemoryTokens()).token()


@pytest.mark.parametrize(
    ("variable", "value", "error", "words"),
    [
        (SECRET_VARIABLE, "wrong", SettingsWrong, "invalid_client_secret"),
        (TOKEN_VARIABLE, "1000.gone.gone", Reconnect, "authorise the connection again"),
    ],
)
def test_zoho_refuses_with_200(
    simulator: ZohoSimulator,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    error: type[HubError],
    words: str,
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(error, match=words) as caught:
        access.oauth(ZohoSettings.model_validate(simulator.settings()), MemoryTokens()).token()
    assert CLIENT_SECRET not in f"{caught.value!r}{caught.value.detail}"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("Access Denied", Throttled),
        ("invalid_code", Reconnect),
        ("invalid_client", SettingsWrong),
        ("general_error", Unavailable),
        ("invalid_redirect_uri", type(None)),
    ],
)
def test_what_zohos_words_mean(said: str, error: type) -> None:
    assert type(meaning(Refusal(said))) is error


@pytest.mark.parametrize(
    ("status", "body", "refused"),
    [
        (401, b"", True),
        (400, b'{"response": {"errors": {"code": 7202, "message": "invalid"}, "status": 1}}', True),
        (200, b'{"response": {"errors": {"code": 7213, "message": "?"}, "status": 1}}', True),
        (200, b'{"response": {"errors": {"code": 7016, "message": "Invalid"}, "status": 1}}', False),
        (200, b'{"response": {"errors": [{"code": 9000}], "status": 1}}', False),
        (400, b'{"code": 7202, "message": "invalid"}', True),
        (400, b"<html>7202</html>", False),
        (200, b"[]", False),
        (200, b"", False),
        (500, b'{"response": {"errors": {"code": 7202}}}', False),
    ],
)
def test_a_token_is_refused_in_words(status: int, body: bytes, refused: bool) -> None:
    assert rejects(httpx.Response(status, content=body)) is refused


def test_a_token_ends_after_an_hour_and_the_sixteenth_ends_the_first(simulator: ZohoSimulator) -> None:
    settings = ZohoSettings.model_validate(simulator.settings())
    tokens = []
    for _ in range(16):
        tokens.append(access.oauth(settings, MemoryTokens()).token().access)
        simulator.clock.sleep(61)
    assert [simulator.accounts.knows(token) for token in tokens] == [False, *[True] * 15]
    simulator.clock.sleep(3600)
    assert not any(map(simulator.accounts.knows, tokens))


def test_codes_are_good_once_and_for_two_minutes(simulator: ZohoSimulator) -> None:
    with Client(simulator.url) as client:
        form = {"grant_type": "authorization_code", "client_id": "1000.SIMULATED", "client_secret": CLIENT_SECRET}
        code, late = simulator.accounts.new_code(), simulator.accounts.new_code()
        answers = [client.write("POST", "/oauth/v2/token", data={**form, "code": code}).json() for _ in range(2)]
        assert ["refresh_token" in one for one in answers] == [True, False]
        simulator.clock.sleep(121)
        assert client.write("POST", "/oauth/v2/token", data={**form, "code": late}).json() == {"error": "invalid_code"}
