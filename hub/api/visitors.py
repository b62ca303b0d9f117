"""Who may see a page for people: whoever has a link to it, or an API key with the page's scope.

A link is made by `muster link`, or by a page that leads on; a key comes as a header, or typed into the page. Nothing is
remembered of either.
"""

import asyncio
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from hub.api.body import read_body
from hub.api.pages import key_form, page
from hub.api.problems import Problem
from hub.api.security import ATTENDANCE_READ, find_key
from hub.api.state import hub_of
from hub.links import PARAMETER, link_of

BODY_LIMIT = 4_096
_ASKED = "This page needs a fresh link (`muster link` prints one) or an API key."


async def tenant_of(request: Request, subject: str, scope: str = ATTENDANCE_READ) -> str | None:
    """Whose page may be shown to this caller, if any."""
    hub, word = hub_of(request), request.query_params.get(PARAMETER, "")
    if word and (link := await asyncio.to_thread(link_of, hub.engine, word, subject, hub.now())):
        return link.tenant
    key = await _key(request)
    record = await asyncio.to_thread(find_key, hub.engine, key) if key else None
    return record.tenant if record and scope in record.scopes.split() else None


async def _key(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return key.strip()
    if request.method != "POST":
        return ""
    form = parse_qs((await read_body(request, BODY_LIMIT)).decode("latin-1"))
    return form.get("key", [""])[0].strip()


def asks(request: Request, heading: str, scope: str = ATTENDANCE_READ) -> Response:
    """A page that asks for a key; raises `Problem` for who wants JSON."""
    if wants_json(request):
        raise Problem(401, f"{_ASKED} The key needs the scope {scope}.")
    tried = request.method == "POST" or PARAMETER in request.query_params
    text = f"That link or key is not good here. {_ASKED}" if tried else _ASKED
    return key_form(heading, text, scope, 401)


def nothing(request: Request, text: str) -> Response:
    """A page with that sentence; raises `Problem` for who wants JSON."""
    if wants_json(request):
        raise Problem(404, text)
    return page("Nothing to show", text, 404)


def wants_json(request: Request) -> bool:
    """Whether a program asks, and no browser."""
    accepted = request.headers.get("accept", "")
    return "json" in accepted and "text/html" not in accepted
