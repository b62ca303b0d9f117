"""What a push did, in figures that the journal vouches for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from hub.delivery.known import Standing
from hub.delivery.lines import Action, Item, Known, State
from hub.errors import HubError
from hub.mapping import UNMAPPED_COST_CENTRE, UNMAPPED_EMPLOYEE, Blocked

UNDONE = ("missing", "unknown", "rejected", "drifted", "blocked")
"""The counts that must be 0 for everything to be delivered."""

_UNMAPPED = (UNMAPPED_EMPLOYEE, UNMAPPED_COST_CENTRE)
_LISTED_ONLY = (Action.KEPT, Action.FOREIGN)
_TO_BE_THERE = (Action.UNCHANGED, Action.CREATE, Action.UPDATE)
_AS = {Action.DRIFTED: "drifted", Action.BLOCKED: "blocked", Action.IN_FLIGHT: "unknown"}
_ON_ITS_WAY = (State.SENDING, State.ACCEPTED, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan for the work dates `first` to `last`, with what it was made of.

    `days`: the employee-days that were looked at (see `lines.day_of`), None for all.
    """

    first: date
    last: date
    items: tuple[Item, ...]
    blocked: tuple[Blocked, ...]
    journal: dict[str, Known] = field(repr=False)
    bound: int = 0
    days: frozenset[str] | None = None

    def employees(self) -> int:
        """How many employees the ERP was asked about, as far as there is anything of them."""
        return len({item.employee for item in self.items})

    def count(self, *actions: Action) -> int:
        """How many items have one of these actions."""
        return sum(item.action in actions for item in self.items)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did. `plan` is the first plan, `left` what the last one lists and the journal does not show done."""

    plan: Planned
    left: tuple[Item, ...]
    counts: dict[str, int]
    error: HubError | None = None

    @property
    def delivered(self) -> bool:
        """Whether every entry is in the ERP as it should be, found by read-back."""
        return self.error is None and not any(self.counts[name] for name in UNDONE)


def result(
    first: Planned,
    latest: Planned,
    known: Mapping[str, Standing],
    arrived: Mapping[Action, int],
    error: HubError | None,
) -> Pushed:
    """The result of a push: first and latest plan, the journal at the end, changes found to have arrived."""
    confirmed = [_confirmed(item, known) for item in latest.items]
    left = tuple(
        item for item, done in zip(latest.items, confirmed, strict=True) if not (done or _removed(item, known))
    )
    counts = {
        "entries": sum(item.action not in (Action.WITHDRAW, Action.GONE, *_LISTED_ONLY) for item in latest.items),
        "created": arrived.get(Action.CREATE, 0),
        "updated": arrived.get(Action.UPDATE, 0),
        "withdrawn": arrived.get(Action.WITHDRAW, 0),
        "confirmed": sum(confirmed),
        **_undone(left, known),
        "foreign": latest.count(Action.FOREIGN),
        "kept": latest.count(Action.KEPT),
        "blocked_days": len({(one.number, one.work_date) for one in latest.blocked}),
        "unmapped_days": len({(one.number, one.work_date) for one in latest.blocked if one.reason in _UNMAPPED}),
        "bound": latest.bound,
    }
    return Pushed(first, left, counts, error)


def _removed(item: Item, known: Mapping[str, Standing]) -> bool:
    """Whether the journal says that this is gone, as it should be."""
    return item.action in (Action.WITHDRAW, Action.GONE) and item.key not in known


def _confirmed(item: Item, known: Mapping[str, Standing]) -> bool:
    """Whether the journal says that the ERP was found to hold just this."""
    found = known.get(item.key)
    return found == (State.CONFIRMED, item.natural_key, item.digest) and item.action in _TO_BE_THERE


def _undone(left: Sequence[Item], known: Mapping[str, Standing]) -> dict[str, int]:
    counts = Counter(_undone_as(item, known) for item in left if item.action not in _LISTED_ONLY)
    return {name: counts[name] for name in UNDONE}


def _undone_as(item: Item, known: Mapping[str, Standing]) -> str:
    if item.action in _AS:
        return _AS[item.action]
    state = known[item.key].state if item.key in known else None
    if state in _ON_ITS_WAY:
        return "unknown"
    return "rejected" if state is State.REJECTED else "missing"
