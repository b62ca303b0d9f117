import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from hub.contract import Unmetered
from hub.errors import ContractBroken, Fix, HubError, Reconnect, SettingsWrong, Throttled, Unavailable
from hub.http import Client
from hub.oauth import (
    AuthorizationCode,
    ClientCredentials,
    Failure,
    JwtBearer,
    MemoryTokens,
    OAuth,
    RefreshToken,
    Refusal,
    SamlBearer,
    Token,
)
from hub.oauth.failures import COOL_DOWN_SECONDS, MENDING_SECONDS
from hub.secrets import SecretRef
from tests.oauth.provider import ERP_URL, TOKEN_URL, Provider

Make = Callable[..., OAuth]


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def store(provider: Provider) -> MemoryTokens:
    """A token that ended a while ago."""
    return MemoryTokens(Token("old", provider.now - 10, "refresh-0"))


@pytest.fixture
def make(provider: Provider, store: MemoryTokens, monkeypatch: pytest.MonkeyPatch) -> Make:
    monkeypatch.setenv("CLIENT_WORD", "hunter2")

    def made(grant: Any = None, **given: Any) -> OAuth:
        defaults: dict[str, Any] = {
            "token_url": TOKEN_URL,
            "client_id": "muster",
            "client_secret": SecretRef(env="CLIENT_WORD"),
            "store": store,
            "now": lambda: provider.now,
            "transport": provider.transport(),
        }
        return OAuth(grant or AuthorizationCode(), **defaults | given)

    return made


@pytest.fixture
def get(provider: Provider, make: Make) -> Callable[..., httpx.Response]:
    def got(auth: OAuth | None = None, method: str = "GET", **request: Any) -> httpx.Response:
        with Client(ERP_URL, auth=auth or make(), transport=provider.transport()) as client:
            return client.write(method, "/days", **request) if method != "GET" else client.read(method, "/days")

    return got


def test_a_token_that_ends_soon_is_renewed_before_it_is_used(provider: Provider, store: MemoryTokens, get: Any) -> None:
    for ends_in, refreshes in ((61, 0), (60, 1)):
        provider.asked.clear()
        provider.good, provider.refresh = {"old"}, "refresh-0"
        store.token = Token("old", provider.now + ends_in, "refresh-0")
        assert get().status_code == 200
        assert len(provider.asked) == refreshes


def test_a_refresh_sends_what_rfc_6749_wants_and_keeps_what_is_new(
    provider: Provider, store: MemoryTokens, get: Any
) -> None:
    get()
    assert provider.asked == [
        {"grant_type": "refresh_token", "refresh_token": "refresh-0", "client_id": "muster", "client_secret": "hunter2"}
    ]
    assert store.token == Token(
        "access-1",
        provider.now + 3600,
        "refresh-1",
        {"token_type": "Bearer", "instance_url": ERP_URL},
    )
    assert provider.signed[0] == "Bearer access-1"


def test_a_refresh_token_that_is_not_rotated_stays(provider: Provider, store: MemoryTokens, get: Any) -> None:
    provider.rotates = False
    get()
    assert store.token is not None
    assert store.token.refresh == "refresh-0"


def test_many_threads_with_one_stale_token_refresh_once(provider: Provider, make: Make, get: Any) -> None:
    auth = make()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: get(auth).status_code, range(24)))
    assert answers == [200] * 24
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    ("grant", "form"),
    [
        (ClientCredentials("a,b c"), {"grant_type": "client_credentials", "scope": "a,b c"}),
        (ClientCredentials(), {"grant_type": "client_credentials"}),
        (
            JwtBearer(lambda now: f"jwt-{now}"),
            {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "jwt-1800000000"},
        ),
        (
            SamlBearer(lambda now: f"saml-{now}=="),
            {"grant_type": "urn:ietf:params:oauth:grant-type:saml2-bearer", "assertion": "saml-1800000000=="},
        ),
    ],
)
def test_each_grant_has_its_form(provider: Provider, make: Make, grant: Any, form: dict[str, str]) -> None:
    made = make(grant, client_auth="none", client_secret=None, extra_fields={"company_id": "ACME"})
    assert made.token().access == "access-1"
    assert provider.asked == [{**form, "client_id": "muster", "company_id": "ACME"}]


def test_the_client_can_say_who_it_is_in_a_header(provider: Provider, make: Make) -> None:
    make(ClientCredentials(), client_auth="client_secret_basic").token()
    assert provider.asked == [{"grant_type": "client_credentials"}]
    assert provider.headers[0]["authorization"] == f"Basic {base64.b64encode(b'muster:hunter2').decode()}"


@pytest.mark.parametrize(("said", "seconds"), [(None, 1234), ("900", 900), (0, 1234)])
def test_a_life_that_is_not_told_is_the_default(provider: Provider, make: Make, said: Any, seconds: int) -> None:
    body = {"access_token": "a", "expires_in": said} if said is not None else {"access_token": "a"}
    provider.answers = [httpx.Response(200, json=body)]
    assert make(default_life=1234).token().expires_at == provider.now + seconds


