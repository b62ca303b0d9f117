"""Read back what was sent and compare: only what was read from the ERP and found equal is confirmed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from hub.contract import Held, Scope, digest
from hub.delivery.journal import Verdict
from hub.delivery.lines import Action, Item, State
from hub.delivery.plan import PENDING

ARRIVED = frozenset({State.CONFIRMED, State.WITHDRAWN})
"""Verdicts that no later read-back changes; the others may be too early."""


def scope_of(items: Sequence[Item]) -> Scope:
    """The smallest scope that holds all the items; there must be one."""
    days: list[date] = [item.work_date for item in items]
    found = frozenset(item.kind for item in items if item.kind is not None)
    return Scope(min(days), max(days), found, frozenset(item.employee for item in items))


def verdicts(items: Iterable[Item], held: Iterable[Held]) -> dict[str, Verdict]:
    """What the read-back says of each sent item, by key."""
    by_key: dict[str, list[Held]] = defaultdict(list)
    for one in held:
        by_key[one.natural_key].append(one)
    return {item.key: _verdict(item, by_key[item.natural_key]) for item in items}


def _verdict(item: Item, holds: list[Held]) -> Verdict:
    if not holds:
        return _absent(item)
    refs = holds[0].refs
    if len(holds) > 1:
        refs = tuple(ref for one in holds for ref in one.refs)
        return Verdict(State.DRIFTED, refs, f"{len(holds)} records in the ERP where there should be one")
    if holds[0].pending:
        return Verdict(State.MISSING, refs, PENDING)
    there = digest(holds[0].image)
    if item.action is not Action.WITHDRAW and there == item.digest:
        return Verdict(State.CONFIRMED, refs)
    if there == item.there:
        return Verdict(State.PLANNED, refs, "sent, and the ERP still holds what it held before")
    return Verdict(State.DRIFTED, refs, "the ERP holds something else than was sent")


def _absent(item: Item) -> Verdict:
    if item.action is Action.WITHDRAW:
        return Verdict(State.WITHDRAWN)
    return Verdict(State.MISSING, reason="accepted or unanswered, and not found in the ERP")
