"""Work dates that payroll has taken: locked, and what changes afterwards listed as adjustments instead of sent."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Engine, select, update
from sqlmodel import Session, col

from hub.contract import Connector, Day, Entry, Hours
from hub.database import reading, writing
from hub.delivery.connections import ConnectionConfig
from hub.delivery.lines import CHANGES, Action, Item
from hub.delivery.outcome import Planned
from hub.delivery.wanted import mapped_days
from hub.records import Adjustment, Period

LOCKED = "the period is closed; listed as an adjustment"
OPEN, SETTLED = "open", "settled"


class Amount(NamedTuple):
    """What payroll counts of an entry: minutes, and hundredths of a day. Intervals have neither."""

    minutes: int = 0
    days: int = 0


def amount_of(entry: Entry) -> Amount:
    """Minutes of a cost centre, or of a day with its payable part."""
    if isinstance(entry.payload, Hours):
        return Amount(entry.payload.minutes)
    if isinstance(entry.payload, Day):
        return Amount(entry.payload.worked_min, entry.payload.payable)
    return Amount()


def locked(engine: Engine, config: ConnectionConfig, first: date, last: date) -> list[tuple[date, date]]:
    """The closed periods that have work dates between these two."""
    query = _periods(config, first, last, select(col(Period.first), col(Period.last)))
    with reading(engine) as session:
        return [(begin, end) for begin, end in session.connection().execute(query)]


def _periods(config: ConnectionConfig, first: date, last: date, query: Any) -> Any:
    one = Period
    return query.where(
        col(one.tenant) == config.tenant,
        col(one.connection) == config.name,
        col(one.first) <= last,
        col(one.last) >= first,
    ).order_by(col(one.first))


def respect(engine: Engine, config: ConnectionConfig, planned: Planned) -> Planned:
    """The plan without the changes of locked work dates: they are kept as they are, with the reason."""
    periods = locked(engine, config, planned.first, planned.last)
    if not periods:
        return planned
    return replace(planned, items=tuple(_kept(item) if _late(item, periods) else item for item in planned.items))


def _late(item: Item, periods: Sequence[tuple[date, date]]) -> bool:
    return item.action in CHANGES and any(first <= item.work_date <= last for first, last in periods)


def _kept(item: Item) -> Item:
    return item._replace(action=Action.KEPT, reason=f"{item.action}: {LOCKED}")


def note_adjustments(
    engine: Engine, config: ConnectionConfig, connector: Connector[Any], planned: Planned, at: int
) -> None:
    """Open an adjustment for each late change of the plan, and settle those whose difference is gone."""
    if not locked(engine, config, planned.first, planned.last):
        return
    late = {item.key: item for item in planned.items if item.action is Action.KEPT and item.reason.endswith(LOCKED)}
    wanted = {one.key: amount_of(one) for one in _entries(engine, config, connector, planned)} if late else {}
    with writing(engine) as session:
        delivered = _delivered(session, config, planned.first, planned.last)
        for key, item in late.items():
            now, then = wanted.get(key, Amount()), delivered.get(key, Amount())
            _open(session, config, item, Amount(now.minutes - then.minutes, now.days - then.days), at)
        _settle(session, config, planned, late)


def _entries(engine: Engine, config: ConnectionConfig, connector: Connector[Any], planned: Planned) -> Iterable[Entry]:
    return mapped_days(engine, config, connector, planned.first, planned.last).entries


def _delivered(session: Session, config: ConnectionConfig, first: date, last: date) -> dict[str, Amount]:
    """What the manifests say was delivered, by entry."""
    query = _periods(config, first, last, select(col(Period.manifest)))
    manifests = (json.loads(text) for text in session.connection().execute(query).scalars() if text)
    return {one["key"]: Amount(one["minutes"], one["days"]) for found in manifests for one in found["entries"]}


def _there(config: ConnectionConfig) -> tuple[Any, Any]:
    return col(Adjustment.tenant) == config.tenant, col(Adjustment.connection) == config.name


def _open(session: Session, config: ConnectionConfig, item: Item, by: Amount, at: int) -> None:
    action = item.reason.partition(":")[0]
    changed: dict[str, Any] = {"action": action, "minutes": by.minutes, "days": by.days, "state": OPEN, "found_at": at}
    row = (*_there(config), col(Adjustment.entry_key) == item.key)
    if session.connection().execute(update(Adjustment).where(*row).values(changed)).rowcount == 0:
        made = {"tenant": config.tenant, "connection": config.name, "entry_key": item.key, **changed}
        session.add(Adjustment(**made, work_date=item.work_date, employee=item.employee))


def _settle(session: Session, config: ConnectionConfig, planned: Planned, late: dict[str, Item]) -> None:
    one = Adjustment
    over = (col(one.work_date).between(planned.first, planned.last), col(one.entry_key).not_in(list(late)))
    session.connection().execute(update(one).where(*_there(config), *over).values(state=SETTLED))


def adjustments(engine: Engine, tenant: str) -> list[Adjustment]:
    """The open ones of a tenant, by work date."""
    one = Adjustment
    query = select(one).where(col(one.tenant) == tenant, col(one.state) == OPEN)
    with reading(engine) as session:
        return list(session.execute(query.order_by(col(one.work_date), col(one.entry_key))).scalars())
