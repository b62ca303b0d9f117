"""Who is calling the API: a bearer key of one tenant."""

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Engine
from sqlmodel import col, select
from starlette.requests import Request

from hub.api.problems import Problem
from hub.api.state import hub_of
from hub.database import reading
from hub.records import ApiKey

PUNCHES_WRITE, CONNECTIONS_READ, ATTENDANCE_READ = "punches:write", "connections:read", "attendance:read"
CONNECTIONS_AUTHORISE = "connections:authorise"
SCOPES = (PUNCHES_WRITE, CONNECTIONS_READ, CONNECTIONS_AUTHORISE, ATTENDANCE_READ)

_bearer = HTTPBearer(auto_error=False, description="A key made by `muster key`.")


def new_key(tenant: str, name: str, scopes: str) -> tuple[str, ApiKey]:
    """A fresh key to show once, and the record to keep of it."""
    key = f"muster_{secrets.token_urlsafe(32)}"
    return key, ApiKey(tenant=tenant, name=name, sha256=_digest(key), scopes=scopes)


def _digest(key: str) -> str:
    # The key is 256 random bits: a plain digest cannot be turned back, and the look-up by it leaks no timing of use.
    return hashlib.sha256(key.encode()).hexdigest()


def tenant_with(scope: str) -> Callable[..., Awaitable[str]]:
    """A dependency: the tenant whose key with that scope was sent; 401 and 403 otherwise."""

    async def tenant(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
        record = await asyncio.to_thread(find_key, hub_of(request).engine, given.credentials) if given else None
        if record is None:
            raise Problem(401, "Send `Authorization: Bearer <key>` with a key made by `muster key`.")
        if scope not in record.scopes.split():
            raise Problem(403, f"This key lacks the scope {scope}.")
        return record.tenant

    return tenant


def find_key(engine: Engine, key: str) -> ApiKey | None:
    """The record of a key, if it is one."""
    with reading(engine) as session:
        return session.exec(select(ApiKey).where(col(ApiKey.sha256) == _digest(key))).first()


Writer = Annotated[str, Depends(tenant_with(PUNCHES_WRITE))]
AttendanceReader = Annotated[str, Depends(tenant_with(ATTENDANCE_READ))]
