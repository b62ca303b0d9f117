"""What the Tryton client makes of every kind of answer."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.tryton.client import PAGE, TrytonClient
from connectors.tryton.faults import RowDeniedError, RowRefusedError
from hub.contract import SecretRef
from hub.errors import (
    ContractBroken,
    Locked,
    NotInstalled,
    NotPermitted,
    Reconnect,
    SettingsWrong,
    Throttled,
    Unavailable,
    Uncertain,
)

PASSWORD = "correct-horse"
METHOD = "model.timesheet.line.create"
Answer = Callable[[httpx.Request], httpx.Response]


def error(*args: Any) -> httpx.Response:
    return httpx.Response(200, json={"id": 1, "error": args})


def result(value: Any) -> httpx.Response:
    return httpx.Response(200, json={"id": 1, "result": value})


class Server:
    """Logs anybody in; other calls get the prepared answers in turn, the last one for ever."""

    def __init__(self, *answers: httpx.Response | Answer) -> None:
        self.answers = [*answers]
        self.seen: list[tuple[str, httpx.Request]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        method = json.loads(request.content)["method"]
        self.seen.append((method, request))
        if method == "common.db.login":
            return result([12, f"token{len(self.seen)}", None])
        if method == "common.db.logout":
            return result(None)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer if isinstance(answer, httpx.Response) else answer(request)

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.seen]


def client(server: Answer, tmp_path: Path) -> TrytonClient:
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD)
    transport = httpx.MockTransport(server)
    return TrytonClient("https://tryton.test", "books", "muster", SecretRef(file=str(secret)), transport=transport)


def raising(fault: type[httpx.HTTPError]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        msg = "cut"
        raise fault(msg)

    return answer


def test_the_session_travels_as_tryton_reads_it(tmp_path: Path) -> None:
    server = Server(result([1]))
    with client(server, tmp_path) as one:
        assert one.write(METHOD, []) == [1]
    _, request = server.seen[1]
    assert request.url == "https://tryton.test/books/rpc/"
    kind, _, token = request.headers["authorization"].partition(" ")
    assert (kind, base64.b64decode(token)) == ("Session", b"muster:12:token1")
    assert json.loads(request.content) == {
        "id": 2, "method": METHOD, "params": [[], {"language": "en", "active_test": False}],
    }  # fmt: skip
    assert server.methods == ["common.db.login", METHOD, "common.db.logout"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error("UserError", ["The value is bad.", "Because.", None]), RowRefusedError),
        (error("UserError", ['You are not allowed to create records of "X" because…', "", None]), RowDeniedError),
        (error("UserError", ['You are not allowed to access "Timesheet Line".', "", None]), NotPermitted),
        (error("UserWarning", ["name", "Are you sure?", ""]), RowRefusedError),
        (error("ConcurrencyException", "Records were modified in the meanwhile"), Locked),
        (error("'timesheet.line'", ""), NotInstalled),
        (error("division by zero", ""), Uncertain),
        (httpx.Response(200, text="<html>proxy</html>"), Uncertain),
        (httpx.Response(200, json=[]), Uncertain),
        (httpx.Response(400), ContractBroken),
        (httpx.Response(403), ContractBroken),
        (httpx.Response(404), SettingsWrong),
        (httpx.Response(408), Uncertain),
        (httpx.Response(413), ContractBroken),
        (httpx.Response(302, headers={"location": "https://elsewhere.test"}), SettingsWrong),
        (httpx.Response(429, headers={"retry-after": "7"}), Throttled),
        (httpx.Response(503), Uncertain),
        (raising(httpx.ReadTimeout), Uncertain),
        (raising(httpx.RemoteProtocolError), Uncertain),
        (raising(httpx.ConnectError), Unavailable),
    ],
)
def test_a_write_is_sent_once_and_its_failure_says_the_way_back(
    answer: httpx.Response | Answer, expected: type[Exception], tmp_path: Path
) -> None:
    server = Server(answer)
    one = client(server, tmp_path)
    with pytest.raises(expected) as caught:
        one.write(METHOD, [])
    assert type(caught.value) is expected
    assert PASSWORD not in repr(caught.value)
    assert server.methods.count(METHOD) == 1


@pytest.mark.parametrize(
    ("answer", "expected", "sent"),
    [
        (error("UserError", ["No.", "", None]), NotPermitted, 1),
        (error("'timesheet.line'", ""), NotInstalled, 1),
        (error("division by zero", ""), ContractBroken, 1),
        (httpx.Response(200, text="<html>proxy</html>"), ContractBroken, 1),
        (httpx.Response(503), Unavailable, 3),
        (raising(httpx.ReadTimeout), Unavailable, 3),
    ],
)
def test_a_read_is_repeated_only_where_that_can_help(
    answer: httpx.Response | Answer, expected: type[Exception], sent: int, tmp_path: Path
) -> None:
    server = Server(answer)
    one = client(server, tmp_path)
    with pytest.raises(expected):
        one.read("model.timesheet.line.search_read", [])
    assert len(server.methods) - server.methods.count("common.db.login") == sent


def test_an_expired_session_is_renewed_once_even_for_a_write(tmp_path: Path) -> None:
    server = Server(httpx.Response(401), result([1]))
    assert client(server, tmp_path).write(METHOD, []) == [1]
    assert server.methods == ["common.db.login", METHOD, "common.db.login", METHOD]
    assert server.seen[1][1].headers["authorization"] != server.seen[3][1].headers["authorization"]


def test_a_session_refused_twice_needs_somebody(tmp_path: Path) -> None:
    server = Server(httpx.Response(401))
    with pytest.raises(Reconnect):
        client(server, tmp_path).write(METHOD, [])
    assert server.methods.count(METHOD) == 2


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(401), SettingsWrong),
        (httpx.Response(404), SettingsWrong),
        (httpx.Response(429), Throttled),
        (error("LoginException", ["sms_code", "Code", "char"]), SettingsWrong),
        (result("something"), ContractBroken),
    ],
)
def test_what_can_happen_at_the_log_in(answer: httpx.Response, expected: type[Exception], tmp_path: Path) -> None:
    with pytest.raises(expected) as caught:
        client(lambda _: answer, tmp_path).login()
    assert PASSWORD not in str(caught.value)


def test_closing_hides_nothing(tmp_path: Path) -> None:
    one = client(Server(result(None)), tmp_path)
    one.login()
    one._http._client._transport = httpx.MockTransport(raising(httpx.ConnectError))
    one.close()


def test_pages_go_by_id(tmp_path: Path) -> None:
    pages = [[{"id": n} for n in range(1, PAGE + 1)], [{"id": PAGE + 5}]]
    server = Server(*(result(page) for page in pages))
    found = [*client(server, tmp_path).search_read("timesheet.line", [["date", "=", None]], ["id"])]
    assert len(found) == PAGE + 1
    domains = [json.loads(request.content)["params"][0] for method, request in server.seen[1:]]
    assert domains == [[[["date", "=", None]], ["id", ">", last]] for last in (0, PAGE)]


def test_no_cookie_is_kept(tmp_path: Path) -> None:
    server = Server(httpx.Response(200, json={"id": 1, "result": 1}, headers={"set-cookie": "a=b"}))
    one = client(server, tmp_path)
    one.read("model.x.read")
    one.read("model.x.read")
    assert "cookie" not in server.seen[-1][1].headers
