"""The CAMS, Minop and nialabs callback: `POST /callback/{tenant}/{secret}?stgid=`.

The word in the path belongs to the source, because the token in the body is all these clouds offer besides.
"""

import hmac

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.api.body import read_body
from hub.api.metrics import REFUSED
from hub.api.problems import Problem
from hub.api.state import hub_of
from hub.doors import cams

BODY_LIMIT = 256 * 1024
DOOR = "cams"


async def _callback(request: Request) -> Response:
    hub, path = hub_of(request), request.path_params
    caller = await hub.caller(DOOR, path["tenant"], request.query_params.get("stgid", ""))
    if not caller.secret or not hmac.compare_digest(caller.secret.encode(), path["secret"].encode()):
        REFUSED.labels(DOOR, "wrong_secret").inc()
        raise Problem(403, "The secret in the URL is wrong; set the callback URL of this service tag again.")
    body = await read_body(request, BODY_LIMIT)
    now = hub.now()
    parsed = cams.callback(body, caller.source, now)
    if parsed.error:
        REFUSED.labels(DOOR, parsed.error).inc()
    else:
        await hub.keep(caller, now, parsed)
    return Response(parsed.reply.body, parsed.reply.status, media_type=parsed.reply.content_type)


def routes() -> list[Route]:
    """The callback route."""
    return [Route("/callback/{tenant}/{secret}", _callback, methods=["POST"])]
