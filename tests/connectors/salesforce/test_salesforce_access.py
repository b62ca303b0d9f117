"""Logging in to Salesforce by each grant, against token endpoint and signatures of the simulated org."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from connectors.salesforce.access import assertion_for
from connectors.salesforce.connector import SalesforceConnector
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.simulator import CLIENT_ID, SECRET, USER, VARIABLE, SalesforceSimulator
from hub.contract import SecretRef
from hub.errors import HubError, NotPermitted, Reconnect, SettingsWrong, Throttled
from hub.oauth import MemoryTokens, Token

KEY_VARIABLE = "MUSTER_TEST_SALESFORCE_KEY"


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return RSAKey.generate_key(2048)


@pytest.fixture(scope="module")
def served(key: RSAKey) -> Iterator[SalesforceSimulator]:
    simulator = SalesforceSimulator()
    simulator.app_known.certificate = key.as_pem(private=False)
    with simulator.running():
        yield simulator


@pytest.fixture
def org(served: SalesforceSimulator, key: RSAKey, monkeypatch: pytest.MonkeyPatch) -> Iterator[SalesforceSimulator]:
    monkeypatch.setenv(KEY_VARIABLE, key.as_pem(private=True).decode())
    served.reset(["1"], [])
    yield served
    served.app_known.approved, served.sessions.rotates = True, False
    served.sessions.wall = SalesforceSimulator().sessions.wall


def settings(org: SalesforceSimulator, **given: Any) -> SalesforceSettings:
    return SalesforceSettings.model_validate({**org.settings(), **given})


def by_key(org: SalesforceSimulator, **given: Any) -> SalesforceSettings:
    signed = {"grant": "jwt_bearer", "user": USER, "private_key": {"env": KEY_VARIABLE}, "client_secret": None}
    return settings(org, **{**signed, **given})


def people(given: SalesforceSettings, tokens: MemoryTokens | None = None) -> list[str]:
    with SalesforceConnector(given) as connector:
        connector.tokens = tokens or connector.tokens
        return [one.ref for one in connector.employees()]


def test_an_assertion_says_who_for_three_minutes_at_most(org: SalesforceSimulator, key: RSAKey) -> None:
    token = jwt.decode(assertion_for(by_key(org))(1_800_000_000), key, algorithms=["RS256"])
    assert token.header["alg"] == "RS256"
    assert token.claims == {
        "iss": CLIENT_ID, "sub": USER, "aud": "https://login.salesforce.com", "exp": 1_800_000_170,
    }  # fmt: skip


def test_a_certificate_logs_in_and_an_ended_session_is_signed_anew(org: SalesforceSimulator) -> None:
    with SalesforceConnector(by_key(org)) as connector:
        for _ in range(2):
            assert [one.ref for one in connector.employees()] == ["E1"]
            org.sessions.expire()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"user": "other@works.example"}, NotPermitted, "admin approved users"),
        ({"login_url": "https://test.salesforce.com"}, SettingsWrong, "login_url is not that of the org"),
        ({"client_id": "unknown"}, SettingsWrong, "client id"),
    ],
)
def test_a_refused_assertion_says_what_to_set(
    org: SalesforceSimulator, change: dict[str, str], error: type[HubError], message: str
) -> None:
    with pytest.raises(error, match=message):
        people(by_key(org, **change))


def test_another_key_than_the_certificates_is_told(org: SalesforceSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, RSAKey.generate_key(2048).as_pem(private=True).decode())
    with pytest.raises(SettingsWrong, match="do not belong together"):
        people(by_key(org))


def test_a_clock_that_is_behind_is_told(org: SalesforceSimulator) -> None:
    org.sessions.wall = lambda: 4_000_000_000
    with pytest.raises(SettingsWrong, match="set this machine's clock right"):
        people(by_key(org))


def test_a_key_that_is_none_is_not_shown(org: SalesforceSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----")
    with pytest.raises(SettingsWrong, match="not an RSA key in PEM form") as caught:
        people(by_key(org))
    assert "hush" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_a_secret_logs_in_and_a_wrong_one_is_told(org: SalesforceSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    assert people(settings(org)) == ["E1"]
    monkeypatch.setenv(VARIABLE, "wrong")
    with pytest.raises(SettingsWrong, match="Correct client id and secret") as caught:
        people(settings(org))
    assert "wrong" not in str(caught.value)


def authorised(org: SalesforceSimulator, given: SalesforceSettings) -> Token:
    """A person opens the link, and the code is redeemed."""
    with SalesforceConnector(given) as connector:
        way = connector.authorisation()
    assert way is not None
    assert way.scope == "api refresh_token"
    verifier = "v" * 64
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {"response_type": "code", "client_id": way.client_id, "redirect_uri": "https://hub.example/back", "state": "s",
             "code_challenge": challenge, "code_challenge_method": "S256"}  # fmt: skip
    back = httpx.get(way.authorize_url, params=asked, trust_env=False).headers["location"]
    code = httpx.URL(back).params["code"]
    form = {"grant_type": "authorization_code", "code": code, "client_id": way.client_id, "client_secret": SECRET}
    assert httpx.post(way.token_url, data={**form, "code_verifier": "x"}, trust_env=False).status_code == 400
    back = httpx.get(way.authorize_url, params=asked, trust_env=False).headers["location"]
    form["code"] = httpx.URL(back).params["code"]
    told = httpx.post(way.token_url, data={**form, "code_verifier": verifier}, trust_env=False).json()
    return Token(told["access_token"], 4_000_000_000, told["refresh_token"])


@pytest.mark.parametrize("rotates", [False, True])
def test_a_person_authorises_once_and_the_token_is_refreshed(org: SalesforceSimulator, rotates: bool) -> None:
    given = settings(org, grant="authorization_code")
    with pytest.raises(Reconnect, match="Nobody has authorised"):
        people(given)
    tokens = MemoryTokens(authorised(org, given))
    org.sessions.rotates = rotates
    first = tokens.token
    for _ in range(2):
        org.sessions.expire()
        assert people(given, tokens) == ["E1"]
    assert tokens.token is not None
    assert first is not None
    assert (tokens.token.refresh != first.refresh) is rotates
    org.sessions.refreshing.clear()
    org.sessions.expire()
    with pytest.raises(Reconnect, match="Authorise the connection again"):
        people(given, tokens)


def test_the_other_grants_need_nobody_in_a_browser(org: SalesforceSimulator) -> None:
    with SalesforceConnector(by_key(org)) as connector:
        assert connector.authorisation() is None


@pytest.mark.parametrize(
    ("told", "error", "message"),
    [
        ({"error": "inactive_user", "error_description": "user is inactive"}, NotPermitted, "activate it"),
        ({"error": "invalid_grant", "error_description": "user is locked"}, NotPermitted, "unlock it"),
        ({"error": "invalid_grant", "error_description": "no client credentials user enabled"}, SettingsWrong, "run as"),
        ({"error": "invalid_app_access", "error_description": "user is not admin approved to access this app"},
         NotPermitted, "permission set"),
        ({"error": "rate_limit_exceeded", "error_description": "login rate exceeded"}, Throttled, "less often"),
        ({"error": "invalid_grant", "error_description": "request not supported on this domain"}, SettingsWrong,
         "My Domain"),
    ],
)  # fmt: skip
def test_a_refusal_of_a_token_says_what_to_do(
    told: dict[str, str], error: type[HubError], message: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("s", encoding="utf-8")
    given = {
        "url": "https://acme.my.salesforce.com",
        "client_id": "c",
        "client_secret": SecretRef(file=str(tmp_path / "secret")),
    }
    with (
        SalesforceConnector(
            SalesforceSettings.model_validate(given),
            transport=httpx.MockTransport(lambda _request: httpx.Response(400, json=told)),
        ) as connector,
        pytest.raises(error, match=message),
    ):
        [*connector.employees()]
