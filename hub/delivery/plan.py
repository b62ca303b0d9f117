"""What is to be done: desired against what the ERP holds (read-back) and what the journal says. Pure.

A record is touched only when it is known to be ours: its image is one that we confirmed or sent. What somebody else
changed is `drifted`, what somebody else made is `foreign`; both are listed and left alone. A record is known by its
natural key: when a pair moves to another work date, its new entry takes the record over.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from hub.contract import Capabilities, Held, digest
from hub.delivery.lines import NEVER_WENT, Action, Item, Known, State, Wanted, day_of, settled_at

_ON_ITS_WAY = frozenset({State.SENDING, State.UNKNOWN, State.ACCEPTED})

IN_FLIGHT = "sent a moment ago; what it did shows in the ERP only later"
PENDING = "the ERP has stored it and not carried it out yet"
REMOVED = "the record was confirmed, and somebody removed it from the ERP"
NOT_FREE = "the record is another entry's until that one is withdrawn"
ANOTHERS = "another entry has the record now"
NOT_OURS = "the record in the ERP was made or changed by somebody else"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a plan depends on besides the entries.

    `keep`: employee-days (see `lines.day_of`) that are held back; what the ERP has of them stays as it is.
    `elsewhere`: what the journal says of entries on other dates, by natural key.
    """

    capabilities: Capabilities
    now: int
    keep: frozenset[str] = frozenset()
    elsewhere: Mapping[str, Known] | None = None


def plan(
    wanted: Sequence[Wanted], journal: Mapping[str, Known], held: Iterable[Held], given: Circumstances
) -> list[Item]:
    """One item per wanted entry, per journalled entry that is no longer wanted, and per foreign record."""
    return _Planner(wanted, journal, held, given).items()


class _Planner:
    def __init__(
        self, wanted: Sequence[Wanted], journal: Mapping[str, Known], held: Iterable[Held], given: Circumstances
    ) -> None:
        self._wanted = wanted
        self._journal = journal
        self._given = given
        self._can = given.capabilities
        self._elsewhere = given.elsewhere or {}
        self._by_record = _by_record(self._elsewhere.values(), journal.values())
        self._held: dict[str, list[Held]] = defaultdict(list)
        for one in held:
            self._held[one.natural_key].append(one)
        self._times = Counter(one.natural_key for one in wanted)
        self._claimed = {one.natural_key: one.key for one in wanted if self._former(one) is None}
        self._left: set[str] = set()
        self._taken: set[str] = set()

    def items(self) -> list[Item]:
        """Who leaves a record comes first: it may be the very one that another entry is to have."""
        moving = [one for one in self._wanted if self._moves(one)]
        items = [self._leaving(self._journal[one.key], "bound to another record now") for one in moving]
        self._left = {item.natural_key for item in items if item.action is not Action.GONE}
        moved = {one.key for one in moving}
        self._claimed |= {one.natural_key: one.key for one in self._wanted if one.key not in moved}
        keys = {one.key for one in self._wanted}
        leaving = [known for key, known in self._journal.items() if key not in keys]
        self._taken = {known.key for known in leaving if self._is_taken(known)}
        items += [self._staying(one) for one in self._wanted if one.key not in moved]
        items += [self._leaving(known) for known in leaving]
        return items + [
            _foreign(one)
            for key, holds in self._held.items()
            if key not in self._elsewhere
            for one in holds
            if one.image
        ]

    def _former(self, one: Wanted) -> Known | None:
        """What the journal says of the entry when that is about another record than the one it is to have."""
        known = self._journal.get(one.key)
        return known if known and known.natural_key != one.natural_key else None

    def _about(self, one: Wanted) -> Known | None:
        """What the journal says of the record: as this entry's, or as one's whose place it takes."""
        known = self._journal.get(one.key)
        return known if known and known.natural_key == one.natural_key else self._speaker(one.natural_key)

    def _speaker(self, natural_key: str) -> Known | None:
        """The line that tells whose the record is: one that knows what the ERP holds, else the first."""
        lines = self._by_record.get(natural_key, ())
        holds = self._held.get(natural_key, ())
        knowing = (line for line in lines if any(_knows(line, held) for held in holds))
        return next(knowing, lines[0] if lines else None)

    def _is_taken(self, known: Known) -> bool:
        """Whether the entry that wants the record can do without this line: its own says whose the record is."""
        line = self._journal.get(self._claimed.get(known.natural_key, ""))
        if line is None or line.natural_key != known.natural_key or _never_there(line):
            return False
        holds = self._held.get(known.natural_key, [])
        return all(_knows(line, held) for held in holds) and not self._on_its_way(known, holds)

    def _left_to_another(self, known: Known) -> bool:
        """Whether the record is another entry's now, so that this one has nothing to remove."""
        return known.natural_key in self._claimed or self._speaker(known.natural_key) not in (None, known)

    def _moves(self, one: Wanted) -> bool:
        """Whether the entry still has a record that it must leave before it can have another one."""
        known = self._former(one)
        if known is None or self._left_to_another(known):
            return False
        holds = self._held.get(known.natural_key, [])
        return self._in_flight(known.natural_key, holds) or any(
            known.confirmed or _knows(known, held) for held in holds
        )

    def _staying(self, one: Wanted) -> Item:
        known = self._about(one)
        holds = self._held.pop(one.natural_key, [])
        if obstacle := self._obstacle(one):
            return _item(one, Action.BLOCKED, holds, obstacle)
        if self._in_flight(one.natural_key, holds):
            return _item(one, Action.IN_FLIGHT, holds, IN_FLIGHT)
        if not holds:
            removed = known is not None and known.confirmed and not known.withdrawing
            return _item(one, Action.DRIFTED, reason=REMOVED) if removed else _item(one, Action.CREATE)
        if len(holds) > 1:
            return _item(one, Action.DRIFTED, holds, f"{len(holds)} records in the ERP where there should be one")
        if (there := digest(holds[0].image)) == one.digest:
            pending = holds[0].pending
            return _item(one, Action.IN_FLIGHT if pending else Action.UNCHANGED, holds, PENDING * pending, there=there)
        return self._differing(one, holds)

    def _obstacle(self, one: Wanted) -> str:
        if one.natural_key in self._left:
            return NOT_FREE
        times = self._times[one.natural_key]
        return f"{times} entries would be one record" if times > 1 else ""

    def _differing(self, one: Wanted, holds: list[Held]) -> Item:
        if not self._ours(one.natural_key, holds[0]) and not _leaves(holds):
            return _item(one, Action.DRIFTED, holds, NOT_OURS)
        if self._can.updates:
            return _item(one, Action.UPDATE, holds)
        if self._can.withdraws:
            return _withdrawal(one, holds, "removed and made anew; this ERP does not let a sent record be changed")
        return _item(one, Action.BLOCKED, holds, "this ERP does not let a sent record be changed")

    def _leaving(self, known: Known, reason: str = "") -> Item:  # noqa: PLR0911 - a ladder of cases
        if known.natural_key in self._claimed:
            # This line may be all that says that the record is ours; it stays until the other one says so.
            taken = known.key in self._taken
            return _item(known, Action.GONE, reason=ANOTHERS) if taken else _item(known, Action.KEPT)
        if _never_there(known) and day_of(known) not in self._given.keep:
            return _item(known, Action.GONE)
        if self._in_flight(known.natural_key, self._held.get(known.natural_key, [])):
            return _item(known, Action.IN_FLIGHT, self._held.pop(known.natural_key, []), IN_FLIGHT)
        if self._left_to_another(known):
            return _item(known, Action.GONE, reason=ANOTHERS)
        holds = self._held.pop(known.natural_key, [])
        if day_of(known) in self._given.keep:
            return _item(known, Action.KEPT, holds, "the day is held back; what is in the ERP stays")
        if not holds:
            return _item(known, Action.GONE)
        if _leaves(holds):
            return _item(known, Action.IN_FLIGHT, holds, PENDING)
        if len(holds) > 1 or not self._ours(known.natural_key, holds[0]):
            return _item(known, Action.DRIFTED, holds, "no longer wanted, but changed in the ERP by somebody else")
        if not self._can.withdraws:
            return _item(known, Action.BLOCKED, holds, "no longer wanted; this ERP does not let it be removed")
        return _withdrawal(known, holds, reason)

    def _ours(self, natural_key: str, held: Held) -> bool:
        return any(_knows(line, held) for line in self._by_record.get(natural_key, ()))

    def _in_flight(self, natural_key: str, holds: list[Held]) -> bool:
        """Sent, not to be seen in the ERP, and it may still appear there: some ERPs commit after they answered."""
        return any(self._on_its_way(line, holds) for line in self._by_record.get(natural_key, ()))

    def _on_its_way(self, known: Known, holds: list[Held]) -> bool:
        if known.state not in _ON_ITS_WAY or self._given.now >= settled_at(known, self._can):
            return False
        if known.withdrawing:
            return bool(holds)
        return [digest(held.image) for held in holds] != [known.sent]


