"""Known-bad ways of pushing, as they are found in the field: the kit must fail each of them, by name.

Each takes the place of Muster's delivery on a sound connector, but for the last, which is a lying connector under a
sound delivery.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from hub.contract import (
    Change,
    Connector,
    ConnectorSpec,
    Entry,
    Held,
    Hours,
    Interval,
    Kind,
    Operation,
    Outcome,
    Receipt,
    Scope,
)
from hub.delivery.wanted import mapped_days
from hub.errors import Unavailable, Uncertain
from hub.records import AttendanceDay
from hub.testing.conformance import Deliver, Kit
from hub.testing.memory import MemoryConnector, MemoryErp
from hub.testing.world import World

QUARTER = 15


def _entries(world: World, connector: Connector[Any], first: date, last: date) -> Sequence[Entry]:
    return mapped_days(world.engine, world.config, connector, first, last).entries


def _held(connector: Connector[Any], entries: Iterable[Entry], first: date, last: date) -> dict[str, Held]:
    people = frozenset(entry.employee for entry in entries)
    return {one.natural_key: one for one in connector.read_back(Scope(first, last, frozenset(Kind), people))}


def _upsert(connector: Connector[Any], entries: Sequence[Entry], held: dict[str, Held]) -> list[Change]:
    changes = []
    for entry in entries:
        record, there = connector.render(entry), held.get(connector.render(entry).natural_key)
        operation = Operation.UPDATE if there else Operation.CREATE
        names = (entry.kind, entry.employee, entry.work_date, record.natural_key, record.image)
        if there is None or there.image != record.image:
            changes.append(Change(entry.key, operation, *names, there.refs if there else ()))
    return changes


def _surplus(connector: Connector[Any], entries: Sequence[Entry], held: dict[str, Held]) -> list[Change]:
    wanted = {connector.render(entry).natural_key for entry in entries}
    left = [one for key, one in held.items() if key not in wanted]
    kinds = {one.natural_key: Kind(one.natural_key.partition(":")[0]) for one in left}
    return [
        Change(key, Operation.WITHDRAW, kinds[key], held[key].employee, held[key].work_date, key, {}, held[key].refs)
        for key in kinds
    ]


def _send(connector: Connector[Any], changes: Sequence[Change]) -> None:
    size = connector.capabilities.batch_size
    for start in range(0, len(changes), size):
        list(connector.push(changes[start : start + size]))


@dataclass
class CursorIsLastLogLine:
    """Goes on after the newest work date that was sent; what is corrected before it is never seen."""

    cursor: dict[str, date] = field(default_factory=dict)

    def __call__(self, world: World, connector: Connector[Any], first: date, last: date) -> None:
        """Push what is newer."""
        cursor = self.cursor.get(world.tenant, date.min)
        entries = [one for one in _entries(world, connector, first, last) if one.work_date > cursor]
        _send(connector, _upsert(connector, entries, _held(connector, entries, first, last)))
        self.cursor[world.tenant] = max([cursor, *(one.work_date for one in entries)])


@dataclass
class WatermarkBeforeTheWork:
    """Saves how far it is before it has sent anything; what fails is not sent again."""

    seen: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __call__(self, world: World, connector: Connector[Any], first: date, last: date) -> None:
        """Push what changed since."""
        days = [row for row in world.rows(AttendanceDay) if row.change > self.seen[world.tenant]]
        self.seen[world.tenant] = max([self.seen[world.tenant], *(row.change for row in days)])
        changed = {row.work_date for row in days}
        entries = [one for one in _entries(world, connector, first, last) if one.work_date in changed]
        _send(connector, _upsert(connector, entries, _held(connector, entries, first, last)))


@dataclass
class RetryWithoutReadBack:
    """Sends again what had no answer, without a look at what is there."""

    sent: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __call__(self, world: World, connector: Connector[Any], first: date, last: date) -> None:
        """Push what has no receipt yet, up to three times."""
        done = self.sent[world.tenant]
        entries = [one for one in _entries(world, connector, first, last) if one.key not in done]
        changes = _upsert(connector, entries, {})
        for _ in range(3):
            try:
                _send(connector, changes)
            except (Uncertain, Unavailable):
                continue
            done.update(one.key for one in entries)
            return


def skip_if_exists(world: World, connector: Connector[Any], first: date, last: date) -> None:
    """Sends what is not there, and lets stand what is there, whatever it says."""
    entries = _entries(world, connector, first, last)
    held = _held(connector, entries, first, last)
    _send(connector, _surplus(connector, entries, held))
    _send(connector, _upsert(connector, [one for one in entries if connector.render(one).natural_key not in held], {}))


def by_comparison(world: World, connector: Connector[Any], first: date, last: date) -> None:
    """Sends what differs. Nothing is wrong with that as long as nothing goes wrong: the others' measure."""
    entries = _entries(world, connector, first, last)
    held = _held(connector, entries, first, last)
    _send(connector, [*_surplus(connector, entries, held), *_upsert(connector, entries, held)])


def round_each_pair(world: World, connector: Connector[Any], first: date, last: date) -> None:
    """Rounds every pair to a quarter of an hour before it sums them."""
    entries = _entries(world, connector, first, last)
    quarters: dict[tuple[str, date], int] = defaultdict(int)
    for one in entries:
        if isinstance(one.payload, Interval):
            pair = (one.payload.end - one.payload.start) // 60
            quarters[one.employee, one.work_date] += round(pair / QUARTER) * QUARTER
    rounded = [
        replace(one, payload=replace(one.payload, minutes=quarters[one.employee, one.work_date]))
        if isinstance(one.payload, Hours)
        else one
        for one in entries
    ]
    held = _held(connector, rounded, first, last)
    _send(connector, [*_surplus(connector, rounded, held), *_upsert(connector, rounded, held)])


class LyingConnector(MemoryConnector):
    """Says yes and saves nothing, says "nothing was changed" and has changed it, and forgets to list some records."""

    def push(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Carry some of it out."""
        for number, change in enumerate(changes):
            if number % 5 == 4:
                yield Receipt(change.key, Outcome.ACCEPTED, ("0",))
            else:
                yield from super().push([change])
        if len(changes) % 4 == 0:
            raise Unavailable("Nothing was changed.")

    def read_back(self, scope: Scope) -> Iterator[Held]:
        """List nine out of ten."""
        for one in super().read_back(scope):
            if int(one.refs[0]) % 10:
                yield one


class LyingErp(MemoryErp):
    """A sound ERP behind the lying connector."""

    spec = ConnectorSpec("lying", "A connector that lies", LyingConnector)


@dataclass(frozen=True, slots=True)
class KnownBad:
    """Something that the kit must fail, and in which figure of the report that shows."""

    kit: Callable[[], Kit]
    symptom: str


def _on_a_sound_erp(deliver: Deliver, symptom: str) -> KnownBad:
    return KnownBad(lambda: Kit(MemoryErp(), deliver), symptom)


GALLERY = {
    "cursor is the last log line": _on_a_sound_erp(CursorIsLastLogLine(), "missing"),
    "watermark saved before the work": _on_a_sound_erp(WatermarkBeforeTheWork(), "missing"),
    "retry without read-back": _on_a_sound_erp(RetryWithoutReadBack(), "duplicates"),
    "skip if exists": _on_a_sound_erp(skip_if_exists, "missing"),
    "round each pair before summing": _on_a_sound_erp(round_each_pair, "missing"),
    "a connector that lies": KnownBad(lambda: Kit(LyingErp()), "duplicates"),
}
"""By name."""
