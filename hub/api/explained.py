"""`/plans/{number}` and `/explain/{connection}/{employee}/{date}`: pages for people, JSON for who asks for it."""

import asyncio
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.api.pages import facts, listed, paragraph, report, table
from hub.api.state import hub_of
from hub.api.visitors import asks, nothing, tenant_of, wants_json
from hub.delivery.agreed import saved_plan
from hub.delivery.connections import connection_named
from hub.explain import explain
from hub.explain.text import SAME, day_lines, plan_text, policy_text, quarantine_lines
from hub.links import explanation_page, plan_page
from hub.records import SavedPlan
from hub.rules.explaining import parameters_text
from hub.rules.phrases import phrase

SHOWN = 1_000
_LINE = ("work_date", "employee", "action", "figures", "reason")
_ENTRY = ("figures", "state", "operation", "refs", "plans", "reason")
_RECEIPT = ("figures", "push_id", "operation", "outcome", "refs", "reason", "at")
_STAGE = ("stage", "took", "did", "by")
_PAIR = ("seq", "in_at", "out_at", "in_paid", "out_paid", "kind", "imputed")
_PUNCH = ("at", "became", "device", "device_said", "received_at", "punch")
_IN_WORDS = frozenset({"in_at", "out_at", "in_paid", "out_paid", "at", "received_at", "became", "imputed"})

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
    hub, tenant = hub_of(request), await tenant_of(request, explanation_page(connection, employee, day))
    if tenant is None:
        return asks(request, heading)
    try:
        config = await asyncio.to_thread(connection_named, hub.engine, connection, tenant, even_retired=True)
        found = await asyncio.to_thread(explain, hub.engine, config, employee, day, hub.now())
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
    lines = sorted(map(_shown, found.lines), key=lambda one: (one["work_date"], one["employee"], one["figures"]))
    more = paragraph(f"… and {len(lines) - SHOWN} more; ask for JSON to have all.") if len(lines) > SHOWN else ""
    return report(f"Plan {found.id}", facts("About", about), table("Lines", _LINE, lines[:SHOWN]), more)


def _shown(line: dict[str, Any]) -> dict[str, Any]:
    """A line for people; plans of earlier versions have no figures, and the ERP's ids of employees."""
    employee, figures = line.get("number", line["employee"]), line.get("figures", line["natural_key"])
    return {**line, "employee": employee, "figures": figures}


def _explanation_report(heading: str, connection: str, found: dict[str, Any]) -> Response:
    day = date.fromisoformat(found["work_date"])
    entries = [{**one, "plans": [plan_text(plan) for plan in one["plans"]]} for one in found["entries"]]
    receipts = [{**row, "figures": one["figures"]} for one in entries for row in one["receipts"]]
    return report(
        heading,
        paragraph(f"From the records in the ERP down to the punches. Times are of {found['zone']}."),
        table(f"In {connection}", _ENTRY, entries),
        table("Receipts", _RECEIPT, _said(receipts, day)),
        listed("The day", [*day_lines(found), SAME[found["same_when_computed_again"]]]),
        table(f"How it came about, {policy_text(found)}", _STAGE, [_stage(one, day) for one in found["stages"]]),
        table("Pairs", _PAIR, _said(found["pairs"], day)),
        table("Punches", _PUNCH, _said(found["punches"], day)),
        listed("Quarantine", quarantine_lines(found)),
    )


def _said(rows: list[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    return [{name: phrase(one, day) if name in _IN_WORDS else one for name, one in row.items()} for row in rows]


def _stage(step: dict[str, Any], day: date) -> dict[str, str]:
    by = parameters_text(step["decided"], day)
    return {"stage": step["stage"], "took": phrase(step["took"], day), "did": phrase(step["did"], day), "by": by}


def _instant(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"
