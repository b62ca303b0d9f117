"""Simulated terminals: they speak real HTTP, keep what is not acknowledged, and send it again."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol

import httpx

from examples.demo.stream import FACE, Punch, Transmission
from hub.zones import offset_s

BATCH: Final = 50
TRIES: Final = 5
RESEND_AFTER_S: Final = 5
"""Without its acknowledgement a real terminal sends the same body about every five seconds."""

Wait = Callable[[float], Awaitable[None]]

_HEADERS: Final = {"User-Agent": "iClock Proxy/1.09", "Content-Type": "text/plain"}
_TYPES: Final = {0: "CheckIn", 1: "CheckOut"}


class NotAcknowledgedError(Exception):
    """The hub did not say what the terminal waits for, however often it sent."""


class Sender(Protocol):
    """Whatever can carry punches to the hub."""

    async def send(self, punches: Sequence[Punch]) -> None:
        """Return when all of them are acknowledged."""


async def _until_acknowledged(
    ask: Callable[[], Awaitable[httpx.Response]], right: Callable[[httpx.Response], bool], wait: Wait
) -> int:
    """Ask until the answer is right; how many times that took."""
    last = ""
    for attempt in range(1, TRIES + 1):
        try:
            answer = await ask()
        except httpx.TransportError as error:
            last = type(error).__name__
        else:
            if right(answer):
                return attempt
            last = f"{answer.status_code} {answer.content[:80]!r}"
        if attempt < TRIES:
            await wait(RESEND_AFTER_S)
    raise NotAcknowledgedError(f"sent {TRIES} times; the last answer was {last}")


class AdmsTerminal:
    """A ZKTeco or eSSL attendance terminal. `client.base_url` is the hub; `sent` counts requests with punches."""

    def __init__(self, client: httpx.AsyncClient, serial: str, wait: Wait = asyncio.sleep) -> None:
        """A terminal that is switched off until `handshake`."""
        self._client = client
        self._serial = serial
        self._wait = wait
        self.sent = 0

    async def handshake(self) -> dict[str, str]:
        """Ask for the options, as after power-on."""
        more = {"options": "all", "language": "69", "pushver": "2.4.1", "DeviceType": "att", "PushOptionsFlag": "1"}
        answer = await self._client.get("/iclock/cdata", params={"SN": self._serial, **more}, headers=_HEADERS)
        first, *lines = answer.text.splitlines() or [""]
        if answer.status_code != 200 or first != f"GET OPTION FROM: {self._serial}":
            raise NotAcknowledgedError(f"the handshake was answered {answer.status_code} {first[:80]!r}")
        return {key: value for key, _, value in (line.partition("=") for line in lines)}

    async def send(self, punches: Sequence[Punch]) -> None:
        """Upload ATTLOG lines in batches; the whole batch again when it is not acknowledged."""
        for start in range(0, len(punches), BATCH):
            await self._upload(punches[start : start + BATCH])

    async def _upload(self, batch: Sequence[Punch]) -> None:
        body = "".join(f"{one.badge}\t{one.shown}\t{one.state}\t{one.verify}\t0\t0\t0\n" for one in batch).encode()
        query = {"SN": self._serial, "table": "ATTLOG", "Stamp": "9999"}
        self.sent += await _until_acknowledged(
            lambda: self._client.post("/iclock/cdata", params=query, content=body, headers=_HEADERS),
            lambda answer: answer.status_code == 200 and answer.content == b"OK:%d" % len(batch),
            self._wait,
        )

    async def heartbeat(self) -> list[str]:
        """Ask for commands, report each as done, and read the options again if that was asked."""
        answer = await self._client.get("/iclock/getrequest", params={"SN": self._serial}, headers=_HEADERS)
        commands = [line.split(":", 2) for line in answer.text.splitlines() if line.startswith("C:")]
        results = "".join(f"ID={number}&Return=0&CMD={text.split()[0]}\n" for _, number, text in commands)
        if results:
            query = {"SN": self._serial}
            await self._client.post("/iclock/devicecmd", params=query, content=results.encode(), headers=_HEADERS)
        if any(text == "CHECK" for *_, text in commands):
            await self.handshake()
        return [text for *_, text in commands]


class CamsCloud:
    """The vendor's cloud for one service tag: one JSON a punch, several at once, each until acknowledged."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        path: str,
        stgid: str,
        token: str,
        zone: str,
        *,
        ack: bytes = b'{"status":"done"}',
        at_once: int = 16,
        wait: Wait = asyncio.sleep,
    ) -> None:
        """`path` is the callback's, such as `/callback/<tenant>/<secret>`."""
        self._client = client
        self._path = path
        self._stgid = stgid
        self._token = token
        self._zone = zone
        self._ack = ack
        self._free = asyncio.Semaphore(at_once)
        self._wait = wait
        self._operations = itertools.count(1)
        self.sent = 0

    async def send(self, punches: Sequence[Punch]) -> None:
        """Call back once a punch; all are tried before the first failure is raised."""
        results = await asyncio.gather(*map(self._call, punches), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _call(self, punch: Punch) -> None:
        document = self._document(punch)
        async with self._free:
            self.sent += await _until_acknowledged(
                lambda: self._client.post(self._path, params={"stgid": self._stgid}, json=document),
                lambda answer: answer.status_code == 200 and answer.content == self._ack,
                self._wait,
            )

    def _document(self, punch: Punch) -> dict[str, object]:
        sign, minutes = ("-", "+")[(east := offset_s(self._zone, punch.at)) >= 0], abs(east) // 60
        log = {
            "Type": _TYPES.get(punch.state, ""),
            "InputType": "Face" if punch.verify == FACE else "Fingerprint",
            "UserId": punch.badge,
            "LogTime": f"{punch.shown} GMT {sign}{minutes // 60:02}{minutes % 60:02}",
        }
        operation = f"{self._stgid}-{next(self._operations)}"
        return {"RealTime": {"OperationID": operation, "PunchLog": log, "AuthToken": self._token}}


async def play(transmissions: Iterable[Transmission], senders: Mapping[str, Sender]) -> None:
    """Send everything in order, each terminal through its own sender, without waiting for the hours between."""
    for transmission in transmissions:
        await senders[transmission.serial].send(transmission.punches)
