"""An ERP that a connector is tried on: in memory, simulated, or a real one behind a proxy that spoils answers."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from hub.contract import ConnectorSpec, Day, Entry, Hours, Interval, Kind, Punch
from hub.testing import faults
from hub.testing.clock import SimulatedClock
from hub.testing.faults import Faults


@dataclass(frozen=True, slots=True)
class Fact:
    """What the ERP holds of one employee's attendance, told in the hub's terms and not in the connector's.

    `day` is the work date; of an interval the UTC date of its start, and of a punch its own, as few ERPs keep the work
    date of one.
    """

    employee: str
    day: date
    payload: Day | Hours | Interval | Punch

    @property
    def subject(self) -> tuple[object, ...]:
        """What it is about: there must be one fact of a subject, or the same thing is paid twice."""
        match self.payload:
            case Interval(start):
                return self.employee, Kind.INTERVAL, start
            case Punch(at):
                return self.employee, Kind.PUNCH, at
            case Hours(cost_centre):
                return self.employee, Kind.HOURS, self.day, cost_centre
            case Day():
                return self.employee, Kind.DAY, self.day


@dataclass(frozen=True, slots=True)
class Refs:
    """The ERP's ids by our employee numbers and cost-centre codes."""

    employees: Mapping[str, str] = field(default_factory=dict)
    costs: Mapping[str, str] = field(default_factory=dict)


class Target(ABC):
    """What the conformance kit needs to know of an ERP; `spec` is the connector that is tried on it.

    `zone` is the IANA zone of the site whose attendance comes in, and of everybody's place in an ERP that keeps times
    as a clock on the wall shows them.
    """

    spec: ConnectorSpec
    zone: str = "UTC"

    def __init__(self, clock: SimulatedClock | None = None) -> None:
        self.clock = clock or SimulatedClock()
        self.faults: Faults = faults.none

    @property
    def name(self) -> str:
        """What a report calls it: the connector, unless that is tried on several targets."""
        return self.spec.name

    @contextmanager
    def running(self, port: int = 0) -> Iterator[None]:  # noqa: ARG002 - what serves HTTP needs it
        """Start what has to run, on that loopback port where it has one (0: a free one), and stop it."""
        yield

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """The settings of a connection to it, while it runs."""

    @abstractmethod
    def reset(self, numbers: Sequence[str], costs: Sequence[str]) -> Refs:
        """Empty it, and make these employees and cost centres."""

    @abstractmethod
    def facts(self) -> Iterable[Fact]:
        """All that it holds now, read from its own state and not by the connector."""

    def rated(self, pairs: Sequence[tuple[int, int]]) -> Mapping[str, Any]:
        """What its site's rules make of a day with these pairs (minutes of the UTC day): columns of `AttendanceDay`."""
        return {} if pairs else {"status": "A", "payable_days": 0, "lop_days": 100}

    def fact(self, entry: Entry) -> Fact | None:
        """What it holds once the entry is there; None when it has no place for such a thing."""
        return fact_of(entry)


def fact_of(entry: Entry) -> Fact:
    """The entry as an ERP holds it that loses nothing."""
    match entry.payload:
        case Interval(start=at) | Punch(at=at):
            return Fact(entry.employee, datetime.fromtimestamp(at, UTC).date(), entry.payload)
        case _:
            return Fact(entry.employee, entry.work_date, entry.payload)
