"""Writing events, in the transaction of their cause: what was undone was never told, what was committed will be.

Takes a connection and not an engine, so that nobody can write one outside of such a transaction.
"""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlmodel import col

from hub.records import OutgoingEvent, Webhook


class EventKind(StrEnum):
    """What applications can be told. No event carries a name, a number of an employee, or hours."""

    ATTENDANCE_CHANGED = "attendance.changed"
    DELIVERY_FINISHED = "delivery.finished"
    DELIVERY_FAILED = "delivery.failed"
    QUARANTINE_ADDED = "quarantine.added"
    RECONNECT_NEEDED = "connection.reconnect_needed"
    RECOVERED = "connection.recovered"
    PERIOD_CLOSED = "period.closed"


def emit(connection: Connection, tenant: str, kind: EventKind, at: int, *events: Mapping[str, Any]) -> None:
    """An event for each of `events`, for every webhook of the tenant that asked for that kind; `at` in UTC seconds."""
    webhooks = subscribers(connection, tenant, kind)
    if not webhooks:
        return
    messages = [(f"msg_{uuid.uuid4().hex}", body_of(tenant, kind, at, one)) for one in events]
    rows = [
        {"tenant": tenant, "webhook_id": webhook, "message": message, "body": body}
        for message, body in messages
        for webhook in webhooks
    ]
    if rows:
        connection.execute(insert(OutgoingEvent), rows)


def subscribers(connection: Connection, tenant: str, kind: EventKind) -> list[int]:
    """The webhooks that asked for that kind and are on."""
    one = Webhook
    query = select(col(one.id), one.events).where(col(one.tenant) == tenant, col(one.off_at) == 0)  # type: ignore[call-overload]
    return [number for number, kinds in connection.execute(query) if kind in kinds]


def body_of(tenant: str, kind: str, at: int, data: Mapping[str, Any]) -> str:
    """The payload as the Standard Webhooks specification wants it: `type`, `timestamp` (ISO 8601) and `data`."""
    when = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    payload = {"type": kind, "timestamp": when, "data": {"tenant": tenant, **data}}
    return json.dumps(payload, separators=(",", ":"), default=str)
