"""Which work dates of a connection must be pushed again: changed since, left undone, or missed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Engine, func, select
from sqlmodel import Session, col

from hub.database import reading
from hub.delivery.connections import ConnectionConfig
from hub.records import AttendanceDay, Binding, Dirty, Push
from hub.rules.codes import DayFlag

REACH_DAYS = 400
"""Changes of older dates are left to a person."""

_RETRIED = ("missing", "unknown", "rejected")
"""Counts of a push that another push may mend; what people changed in the ERP is for them to settle."""


@dataclass(slots=True)
class _Pushed:
    """What the pushes of a date say: the newest change carried over, and how the last one of them ended."""

    seen: int
    undone: bool
    unmapped: bool
    bound: int


@dataclass(frozen=True, slots=True)
class _Mark:
    """A number that grows with every change of a date, when it last grew (UTC seconds), whether it is provisional."""

    number: int = 0
    at: int = 0
    provisional: bool = False


def newest_change(engine: Engine, tenant: str) -> int:
    """The newest change number of the tenant's attendance days."""
    query = select(func.max(col(AttendanceDay.change))).where(col(AttendanceDay.tenant) == tenant)
    with reading(engine) as session:
        return int(session.connection().execute(query).scalar() or 0)


def due_days(engine: Engine, config: ConnectionConfig, yesterday: date, quiet_before: int) -> dict[date, str]:
    """Dates to push again, each with a text that changes when there is more to push, and every day while it is due.

    Due is a date that changed since it was pushed, whose push failed or left something undone, whose unmapped people
    may have been mapped, or that was missed between pushed ones; and one that was provisional when it was computed, as
    who did not come is absent only once nobody can come any more. What comes after the pushed dates belongs to the
    nightly run. What changed after `quiet_before` (UTC seconds) waits: more is probably coming.
    """
    first = max(config.starts_on, yesterday - timedelta(days=REACH_DAYS))
    with reading(engine) as session:
        pushed = _pushed(session, config, first, yesterday, quiet_before)
        dirty = _dirty(session, config.tenant, first, yesterday)
        changed = _changed(session, config, first, yesterday)
        bound = _bound(session, config)
    due: dict[date, str] = {}
    for day in _span(pushed):
        mark, change = dirty.get(day, _Mark()), changed.get(day, _Mark())
        unfinished = change.provisional and day < yesterday
        wants = mark.number or unfinished or _wants(pushed.get(day), change.number, bound)
        if wants and max(mark.at, change.at) <= quiet_before:
            due[day] = f"{mark.number}.{change.number}.{bound}.{yesterday}"
    return due


def _wants(pushed: _Pushed | None, change: int, bound: int) -> bool:
    if pushed is None:
        return True
    return change > pushed.seen or pushed.undone or (pushed.unmapped and bound > pushed.bound)


def _span(pushed: dict[date, _Pushed]) -> Iterator[date]:
    """From the first pushed date to the last, with the gaps between them."""
    if pushed:
        day, last = min(pushed), max(pushed)
        while day <= last:
            yield day
            day += timedelta(days=1)


def _pushed(
    session: Session, config: ConnectionConfig, first: date, last: date, begun_before: int
) -> dict[date, _Pushed]:
    one = Push
    query = (
        select(col(one.first), col(one.last), col(one.seen_change), col(one.started_at), col(one.ended_at), one.counts)  # type: ignore[call-overload]
        .where(col(one.tenant) == config.tenant, col(one.connection) == config.name)
        .where(col(one.last) >= first, col(one.first) <= last)
        .order_by(col(one.id))
    )
    found: dict[date, _Pushed] = {}
    for begin, end, change, started_at, ended_at, counts in session.connection().execute(query):
        if ended_at is None and started_at > begun_before:
            continue
        undone = ended_at is None or any(counts.get(name) for name in _RETRIED)
        day = max(begin, first)
        while day <= min(end, last):
            seen = max(change, found[day].seen if day in found else 0)
            found[day] = _Pushed(seen, undone, bool(counts.get("unmapped_days")), counts.get("bound", 0))
            day += timedelta(days=1)
    return found


def _dirty(session: Session, tenant: str, first: date, last: date) -> dict[date, _Mark]:
    one = Dirty
    query = (
        select(col(one.day), func.max(col(one.id)), func.max(col(one.marked_at)))
        .where(col(one.tenant) == tenant, col(one.day).between(first, last))
        .group_by(col(one.day))
    )
    return {day: _Mark(mark, at) for day, mark, at in session.connection().execute(query)}


def _changed(session: Session, config: ConnectionConfig, first: date, last: date) -> dict[date, _Mark]:
    one = AttendanceDay
    query = (
        select(
            col(one.work_date),
            func.max(col(one.change)),
            func.max(col(one.computed_at)),
            func.max(col(one.flags).bitwise_and(int(DayFlag.PROVISIONAL))),
        )
        .where(col(one.tenant) == config.tenant, col(one.work_date).between(first, last))
        .where(col(one.site).in_(config.sites))
        .group_by(col(one.work_date))
    )
    rows = session.connection().execute(query)
    return {day: _Mark(change, at, bool(provisional)) for day, change, at, provisional in rows}


def _bound(session: Session, config: ConnectionConfig) -> int:
    there = (col(Binding.tenant) == config.tenant, col(Binding.connection) == config.name)
    return int(session.connection().execute(select(func.count()).select_from(Binding).where(*there)).scalar() or 0)
