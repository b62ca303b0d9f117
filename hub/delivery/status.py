"""What waits for a person in one tenant."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, and_, func, not_, or_, select
from sqlmodel import Session, col

from hub.database import reading
from hub.delivery.lines import State
from hub.records import Adjustment, Badge, Device, JournalEntry, Punch, Quarantine, UnclaimedDevice

_DONE = (State.CONFIRMED, State.WITHDRAWN)


def status_of(engine: Engine, tenant: str) -> dict[str, list[Any]]:
    """Lists by subject: serials, quarantine reasons, badge ids and entry keys; no names, no hours."""
    with reading(engine) as session:
        return {
            "unclaimed_devices": _unclaimed(session, tenant),
            "quarantine": _quarantine(session, tenant),
            "unknown_badges": _unknown_badges(session, tenant),
            "undelivered": _undelivered(session, tenant),
            "adjustments": _adjustments(session, tenant),
        }


def _rows(session: Session, query: Any) -> Sequence[Any]:
    return session.connection().execute(query).all()


def _unclaimed(session: Session, tenant: str) -> list[Any]:
    """Who called and was turned away, until one tenant claims it; without a tenant in its address, only one may."""
    one = UnclaimedDevice
    same = (col(Device.door) == col(one.door), col(Device.serial) == col(one.serial))
    claims = select(func.count()).select_from(Device).where(*same).correlate(one)
    ours = claims.where(col(Device.tenant) == tenant).scalar_subquery()
    query = select(col(one.door), col(one.serial)).order_by(col(one.serial))
    named = and_(col(one.tenant) == tenant, ours == 0)
    query = query.where(or_(named, and_(col(one.tenant) == "", claims.scalar_subquery() != 1)))
    return [f"{door} {serial}" for door, serial in _rows(session, query)]


def _quarantine(session: Session, tenant: str) -> list[Any]:
    one = Quarantine
    waiting = (col(one.tenant) == tenant, col(one.released_at).is_(None))
    query = select(col(one.serial), col(one.line), col(one.reason)).where(*waiting).order_by(col(one.id))
    return [f"{serial} line {line}: {reason}" for serial, line, reason in _rows(session, query)]


def _unknown_badges(session: Session, tenant: str) -> list[Any]:
    device = and_(col(Device.id) == col(Punch.device_id), col(Device.tenant) == col(Punch.tenant))
    badge = select(col(Badge.id)).where(
        col(Badge.tenant) == col(Punch.tenant),
        col(Badge.badge_group) == col(Device.badge_group),
        col(Badge.user_id) == col(Punch.user_id),
    )
    query = (
        select(col(Device.badge_group), col(Punch.user_id), func.count())
        .select_from(Punch)
        .join(Device, device)
        .where(col(Punch.tenant) == tenant, not_(badge.exists()))
        .group_by(col(Device.badge_group), col(Punch.user_id))
        .order_by(col(Device.badge_group), col(Punch.user_id))
    )
    return [f"{group}:{user} ({count} punches)" for group, user, count in _rows(session, query)]


def _undelivered(session: Session, tenant: str) -> list[Any]:
    one = JournalEntry
    open_states = (col(one.tenant) == tenant, col(one.state).not_in(_DONE))
    query = select(col(one.connection), col(one.entry_key), col(one.state), col(one.reason)).where(*open_states)
    rows = _rows(session, query.order_by(col(one.entry_key)))
    return [f"{connection} {key}: {state} {reason}".strip() for connection, key, state, reason in rows]


def _adjustments(session: Session, tenant: str) -> list[Any]:
    """Late changes of closed periods: payroll takes them over by hand. Without their minutes, as all lists here."""
    one = Adjustment
    late = (col(one.tenant) == tenant, col(one.state) == "open")
    query = select(col(one.connection), col(one.entry_key), col(one.action)).where(*late)
    rows = _rows(session, query.order_by(col(one.work_date), col(one.entry_key)))
    return [f"{connection} {key}: {action} after the period was closed" for connection, key, action in rows]
