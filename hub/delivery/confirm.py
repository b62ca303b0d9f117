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
    """What the read-back says of each sent item, by key; records are looked at as they come, and not kept."""
    sent: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        sent[item.natural_key].append(item)
    found: dict[str, Verdict] = {}
    for one in held:
        for item in sent.get(one.natural_key, ()):
            earlier = found.get(item.key)
            found[item.key] = _several(earlier, one) if earlier else _verdict(item, one)
    return found | {item.key: _absent(item) for some in sent.values() for item in some if item.key not in found}


def _several(earlier: Verdict, one: Held) -> Verdict:
    return Verdict(State.DRIFTED, (*earlier.refs, *one.refs), "several records in the ERP where there should be one")


def _verdict(item: Item, one: Held) -> Verdict:
    if one.pending:
        return Verdict(State.MISSING, one.refs, PENDING)
    there = digest(one.image)
    if item.action is not Action.WITHDRAW and there == item.digest:
        return Verdict(State.CONFIRMED, one.refs)
    if there == item.there:
        return Verdict(State.PLANNED, one.refs, "sent, and the ERP still holds what it held before")
    return Verdict(State.DRIFTED, one.refs, "the ERP holds something else than was sent")


def _absent(item: Item) -> Verdict:
    if item.action is Action.WITHDRAW:
        return Verdict(State.WITHDRAWN)
    return Verdict(State.MISSING, reason="accepted or unanswered, and not found in the ERP")
