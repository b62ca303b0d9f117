"""A hundred connections in one Dagster, three of them broken: loading them, a night of all, and the memory it takes.

The tenant is idle, so what is measured is the price of a night itself: a run of its own, a log-in to the ERP, a plan.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from bench.processes import memory_mib
from bench.results import Row, row
from bench.runs import begun_again, wait_for
from examples.demo.nights import Dagster
from examples.demo.servers import ROOT, Servers
from hub.database import connect, migrate, writing
from hub.delivery.connections import ConnectionConfig, register
from hub.records import Site, Tenant
from hub.testing.target import Target
from hub.testing.targets import target_of

CONNECTIONS, BROKEN = 100, 3
DAY: Final = date(2026, 10, 5)
LONGEST_S: Final = 2400
PATIENCE_S: Final = 30
LOADS: Final = 3
"""The best of these counts: what else the machine does is not the question."""

LOAD_GOAL_S, NIGHT_GOAL_S = 5, 900
_LOAD = "import time; t = time.perf_counter(); from orchestration.definitions import defs; "
_LOAD += "defs().get_repository_def(); print(time.perf_counter() - t)"


def run() -> Iterator[Row]:
    """Seconds to load, seconds for a night of all that are not broken, MiB of Dagster's processes when all is done."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as name, ExitStack() as stack:
        folder, target = Path(name), target_of("odoo")
        stack.enter_context(target.running())
        target.reset(["1", "2"], ["CC"])
        servers = stack.enter_context(Servers(folder))
        del servers.environment["MUSTER_PROJECT"]  # all connections come from the hub's database
        os.environ.update(servers.environment)
        engine = connect(servers.environment["MUSTER_DATABASE_URL"])
        stack.callback(engine.dispose)
        names = _register(engine, target)
        seconds = min(_load(servers) for _ in range(LOADS))
        yield row("crowd.load.100", seconds * 1000, "ms", "goal", LOAD_GOAL_S * 1000)
        dagster = Dagster(servers.dagster())
        stack.callback(dagster.close)
        dagster.wait_until_loaded()
        yield from _night(dagster, names)
        yield row("crowd.memory", memory_mib(), "MiB", "424 MiB for a few connections", 424)


def _register(engine: Engine, target: Target) -> list[str]:
    """The names of those that are not broken."""
    migrate(engine)
    with writing(engine) as session:
        session.add(Tenant(tenant="acme", name="Acme"))
        session.add(Site(tenant="acme", code="hq", name="HQ", zone="UTC", holiday_calendar="none"))
    names = [f"books_{number:03}" for number in range(CONNECTIONS)]
    for number, name in enumerate(names):
        settings = {"url": "nowhere"} if number < BROKEN else {**target.settings(), "timeout_seconds": PATIENCE_S}
        given = {"tenant": "acme", "name": name, "connector": target.spec.name, "settings": settings}
        config = ConnectionConfig.model_validate({**given, "sites": ("hq",), "starts_on": DAY, "origin": "launchpad"})
        register(engine, config)
    return names[BROKEN:]


def _load(servers: Servers) -> float:
    """Seconds from nothing imported to all definitions, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _LOAD], cwd=ROOT, env=servers.environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout.splitlines()[-1])


def _night(dagster: Dagster, names: list[str]) -> Iterator[Row]:
    """Seconds until all have ended well, and how many of them at the second try."""
    began = time.monotonic()
    launched = [dagster.launch(f"{name}_push", DAY) for name in names]
    wait_for(dagster, launched, LONGEST_S)
    yield row("crowd.night.97", time.monotonic() - began, "s", "goal", NIGHT_GOAL_S)
    yield row("crowd.night.97.begun_again", len(begun_again(dagster, launched)), "runs", "runs", len(launched))
