"""Rows that were held back go through by themselves once their device is claimed."""

import json
from collections import defaultdict

from sqlalchemy import Engine, update
from sqlmodel import col, select

from hub.database import reading, writing
from hub.doors.json_punches import PunchReader
from hub.doors.punch import RawPunch, Refused, Source
from hub.intake import Delivery, store
from hub.records import Quarantine
from hub.senders import Senders

UNKNOWN_DEVICE = "unknown_device"
DOOR = "json"
MANY = 400
"""Ids in one statement; databases have a limit."""


def replay(engine: Engine, tenant: str, now: int) -> int:
    """Store the quarantined punches of devices that are claimed by now; returns how many rows went through."""
    held: dict[str, list[Quarantine]] = defaultdict(list)
    for row in _waiting(engine, tenant):
        held[row.serial].append(row)
    senders, released = Senders(engine), 0
    for serial, rows in held.items():
        caller = senders.find(DOOR, tenant, serial)
        if caller is None:
            continue
        # Read as of their first arrival, stored as of now: their work dates are late and must be computed again.
        read = [_read(caller.source, row) for row in rows]
        punches = [row for row in read if isinstance(row, RawPunch)]
        store(engine, [Delivery(caller.sender, now, punches, [row for row in read if isinstance(row, Refused)])])
        _release(engine, tenant, [row.id for row in rows], now)
        released += len(punches)
    return released


def _read(source: Source, row: Quarantine) -> RawPunch | Refused:
    try:
        values = json.loads(row.raw)
    except ValueError:  # too long to be kept whole
        detail = "The row was too long to be kept whole; send it again corrected."
        return Refused(row.line, row.raw, "not_kept_whole", detail)
    return PunchReader(source, row.received_at).row(row.line, values)


def _waiting(engine: Engine, tenant: str) -> list[Quarantine]:
    query = select(Quarantine).where(Quarantine.tenant == tenant, Quarantine.reason == UNKNOWN_DEVICE)
    query = query.where(Quarantine.door == DOOR, col(Quarantine.released_at).is_(None)).order_by(col(Quarantine.id))
    with reading(engine) as session:
        return list(session.exec(query))


def _release(engine: Engine, tenant: str, ids: list[int | None], now: int) -> None:
    release = update(Quarantine).values(released_at=now).where(col(Quarantine.tenant) == tenant)
    with writing(engine) as session:
        for start in range(0, len(ids), MANY):
            session.connection().execute(release.where(col(Quarantine.id).in_(ids[start : start + MANY])))
