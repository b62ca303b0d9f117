"""Compute a range of work dates of one tenant and write what changed, one process at a time."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date

import polars as pl
from sqlalchemy import Engine, delete, select
from sqlmodel import Session, col

from hub.database import reading, writing
from hub.events.causes import attendance_changed
from hub.lease import lease
from hub.processing.digest import with_details
from hub.processing.read import Span, read_spans
from hub.processing.write import MANY, Processed, Writer, batched, stored_days
from hub.records import Dirty, Site
from hub.rules import Outputs
from hub.rules import process as apply_rules

LEASE = "process"


def process(engine: Engine, tenant: str, first: date, last: date, now: Callable[[], int]) -> Processed:
    """Process the work dates `first` to `last` inclusive; `now` gives UTC seconds. Raises `hub.lease.LeaseTaken`."""
    with lease(engine, tenant, LEASE, now) as held:
        with reading(engine) as session:
            # Read before the punches: what becomes dirty after this stays dirty.
            causes = _dirty(session, tenant, first, last)
            outputs = _computed(read_spans(session, tenant, first, last, now()))
            stored = stored_days(session, tenant, first, last)
            sites = _site_codes(session, tenant)
        with writing(engine) as session:
            held.renew(session)
            done = Writer(session, tenant, sites, now()).write(outputs, stored, causes)
            if done.created or done.changed:
                attendance_changed(session.connection(), tenant, now())
            _forget(session, tenant, [number for number, _, _ in causes])
    return done


def _computed(spans: list[Span]) -> Outputs:
    parts = [apply_rules(span.inputs, span.first, span.last) for span in spans]
    frames = {one.name: pl.concat([getattr(part, one.name) for part in parts]) for one in fields(Outputs)}
    outputs = Outputs(**frames)
    return replace(outputs, days=with_details(outputs))


def _forget(session: Session, tenant: str, numbers: list[int]) -> None:
    for these in batched(numbers, MANY):
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
