import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx
import pytest

from hub.errors import HubError, SettingsWrong, Throttled, Unavailable, Uncertain
from hub.http import LONGEST_WAIT, READ_ATTEMPTS, Client

URL = "https://erp.example/api"
Answer = httpx.Response | Exception


class Erp:
    """Answers one after the other; the last one again and again."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [httpx.Response(200, json={"ok": 1})]
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def erp() -> Erp:
    return Erp()


@pytest.fixture
def client(erp: Erp) -> Iterator[Client]:
    with Client(URL, auth=("muster", "hunter2"), transport=httpx.MockTransport(erp)) as client:
        yield client


def error_of(call: Callable[..., Any], *words: str, **request: Any) -> HubError:
    with pytest.raises(HubError) as caught:
        call(*words, **request)
    assert "hunter2" not in f"{caught.value.message} {caught.value.detail}"
    return caught.value


FAILURES: dict[str, tuple[Answer, type[HubError], type[HubError]]] = {
    "no connection": (httpx.ConnectError("refused"), Unavailable, Unavailable),
    "no connection in time": (httpx.ConnectTimeout("slow"), Unavailable, Unavailable),
    "no free connection": (httpx.PoolTimeout("busy"), Unavailable, Unavailable),
    "no answer in time": (httpx.ReadTimeout("slow"), Unavailable, Uncertain),
    "cut while sending": (httpx.WriteError("reset"), Unavailable, Uncertain),
    "cut while answering": (httpx.RemoteProtocolError("cut"), Unavailable, Uncertain),
    "half an answer": (httpx.ReadError("reset"), Unavailable, Uncertain),
    "an answer in an odd coding": (httpx.DecodingError("gzip"), Unavailable, Uncertain),
    "broken": (httpx.Response(500), Unavailable, Uncertain),
    "a gateway without its server": (httpx.Response(502), Unavailable, Uncertain),
    "down for now": (httpx.Response(503), Unavailable, Uncertain),
    "a header that cannot be sent": (httpx.LocalProtocolError("Illegal header value b'hunter2'"), SettingsWrong, SettingsWrong),
    "too many requests": (httpx.Response(429), Throttled, Throttled),
    "another address": (httpx.Response(302, headers={"location": "https://login.example/x?token=hunter2"}), SettingsWrong, SettingsWrong),
    "the outcome elsewhere": (httpx.Response(303, headers={"location": "/done"}), SettingsWrong, Uncertain),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "of_read", "of_write"), FAILURES.values(), ids=FAILURES)
def test_a_failure_says_what_it_means_for_what_was_sent(
    client: Client, erp: Erp, answer: Answer, of_read: type[HubError], of_write: type[HubError]
) -> None:
    erp.answers = [answer]
    assert type(error_of(client.read, "GET", "/people")) is of_read
    assert len(erp.requests) == (READ_ATTEMPTS if of_read is Unavailable else 1)
    erp.requests.clear()
    assert type(error_of(client.write, "POST", "/people", json={})) is of_write
    assert len(erp.requests) == 1, "a write is never repeated"


def test_a_read_is_tried_again_until_it_is_answered(client: Client, erp: Erp) -> None:
    erp.answers = [httpx.ReadTimeout("slow"), httpx.Response(503), httpx.Response(200, json={"ok": 1})]
    assert client.read("GET", "/people").json() == {"ok": 1}
    assert len(erp.requests) == 3


@pytest.mark.parametrize("status", [200, 201, 400, 401, 403, 404, 409, 422])
def test_an_answer_that_only_the_connector_understands_is_handed_to_it(client: Client, erp: Erp, status: int) -> None:
    erp.answers = [httpx.Response(status)]
    assert client.read("GET", "/people").status_code == client.write("POST", "/people").status_code == status


WAITS = {"7": 7, "": 60, "soon": 60, "-5": 60, "1.5": 60, "٣": 60, "999999": LONGEST_WAIT, "9" * 30: 60}


@pytest.mark.parametrize(("value", "seconds"), WAITS.items())
def test_how_long_to_wait_is_believed_within_reason(client: Client, erp: Erp, value: str, seconds: int) -> None:
    erp.answers = [httpx.Response(429, headers=[(b"retry-after", value.encode())])]
    error = error_of(client.read, "GET", "/people")
    assert isinstance(error, Throttled)
    assert error.after == seconds


@pytest.mark.parametrize(
    "location", ["https://login.example/x?token=hunter2", "http://erp.example:8080/", "//[broken", ""]
)
def test_a_redirect_is_not_followed_and_shows_where_it_leads_without_secrets(
    client: Client, erp: Erp, location: str
) -> None:
    """Credentials must not be carried to another host."""
    erp.answers = [httpx.Response(301, headers={"location": location})]
    message = error_of(client.write, "POST", "/people").message
    assert message.startswith("erp.example leads on to ")
    assert [str(request.url.host) for request in erp.requests] == ["erp.example"]


def test_cookies_are_not_kept(client: Client, erp: Erp) -> None:
    erp.answers = [httpx.Response(200, headers={"set-cookie": "session=1; Path=/"}), httpx.Response(200)]
    client.read("GET", "/people")
    client.read("GET", "/people")
    assert "cookie" not in erp.requests[1].headers


def test_what_it_sends_is_not_altered_by_the_environment(erp: Erp, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    with Client(URL, headers={"X-Key": "k"}, transport=httpx.MockTransport(erp)) as client:
        client.read("GET", "/people", params={"page": 2})
    (request,) = erp.requests
    assert (str(request.url), request.headers["x-key"]) == ("https://erp.example/api/people?page=2", "k")
    assert "authorization" not in request.headers


BAD: Sequence[tuple[str, dict[str, str]]] = [
    ("ftp://erp.example", {}),
    ("erp.example", {}),
    ("", {}),
    ("https://erp.example", {"X-Key": "hünter2🙂"}),
]


@pytest.mark.parametrize(("url", "headers"), BAD)
def test_what_cannot_be_sent_is_a_setting_to_correct(url: str, headers: dict[str, str]) -> None:
    def ask() -> None:
        # Over the real transport: it is the one that refuses, before anything leaves.
        with Client(url, headers=headers) as client:
            client.read("GET", "/x")

    error = error_of(ask)
    assert isinstance(error, SettingsWrong)
    assert "correct the settings" in error.message
    assert "ünter" not in f"{error.message} {error.detail}"


def test_an_address_that_is_none_is_told_at_once() -> None:
    with pytest.raises(SettingsWrong, match=r"'https://erp\.example:port' is not an address; correct the settings"):
        Client("https://erp.example:port")


def test_addresses_are_not_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        client.read("GET", "/days", params={"token": "hunter2"})
    assert "hunter2" not in caplog.text
