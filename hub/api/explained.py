"""`/plans/{number}` and `/explain/{connection}/{employee}/{date}`: pages for people, JSON for who asks for it."""

import asyncio
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.api.pages import facts, paragraph, report, table
from hub.api.state import hub_of
from hub.api.visitors import asks, nothing, tenant_of, wants_json
from hub.delivery.agreed import saved_plan
from hub.delivery.connections import connection_named
from hub.explain import explain
from hub.links import explanation_page, plan_page
from hub.records import SavedPlan

SHOWN = 1_000
_LINE = ("work_date", "employee", "action", "natural_key", "reason")
_ENTRY = ("connection", "kind", "natural_key", "state", "operation", "refs", "reason")
_RECEIPT = ("entry_key", "push_id", "operation", "outcome", "refs", "reason", "at")
_PAIR = ("seq", "in_at", "out_at", "in_paid", "out_paid", "kind", "imputed")
_PUNCH = ("at", "became", "device", "device_said", "received_at", "punch")
_TIMES = frozenset({"in_at", "out_at", "in_paid", "out_paid", "at"})

router = APIRouter(include_in_schema=False)


@router.api_route("/plans/{number}", methods=["GET", "POST"])
async def plan(request: Request, number: Annotated[int, Path(ge=1, lt=2**31)]) -> Response:
    """A saved plan: what it would do, line by line."""
    tenant = await tenant_of(request, plan_page(number))
    if tenant is None:
        return asks(request, f"Plan {number}")
    found = await asyncio.to_thread(_plan, hub_of(request).engine, tenant, number)
    if found is None:
        return nothing(request, f"There is no plan {number}.")
    return JSONResponse(_plan_document(found)) if wants_json(request) else _plan_report(found)


@router.api_route("/explain/{connection}/{employee:path}/{day}", methods=["GET", "POST"])
async def explanation(request: Request, connection: str, employee: str, day: date) -> Response:
    """An employee-day from the ERP's records down to the punches."""
    heading = f"{employee} on {day}"
    tenant = await tenant_of(request, explanation_page(connection, employee, day))
    if tenant is None:
        return asks(request, heading)
    try:
        found = await asyncio.to_thread(_explained, hub_of(request).engine, tenant, connection, (employee, day))
    except LookupError as error:
        return nothing(request, str(error.args[0]))
    return JSONResponse(found) if wants_json(request) else _explanation_report(heading, connection, found)


def _plan(engine: Engine, tenant: str, number: int) -> SavedPlan | None:
    try:
        found = saved_plan(engine, number)
    except LookupError:
        return None
    return found if found.tenant == tenant else None


def _plan_document(found: SavedPlan) -> dict[str, Any]:
    hidden = {"id", "tenant", "inputs", "state"}
    return {"plan": found.id, **found.model_dump(mode="json", exclude=hidden)}


def _plan_report(found: SavedPlan) -> Response:
    approved = f"{found.approved_by}, {_instant(found.approved_at)}" if found.approved_by else "not approved"
    about = {
        "connection": found.connection,
        "work dates": f"{found.first} to {found.last}",
        "made by": f"{found.made_by}, {_instant(found.made_at)}",
        "approved by": approved,
        "lines": len(found.lines),
    }
    lines = sorted(found.lines, key=lambda one: (one["work_date"], one["employee"], one["natural_key"]))
    more = paragraph(f"… and {len(lines) - SHOWN} more; ask for JSON to have all.") if len(lines) > SHOWN else ""
    return report(f"Plan {found.id}", facts("About", about), table("Lines", _LINE, lines[:SHOWN]), more)


def _explained(engine: Engine, tenant: str, connection: str, which: tuple[str, date]) -> dict[str, Any]:
    connection_named(engine, connection, tenant, even_retired=True)
    found = explain(engine, tenant, *which)
    entries = [one for one in found["entries"] if one["connection"] == connection]
    return {name: _plain(value) for name, value in {**found, "entries": entries}.items()}


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case date():
            return value.isoformat()
    return value


def _explanation_report(heading: str, connection: str, found: dict[str, Any]) -> Response:
    receipts = [{**row, "entry_key": one["entry_key"]} for one in found["entries"] for row in one["receipts"]]
    same = {True: "yes", False: "no: something changed since; process the date again", None: "no such day"}
    return report(
        heading,
        paragraph("From the records in the ERP down to the punches. Instants are UTC."),
        table(f"In {connection}", _ENTRY, found["entries"]),
        table("Receipts", _RECEIPT, _readable(receipts)),
        facts("The day", found["day"] or {}),
        facts("Computed again", {"same": same[found["same_when_computed_again"]]}),
        table("Pairs", _PAIR, _readable(found["pairs"])),
        table("Punches", _PUNCH, found["punches"]),
    )


def _readable(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: _instant(one) if name in _TIMES else one for name, one in row.items()} for row in rows]


def _instant(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"
