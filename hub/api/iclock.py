"""ADMS terminals: `/iclock/...`, with or without `.aspx`, and below `/t/{tenant}` where two tenants own one serial.

`SN` and `table` are read from the URL only. Problems are answered in plain text, which is all a terminal reads.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.api.body import read_body
from hub.api.metrics import REFUSED
from hub.api.problems import Problem
from hub.api.state import hub_of
from hub.doors import adms
from hub.doors.punch import Reply

BODY_LIMIT = 4 * 1024 * 1024
DOOR = "adms"


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, media_type=reply.content_type)


def _plain(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Problem as problem:
            return _response(adms.text(str(problem.detail), problem.status_code))

    return answer


async def _cdata(request: Request) -> Response:
    hub, query = hub_of(request), request.query_params
    caller = await hub.caller(DOOR, request.path_params.get("tenant"), query.get("SN", ""))
    now = hub.now()
    if request.method == "GET":
        return _response(adms.handshake(caller.source, now, query.get("pushver", "")))
    body = await read_body(request, BODY_LIMIT)
    table = query.get("table", "")
    parsed = adms.upload(table, body, caller.source, now, tablename=query.get("tablename", ""))
    if parsed.error:
        REFUSED.labels(DOOR, parsed.error).inc()
    else:
        await hub.keep(caller, now, parsed)
    return _response(parsed.reply)


async def _getrequest(request: Request) -> Response:
    await hub_of(request).caller(DOOR, request.path_params.get("tenant"), request.query_params.get("SN", ""))
    return _response(adms.getrequest())


async def _devicecmd(request: Request) -> Response:
    hub = hub_of(request)
    caller = await hub.caller(DOOR, request.path_params.get("tenant"), request.query_params.get("SN", ""))
    parsed = adms.devicecmd(await read_body(request, BODY_LIMIT))
    await hub.keep(caller, hub.now(), parsed)
    return _response(parsed.reply)


async def _ping(_request: Request) -> Response:
    return _response(adms.ping())


def routes() -> list[Route]:
    """All ADMS routes."""
    handlers: dict[str, tuple[Callable[[Request], Awaitable[Response]], list[str]]] = {
        "cdata": (_cdata, ["GET", "POST"]),
        "getrequest": (_getrequest, ["GET"]),
        "devicecmd": (_devicecmd, ["POST"]),
        "ping": (_ping, ["GET"]),
    }
    return [
        Route(f"{prefix}/iclock/{name}{suffix}", _plain(handler), methods=methods)
        for prefix in ("", "/t/{tenant}")
        for suffix in ("", ".aspx")
        for name, (handler, methods) in handlers.items()
    ]
