"""What the hub's own writers tell: one function a cause, called inside its transaction."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, case, func, select
from sqlmodel import col

from hub.errors import HubError, Reconnect, Uncertain, Wait
from hub.events.outbox import EventKind, emit, subscribers
from hub.records import AttendanceDay


def attendance_changed(connection: Connection, tenant: str, at: int) -> None:
    """The days of the tenant's newest change, an event for each work date."""
    if not subscribers(connection, tenant, EventKind.ATTENDANCE_CHANGED):
        return
    one = AttendanceDay
    newest = select(func.max(col(one.change))).where(col(one.tenant) == tenant).scalar_subquery()
    created = func.sum(case((col(one.revision) == 1, 1), else_=0))
    query = (
        select(col(one.work_date), col(one.change), func.count(), created)
        .where(col(one.tenant) == tenant, col(one.change) == newest)
        .group_by(col(one.work_date), col(one.change))
        .order_by(col(one.work_date))
    )
    events = [
        {"work_date": day.isoformat(), "change": change, "created": new, "changed": days - new}
        for day, change, days, new in connection.execute(query)
    ]
    emit(connection, tenant, EventKind.ATTENDANCE_CHANGED, at, *events)


def quarantine_added(connection: Connection, tenant: str, at: int, rows: int, reasons: Iterable[str]) -> None:
    """So many rows are new in quarantine."""
    emit(connection, tenant, EventKind.QUARANTINE_ADDED, at, {"rows": rows, "reasons": sorted(set(reasons))})


def delivery_ended(
    connection: Connection,
    tenant: str,
    at: int,
    *,
    name: str,
    span: tuple[date, date],
    counts: Mapping[str, int],
    error: HubError | None,
) -> None:
    """A push of the connection `name` came to its end, or was ended early by the error."""
    data: dict[str, Any] = {"connection": name, "first": str(span[0]), "last": str(span[1]), "counts": dict(counts)}
    if error is None:
        emit(connection, tenant, EventKind.DELIVERY_FINISHED, at, data)
    else:
        emit(connection, tenant, EventKind.DELIVERY_FAILED, at, data | {"way": way_of(error), "message": error.message})


def way_of(error: HubError) -> str:
    """The way back, as `hub.errors` groups it: wait, reconnect, uncertain or fix."""
    ways = ((Wait, "wait"), (Reconnect, "reconnect"), (Uncertain, "uncertain"))
    return next((way for kind, way in ways if isinstance(error, kind)), "fix")


def reconnect_needed(connection: Connection, tenant: str, at: int, name: str, message: str) -> None:
    """Somebody must authorise the connection `name` again."""
    emit(connection, tenant, EventKind.RECONNECT_NEEDED, at, {"connection": name, "message": message})


def recovered(connection: Connection, tenant: str, at: int, name: str) -> None:
    """Somebody authorised the connection `name` again."""
    emit(connection, tenant, EventKind.RECOVERED, at, {"connection": name})


def period_closed(connection: Connection, tenant: str, at: int, name: str, span: tuple[date, date]) -> None:
    """The work dates of the connection `name` are locked: what changes now is an adjustment."""
    emit(connection, tenant, EventKind.PERIOD_CLOSED, at, {"connection": name, "first": span[0], "last": span[1]})
