"""A plan of a million entries against a full journal: how long it takes, and how much memory.

Half a million days of people whose entries are confirmed in the journal and held by the ERP; in a process of its own.
"""

import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from typing import Final

from bench.results import Row, row
from hub.contract import Capabilities, Held, Image, Kind, digest
from hub.delivery.lines import Action, Known, State, Wanted
from hub.delivery.plan import Circumstances, plan

ENTRIES: Final = 1_000_000
PEOPLE: Final = 20_000
FIRST: Final = date(2026, 10, 5)
SECONDS_GOAL, MIB_GOAL = 60, 2048


def run() -> Iterator[Row]:
    """Seconds and MiB."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        seconds, mebibytes = pool.submit(_plan_a_million).result()
    yield row("planning.million", seconds * 1000, "ms", "goal", SECONDS_GOAL * 1000)
    yield row("planning.million.memory", mebibytes, "MiB", "goal", MIB_GOAL)


def _plan_a_million() -> tuple[float, float]:
    wanted = list(_wanted())
    journal = {one.key: _known(one) for one in wanted}
    given = Circumstances(Capabilities(frozenset({Kind.HOURS})), now=2_000_000_000)
    began = time.perf_counter()
    items = plan(wanted, journal, _held(wanted), given)
    seconds = time.perf_counter() - began
    if len(items) != ENTRIES or {item.action for item in items} != {Action.UNCHANGED}:
        raise RuntimeError("The plan is not what it should be.")
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _wanted() -> Iterator[Wanted]:
    for number in range(ENTRIES):
        person, day = str(number % PEOPLE), FIRST + timedelta(days=number // PEOPLE)
        image: Image = {"date": day.isoformat(), "cost_centre": "w1", "minutes": 480}
        natural_key = f"hours:{person}:{day}:w1"
        yield Wanted(f"acme:{person}:{day}:hours:CC", Kind.HOURS, person, day, natural_key, image, digest(image))


def _known(one: Wanted) -> Known:
    sent = digest(one.image)
    return Known(
        one.key, one.kind, one.employee, one.work_date, one.natural_key, one.image, State.CONFIRMED, sent, sent, 1
    )


def _held(wanted: list[Wanted]) -> Iterator[Held]:
    for number, one in enumerate(wanted):
        yield Held(one.natural_key, dict(one.image), (str(number),), one.employee, one.work_date)
