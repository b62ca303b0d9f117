"""`kill -9` at random points of a push: whoever goes on afterwards brings every entry into the ERP exactly once."""

import multiprocessing
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing.process import BaseProcess
from signal import SIGKILL
from typing import Any

import pytest
from sqlalchemy import Engine

from hub.lease import SECONDS as LEASE_SECONDS
from hub.testing import faults
from hub.testing.crowd import fill
from hub.testing.edge import Edge
from hub.testing.http_memory import SETTLE_SECONDS, HttpMemory
from hub.testing.world import Pair, World
from tests.delivery import pusher

FIRST, DAYS, PEOPLE = date(2026, 10, 5), 25, 100
LAST = FIRST + timedelta(days=DAYS - 1)
PAIR: Pair = (8 * 60, 16 * 60)
LONGEST_LIFE = 14
KILLS = 50
"""Requests; a life begins with up to five that only read."""

LATER = LEASE_SECONDS + SETTLE_SECONDS + 1
"""Seconds from one life to the next: by then the lease of the dead has run out."""

# Started once, with everything imported, so that a life begins with a fork.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([pusher.__name__])


@dataclass
class Deadly:
    """Kills the process when the ERP gets its request of that number, which is then carried out, or lost."""

    process: BaseProcess | None = None
    left: int = 0
    lost: bool = False

    def __call__(self, _fitting: Sequence[Any]) -> Edge | None:
        self.left -= 1
        if self.left != 0 or self.process is None:
            return None
        self.process.kill()
        return Edge.CUT_BEFORE if self.lost else None


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    erp = HttpMemory(batch_size=20)
    with erp.running():
        world = World(engine, erp)
        fill(world, erp.reset([str(number) for number in range(PEOPLE)], ["CC"]), days(), PAIR)
        yield world


def days() -> list[date]:
    return [FIRST + timedelta(days=number) for number in range(DAYS)]


@pytest.mark.slow
def test_killed_at_any_point_a_push_ends_with_every_entry_once(world: World) -> None:
    dice, erp = random.Random(KILLS), world.target
    for life in range(KILLS):
        erp.faults = deadly = Deadly(left=dice.randint(1, LONGEST_LIFE), lost=dice.random() < 0.5)
        with pushing(world, life) as deadly.process:
            pass
        assert deadly.process.exitcode == -SIGKILL, f"life {life} ended by itself"
        assert twice(world) == Counter()
    erp.faults = faults.none
    with pushing(world, KILLS) as process:
        pass
    assert process.exitcode == 0
    wanted = world.wanted(FIRST, LAST)
    assert len(wanted) == 2 * PEOPLE * DAYS
    assert Counter(erp.facts()) == Counter(wanted)
    assert {row.state for row in world.journal().values()} == {"confirmed"}


@contextmanager
def pushing(world: World, life: int) -> Iterator[BaseProcess]:
    """A process that pushes, until it is dead."""
    url = world.engine.url.render_as_string(hide_password=False)
    told = {"config": world.config.model_dump(), "first": FIRST, "last": LAST}
    process = _CONTEXT.Process(target=pusher.push, args=(url, told, world.target.clock.now() + life * LATER))
    process.start()
    yield process
    process.join()
    assert process.exitcode is not None


def twice(world: World) -> Counter[tuple[object, ...]]:
    """What the ERP holds too much of."""
    return Counter(fact.subject for fact in world.target.facts()) - Counter(
        {fact.subject: 1 for fact in world.target.facts()}
    )
