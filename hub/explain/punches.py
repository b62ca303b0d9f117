"""The punches of an employee-day with the devices they came from, and refused rows that may have been theirs."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from hub.explain.plain import readable
from hub.explain.rows import rows
from hub.records import Badge, Device, Punch, Quarantine
from hub.zones import DAY

_REFUSED = ("serial", "line", "reason", "detail", "received_at")


def punches(session: Session, tenant: str, fates: Mapping[int, str], zone: str) -> list[dict[str, Any]]:
    """The punches of these ids by time; `fates` says what each became."""
    device = (col(Device.id) == col(Punch.device_id)) & (col(Device.tenant) == col(Punch.tenant))
    query = (
        select(Punch.__table__, col(Device.serial))  # type: ignore[attr-defined]
        .join(Device, device)
        .where(col(Punch.tenant) == tenant, col(Punch.id).in_(list(fates)))
        .order_by(col(Punch.t_utc), col(Punch.id))
    )
    return [
        {
            "punch": row["id"],
            "became": fates[row["id"]],
            "device": row["serial"],
            "device_said": row["local_text"],
            "line": row["line"],
            **readable({"at": row["t_utc"], "received_at": row["received_at"]}, zone),
        }
        for row in session.connection().execute(query).mappings()
    ]


def refused(session: Session, tenant: str, employee: int, day: date, zone: str) -> tuple[list[dict[str, Any]], int]:
    """Rows received around the day that are no punches and name a badge of the employee, and how many others there are.

    Whose the others are is not known; they are other people's as likely as not, and so only counted.
    """
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    one, badges = Quarantine, {row["user_id"] for row in rows(session, Badge, tenant, employee_id=employee)}
    query = select(*(col(getattr(one, name)) for name in (*_REFUSED, "raw"))).where(
        col(one.tenant) == tenant,
        col(one.released_at).is_(None),
        col(one.received_at).between(start - DAY, start + 2 * DAY),
    )
    found = [dict(row) for row in session.connection().execute(query.order_by(col(one.id))).mappings()]
    theirs = [row for row in found if badges & set(re.split(r"\W+", row.pop("raw")))]
    return [readable(row, zone) for row in theirs], len(found) - len(theirs)
