"""`/explain/{connection}/{date}`: everybody of a work date and what became of it, with a link to each explanation."""

import asyncio
from collections import Counter, defaultdict
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from sqlalchemy import Engine, select
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.api.pages import Link, paragraph, report, table
from hub.api.state import Hub, hub_of
from hub.api.visitors import asks, nothing, tenant_of, wants_json
from hub.database import reading
from hub.delivery.connections import ConnectionConfig, connection_named
from hub.delivery.known import known_entries
from hub.delivery.lines import number_of
from hub.links import PARAMETER, day_page, explanation_page, new_words
from hub.records import AttendanceDay, Employee

SHOWN = 1_000
MINUTES = 30
_COLUMNS = ("employee", "status", "held_back", "entries")

router = APIRouter(include_in_schema=False)


@router.api_route("/explain/{connection}/{day}", methods=["GET", "POST"])
async def explanations(request: Request, connection: str, day: date) -> Response:
    """The employees of a work date; what is opened from here needs no key for a while."""
    tenant = await tenant_of(request, day_page(connection, day))
    if tenant is None:
        return asks(request, f"{connection} on {day}")
    try:
        config = await asyncio.to_thread(_config, hub_of(request).engine, connection, tenant)
    except LookupError as error:
        return nothing(request, str(error.args[0]))
    rows = await asyncio.to_thread(everybody, hub_of(request).engine, config, day)
    return JSONResponse(rows) if wants_json(request) else await asyncio.to_thread(_page, request, config, day, rows)


def _config(engine: Engine, connection: str, tenant: str) -> ConnectionConfig:
    return connection_named(engine, connection, tenant, even_retired=True)


def everybody(engine: Engine, config: ConnectionConfig, day: date) -> list[dict[str, Any]]:
    """Each employee who has that day on a site of the connection: status, why it is held back, entries by state."""
    one, states = AttendanceDay, _states(engine, config, day)
    query = (
        select(col(Employee.number), col(one.status), col(one.blocks_posting), col(one.anomaly_codes))
        .join(Employee, (col(Employee.id) == col(one.employee_id)) & (col(Employee.tenant) == col(one.tenant)))
        .where(col(one.tenant) == config.tenant, col(one.work_date) == day, col(one.site).in_(config.sites))
        .order_by(col(Employee.number))
    )
    with reading(engine) as session:
        return [
            {"employee": number, "status": status, "held_back": codes if held else [], "entries": dict(states[number])}
            for number, status, held, codes in session.connection().execute(query)
        ]


def _states(engine: Engine, config: ConnectionConfig, day: date) -> dict[str, Counter[str]]:
    """How many entries of each employee are in each state."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for key, known in known_entries(engine, config, day, day).items():
        found[number_of(key, day)][known.state.value] += 1
    return found


def _page(request: Request, config: ConnectionConfig, day: date, rows: list[dict[str, Any]]) -> Response:
    shown = rows[:SHOWN]
    pages = [explanation_page(config.name, row["employee"], day) for row in shown]
    words = _words(hub_of(request), config.tenant, pages)
    lines = [
        {**row, "employee": Link(row["employee"], f"{path}?{urlencode({PARAMETER: word})}"), "entries": _said(row)}
        for row, path, word in zip(shown, pages, words, strict=True)
    ]
    about = paragraph(f"Choose somebody to see how it came to this. The links are good for {MINUTES} minutes.")
    more = paragraph(f"… and {len(rows) - SHOWN} more; ask for JSON to have all.") if len(rows) > SHOWN else ""
    return report(f"{config.name} on {day}", about, table("Employees", _COLUMNS, lines), more)


def _words(hub: Hub, tenant: str, pages: list[str]) -> list[str]:
    return new_words(hub.engine, tenant, pages, hub.now(), MINUTES)


def _said(row: dict[str, Any]) -> list[str]:
    return [f"{count} {state}" for state, count in sorted(row["entries"].items())]
