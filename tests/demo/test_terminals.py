"""The simulated terminals against a hub made of a function: what they send, what they accept, when they repeat."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date

import httpx
import pytest

from examples.demo.stream import Punch, Terminal, Worker, transmissions
from examples.demo.terminals import TRIES, AdmsTerminal, CamsCloud, NotAcknowledgedError, play
from hub.doors import adms, cams
from hub.doors.punch import Source

AT = 1_788_233_402
SOURCE = Source("TEST-1", "Asia/Kolkata", token="t0ken")
PUNCHES = [Punch(AT + n, f"{n:03}", f"2026-09-01 09:{n // 60:02}:{n % 60:02}", n % 2, 15) for n in range(120)]


class Hub:
    """Answers as the doors say, or with the next of `faults`; remembers requests and the punches taken."""

    def __init__(self, *faults: httpx.Response | Exception, commands: str = "OK") -> None:
        self.faults = list(faults)
        self.commands = commands
        self.requests: list[httpx.Request] = []
        self.taken: dict[bytes, str] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            return fault
        if request.url.path == "/iclock/getrequest":
            return httpx.Response(200, text=self.commands)
        if request.url.path == "/iclock/devicecmd":
            return httpx.Response(200, text="OK")
        if request.method == "GET":
            return httpx.Response(200, content=adms.handshake(SOURCE, AT, request.url.params["pushver"]).body)
        if request.url.path.startswith("/callback"):
            parsed = cams.callback(request.content, SOURCE, AT)
        else:
            parsed = adms.upload(request.url.params["table"], request.content, SOURCE, AT)
        self.taken |= {punch.key: punch.user for punch in parsed.punches}
        return httpx.Response(parsed.reply.status, content=parsed.reply.body)


async def at_once(_: float) -> None:
    """Waits for nothing."""


def client(hub: Hub) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(hub), base_url="http://hub.example")


def with_adms(hub: Hub, act: Callable[[AdmsTerminal], Awaitable[object]]) -> AdmsTerminal:
    async def run() -> AdmsTerminal:
        async with client(hub) as http:
            terminal = AdmsTerminal(http, "TEST-1", at_once)
            await act(terminal)
            return terminal

    return asyncio.run(run())


def with_cams(hub: Hub, act: Callable[[CamsCloud], Awaitable[object]], token: str = "t0ken") -> CamsCloud:
    async def run() -> CamsCloud:
        async with client(hub) as http:
            cloud = CamsCloud(http, "/callback/acme/secret", "TEST-1", token, "Asia/Kolkata", at_once=4, wait=at_once)
            await act(cloud)
            return cloud

    return asyncio.run(run())


def test_handshake() -> None:
    hub, options = Hub(), {}

    async def act(terminal: AdmsTerminal) -> None:
        options.update(await terminal.handshake())

    with_adms(hub, act)
    assert (options["TimeZone"], options["ATTLOGStamp"]) == ("330", "0")
    assert dict(hub.requests[0].url.params)["options"] == "all"


@pytest.mark.parametrize("answer", [httpx.Response(404), httpx.Response(200, text=""), httpx.Response(200, json={})])
def test_a_handshake_that_is_none(answer: httpx.Response) -> None:
    with pytest.raises(NotAcknowledgedError, match="handshake"):
        with_adms(Hub(answer), lambda terminal: terminal.handshake())


def test_attlog_goes_in_batches() -> None:
    hub = Hub()
    terminal = with_adms(hub, lambda terminal: terminal.send(PUNCHES))
    assert [request.content.count(b"\n") for request in hub.requests] == [50, 50, 20]
    assert hub.requests[0].content.startswith(b"000\t2026-09-01 09:00:00\t0\t15\t")
    assert (terminal.sent, len(hub.taken)) == (3, 120)


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("down"),
        httpx.Response(503),
        httpx.Response(200, text="OK"),
        httpx.Response(200, text="OK:49"),
        httpx.Response(200, json={"status": "done"}),
        httpx.Response(500, text="OK:50"),
    ],
)
def test_a_batch_without_its_acknowledgement_is_sent_again(fault: httpx.Response | Exception) -> None:
    hub = Hub(fault, fault)
    terminal = with_adms(hub, lambda terminal: terminal.send(PUNCHES[:50]))
    assert len({request.content for request in hub.requests}) == 1
    assert (terminal.sent, len(hub.requests), len(hub.taken)) == (3, 3, 50)


def test_a_terminal_that_is_never_acknowledged_says_so() -> None:
    hub = Hub(*[httpx.Response(503, text="busy")] * TRIES)
    with pytest.raises(NotAcknowledgedError, match="503 b'busy'"):
        with_adms(hub, lambda terminal: terminal.send(PUNCHES[:1]))
    assert len(hub.requests) == TRIES


def test_heartbeat_without_commands() -> None:
    hub = Hub()
    with_adms(hub, lambda terminal: terminal.heartbeat())
    assert [request.url.path for request in hub.requests] == ["/iclock/getrequest"]


def test_heartbeat_reports_commands_and_obeys_check() -> None:
    hub = Hub(commands="C:1:CHECK\nC:2:DATA QUERY USERINFO PIN=1\n")
    with_adms(hub, lambda terminal: terminal.heartbeat())
    assert [request.url.path for request in hub.requests] == [
        "/iclock/getrequest",
        "/iclock/devicecmd",
        "/iclock/cdata",
    ]
    assert hub.requests[1].content == b"ID=1&Return=0&CMD=CHECK\nID=2&Return=0&CMD=DATA\n"


def test_the_cloud_calls_back_once_a_punch() -> None:
    hub = Hub()
    cloud = with_cams(hub, lambda cloud: cloud.send(PUNCHES))
    assert (cloud.sent, len(hub.requests), len(hub.taken)) == (120, 120, 120)
    request = next(request for request in hub.requests if b'"001"' in request.content)
    assert (request.url.path, request.url.params["stgid"]) == ("/callback/acme/secret", "TEST-1")
    punch = json.loads(request.content)["RealTime"]["PunchLog"]
    assert punch == {
        "Type": "CheckOut",
        "InputType": "Face",
        "UserId": "001",
        "LogTime": "2026-09-01 09:00:01 GMT +0530",
    }


@pytest.mark.parametrize("fault", [httpx.ReadTimeout("slow"), httpx.Response(500), httpx.Response(200, text="ok")])
def test_a_callback_without_its_acknowledgement_is_sent_again(fault: httpx.Response | Exception) -> None:
    hub = Hub(fault)
    cloud = with_cams(hub, lambda cloud: cloud.send(PUNCHES[:3]))
    assert (cloud.sent, len(hub.taken)) == (4, 3)


def test_one_failing_callback_does_not_stop_the_others() -> None:
    hub = Hub(*[httpx.Response(500)] * 4 * TRIES)
    with pytest.raises(NotAcknowledgedError):
        with_cams(hub, lambda cloud: cloud.send(PUNCHES))
    assert len(hub.taken) == 116


def test_a_cloud_with_the_wrong_token_is_never_acknowledged() -> None:
    with pytest.raises(NotAcknowledgedError, match="403"):
        with_cams(Hub(), lambda cloud: cloud.send(PUNCHES[:1]), token="wrong")


def test_a_stream_played_twice_leaves_each_punch_once() -> None:
    worker = Worker("0042", "TEST-1", 540, 1080)
    sent = transmissions([worker], [Terminal("TEST-1", "Asia/Kolkata")], date(2026, 9, 1), date(2026, 9, 30), seed=1)
    hub = Hub(httpx.Response(503), httpx.ReadTimeout("lost answer"))

    async def twice(terminal: AdmsTerminal) -> None:
        await play(sent, {"TEST-1": terminal})
        await play(sent, {"TEST-1": terminal})

    with_adms(hub, twice)
    assert len(hub.taken) == len({punch for one in sent for punch in one.punches})
