"""An ERP in memory with its connector: what tests of delivery push to, and the smallest connector there is.

Like most ERPs it keeps no id of ours, numbers its own records, and creates a second record when it is told twice.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from pydantic import Field

from hub import errors
from hub.contract import (
    Capabilities,
    Change,
    Connector,
    ConnectorSpec,
    CostObject,
    Day,
    Entry,
    Finding,
    Held,
    Hours,
    Image,
    Interval,
    Kind,
    Operation,
    Outcome,
    Person,
    Punch,
    Receipt,
    Record,
    Scope,
    Settings,
    Severity,
)
from hub.testing import faults
from hub.testing.clock import SimulatedClock
from hub.testing.faults import ANYWHERE, Crash, Fault, Faults
from hub.testing.target import Fact, Refs, Target, fact_of

_ALL = Capabilities(frozenset({Kind.INTERVAL, Kind.HOURS, Kind.DAY}), settle_seconds=30)
_ONE_DAY = timedelta(days=1)
MOMENTS = {Kind.INTERVAL: "start", Kind.PUNCH: "at"}
"""What the ERP keeps as moments, and not by a work date."""


@dataclass(slots=True)
class Row:
    """One record of the ERP."""

    kind: Kind
    employee: str
    image: Image

    @property
    def natural_key(self) -> str:
        """What finds the record without its number."""
        return natural_key(self.kind, self.employee, self.image)

    @property
    def day(self) -> date:
        """The date that the ERP gives it: of an interval the UTC date of its start, of a punch its own."""
        if self.kind in MOMENTS:
            return datetime.fromtimestamp(self.image[MOMENTS[self.kind]], UTC).date()
        return date.fromisoformat(self.image["date"])


def natural_key(kind: Kind, employee: str, image: Image) -> str:
    """The natural key of a record."""
    match kind:
        case Kind.INTERVAL:
            return f"interval:{employee}:{image['start']}"
        case Kind.HOURS:
            return f"hours:{employee}:{image['date']}:{image['cost_centre']}"
        case Kind.PUNCH:
            return f"punch:{employee}:{image['at']}:{image['direction']}"
        case Kind.DAY:
            return f"day:{employee}:{image['date']}"


def image_of(entry: Entry) -> Image:
    """What the ERP holds of an entry."""
    match entry.payload:
        case Interval(start, end):
            return {"start": start, "end": end}
        case Hours(cost_centre, minutes):
            return {"date": entry.work_date.isoformat(), "cost_centre": cost_centre, "minutes": minutes}
        case Day() as day:
            shown = {"status": day.status, "payable": day.payable, "lop": day.lop, "overtime_min": day.overtime_min}
            return {"date": entry.work_date.isoformat(), **shown}
        case Punch(at, direction):
            return {"at": at, "direction": direction}


@dataclass(eq=False)
class MemoryErp(Target):
    """The ERP itself: its records by number, its faults, and what a person does in it.

    `refuses` gives the reason why a row is refused, or an empty text. `calls` are the batches that reached `push`.
    """

    clock: SimulatedClock = field(default_factory=SimulatedClock)
    capabilities: Capabilities = _ALL
    faults: Faults = faults.none
    refuses: Callable[[Change], str] = lambda _change: ""
    seconds_per_change: int = 0
    late_after: int = 20
    people: list[Person] = field(default_factory=list)
    costs: list[CostObject] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    calls: list[list[Change]] = field(default_factory=list)
    token: str = field(default_factory=lambda: uuid.uuid4().hex)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _late: list[tuple[int, Change]] = field(default_factory=list)

    def __post_init__(self) -> None:
        ERPS[self.token] = self

    def settings(self) -> dict[str, Any]:
        """Which of the ERPs in memory it is."""
        return {"erp": self.token}

    def reset(self, numbers: Sequence[str], costs: Sequence[str]) -> Refs:
        """Nothing but these people and cost objects: `e7` is number 7, `w1` the first cost object."""
        self.rows.clear()
        self.calls.clear()
        self._late.clear()
        self.people = [Person(f"e{number}", number) for number in numbers]
        self.costs = [CostObject(f"w{place}", code, code) for place, code in enumerate(costs, 1)]
        return Refs({one.number: one.ref for one in self.people}, {one.code: one.ref for one in self.costs})

    def facts(self) -> list[Fact]:
        """All its records."""
        self.tick()
        return [Fact(row.employee, row.day, _payload(row)) for row in self.rows.values()]

    def fact(self, entry: Entry) -> Fact:
        """It has no place for the minutes of a day."""
        fact = fact_of(entry)
        return replace(fact, payload=replace(fact.payload, worked_min=0)) if isinstance(fact.payload, Day) else fact

    def contents(self) -> list[tuple[str, Image]]:
        """What it holds, by natural key; twice what is there twice."""
        self.tick()
        return sorted(((row.natural_key, row.image) for row in self.rows.values()), key=repr)

    def add(self, kind: Kind, employee: str, image: Image) -> str:
        """Make a record; its number."""
        ref = str(next(self._numbers))
        self.rows[ref] = Row(kind, employee, image)
        return ref

    def edit(self, key: str, **values: Any) -> None:
        """Change the record as a person would."""
        row = self.rows[self._ref(key)]
        row.image = {**row.image, **values}

    def remove(self, key: str) -> None:
        """Delete the record as a person would."""
        del self.rows[self._ref(key)]

    def _ref(self, key: str) -> str:
        return next(ref for ref, row in self.rows.items() if row.natural_key == key)

    def tick(self) -> None:
        """Commit what was to be committed by now."""
        due = [change for at, change in self._late if at <= self.clock.true]
        self._late = [(at, change) for at, change in self._late if at > self.clock.true]
        for change in due:
            self.commit(change)

    def later(self, changes: Iterable[Change]) -> None:
        """Commit these after a while, which is within the settle time."""
        at = self.clock.true + min(self.late_after, self.capabilities.settle_seconds)
        self._late += [(at, change) for change in changes]

    def commit(self, change: Change) -> Receipt:
        """Carry one change out, or refuse it."""
        self.clock.sleep(self.seconds_per_change)
        if reason := self.refuses(change):
            return Receipt(change.key, Outcome.REJECTED, reason=reason)
        if change.operation is Operation.CREATE:
            ref = self.add(change.kind, change.employee, change.image)
            return Receipt(change.key, Outcome.ACCEPTED, (ref,))
        for ref in change.refs:
            if change.operation is Operation.WITHDRAW:
                self.rows.pop(ref, None)
            elif ref in self.rows:
                self.rows[ref].image = change.image
            else:
                return Receipt(change.key, Outcome.REJECTED, reason="there is no such record")
        return Receipt(change.key, Outcome.ACCEPTED, change.refs)


def _payload(row: Row) -> Day | Hours | Interval | Punch:
    image = row.image
    match row.kind:
        case Kind.INTERVAL:
            return Interval(image["start"], image["end"])
        case Kind.HOURS:
            return Hours(image["cost_centre"], image["minutes"])
        case Kind.PUNCH:
            return Punch(image["at"], image["direction"])
        case Kind.DAY:
            return Day(image["status"], 0, image["overtime_min"], image["payable"], image["lop"])


ERPS: WeakValueDictionary[str, MemoryErp] = WeakValueDictionary()
"""The ERPs that settings can name."""


class MemorySettings(Settings):
    """Which ERP."""

    erp: str = Field(description="Name of an ERP in `hub.testing.memory.ERPS`.")


class MemoryConnector(Connector[MemorySettings]):
    """The connector of such an ERP."""

    settings_type: ClassVar[type[Settings]] = MemorySettings
    capabilities: ClassVar[Capabilities] = _ALL

    def __init__(self, settings: MemorySettings) -> None:
        super().__init__(settings)
        self.erp = ERPS[settings.erp]
        self.capabilities = replace(self.erp.capabilities)  # type: ignore[misc]

    def check(self) -> list[Finding]:
        """Always well."""
        return [Finding("memory", Severity.OK, "It is here.")]

    def employees(self) -> Iterator[Person]:
        """The ERP's people."""
        self._reach(ANYWHERE)
        yield from self.erp.people

    def cost_objects(self) -> Iterator[CostObject]:
        """The ERP's cost objects."""
        yield from self.erp.costs

    def render(self, entry: Entry) -> Record:
        """How the entry looks in the ERP."""
        image = image_of(entry)
        return Record(natural_key(entry.kind, entry.employee, image), image)

    def read_back(self, scope: Scope) -> Iterator[Held]:
        """The records of the scope; moments of the dates around too, as a night shift may bear their date."""
        self._reach(ANYWHERE)
        for ref, row in list(self.erp.rows.items()):
            margin = _ONE_DAY if row.kind in MOMENTS else timedelta()
            inside = scope.first - margin <= row.day <= scope.last + margin
            if inside and row.kind in scope.kinds and row.employee in scope.employees:
                yield Held(row.natural_key, row.image, (ref,), row.employee, row.day)

    def push(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Carry the changes out, as the faults allow."""
        fault = self._reach(tuple(Fault))
        self.erp.calls.append(list(changes))
        half = len(changes) // 2
        match fault:
            case None:
                yield from map(self.erp.commit, changes)
            case Fault.PART_LOST | Fault.PART_THROTTLED | Fault.PART_UNTOLD | Fault.CRASH_MIDWAY | Fault.SILENT:
                yield from map(self.erp.commit, changes[:half])
                self._break(fault, changes[half:])
            case _:
                self._break(fault, changes)

    def _reach(self, fitting: Sequence[Fault]) -> Fault | None:
        self.erp.tick()
        fault: Fault | None = self.erp.faults(fitting)
        if fault is Fault.OFFLINE:
            raise errors.Unavailable("The ERP cannot be reached.")
        if fault is Fault.CRASH:
            raise Crash
        return fault

    def _break(self, fault: Fault, changes: Sequence[Change]) -> None:
        """What becomes of the changes that are not answered."""
        if fault in (Fault.ANSWER_LOST, Fault.PART_UNTOLD, Fault.STRANGE, Fault.SILENT, Fault.CRASH_AFTER):
            for change in changes:
                self.erp.commit(change)
        if fault is Fault.LATE:
            self.erp.later(changes)
        match fault:
            case Fault.SILENT:
                return
            case Fault.THROTTLED | Fault.PART_THROTTLED:
                raise errors.Throttled("Too many requests.", after=60)
            case Fault.DENIED:
                raise errors.NotPermitted("Give the ERP user its rights back.")
            case Fault.STRANGE:
                raise errors.ContractBroken("The ERP answered in an unknown shape.")
            case Fault.CRASH_AFTER | Fault.CRASH_MIDWAY:
                raise Crash
        raise errors.Uncertain("The answer was lost.")


spec = MemoryErp.spec = ConnectorSpec("memory", "An ERP in memory", MemoryConnector)
