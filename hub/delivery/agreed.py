"""Plans that people look at before they are carried out: saved, approved by a second person, refused when stale."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from hub.database import reading, writing
from hub.delivery.connections import ConnectionConfig
from hub.delivery.lines import Action, Item
from hub.delivery.outcome import Planned
from hub.delivery.told import NOTHING_TO_DO, line_of, lines_of
from hub.errors import Fix
from hub.records import SavedPlan

LISTED = 10
_NOT_WANTED = (Action.WITHDRAW, Action.GONE, Action.KEPT, Action.FOREIGN)


class PlanRefused(Fix):
    """The plan is stale, or not approved."""


def save_plan(engine: Engine, config: ConnectionConfig, planned: Planned, by: str, at: int) -> int:
    """Keep the plan for these first and last work dates; its number."""
    inputs, state = digests(planned.items)
    row = SavedPlan(
        tenant=config.tenant, connection=config.name, first=planned.first, last=planned.last, inputs=inputs,
        state=state, lines=lines_of(engine, config, planned), made_by=by, made_at=at,
    )  # fmt: skip
    with writing(engine) as session:
        session.add(row)
        session.flush()
        assert row.id is not None
        return row.id


def waiting_plan(engine: Engine, config: ConnectionConfig, planned: Planned) -> SavedPlan | None:
    """The latest saved plan that is this one and was not carried out: it need not be made, and approved, again."""
    inputs, state = digests(planned.items)
    one = SavedPlan
    query = select(one).where(one.tenant == config.tenant, one.connection == config.name, one.push_id == 0)
    query = query.where(one.first == planned.first, one.last == planned.last)
    query = query.where(one.inputs == inputs, one.state == state).order_by(col(one.id).desc())
    with reading(engine) as session:
        return session.exec(query).first()


def saved_plan(engine: Engine, number: int) -> SavedPlan:
    """The plan of that number, whose ever it is; raises `LookupError`."""
    with reading(engine) as session:
        return _saved(session, number)


def _saved(session: Session, number: int) -> SavedPlan:
    row = session.exec(select(SavedPlan).where(SavedPlan.tenant != "", SavedPlan.id == number)).first()
    if row is None:
        raise LookupError(f"There is no plan {number}.")
    return row


def approve(engine: Engine, number: int, by: str, at: int) -> None:
    """Note the approval; raises `PlanRefused` when it is the maker's own, or comes after another one or the push."""
    with writing(engine) as session:
        row = _saved(session, number)
        if row.made_by == by:
            raise PlanRefused(f"Plan {number} was made by {by}; a second person must approve it.")
        if row.push_id:
            raise PlanRefused(f"Plan {number} was carried out already; nothing is left to approve.")
        if row.approved_by:
            raise PlanRefused(f"Plan {number} was approved by {row.approved_by} already; that stands.")
        there = (col(SavedPlan.tenant) == row.tenant, col(SavedPlan.id) == number)
        session.connection().execute(update(SavedPlan).where(*there).values(approved_by=by, approved_at=at))


def note_push(engine: Engine, saved: SavedPlan, push_id: int) -> None:
    """Note which push carries the plan out."""
    with writing(engine) as session:
        there = (col(SavedPlan.tenant) == saved.tenant, col(SavedPlan.id) == saved.id)
        session.connection().execute(update(SavedPlan).where(*there).values(push_id=push_id))


def require_same(saved: SavedPlan, planned: Planned) -> None:
    """Raises `PlanRefused`, naming what changed, unless a plan made now is the saved one."""
    inputs, state = digests(planned.items)
    if (inputs, state) == (saved.inputs, saved.state):
        return
    what = " and ".join(
        name
        for name, same in (("the attendance", inputs == saved.inputs), ("the ERP", state == saved.state))
        if not same
    )
    changed = _differences(saved.lines, planned.items)
    more = f" and {len(changed) - LISTED} more" if len(changed) > LISTED else ""
    listed = "; ".join(changed[:LISTED]) or "records that the plan would not touch"
    raise PlanRefused(f"Plan {saved.id} is stale: {what} changed since ({listed}{more}). Make a new plan.")


def require_approved(config: ConnectionConfig, saved: SavedPlan | None) -> None:
    """Raises `PlanRefused` unless the connection may be pushed like this."""
    if not config.approval:
        return
    if saved is None:
        raise PlanRefused(
            f"{config.name} asks for approval by a second person: muster plan, muster approve, then muster apply."
        )
    if not saved.approved_by:
        raise PlanRefused(f"Plan {saved.id} is not approved; somebody other than {saved.made_by} must approve it.")


def digests(items: Iterable[Item]) -> tuple[str, str]:
    """Of what is wanted, and of what the ERP holds."""
    inputs, state = hashlib.blake2b(digest_size=16), hashlib.blake2b(digest_size=16)
    for item in sorted(items, key=lambda one: (one.key, one.natural_key, one.refs)):
        if item.action not in _NOT_WANTED:
            inputs.update(json.dumps([item.key, item.digest]).encode())
        if item.refs:
            state.update(json.dumps([item.natural_key, item.there or item.digest, item.refs]).encode())
    return inputs.hexdigest(), state.hexdigest()


def _differences(lines: list[dict[str, Any]], items: Iterable[Item]) -> list[str]:
    before = {(line["key"], line["natural_key"]): line for line in lines}  # with figures, or without as they once were
    now = {(item.key, item.natural_key): line_of(item) for item in items if item.action not in NOTHING_TO_DO}
    return [
        f"{key or natural}: {_word(before.get((key, natural)))} became {_word(now.get((key, natural)))}"
        for key, natural in sorted({**before, **now})
        if _changed(before.get((key, natural)), now.get((key, natural)))
    ]


def _changed(before: dict[str, Any] | None, now: dict[str, Any] | None) -> bool:
    if before is None or now is None:
        return before is not now
    return any(before.get(name) != value for name, value in now.items())


def _word(line: dict[str, Any] | None) -> str:
    return str(line["action"]) if line else "nothing to do"
