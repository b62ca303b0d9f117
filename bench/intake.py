"""Durable intake: how many punches a second are stored and then acknowledged, with 64 clients."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from bench import load, traffic
from bench.results import Row, row
from bench.servers import APPS, Server, databases, serving

ROUNDS = 5
SECONDS = 2.5
BATCH = 500
MOST_SINGLE, MOST_BATCHED = 40_000, 1_000
"""Requests built for a round; more than any server here can take in its time."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One kind of request on one kind of database: what each server is sent."""

    name: str
    size: int
    dialects: dict[str, traffic.Dialect]


def run() -> Iterator[Row]:
    """All figures, on both databases."""
    for kind in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder, ExitStack() as stack:
            create = stack.enter_context(databases(kind, Path(folder)))
            urls = {app: create(app) for app in APPS}
            key = traffic.claim_devices(urls["muster"])
            servers = {app: stack.enter_context(serving(app, urls[app])) for app in APPS}
            for benchmark in _benchmarks(kind, key):
                yield from _measure(benchmark, servers)


def _benchmarks(kind: str, key: str) -> list[Benchmark]:
    adms, json = traffic.adms, traffic.json_with(key)
    return [
        Benchmark(f"intake.single.{kind}", 1, _dialects(adms)),
        Benchmark(f"intake.batch.{kind}", BATCH, _dialects(adms)),
        Benchmark(f"intake.batch_json.{kind}", BATCH, _dialects(json)),
    ]


def _dialects(muster: traffic.Dialect) -> dict[str, traffic.Dialect]:
    return {"echo": traffic.echoed(muster), "usual": traffic.usual, "muster": muster}


def _measure(benchmark: Benchmark, servers: dict[str, Server]) -> Iterator[Row]:
    """Rounds by turns, so that whatever else the machine does meets all three; the medians are kept."""
    rates: dict[str, list[float]] = {app: [] for app in servers}
    batches = traffic.batches(benchmark.size)
    for _ in range(ROUNDS):
        sent = list(islice(batches, MOST_SINGLE if benchmark.size == 1 else MOST_BATCHED))
        for app, server in servers.items():
            rates[app].append(_round(server, app, map(benchmark.dialects[app], sent)))
    middle = {app: median(found) for app, found in rates.items()}
    for baseline in ("echo", "usual"):
        yield row(benchmark.name, middle["muster"], "punches/s", baseline, middle[baseline])


def _round(server: Server, app: str, exchanges: Iterator[load.Exchange]) -> float:
    built = list(exchanges)
    if app == "echo":
        tally = load.run(server.port, cycle(built), SECONDS)
        return tally.punches / tally.seconds
    before = server.punches()
    tally = load.run(server.port, iter(built), SECONDS)
    stored = server.punches() - before
    if stored != tally.punches:
        raise RuntimeError(f"{app}: {tally.punches} punches were acknowledged, {stored} are in the database")
    return tally.punches / tally.seconds
