"""The conformance kit: random days, corrections and faults, then quiet; is everything in the ERP exactly once?

    with Kit(OdooSimulator()) as kit:
        report = kit.run(range(1000))

Every run is repeatable by its seed. The judge compares facts that the target tells of itself with what the hub wants;
the connector that is tried has no say in either.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch

from sqlalchemy import create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from hub.contract import Connector
from hub.database import migrate
from hub.delivery.push import Delivery
from hub.errors import HubError
from hub.lease import SECONDS as LEASE_SECONDS
from hub.records import Lease
from hub.testing import faults
from hub.testing.faults import Crash
from hub.testing.mishaps import mishaps
from hub.testing.target import Fact, Target
from hub.testing.world import Pair, World

FIRST = date(2026, 10, 5)
DAYS = 3
NUMBERS = tuple(str(number) for number in range(1, 7))
COSTS = ("CC10", "CC20")
ROUNDS = 3
CHANCE = 0.3
QUIET_PUSHES = 4
BATCH = 9
"""Changes per push at most: small batches leave more room for faults between them."""
WINDOWS = (1, 3 * BATCH, 10_000)
"""Intents at least that are committed together: those of a batch, of a few, of all."""

FIGURES = ("connector", "seeds", "faults", "entries", "duplicates", "missing", "blocked", "seconds")

Deliver = Callable[[World, Connector[Any], date, date], None]
"""Brings the target to the wanted state of these work dates, as well as it can; may raise."""


def muster(world: World, connector: Connector[Any], first: date, last: date) -> None:
    """Muster's own delivery."""
    delivery: Delivery = world.delivery(connector)
    delivery.push(first, last)


@dataclass(slots=True)
class Report:
    """What came of some runs. `duplicates`: facts too many; `missing`: facts lacking or wrong; by seed in `failed`."""

    connector: str
    seeds: int = 0
    faults: int = 0
    entries: int = 0
    duplicates: int = 0
    missing: int = 0
    blocked: int = 0
    seconds: int = 0
    failed: list[int] = field(default_factory=list)

    def figures(self) -> dict[str, str | int]:
        """The figures by name."""
        return {name: getattr(self, name) for name in FIGURES}

    @property
    def passed(self) -> bool:
        """Whether everything was there exactly once, and nothing was left for a person."""
        return not (self.duplicates or self.missing or self.blocked)


class Kit:
    """Runs of one target, in one database in memory, on a site in that IANA zone.

    `chance` is that of a fault at a call of the ERP.
    """

    def __init__(self, target: Target, deliver: Deliver = muster, chance: float = CHANCE, zone: str = "UTC") -> None:
        self._target = target
        target.zone = zone
        self._chance = chance
        self._deliver = deliver
        self._stack = ExitStack()
        self._engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        event.listen(self._engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))

    def __enter__(self) -> Self:
        migrate(self._engine)
        self._stack.enter_context(self._target.running())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        self._engine.dispose()

    def run(self, seeds: Iterable[int], progress: Callable[[], None] = lambda: None) -> Report:
        """One run a seed."""
        report = Report(self._target.name)
        began = time.monotonic()
        for seed in seeds:
            _Run(World(self._engine, self._target), self._target, self._deliver, seed, self._chance).into(report)
            progress()
        report.seconds = int(time.monotonic() - began)
        return report


class _Run:
    """One seed: a tenant, some rounds of changes pushed with bad luck, and quiet pushes at the end."""

    def __init__(self, world: World, target: Target, deliver: Deliver, seed: int, chance: float) -> None:
        self._world = world
        self._chance = chance
        self._target = target
        self._deliver = deliver
        self._seed = seed
        self._dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._faults = 0
        self._days = [FIRST + timedelta(days=number) for number in range(DAYS)]

    def into(self, report: Report) -> None:
        """Run, judge, and add to the report."""
        self._target.faults = faults.none
        self._target.clock.restart()
        self._world.bind_all(self._target.reset(NUMBERS, COSTS))
        for round_ in range(ROUNDS):
            self._change(everything=round_ == 0)
            for _ in range(self._dice.randint(1, 2)):
                self._push_with_bad_luck()
        self._push_in_quiet()
        self._judge(report)

    def _change(self, *, everything: bool) -> None:
        for number in NUMBERS:
            for day in self._days:
                if everything or self._dice.random() < 0.25:
                    pairs = self._pairs()
                    self._world.day(number, day, *pairs, **self._target.rated(pairs))

    def _pairs(self) -> Sequence[Pair]:
        """None, one or two pairs of odd lengths; one in ten runs over midnight."""
        if self._dice.random() < 0.15:
            return ()
        first = (8 * 60 + self._dice.choice((0, 7, 20)), 12 * 60 + self._dice.choice((0, 1, 13)))
        second = (13 * 60, self._dice.choice((17 * 60, 17 * 60 + 20, 25 * 60)))
        return (first,) if self._dice.random() < 0.5 else (first, second)

    def _push_with_bad_luck(self) -> None:
        luck = faults.seeded(self._dice.randrange(2**32), self._chance)

        def counted(fitting: Sequence[Any]) -> Any:
            fault = luck(fitting)
            self._faults += fault is not None
            return fault

        killed, self._target.faults = False, counted
        dice = random.Random(self._dice.randrange(2**32))  # noqa: S311
        try:
            with (
                mishaps(dice, self._chance / 6, self._target.clock, self._count),
                patch("hub.delivery.apply.WINDOW", dice.choice(WINDOWS)),
            ):
                self._push()
        except (HubError, OperationalError):
            pass
        except Crash:
            killed = True
        self._target.clock.ahead = 0  # set right by the time of the next push
        if killed:
            self._leave_the_lease()
        self._target.faults = faults.none

    def _count(self) -> None:
        self._faults += 1

    def _push(self) -> None:
        with self._world.open() as connector:
            smaller = replace(connector.capabilities, batch_size=min(BATCH, connector.capabilities.batch_size))
            connector.capabilities = smaller  # type: ignore[misc]
            self._deliver(self._world, connector, self._days[0], self._days[-1])

    def _leave_the_lease(self) -> None:
        """A process that was killed leaves its lease; a while later, nobody holds it any more."""
        until = self._target.clock.now() + LEASE_SECONDS
        self._world.clear(Lease)
        self._world.add(Lease(tenant=self._world.tenant, name="push books", owner="dead", expires_at=until))
        self._target.clock.sleep(LEASE_SECONDS + 1)

    def _push_in_quiet(self) -> None:
        for _ in range(QUIET_PUSHES):
            self._target.clock.sleep(2 * LEASE_SECONDS)
            try:
                self._push()
            except HubError:
                continue

    def _judge(self, report: Report) -> None:
        wanted = self._world.wanted(self._days[0], self._days[-1])
        held = list(self._target.facts())
        expected, there = Counter(wanted), Counter(held)
        duplicates = _too_many(wanted, held)
        missing = sum((expected - there).values())
        blocked = sum(row.state == "drifted" for row in self._world.journal().values())
        report.seeds += 1
        report.faults += self._faults
        report.entries += len(wanted)
        report.duplicates += duplicates
        report.missing += missing
        report.blocked += blocked
        if duplicates or missing or blocked:
            report.failed.append(self._seed)


def _too_many(wanted: Sequence[Fact], held: Sequence[Fact]) -> int:
    """How many facts there are beyond one for every subject that is wanted."""
    return sum((Counter(fact.subject for fact in held) - Counter(fact.subject for fact in wanted)).values())
