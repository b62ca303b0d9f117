"""`POST /v1/punches`: punches from applications and edge agents."""

import asyncio
from collections import defaultdict

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request

from hub.api.body import read_body
from hub.api.problems import Problem
from hub.api.security import Writer
from hub.api.state import Hub, hub_of
from hub.doors.adms_lines import printable
from hub.doors.json_punches import PunchReader, Row, refused, rows
from hub.doors.punch import RawPunch, Refused
from hub.intake import Delivery, Sender
from hub.senders import Caller

BODY_LIMIT = 4 * 1024 * 1024
ROW_LIMIT = 10_000
DOOR = "json"

router = APIRouter()


class Refusal(BaseModel):
    """A row that went to quarantine."""

    line: int = Field(description="Line of an NDJSON body, or position in the array, from 1.")
    reason: str
    detail: str


class Receipt(BaseModel):
    """The body is durable: rows stored (or known already) and rows in quarantine."""

    stored: int
    quarantined: list[Refusal]


_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
}


@router.post("/v1/punches", status_code=202, openapi_extra=_BODY, tags=["punches"])
async def post_punches(request: Request, tenant: Writer) -> Receipt:
    """Store punches: a JSON array of rows, or one row a line (NDJSON). Sending the same row again changes nothing.

    A row: `device`, `user`, `time` (ISO 8601; without an offset it is local to the device's site), and optionally
    `direction` (in, out, break_out, break_in), `method`, `work_code`, `id`. Rows that cannot be taken are kept in
    quarantine and named in the answer; the others are stored.
    """
    hub = hub_of(request)
    body = await read_body(request, BODY_LIMIT)
    now = hub.now()
    taken, unreadable = _rows(body)
    deliveries = [Delivery(_unknown(tenant, ""), now, refused=unreadable)] if unreadable else []
    deliveries += [await _delivery(hub, tenant, serial, of_device, now) for serial, of_device in taken.items()]
    if deliveries:
        await hub.keep_all(*deliveries)
    quarantined = sorted((row for one in deliveries for row in one.refused), key=lambda row: row.line)
    return Receipt(
        stored=sum(len(one.punches) for one in deliveries),
        quarantined=[Refusal(line=row.line, reason=row.reason, detail=row.detail) for row in quarantined],
    )


def _rows(body: bytes) -> tuple[dict[str, list[Row]], list[Refused]]:
    by_device: dict[str, list[Row]] = defaultdict(list)
    unreadable: list[Refused] = []
    try:
        for count, row in enumerate(rows(body)):
            if count == ROW_LIMIT:
                raise Problem(413, f"More than {ROW_LIMIT} rows; send them in parts.")
            if isinstance(row, Refused):
                unreadable.append(row)
            else:
                by_device[printable(str(row[1].get("device", "")))[:64]].append(row)
    except ValueError as error:
        raise Problem(400, f"The body is not a JSON array and not NDJSON: {error}. Nothing was stored.") from error
    return by_device, unreadable


def _unknown(tenant: str, serial: str) -> Sender:
    return Sender(tenant, 0, DOOR, serial, "UTC")


async def _delivery(hub: Hub, tenant: str, serial: str, of_device: list[Row], now: int) -> Delivery:
    caller: Caller | None = hub.senders.kept(DOOR, tenant, serial)
    caller = caller or await asyncio.to_thread(hub.senders.find, DOOR, tenant, serial)
    if caller is None:
        detail = f"No device {serial!r} is claimed for {DOOR}; claim it and the row goes through by itself."
        held = [refused(number, row, "unknown_device", detail) for number, row in of_device]
        return Delivery(_unknown(tenant, serial), now, refused=held)
    reader = PunchReader(caller.source, now)
    read = [reader.row(number, row) for number, row in of_device]
    punches = [row for row in read if isinstance(row, RawPunch)]
    return Delivery(caller.sender, now, punches, [row for row in read if isinstance(row, Refused)])
