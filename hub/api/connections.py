"""`/connections`: for people, how the connections stand, and where to authorise those that need a person for it.

It carries no right itself, so Dagster may lead here: it asks for an API key, and its links last as long as those of
`muster connect`.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response

from hub.api.pages import Link, paragraph, report, table
from hub.api.security import CONNECTIONS_AUTHORISE
from hub.api.state import hub_of
from hub.api.visitors import asks, tenant_of
from hub.connecting import make_link
from hub.delivery.connections import ConnectionConfig, connections, open_connector
from hub.errors import HubError
from hub.links import CONNECTIONS_PAGE
from hub.token_states import TokenState, token_states

_COLUMNS = ("connection", "connector", "state", "authorise")

router = APIRouter(include_in_schema=False)


@router.api_route(CONNECTIONS_PAGE, methods=["GET", "POST"])
async def standing(request: Request) -> Response:
    """The tenant's connections, a line each."""
    tenant = await tenant_of(request, CONNECTIONS_PAGE, CONNECTIONS_AUTHORISE)
    if tenant is None:
        return asks(request, "Connections", CONNECTIONS_AUTHORISE)
    hub = hub_of(request)
    rows = await asyncio.to_thread(_rows, hub.engine, tenant, hub.now())
    if not rows:
        return report("Connections", paragraph(f"{tenant} has no connections yet."))
    return report("Connections", table(f"Of {tenant}", _COLUMNS, rows))


def _rows(engine: Engine, tenant: str, now: int) -> list[dict[str, Any]]:
    tokens = {one.connection: one for one in token_states(engine, tenant)}
    there = [one for one in connections(engine, tenant) if one.retired_at is None]
    return [_row(engine, config, tokens.get(config.name), now) for config in there]


def _row(engine: Engine, config: ConnectionConfig, token: TokenState | None, now: int) -> dict[str, Any]:
    row: dict[str, Any] = {"connection": config.name, "connector": config.connector, "state": state_of(token)}
    try:
        if open_connector(config, engine).authorisation() is None:
            return row if token else {**row, "state": "needs nobody to authorise it"}
        return {**row, "authorise": Link("in the browser", make_link(engine, config.tenant, config.name, now))}
    except HubError as error:
        return {**row, "authorise": error.message}  # how it stands is true all the same


def state_of(token: TokenState | None) -> str:
    """In a sentence: connected until when, or what somebody must do."""
    if token is None:
        return "not authorised yet"
    if token.needs_reconnecting:
        return f"needs reconnecting: {token.message}"
    if not token.connected:
        return token.message or "not authorised yet"
    until = datetime.fromtimestamp(token.expires_at, UTC)
    return (
        f"connected; its token lasts until {until:%Y-%m-%d %H:%M} UTC and is renewed by itself. {token.message}".strip()
    )
