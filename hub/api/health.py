"""Is it alive, and can it take punches?"""

import asyncio

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from hub.api.problems import Problem
from hub.api.state import hub_of
from hub.database import is_current

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> dict[str, str]:
    """The database answers and has the schema of this version; 503 otherwise."""
    try:
        current = await asyncio.to_thread(is_current, hub_of(request).engine)
    except SQLAlchemyError as error:
        raise Problem(503, "The database cannot be reached.") from error
    if not current:
        raise Problem(503, "The database has another schema; run `muster migrate`.")
    return {"status": "ready"}
