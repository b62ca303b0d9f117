"""Effect once, whatever happens: random wanted states, bindings and faults, then quiet."""

from dataclasses import dataclass
from datetime import date

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from hub.contract import Change, Kind
from hub.errors import HubError
from hub.lease import SECONDS as LEASE_SECONDS
from hub.records import Lease
from hub.testing.faults import Crash, none, seeded
from hub.testing.memory import MemoryErp
from hub.testing.world import Pair, utc
from tests.delivery.build import DAY, NEXT, World

NUMBERS, DAYS = ("1", "2", "3"), (DAY, NEXT)
FOREIGN = (Kind.INTERVAL, "e1", {"start": utc(DAY, 111), "end": utc(DAY, 222)})
STARTS, LENGTHS = st.sampled_from([0, 480, 1440]), st.sampled_from([60, 90])
PAIR = st.builds(lambda start, length: (start, start + length), STARTS, LENGTHS)
PAIRS = st.lists(PAIR, max_size=2, unique_by=lambda pair: pair[0]).map(tuple)
RANGES = st.sampled_from([(DAY, NEXT), (DAY, DAY), (NEXT, NEXT)])


@dataclass(frozen=True)
class Round:
    """What is wanted, which days are held back, who is who in the ERP, how often is pushed, and with what luck."""

    days: dict[tuple[str, date], tuple[Pair, ...]]
    blocked: frozenset[tuple[str, date]]
    refs: tuple[str, ...]
    pushes: list[tuple[date, date]]
    seed: int
    kills: bool


ROUNDS = st.lists(
    st.builds(
        Round,
        st.fixed_dictionaries({(number, day): PAIRS for number in NUMBERS for day in DAYS}),
        st.frozensets(st.sampled_from([(number, day) for number in NUMBERS for day in DAYS]), max_size=2),
        st.permutations(["e1", "e2", "e3", "e4"]).map(lambda refs: tuple(refs[:3])) | st.just(("e1", "e2", "e3")),
        st.lists(RANGES, min_size=1, max_size=3),
        st.integers(0, 2**32),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=250, suppress_health_check=list(HealthCheck))
@given(ROUNDS)
def test_effect_once(sqlite_hub: Engine, rounds: list[Round]):
    erp = MemoryErp()
    erp.add(*FOREIGN)
    world = World(sqlite_hub, erp)
    for one in rounds:
        want(world, one, hold_back=True)
        for number, (first, last) in enumerate(one.pushes):
            erp.faults = seeded(one.seed + number, 0.4)
            erp.refuses = grumpy(one.seed)
            attempt(world, first, last, kills=one.kills)
            unscathed(world)
    want(world, rounds[-1], hold_back=False)
    erp.faults, erp.refuses = none, lambda _change: ""
    for _ in range(3):
        erp.clock.sleep(LEASE_SECONDS)
        done = world.push(DAY, NEXT)
    note(f"{done.counts} {[tuple(item) for item in done.left]}")
    assert erp.contents() == sorted([*world.expected(), ("interval:e1:" + str(utc(DAY, 111)), FOREIGN[2])], key=repr)
    assert done.delivered
    assert done.counts["created"] == done.counts["updated"] == done.counts["withdrawn"] == 0
    assert {row.state for row in world.journal().values()} <= {"confirmed", "withdrawn"}


def want(world: World, one: Round, *, hold_back: bool) -> None:
    for number in NUMBERS:
        world.employee(number)
    for number, ref in zip(NUMBERS, one.refs, strict=True):
        if world.bound[number] != ref:
            world.bind(number, ref)
    for (number, day), pairs in one.days.items():
        possible = [
            pair for pair in pairs if day == NEXT or pair[0] != 1440 or not _at_midnight(one.days[number, NEXT])
        ]
        world.day(number, day, *possible, blocks=hold_back and (number, day) in one.blocked)


def _at_midnight(pairs: tuple[Pair, ...]) -> bool:
    """Whether one begins just there; the night shift of the day before cannot do so too, but may have done before."""
    return any(start == 0 for start, _ in pairs)


def grumpy(seed: int):
    """Refuses one row in nine, and always the same ones."""
    return lambda change: "no" if _lot(seed, change) % 9 == 0 else ""


def _lot(seed: int, change: Change) -> int:
    return seed + sum(map(ord, f"{change.operation}{change.natural_key}"))


def attempt(world: World, first: date, last: date, *, kills: bool) -> None:
    """A push that may fail or die; killed, it leaves its lease behind."""
    try:
        world.push(first, last)
    except HubError:
        pass
    except Crash:
        if kills:
            until = world.erp.clock.now() + LEASE_SECONDS
            world.add(Lease(tenant=world.tenant, name="push books", owner="dead", expires_at=until))
            world.erp.clock.sleep(LEASE_SECONDS + 1)


def unscathed(world: World) -> None:
    """At no time is anything there twice, and what a person made is as it was."""
    keys = [key for key, _ in world.erp.contents()]
    assert len(keys) == len(set(keys))
    assert any((row.kind, row.employee, row.image) == FOREIGN for row in world.erp.rows.values())
