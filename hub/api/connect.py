"""Authorising a connection in a browser, and how the connections stand.

`/connect` is open to whoever has a link made by `muster connect`; `/v1/connections` needs an API key.
"""

import asyncio
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from hub.api.pages import page
from hub.api.security import CONNECTIONS_READ, tenant_with
from hub.api.state import hub_of
from hub.connecting import MINUTES, Finishing, begin, public_url
from hub.errors import HubError, Wait
from hub.token_states import token_states

COOKIE = "muster_connect"
PATH = "/connect"

router = APIRouter(tags=["connections"])


@router.get("/connect/callback", include_in_schema=False)
async def callback(request: Request) -> Response:
    """Where the provider sends the browser back to."""
    hub = hub_of(request)
    finishing = Finishing(hub.engine, hub.now)
    browser = request.cookies.get(COOKIE, "")
    try:
        _, connection, token = await asyncio.to_thread(finishing.finish, dict(request.query_params), browser)
    except HubError as error:
        return _failed(error)
    until = datetime.fromtimestamp(token.expires_at, UTC)
    text = f"The token lasts until {until:%Y-%m-%d %H:%M} UTC and is renewed by itself. You may close this page."
    return _without_cookie(page(f"{connection} is connected", text))


@router.get("/connect/{connection}", include_in_schema=False)
async def connect(request: Request, connection: str, link: str = "") -> Response:
    """Send the browser to the provider."""
    hub = hub_of(request)
    try:
        begun = await asyncio.to_thread(begin, hub.engine, connection, link, hub.now())
    except HubError as error:
        return _failed(error)
    answer = RedirectResponse(begun.url, 302, {"cache-control": "no-store", "referrer-policy": "no-referrer"})
    secure = urlsplit(public_url()).scheme == "https"
    # Lax: it must come along when the provider leads back here.
    answer.set_cookie(COOKIE, begun.browser, MINUTES * 60, path=PATH, secure=secure, httponly=True, samesite="lax")
    return answer


def _failed(error: HubError) -> Response:
    return _without_cookie(page("Not connected", error.message, 503 if isinstance(error, Wait) else 400))


def _without_cookie(answer: HTMLResponse) -> Response:
    answer.delete_cookie(COOKIE, path=PATH)
    return answer


class ConnectionState(BaseModel):
    """A connection that needs a token."""

    connection: str
    connected: bool
    needs_reconnecting: bool
    expires_at: int
    saved_at: int
    message: str


Reader = Annotated[str, Depends(tenant_with(CONNECTIONS_READ))]


@router.get("/v1/connections")
async def states(
    request: Request, tenant: Reader, connection: Annotated[str | None, Query(description="Only this one.")] = None
) -> list[ConnectionState]:
    """Which connections have a token, until when (UTC seconds), and which need a person. Scope `connections:read`."""
    found = await asyncio.to_thread(token_states, hub_of(request).engine, tenant)
    wanted = [one for one in found if connection in (None, one.connection)]
    return [ConnectionState.model_validate(one, from_attributes=True) for one in wanted]
