"""The rules in memory: punches a second through the stages, beside tools that only sort, drop repeats and pair.

All sides work on the same punches in the same process, one after the other, each as often; the median counts. Three
chunks of people are worked on at a time: the rules leave Python while they compute, and while two do, one is prepared.
"""

import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from statistics import median
from typing import Final

import duckdb
import pandas as pd
import polars as pl

from bench import punches
from bench.results import Row, row
from hub.rules import Inputs, process
from hub.rules.engine import judged, planned
from hub.rules.reading import read
from hub.rules.scope import edges

ROUNDS: Final = 3
CHUNK: Final = 1_000
DAYS: Final = 125
WORKERS, CORES = 3, 2
SIZES: Final = (5_000, 10_000, 20_000)
"""People; of the largest come ten million punches."""

MEMORY_DAYS: Final = 625
LAST: Final = punches.FIRST + timedelta(days=DAYS - 1)
_PAIRED = """
    SELECT employee_key, t_utc, lead(t_utc) OVER w AS out_utc, row_number() OVER w AS n FROM (
        SELECT employee_key, t_utc, t_utc - lag(t_utc) OVER w AS gap FROM punches WINDOW w AS
        (PARTITION BY employee_key ORDER BY t_utc)) WHERE gap IS NULL OR gap > 60
    WINDOW w AS (PARTITION BY employee_key ORDER BY t_utc) QUALIFY n % 2 = 1"""


def run() -> Iterator[Row]:
    """Speed by stages and by size, memory, a correction; in memory."""
    chunks = _chunks(SIZES[-1])
    names = ("employee_key", "t_utc")
    together = pd.DataFrame({name: pl.concat([one.punches[name] for one in chunks]).to_numpy() for name in names})
    count = len(together)
    baselines = {
        "duckdb": count / _timed(partial(_duckdb, together)),
        "pandas": count / _timed(partial(_pandas, together)),
    }
    upto = count / _timed(partial(_each, chunks, _upto_status))
    whole = count / _timed(partial(_each, chunks, _all_stages))
    for name, speed in baselines.items():
        yield row("rules.stages_1_12", upto, "punches/s", f"{name}: sort, dedupe, pair", speed)
        yield row("rules.all_stages", whole, "punches/s", f"{name}: sort, dedupe, pair", speed)
    yield from _sizes(chunks, whole)
    yield _correction(chunks, count / whole)
    del chunks, together
    yield _memory()


def _chunks(people: int) -> list[Inputs]:
    return [punches.inputs(CHUNK, DAYS, first_person=first) for first in range(1, people, CHUNK)]


def _each(chunks: list[Inputs], work: Callable[[Inputs], pl.DataFrame]) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        sum(pool.map(lambda chunk: work(chunk).height, chunks))


def _upto_status(chunk: Inputs) -> pl.DataFrame:
    layout, _ = planned(chunk, punches.FIRST, LAST)
    return judged(chunk, layout, read(chunk, layout, *edges(chunk, punches.FIRST, LAST)))


def _all_stages(chunk: Inputs) -> pl.DataFrame:
    return process(chunk, punches.FIRST, LAST).days


def _timed(work: Callable[[], object]) -> float:
    """Seconds, the median of some rounds."""
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def _duckdb(together: pd.DataFrame) -> None:
    with duckdb.connect(config={"threads": CORES}) as connection:
        connection.register("punches", together)
        connection.execute(f"CREATE TABLE paired AS {_PAIRED}")


def _pandas(together: pd.DataFrame) -> None:
    frame = together.sort_values(["employee_key", "t_utc"])
    gap = frame.groupby("employee_key")["t_utc"].diff()
    kept = frame[gap.isna() | (gap > 60)]
    number = kept.groupby("employee_key").cumcount()
    kept.assign(out_utc=kept.groupby("employee_key")["t_utc"].shift(-1))[number % 2 == 0]


def _sizes(chunks: list[Inputs], whole: float) -> Iterator[Row]:
    """The same work by number of people: what grows faster than the punches shows in a falling ratio."""
    for people in SIZES[:-1]:
        some = chunks[: people // CHUNK]
        count = sum(one.punches.height for one in some)
        speed = count / _timed(partial(_each, some, _all_stages))
        yield row(f"rules.size.{count // 1_000_000 or 1}m", speed, "punches/s", f"{SIZES[-1]} people", whole)


def _correction(chunks: list[Inputs], whole_s: float) -> Row:
    """A late punch for one person in a hundred: their days of the whole range again."""
    changed = [_people_of(chunk, CHUNK // 100) for chunk in chunks]
    together = _joined(changed)
    milliseconds = _timed(lambda: process(together, punches.FIRST, LAST)) * 1000
    return row("rules.correction_1_percent", milliseconds, "ms", "all of it again", whole_s * 1000)


def _people_of(chunk: Inputs, number: int) -> Inputs:
    mine = pl.col("employee_key").is_in(chunk.employments["employee_key"].head(number).implode())
    return replace(
        chunk,
        punches=chunk.punches.filter(mine),
        employments=chunk.employments.filter(mine),
        rosters=chunk.rosters.filter(mine),
    )


def _joined(parts: list[Inputs]) -> Inputs:
    return replace(
        parts[0],
        punches=pl.concat([one.punches for one in parts]),
        employments=pl.concat([one.employments for one in parts]),
        rosters=pl.concat([one.rosters for one in parts]),
    )


def _memory() -> Row:
    """Fifty million punches, a chunk at a time, in a process of its own: the most memory that it ever held."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        count, peak = pool.submit(_fifty_million).result()
    return row(f"rules.memory.{count // 1_000_000}m", peak, "MiB", "4 GiB", 4096)


def _fifty_million() -> tuple[int, float]:
    """Punches, and MiB."""
    count, last = 0, punches.FIRST + timedelta(days=MEMORY_DAYS - 1)
    for first_person in range(1, SIZES[-1], CHUNK // 2):
        chunk = punches.inputs(CHUNK // 2, MEMORY_DAYS, first_person=first_person)
        count += chunk.punches.height
        process(chunk, punches.FIRST, last)
    return count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
