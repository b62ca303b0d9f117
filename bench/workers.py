"""Three Celery workers beside one: four connections with an Odoo each catch a month up, in runs of a week.

Then once more with one of the three killed while it sends. Every entry must be confirmed and in its Odoo once.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine, func, select
from sqlmodel import col

from bench.fleet import Fleet, fleet, running
from bench.odoos import HostedOdoo, Odoos, odoos
from bench.results import Row, row
from bench.runs import wait_for
from connectors.odoo.simulator import KEY, KEY_VARIABLE
from hub.database import connect, migrate, reading
from hub.delivery.connections import ConnectionConfig, register
from hub.delivery.lines import State
from hub.records import CostCentre, JournalEntry
from hub.testing.crowd import fill
from hub.testing.world import World

CONNECTIONS, DAYS, WEEK, PEOPLE = 4, 30, 7, 12
FIRST: Final = date(2026, 10, 1)
PAIR: Final = (8 * 60, 16 * 60)
COST: Final = "CC"
LONGEST_S: Final = 1800
SOME_RUNS_S: Final = 1
EVERY_S: Final = 0.01


@dataclass
class Month:
    """A tenant whose days are to be carried to `count` Odoos; an interval and hours for each day of each person."""

    engine: Engine
    there: Odoos
    days: int = DAYS
    world: World = field(init=False)
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world = World(self.engine, HostedOdoo(), starts_on=FIRST)
        self.world.add(CostCentre(tenant=self.world.tenant, code=COST, name=COST))
        fill(self.world, self.there.refs, self.dates, PAIR)

    @cached_property
    def dates(self) -> list[date]:
        """All work dates."""
        return [FIRST + timedelta(days=number) for number in range(self.days)]

    @cached_property
    def entries(self) -> int:
        """How many each Odoo must hold in the end."""
        return 2 * len(self.there.refs.employees) * self.days

    def connect(self, names: Sequence[str]) -> None:
        """A connection of each name, to the next Odoo."""
        given: dict[str, Any] = {"tenant": self.world.tenant, "connector": "odoo", "sites": ("hq",), "starts_on": FIRST}
        self.names = list(names)
        for name, settings in zip(names, self.there.settings, strict=True):
            register(self.engine, ConnectionConfig(name=name, settings=settings, origin="launchpad", **given))

    def launch(self, fleet: Fleet, names: Sequence[str]) -> list[str]:
        """Catch-ups of a week each, the first weeks first."""
        weeks = [self.dates[number : number + WEEK] for number in range(0, self.days, WEEK)]
        return [fleet.launch(f"{name}_catch_up", _range(name, week)) for week in weeks for name in names]

    def journalled(self, names: Sequence[str]) -> Counter[str]:
        """How many entries of these connections the journal has in each state."""
        one = JournalEntry
        query = select(col(one.state), func.count()).group_by(col(one.state))
        query = query.where(col(one.tenant) == self.world.tenant, col(one.connection).in_(names))
        with reading(self.engine) as session:
            return Counter({str(state): count for state, count in session.connection().execute(query)})

    def sending(self) -> str | None:
        """A connection of which something is on its way now."""
        one = JournalEntry
        query = select(col(one.connection)).where(col(one.tenant) == self.world.tenant, col(one.state) == State.SENDING)
        with reading(self.engine) as session:
            return session.connection().execute(query.limit(1)).scalar()


def run() -> Iterator[Row]:
    """Seconds with one worker, with three, and with three of which one is killed."""
    rounds = {name: [f"{name}_{number}" for number in range(CONNECTIONS)] for name in ("one", "three", "killed")}
    names = [name for some in rounds.values() for name in some]
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder, ExitStack() as stack:
        there = stack.enter_context(odoos(len(names), [str(number) for number in range(PEOPLE)], [COST]))
        started = stack.enter_context(fleet(Path(folder)))
        started.servers.environment[KEY_VARIABLE] = KEY
        engine = connect(started.servers.environment["MUSTER_DATABASE_URL"])
        stack.callback(engine.dispose)
        migrate(engine)
        month = Month(engine, there)
        month.connect(names)
        stack.enter_context(running(started))
        started.limit([f"erp_{name}" for name in names])
        started.start_worker("first")
        one = _caught_up(started, month, rounds["one"])
        started.start_worker("second")
        started.start_worker("third")
        three = _caught_up(started, month, rounds["three"])
        yield row("workers.month.3", three, "s", "1 worker", one)
        killed, lost = _caught_up_with_a_kill(started, month, rounds["killed"])
        yield row("workers.killed", killed, "s", "3 workers, none killed", three)
        yield row("workers.killed.on_their_way", lost, "entries", "all entries", CONNECTIONS * month.entries)
        records, doubles = map(sum, zip(*there.records(), strict=True))
        yield row("workers.records", records, "records", "entries confirmed", 3 * CONNECTIONS * month.entries)
        yield row("workers.duplicates", doubles, "records", "goal", 0)


def _caught_up(fleet: Fleet, month: Month, names: Sequence[str]) -> float:
    began = time.monotonic()
    wait_for(fleet.dagster, month.launch(fleet, names), LONGEST_S)
    seconds = time.monotonic() - began
    require_once(month, names)
    return seconds


def _caught_up_with_a_kill(fleet: Fleet, month: Month, names: Sequence[str]) -> tuple[float, int]:
    began = time.monotonic()
    launched = month.launch(fleet, names)
    wait_for(fleet.dagster, launched, LONGEST_S, enough=len(launched) // 3)
    lost = kill_one_that_sends(fleet, month).on_their_way
    wait_for(fleet.dagster, launched, LONGEST_S)
    seconds = time.monotonic() - began
    require_once(month, names)
    return seconds, lost


class Killed(NamedTuple):
    """Whose push it was, and how many changes were sent and not answered."""

    connection: str
    on_their_way: int


def kill_one_that_sends(fleet: Fleet, month: Month) -> Killed:
    """Kill the worker of a push whose changes are on their way."""
    until = time.monotonic() + LONGEST_S
    while time.monotonic() < until:
        workers = fleet.at_work()
        again = time.monotonic() + SOME_RUNS_S
        while time.monotonic() < again:
            sending = month.sending()
            if sending and (worker := workers.get(f"{sending}_catch_up")):
                fleet.kill_worker(worker)
                return Killed(sending, month.journalled([sending])[State.SENDING])
            time.sleep(EVERY_S)
    raise RuntimeError("No push was seen that sends.")


def require_once(month: Month, names: Sequence[str]) -> None:
    """Raise unless every entry is confirmed, and its Odoo holds it once."""
    journalled = month.journalled(names)
    if journalled != {State.CONFIRMED: len(names) * month.entries}:
        raise RuntimeError(f"The journal has {dict(journalled)}.")
    held = dict(zip(month.names, month.there.records(), strict=True))
    if any(held[name] != (month.entries, 0) for name in names):
        raise RuntimeError(f"The Odoos hold (records, of these double) {held}, not {month.entries} and none.")


def _range(name: str, week: Sequence[date]) -> dict[str, Any]:
    return {"ops": {f"{name}_days": {"config": {"first": week[0].isoformat(), "last": week[-1].isoformat()}}}}