def test_a_life_in_milliseconds_is_not_believed(provider: Provider, make: Make) -> None:
    body = {"access_token": "a", "expires_in": 3_600_000, "expires_in_sec": 3600}
    provider.answers = [httpx.Response(200, json=body)]
    assert make().token().expires_at == provider.now + 3600


def test_a_token_refused_once_is_renewed_and_the_write_repeated(
    provider: Provider, store: MemoryTokens, get: Any
) -> None:
    store.token = Token("withdrawn", provider.now + 3600, "refresh-0")
    assert get(method="POST", content=b"the day").status_code == 200
    assert [one.content for one in provider.erp] == [b"the day", b"the day"]
    assert provider.signed == ["Bearer withdrawn", "Bearer access-1"]
    assert len(provider.asked) == 1


def test_a_repeat_is_asked_of_the_meter_too(provider: Provider, store: MemoryTokens, make: Make, get: Any) -> None:
    store.token = Token("withdrawn", provider.now + 3600, "refresh-0")
    taken: list[int] = []

    class Meter:
        def take(self) -> None:
            taken.append(1)

        def breached(self, after: int) -> None: ...

        def require(self, requests: int) -> None: ...

    with Client(ERP_URL, auth=make(), transport=provider.transport(), meter=Meter()) as client:
        client.read("GET", "/days")
        assert taken == [1, 1]
        client.write("POST", "/days", meter=Unmetered())
        assert taken == [1, 1]


def test_a_token_refused_twice_needs_a_person(provider: Provider, store: MemoryTokens, get: Any) -> None:
    store.token = Token("withdrawn", provider.now + 3600, "refresh-0")
    provider.erp_answers = [httpx.Response(401), httpx.Response(401)]
    with pytest.raises(Reconnect, match=r"erp\.example does not accept a token that was just made"):
        get()
    assert (len(provider.erp), len(provider.asked)) == (2, 1)


def test_of_two_that_were_refused_the_second_takes_the_token_of_the_first(
    provider: Provider, store: MemoryTokens, make: Make, get: Any
) -> None:
    store.token = Token("withdrawn", provider.now + 3600, "refresh-0")
    auth = make()
    flow = auth.auth_flow(httpx.Request("GET", ERP_URL))
    assert next(flow).headers["authorization"] == "Bearer withdrawn"
    get(auth)  # somebody else was faster
    assert flow.send(httpx.Response(401)).headers["authorization"] == "Bearer access-1"
    assert len(provider.asked) == 1


def test_a_provider_without_401_has_its_own_sign(provider: Provider, store: MemoryTokens, make: Make, get: Any) -> None:
    store.token = Token("withdrawn", provider.now + 3600, "refresh-0")
    provider.erp_answers = [httpx.Response(200, json={"code": 7202})]
    auth = make(rejects=lambda answer: "7202" in answer.text, scheme="Zoho-oauthtoken")
    assert get(auth).json() == {"token": "access-1"}
    assert provider.signed[-1] == "Zoho-oauthtoken access-1"


def test_the_rotated_refresh_token_is_kept_before_the_new_token_is_used(
    provider: Provider, store: MemoryTokens, make: Make, get: Any
) -> None:
    class Dies(MemoryTokens):
        def save(self, _token: Token) -> None:
            raise KeyboardInterrupt

    dying = Dies(store.token)
    with pytest.raises(KeyboardInterrupt):
        get(make(store=dying))
    assert (len(provider.asked), provider.erp) == (1, [])
    assert dying.token is store.token


