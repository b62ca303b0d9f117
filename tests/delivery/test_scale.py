"""A correction costs requests by its own size, and not by that of the window in which it is looked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine

from hub.delivery.outcome import Pushed
from hub.lease import SECONDS as LEASE_SECONDS
from hub.testing.crowd import fill
from hub.testing.faults import none, seeded
from hub.testing.http_memory import HttpMemory
from hub.testing.memory import MemoryErp
from hub.testing.world import World
from tests.delivery import build
from tests.delivery.test_effect_once import ROUNDS, Round, attempt, grumpy, want

FIRST, DAYS, PEOPLE, PAGE = date(2026, 10, 5), 30, 40, 100
DATES = [FIRST + timedelta(days=number) for number in range(DAYS)]
PAIR, LONGER = (8 * 60, 16 * 60), (8 * 60, 17 * 60)


@dataclass
class Counted(World):
    """Knows how many requests a push took."""

    def pushed(self, *, only_changed: bool) -> tuple[int, Pushed]:
        assert isinstance(self.target, HttpMemory)
        before = self.target.requests
        with self.open() as connector:
            done = self.delivery(connector).push(DATES[0], DATES[-1], only_changed=only_changed)
        assert done.delivered
        assert sorted(self.target.facts(), key=repr) == sorted(self.wanted(DATES[0], DATES[-1]), key=repr)
        return self.target.requests - before, done


@pytest.fixture
def world(engine: Engine) -> Iterator[Counted]:
    """Thirty days of forty people, delivered."""
    erp = HttpMemory(page=PAGE)
    with erp.running():
        world = Counted(engine, erp)
        fill(world, erp.reset([str(number) for number in range(PEOPLE)], ["CC"]), DATES, PAIR)
        world.pushed(only_changed=False)
        yield world


@pytest.mark.slow
def test_a_correction_costs_requests_by_its_own_size(world: Counted):
    pages = 2 * PEOPLE * DAYS // PAGE
    nothing, _ = world.pushed(only_changed=True)
    whole, _ = world.pushed(only_changed=False)
    assert nothing == 0
    assert whole >= pages

    world.day("7", DATES[12], LONGER)
    one, done = world.pushed(only_changed=True)
    assert (done.counts["updated"], done.counts["entries"]) == (2, 2)

    for number in range(10):
        world.day(str(number), DATES[20], LONGER)
    ten, done = world.pushed(only_changed=True)
    assert done.counts["updated"] == 20

    print(f"requests: {one} for one day, {ten} for ten, {whole} to look at all {DAYS} days")  # noqa: T201 - shown by -s
    assert one == ten == 3  # what is there, the change, what came of it


def test_what_people_changed_shows_when_all_is_looked_at(world: Counted):
    assert isinstance(world.target, HttpMemory)
    row = next(row for row in world.target.erp.rows.values() if "minutes" in row.image)
    row.image = {**row.image, "minutes": 1}
    with world.open() as connector:
        delivery = world.delivery(connector)
        assert delivery.push(DATES[0], DATES[-1], only_changed=True).counts["drifted"] == 0
        assert delivery.push(DATES[0], DATES[-1]).counts["drifted"] == 1
        # Once it is known, a correction reports it too: it waits for a person.
        assert delivery.push(DATES[0], DATES[-1], only_changed=True).counts["drifted"] == 1


@dataclass
class Narrow(build.World):
    """Pushes nothing but corrections."""

    def push(self, first: date = build.DAY, last: date | None = None) -> Pushed:
        return self.delivery().push(first, last or first, only_changed=True)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(ROUNDS)
def test_corrections_alone_have_the_same_effect(sqlite_hub: Engine, rounds: list[Round]):
    world = Narrow(sqlite_hub, MemoryErp())
    for one in rounds:
        want(world, one, hold_back=True)
        for number, (first, last) in enumerate(one.pushes):
            world.erp.faults, world.erp.refuses = seeded(one.seed + number, 0.4), grumpy(one.seed)
            attempt(world, first, last, kills=one.kills)
    want(world, rounds[-1], hold_back=False)
    world.erp.faults, world.erp.refuses = none, lambda _change: ""
    for _ in range(3):
        world.erp.clock.sleep(LEASE_SECONDS)
        world.push(build.DAY, build.NEXT)
    assert world.erp.contents() == world.expected()
    assert build.World.push(world, build.DAY, build.NEXT).delivered
