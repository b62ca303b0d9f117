"""Compute a range of work dates of one tenant and write what changed, one process at a time."""

from collections.abc import Callable
from datetime import date
from itertools import chain, islice

from sqlalchemy import Engine, delete, select
from sqlmodel import Session, col

from hub.database import reading, writing
from hub.events.causes import attendance_changed
from hub.lease import lease
from hub.processing.parts import computed
from hub.processing.read import read_spans
from hub.processing.write import NOTHING, Processed, Writer, next_change, stored_days
from hub.records import Dirty, Site

LEASE = "process"
MANY = 400
"""Values in one statement; databases have a limit."""


def process(engine: Engine, tenant: str, first: date, last: date, now: Callable[[], int]) -> Processed:
    """Process the work dates `first` to `last` inclusive; `now` gives UTC seconds. Raises `hub.lease.LeaseTaken`."""
    with lease(engine, tenant, LEASE, now) as held:
        with reading(engine) as session:
            # Read before the punches: what becomes dirty after this stays dirty.
            causes = _dirty(session, tenant, first, last)
            spans = read_spans(session, tenant, first, last, now())
            stored = stored_days(session, tenant, first, last)
            sites = _site_codes(session, tenant)
        parts = computed(spans)
        # Most often there is no other part; on SQLite nobody else can write while a transaction is open.
        first_part = [*islice(parts, 1)]
        with writing(engine) as session:
            held.renew(session)
            writer = Writer(session, tenant, sites, now(), next_change(session, tenant))
            done = sum((writer.write(outputs, stored, causes) for outputs in chain(first_part, parts)), NOTHING)
            if done.created or done.changed:
                attendance_changed(session.connection(), tenant, now())
            _forget(session, tenant, [number for number, _, _ in causes])
    return done


def _forget(session: Session, tenant: str, numbers: list[int]) -> None:
    for start in range(0, len(numbers), MANY):
        these = numbers[start : start + MANY]
        session.connection().execute(delete(Dirty).where(col(Dirty.tenant) == tenant, col(Dirty.id).in_(these)))


def _dirty(session: Session, tenant: str, first: date, last: date) -> list[tuple[int, date, str]]:
    query = select(col(Dirty.id), col(Dirty.day), col(Dirty.reason))
    there = (col(Dirty.tenant) == tenant, col(Dirty.day).between(first, last))
    return [
        (int(number or 0), day, reason) for number, day, reason in session.connection().execute(query.where(*there))
    ]


def _site_codes(session: Session, tenant: str) -> dict[int, str]:
    query = select(col(Site.id), col(Site.code)).where(col(Site.tenant) == tenant)
    return {int(number or 0): code for number, code in session.connection().execute(query)}