REFUSALS: dict[str, tuple[httpx.Response | Exception, type[HubError], str]] = {
    "the grant is gone": (httpx.Response(400, json={"error": "invalid_grant"}), Reconnect, "authorisation is gone"),
    "no such client": (httpx.Response(401, json={"error": "invalid_client"}), SettingsWrong, "client id and secret"),
    "an unknown no": (httpx.Response(400, json={"error": "odd"}), SettingsWrong, "refuses the refresh token: odd"),
    "a no in a 200": (httpx.Response(200, json={"error": "invalid_client"}), SettingsWrong, "client id and secret"),
    "a no with quotes": (
        httpx.Response(400, json={"error": "invalid_scope", "error_description": 'no "x"\n'}),
        SettingsWrong,
        'invalid_scope (no "x" )',
    ),
    "down": (httpx.Response(503), Unavailable, "gave no answer"),
    "an error of theirs": (httpx.Response(500, json={"error": "server_error"}), Unavailable, "gave no answer"),
    "later": (httpx.Response(400, json={"error": "temporarily_unavailable"}), Unavailable, "gives no token now"),
    "not there": (httpx.ConnectError("refused"), Unavailable, "cannot be reached"),
    "cut": (httpx.ReadError("reset"), Unavailable, "gave no answer"),
    "too many": (httpx.Response(429, headers={"retry-after": "77"}), Throttled, "asks to slow down"),
    "slower": (httpx.Response(400, json={"error": "slow_down"}), Throttled, "asks to slow down"),
    "a page": (httpx.Response(200, text="<h1>Log in</h1>"), ContractBroken, "not answer like a token endpoint"),
    "a page of an error": (httpx.Response(404, text="<h1>No</h1>"), ContractBroken, "not answer like a token"),
    "a list": (httpx.Response(200, json=[1]), ContractBroken, "not answer like a token endpoint"),
    "no token": (httpx.Response(200, json={"status": "ok"}), ContractBroken, "not answer like a token endpoint"),
    "an odd life": (
        httpx.Response(200, json={"access_token": "a", "expires_in": "x"}),
        ContractBroken,
        "not answer like",
    ),
    "elsewhere": (httpx.Response(302, headers={"location": "https://x.example"}), SettingsWrong, "leads on to"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_goes_wrong_at_the_token_endpoint_says_what_to_do(provider: Provider, get: Any, case: str) -> None:
    answer, kind, words = REFUSALS[case]
    provider.answers = [answer]
    with pytest.raises(kind) as caught:
        get()
    assert words in caught.value.message
    assert not any(word in f"{caught.value!r} {caught.value.detail}" for word in ("hunter2", "refresh-0"))
    assert provider.erp == []


@pytest.mark.parametrize("case", sorted(set(REFUSALS) - {"the grant is gone", "too many", "slower"}))
def test_after_a_failure_nobody_asks_for_a_while(provider: Provider, get: Any, case: str) -> None:
    """Longer where time helps than where somebody mends the settings."""
    provider.answers = [REFUSALS[case][0]]
    seconds = MENDING_SECONDS if issubclass(REFUSALS[case][1], Fix) else COOL_DOWN_SECONDS
    for _ in range(3):
        with pytest.raises(HubError):
            get()
        provider.now += seconds // 3 - 1
    assert len(provider.asked) == 1
    provider.now += seconds
    assert get().status_code == 200


def test_a_provider_that_says_how_long_is_believed(provider: Provider, get: Any) -> None:
    provider.answers = [REFUSALS["too many"][0]]
    with pytest.raises(Throttled):
        get()
    provider.now += 76
    with pytest.raises(Throttled) as caught:
        get()
    assert (caught.value.after, len(provider.asked)) == (1, 1)
    provider.now += 1
    assert get().status_code == 200


def test_a_lost_grant_is_asked_for_once_and_only_a_person_ends_that(
    provider: Provider, store: MemoryTokens, get: Any
) -> None:
    provider.revoked = True
    for _ in range(5):
        with pytest.raises(Reconnect, match="Authorise the connection again"):
            get()
        provider.now += 86_400
    assert len(provider.asked) == 1
    provider.revoked = False
    store.save(Token("access-9", provider.now + 3600, "refresh-9"))
    provider.good = {"access-9"}
    assert get().status_code == 200


def test_a_refused_assertion_is_a_setting_and_not_a_persons_grant(provider: Provider, make: Make) -> None:
    provider.revoked = True
    auth = make(JwtBearer(str))
    with pytest.raises(SettingsWrong, match="refuses the JWT bearer: invalid_grant"):
        auth.token()
    provider.revoked = False
    provider.now += COOL_DOWN_SECONDS
    assert auth.token().access == "access-2"


def test_who_stops_asking_persons_is_not_held_up_by_what_a_person_did_not_do(
    provider: Provider, store: MemoryTokens, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.failed(Failure("reconnect", "Nobody has authorised."))
    monkeypatch.setenv("REFRESH", "refresh-0")
    with pytest.raises(Reconnect):
        make().token()
    assert make(RefreshToken(SecretRef(env="REFRESH"))).token().access == "access-1"
    assert provider.asked[0]["refresh_token"] == "refresh-0"


def test_a_connector_can_say_what_its_provider_means(provider: Provider, store: MemoryTokens, make: Make) -> None:
    def reads(refusal: Refusal) -> HubError | None:
        return Throttled("Zoho asks to wait.", after=600) if refusal.error == "Access Denied" else None

    body = {"error_description": "You have made too many requests continuously.", "error": "Access Denied"}
    provider.answers = [httpx.Response(400, json=body)]
    with pytest.raises(Throttled):
        make(reads=reads).token()
    assert store.failure == Failure("throttled", "Zoho asks to wait.", provider.now + 600)


def test_without_an_authorisation_nobody_is_asked(provider: Provider, make: Make) -> None:
    for token in (None, Token("online-only", provider.now - 1)):
        with pytest.raises(Reconnect, match="Nobody has authorised this connection yet"):
            make(store=MemoryTokens(token)).token()
    assert provider.asked == []


def test_a_token_does_not_show_itself() -> None:
    token = Token("access-1", 1, "refresh-1", {"signature": "hunter2"})
    assert not any(word in f"{token!r}" for word in ("access-1", "refresh-1", "hunter2"))
