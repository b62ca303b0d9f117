"""The load: keep-alive connections that send requests built beforehand and check every answer.

A raw protocol instead of an HTTP client, because the load shares two cores with what it measures.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import uvloop

CONNECTIONS = 64
ANSWER_SECONDS = 60
"""A round ends at the latest this long after its time is up."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request as bytes, the answer it must get, and how many punches that answer acknowledges."""

    request: bytes
    status: int
    answer: bytes
    punches: int


@dataclass(slots=True)
class Tally:
    """What a round acknowledged, and in what time."""

    punches: int = 0
    seconds: float = 0.0
    wrong: list[bytes] = field(default_factory=list)


def request(path: str, body: bytes, content_type: str, *headers: str) -> bytes:
    """A POST request."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {content_type}", *headers]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def run(port: int, exchanges: Iterator[Exchange], seconds: float) -> Tally:
    """Send the exchanges over 64 connections until they or the time run out; raises when an answer is wrong."""
    tally = uvloop.run(_round(port, exchanges, seconds))
    if tally.wrong:
        raise RuntimeError(f"{len(tally.wrong)} wrong answers, the first: {tally.wrong[0][:500]!r}")
    return tally


async def _round(port: int, exchanges: Iterator[Exchange], seconds: float) -> Tally:
    loop = asyncio.get_running_loop()
    tally, clients = Tally(), []
    until = time.perf_counter() + seconds
    for _ in range(CONNECTIONS):
        _, client = await loop.create_connection(lambda: _Client(exchanges, tally, until), "127.0.0.1", port)
        clients.append(client)
    started = time.perf_counter()
    for client in clients:
        client.send()
    await asyncio.wait_for(asyncio.gather(*(client.done for client in clients)), seconds + ANSWER_SECONDS)
    tally.seconds = time.perf_counter() - started
    return tally


class _Client(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last one is complete."""

    def __init__(self, exchanges: Iterator[Exchange], tally: Tally, until: float) -> None:
        self._exchanges = exchanges
        self._tally = tally
        self._until = until
        self._received = b""
        self._sent: Exchange | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one only in behaviour

    def send(self) -> None:
        """Send the next request, or end."""
        self._sent = next(self._exchanges, None) if time.perf_counter() < self._until else None
        if self._sent is None:
            self._transport.close()
        else:
            self._transport.write(self._sent.request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, ended, body = self._received.partition(b"\r\n\r\n")
        if ended and len(body) >= _length(head):
            self._received = b""
            self._check(head, body)
            self.send()

    def _check(self, head: bytes, body: bytes) -> None:
        assert self._sent is not None
        if head.startswith(b"HTTP/1.1 %d " % self._sent.status) and body == self._sent.answer:
            self._tally.punches += self._sent.punches
        else:
            self._tally.wrong.append(head + b"\n\n" + body)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if self._sent is not None:
            self._tally.wrong.append(b"the server closed the connection")
        if not self.done.done():
            self.done.set_result(None)


def _length(head: bytes) -> int:
    start = head.lower().find(b"content-length:")
    return int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
