"""Faults at the edge of an HTTP service: an ASGI wrapper that loses, delays, refuses and garbles."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Edge(StrEnum):
    """What becomes of one request. The service carries out only those that say so."""

    CUT_BEFORE = "the connection is cut before the request is read"
    CUT_AFTER = "carried out, and the connection is cut before the answer"
    LATE = "answered 503, and carried out later"
    THROTTLED = "429 with Retry-After"
    THROTTLED_BARE = "429 without Retry-After"
    ERROR_500 = "500, not carried out"
    ERROR_502 = "502 with a page for people, not carried out"
    ERROR_503 = "503, not carried out"
    ERROR_AFTER = "carried out, and answered 500"
    SLOW = "carried out, and the answer takes longer than anybody waits"
    TRUNCATED = "carried out, and the answer ends in its midst"
    PAGE = "carried out, and answered with a page for people"
    STRANGE = "carried out, and answered in an unknown shape"
    UNAUTHORISED = "401 in the midst of a run"
    LOCKED_OUT = "429, and so is everything for five minutes"
    REDIRECTED = "302 to another host"
    PART_REFUSED = "some rows of the request are refused"
    POISONED = "one row makes the service fail with 500, whatever it is sent with"


ROWS = frozenset({Edge.PART_REFUSED, Edge.POISONED})
"""Faults that a service must act out by itself: it finds them in `request.state.fault`."""

RARE = {Edge.SLOW: 40}
"""One in so many of these is used: the client really waits for it."""

LOCK_OUT_SECONDS = 300
_REFUSALS: dict[Edge, tuple[int, dict[str, str], bytes]] = {
    Edge.THROTTLED: (429, {"retry-after": "30"}, b"{}"),
    Edge.THROTTLED_BARE: (429, {}, b"{}"),
    Edge.LOCKED_OUT: (429, {}, b"{}"),
    Edge.ERROR_500: (500, {}, b"{}"),
    Edge.ERROR_502: (502, {"content-type": "text/html"}, b"<html><h1>Bad gateway</h1></html>"),
    Edge.ERROR_503: (503, {}, b""),
    Edge.LATE: (503, {}, b""),
    Edge.UNAUTHORISED: (401, {}, b'{"error": "session expired"}'),
    Edge.REDIRECTED: (302, {"location": "https://elsewhere.invalid/login"}, b""),
}


class CuttableProtocol(HttpToolsProtocol):
    """uvicorn's protocol; a request can have its connection cut, as a failing network would."""

    def on_message_begin(self) -> None:
        """Tell the application how to cut."""
        super().on_message_begin()
        self.scope["extensions"] = {"cut": self.transport.abort}  # type: ignore[dict-item]


@dataclass(slots=True)
class Answer:
    """What the service said."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""


class FaultyEdge:
    """Stands before the service; `choose` names the fault of a request, `later` takes what is carried out late."""

    def __init__(
        self, app: App, choose: Callable[[], Edge | None], later: Callable[[Callable[[], Awaitable[Any]]], None]
    ) -> None:
        self._app = app
        self._choose = choose
        self._later = later

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        body = await _read(receive)
        fault = self._choose()
        scope.setdefault("state", {})["fault"] = fault if fault in ROWS else None
        if fault is Edge.CUT_BEFORE:
            await _cut(scope, receive)
            return
        if fault is Edge.LATE:
            self._later(lambda: self._carry_out(scope, body))
        if fault in _REFUSALS:
            status, headers, content = _REFUSALS[fault]
            await _send(send, Answer(status, [(k.encode(), v.encode()) for k, v in headers.items()], content))
            return
        answer = await self._carry_out(scope, body)
        if fault in (Edge.CUT_AFTER, Edge.TRUNCATED):
            if fault is Edge.TRUNCATED and scope["method"] != "HEAD":  # whose answer is whole without a body
                await _send(send, answer, only=len(answer.body) // 2)
            await _cut(scope, receive)
            return
        if fault is Edge.SLOW:
            await receive()  # until the client has gone
            return
        await _send(send, _garbled(fault, answer))

    async def _carry_out(self, scope: Message, body: bytes) -> Answer:
        answer = Answer()
        given = iter([{"type": "http.request", "body": body}])

        async def receive() -> Message:
            return next(given, {"type": "http.disconnect"})

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message.get("headers", []))
            elif message["type"] == "http.response.body":
                answer.body += message.get("body", b"")

        await self._app({**scope, "state": dict(scope["state"])}, receive, send)
        return answer


def _garbled(fault: Edge | None, answer: Answer) -> Answer:
    match fault:
        case Edge.ERROR_AFTER:
            return Answer(500, [], b"{}")
        case Edge.PAGE:
            return Answer(200, [(b"content-type", b"text/html")], b"<html><p>Maintenance</p></html>")
        case Edge.STRANGE:
            return Answer(answer.status, [(b"content-type", b"application/json")], json.dumps({"odd": [1]}).encode())
        case _:
            return answer


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _send(send: Send, answer: Answer, only: int | None = None) -> None:
    headers = [(key, value) for key, value in answer.headers if key.lower() != b"content-length"]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body[:only], "more_body": only is not None})


async def _cut(scope: Message, receive: Receive) -> None:
    await asyncio.sleep(0)
    scope["extensions"]["cut"]()
    await receive()
