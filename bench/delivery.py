"""Delivery beside dlt and the Singer SDK: the same rows to the same ERP, without faults and with one in fifty requests.

Muster's side journals every change before it is sent and reads everything back; the others do neither. They begin with
rows that are ready to be posted, so the clock of `delivery.rows` starts when Muster's plan is there;
`delivery.rows_with_planning` begins with the stored days.
"""

import logging
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.erp import Erp, erp
from bench.others import BATCH, Rows, by_dlt, by_singer, by_singer_unvalidated
from bench.results import Row, row
from bench.servers import databases
from hub.contract import ConnectorSpec, Kind
from hub.database import connect, migrate
from hub.delivery.clock import Clock
from hub.delivery.outcome import Planned
from hub.delivery.push import Delivery
from hub.lease import SECONDS as LEASE_SECONDS
from hub.testing.clock import SimulatedClock
from hub.testing.crowd import fill
from hub.testing.http_memory import HttpMemory, HttpMemoryConnector, HttpMemorySettings
from hub.testing.target import Fact, Refs, Target
from hub.testing.world import World, utc

PEOPLE, FIRST, DAYS = 500, date(2026, 10, 5), 20
DATES: Final = [FIRST + timedelta(days=number) for number in range(DAYS)]
PAIR: Final = (8 * 60, 16 * 60)
ENTRIES: Final = 2 * PEOPLE * DAYS
CHANCE: Final = 0.02
WAIT: Final = 3600
ROUNDS: Final = 7
PUSHES: Final = 10
"""The next nights, if one does not bring everything over."""


class Remote(Target):
    """The ERP of the other process, as the hub's worlds know one."""

    spec: ConnectorSpec = HttpMemory.spec

    def __init__(self, there: Erp) -> None:
        super().__init__(_Shared(there))
        self.there = there

    def settings(self) -> dict[str, Any]:
        """Batches as the others send them."""
        return {"url": self.there.url, "batch_size": BATCH, "timeout_seconds": 5}

    def reset(self, numbers: Any, costs: Any) -> Refs:  # noqa: ARG002 - it makes as many as it is told
        """That many people."""
        return self.there.reset(len(numbers))

    def facts(self) -> Iterable[Fact]:
        """It is asked for counts only."""
        raise NotImplementedError


class _Shared(SimulatedClock):
    """Waiting is waiting for the ERP too."""

    def __init__(self, there: Erp) -> None:
        super().__init__()
        self._there = there

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._there.wait(int(seconds))


Send = Callable[[], float]
"""Sends; returns how many seconds of that it took to have the rows ready."""
Prepare = Callable[[Erp, Refs, Path], Send]
"""Makes ready, untimed; what it returns sends."""


class Timed(Delivery):
    """Says how long the first plan took."""

    planning = 0.0

    def _first_plan(self, first: date, last: date, only: frozenset[str] | None) -> Planned:
        began = time.perf_counter()
        found = super()._first_plan(first, last, only)
        self.planning = time.perf_counter() - began
        return found


def muster(there: Erp, refs: Refs, folder: Path) -> Send:
    """A hub on SQLite."""
    return _hub(f"sqlite:///{folder / 'hub.db'}", there, refs)


def _hub(url: str, there: Erp, refs: Refs) -> Send:
    """A hub with these days, and a push of them."""
    engine = connect(url)
    migrate(engine)
    world = World(engine, Remote(there))
    fill(world, refs, DATES, PAIR)
    return partial(_push, world)


def _push(world: World) -> float:
    clock, planning = world.target.clock, 0.0
    for _ in range(PUSHES):
        with HttpMemoryConnector(HttpMemorySettings.model_validate(world.target.settings())) as connector:
            delivery = Timed(world.engine, world.config, connector, Clock(clock.now, clock.steady, clock.sleep))
            done = delivery.push(DATES[0], DATES[-1]).delivered
            planning += delivery.planning
            if done:
                break
        clock.sleep(LEASE_SECONDS)
    world.engine.dispose()
    return planning


