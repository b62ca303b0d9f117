"""`GET /v1/attendance/raw` and `/v1/attendance/processed`: attendance for applications, by page or as a stream."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import Engine
from starlette.requests import Request

from hub.api.attendance_models import End, ProcessedPage, ProcessedQuery, RawPage, RawQuery
from hub.api.attendance_processed import processed_page
from hub.api.attendance_raw import raw_page
from hub.api.problems import MEDIA_TYPE, problem_schema
from hub.api.security import AttendanceReader
from hub.api.state import hub_of

NDJSON = "application/x-ndjson"
STREAMED = 2_000
"""Rows that a stream reads at once."""

Asked = TypeVar("Asked", RawQuery, ProcessedQuery)
Page = RawPage | ProcessedPage

router = APIRouter(prefix="/v1/attendance", tags=["attendance"])

_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"description": what, "content": {MEDIA_TYPE: {"schema": problem_schema()}}}
    for status, what in {
        401: "No key, or an unknown one.",
        403: "The key lacks the scope `attendance:read`.",
        422: "A filter that does not fit, or names nothing; `detail` and `errors` say which.",
        503: "The database cannot be used now; try again.",
    }.items()
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {NDJSON: {"schema": {"type": "string", "description": "A row a line; the last one is `end`."}}}},
    **_ERRORS,
}


@router.get("/raw", response_model=RawPage, responses=_ANSWERS)
async def raw(request: Request, tenant: AttendanceReader, asked: Annotated[RawQuery, Query()]) -> Response:
    """Punches as stored, by their instants, with the corrections to them. Scope `attendance:read`.

    A page may be shorter than `limit`: go on until `next_cursor` is null. Punches that arrive meanwhile never make one
    appear twice or go missing; those that arrive late, before the place that was reached, are found by asking again for
    the same hours. Compare by `kind` and `id`. What a supervisor added has no device and no site, and is left out where
    one of these is asked for.
    """
    return await _answer(request, tenant, asked, raw_page)


@router.get("/processed", response_model=ProcessedPage, responses=_ANSWERS)
async def processed(request: Request, tenant: AttendanceReader, asked: Annotated[ProcessedQuery, Query()]) -> Response:
    """Employee-days as the rules see them now, in the order of their writing. Scope `attendance:read`.

    To keep a copy up to date: read all pages, keep `changed_after` of the last one, and begin with it the next time.
    Nothing is missed; a day that was written again comes again, so keep one row for each `employee` and `work_date`.
    """
    return await _answer(request, tenant, asked, processed_page)


async def _answer(request: Request, tenant: str, asked: Asked, page: Callable[[Engine, str, Asked], Page]) -> Response:
    engine = hub_of(request).engine
    streams = NDJSON in request.headers.get("accept", "")
    wanted = asked.model_copy(update={"limit": STREAMED}) if streams else asked
    # The first page is read in any case before the answer begins: errors still can be told then.
    first = await asyncio.to_thread(page, engine, tenant, wanted)
    if streams:
        return StreamingResponse(_lines(engine, tenant, wanted, page, first), media_type=NDJSON)
    return Response(first.model_dump_json(), media_type="application/json")


def _lines(
    engine: Engine, tenant: str, asked: Asked, read: Callable[[Engine, str, Asked], Page], page: Page
) -> Iterator[str]:
    """Page by page, each from a transaction of its own: a slow reader holds nothing up."""
    rows = 0
    while True:
        yield "".join(f"{one.model_dump_json()}\n" for one in page.items)
        rows += len(page.items)
        if page.next_cursor is None:
            break
        page = read(engine, tenant, asked.model_copy(update={"cursor": page.next_cursor}))
    yield f"{End(rows=rows, changed_after=getattr(page, 'changed_after', None)).model_dump_json()}\n"