def _by_record(*lines: Iterable[Known]) -> dict[str, tuple[Known, ...]]:
    """The lines about each record, by natural key; several while an entry takes over another one's."""
    found: dict[str, tuple[Known, ...]] = {}
    for known in chain(*lines):
        found[known.natural_key] = (*found.get(known.natural_key, ()), known)
    return found


def _knows(known: Known, held: Held) -> bool:
    """Whether the line says that the record is as we made it."""
    sent = None if known.state in NEVER_WENT else known.sent
    return digest(held.image) in (sent, known.confirmed)


def _leaves(holds: Sequence[Held]) -> bool:
    """Whether the ERP is about to remove the record."""
    return all(held.pending and not held.image for held in holds)


def _never_there(known: Known) -> bool:
    """Whether nothing in the ERP can be ours by this entry."""
    return not known.confirmed and (not known.sent or known.state in NEVER_WENT)


def _item(
    one: Wanted | Known, action: Action, holds: Sequence[Held] = (), reason: str = "", *, there: str = ""
) -> Item:
    refs = tuple(ref for held in holds for ref in held.refs)
    there = there or (digest(holds[0].image) if holds and holds[0].image else "")
    own = one.digest if isinstance(one, Wanted) else digest(one.image)
    names = (one.key, action, one.kind, one.employee, one.work_date, one.natural_key)
    before, after = holds[0].image if holds else {}, one.image if isinstance(one, Wanted) else {}
    return Item(*names, one.image, own, refs, reason, there, before, after)


def _withdrawal(one: Wanted | Known, holds: Sequence[Held], reason: str) -> Item:
    item = _item(one, Action.WITHDRAW, holds, reason)
    return item._replace(image=holds[0].image, digest=item.there)


def _foreign(one: Held) -> Item:
    names = ("", Action.FOREIGN, None, one.employee, one.work_date, one.natural_key)
    return Item(*names, one.image, digest(one.image), one.refs, before=one.image)