def _others(by: Callable[[str, Rows], None]) -> Prepare:
    def prepare(there: Erp, refs: Refs, _folder: Path) -> Send:
        rows = list(_rows(refs))

        def send() -> float:
            by(there.url, rows)
            return 0.0

        return send

    return prepare


def _rows(refs: Refs) -> Iterator[dict[str, Any]]:
    """What Muster makes of the days, ready to be posted."""
    [cost] = refs.costs.values()
    for employee in refs.employees.values():
        for day in DATES:
            whole = {"start": utc(day, PAIR[0]), "end": utc(day, PAIR[1])}
            hours = {"date": day.isoformat(), "cost_centre": cost, "minutes": PAIR[1] - PAIR[0]}
            for kind, image in ((Kind.INTERVAL, whole), (Kind.HOURS, hours)):
                yield {"operation": "create", "kind": kind, "employee": employee, "image": image}


OTHERS: Final[dict[str, Prepare]] = {"dlt": _others(by_dlt), "singer-sdk": _others(by_singer)}
UNVALIDATED: Final = "singer-sdk, its validation off"


def run() -> Iterator[Row]:
    """Rows a second without faults, and records that are there twice with them."""
    logging.disable(logging.CRITICAL)
    with erp() as there:
        sides = {"muster": muster, **OTHERS}
        sending, whole = _speeds(there, {**sides, UNVALIDATED: _others(by_singer_unvalidated)})
        doubled = {name: _doubled(there, prepare) for name, prepare in sides.items()}
        # By itself, as the server goes on working when a push is over.
        with _postgresql() as postgresql:
            there_too, _ = _speeds(there, {"postgresql": postgresql, **OTHERS})
    logging.disable(logging.NOTSET)
    for other in OTHERS:
        yield row("delivery.rows", sending["muster"], "rows/s", other, sending[other])
        yield row("delivery.rows.postgresql", there_too["postgresql"], "rows/s", other, there_too[other])
        yield row("delivery.rows_with_planning", whole["muster"], "rows/s", other, whole[other])
        yield row("delivery.duplicates_with_faults", doubled["muster"], "records", other, doubled[other])
    yield row("delivery.rows", sending["muster"], "rows/s", UNVALIDATED, sending[UNVALIDATED])


def _speeds(there: Erp, sides: Mapping[str, Prepare]) -> tuple[dict[str, float], dict[str, float]]:
    """Rows a second of sending, and with getting the rows ready."""
    # In turns, as a machine is not equally fast all the time.
    rounds = [{name: _seconds(there, prepare) for name, prepare in sides.items()} for _ in range(ROUNDS)]
    whole = {name: ENTRIES / median(one[name][0] for one in rounds) for name in sides}
    return {name: ENTRIES / median(one[name][1] for one in rounds) for name in sides}, whole


@contextmanager
def _postgresql() -> Iterator[Prepare]:
    """A hub on a database of its own each time, all on one server."""
    numbers = count()
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder, databases("postgresql", Path(folder)) as create:
        yield lambda there, refs, _folder: _hub(create(f"hub{next(numbers)}"), there, refs)


def _seconds(there: Erp, prepare: Prepare) -> tuple[float, float]:
    """How long all took, and how long without getting the rows ready; every one must arrive once."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        send = prepare(there, there.reset(PEOPLE), Path(folder))
        there.fail(0)
        began = time.perf_counter()
        ready = send()
        seconds = time.perf_counter() - began
    if there.records() != (ENTRIES, 0):
        raise RuntimeError(f"{there.records()} records and doubles are there, not {ENTRIES} and none.")
    return seconds, seconds - ready


def _doubled(there: Erp, prepare: Prepare) -> int:
    """Records that are there twice once all is over; none may be missing."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        send = prepare(there, there.reset(PEOPLE), Path(folder))
        there.fail(CHANCE)
        send()
        there.fail(0)
    there.wait(WAIT)
    held, doubles = there.records()
    if held - doubles != ENTRIES:
        raise RuntimeError(f"{held - doubles} different records are there, not {ENTRIES}.")
    return doubles
