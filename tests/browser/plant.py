"""A plant in Kolkata with a real Tryton beside it: the hub and Dagster run, and no connection is configured yet."""

import asyncio
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx

from connectors.tryton.provision import Site, provision
from connectors.tryton.sandbox import DATABASE, HUB_USER, Sandbox, free_port
from examples.demo import fortnight
from examples.demo.nights import Dagster
from examples.demo.servers import Servers
from examples.demo.stream import FINGER, Punch
from examples.demo.terminals import AdmsTerminal
from hub.database import connect, migrate
from hub.setup import load_folder
from hub.zones import local_date, local_text, to_utc

ZONE, SERIAL, COMPANY = "Asia/Kolkata", "DEMOKOL0001", "Acme Works"
BADGES = ("1001", "1002", "1003", "1004", "1005", "1006", "1007", "1008")


def yesterday() -> date:
    """The work date that ended last in the plant."""
    return local_date(ZONE, int(time.time())) - timedelta(days=1)


class Plant:
    """All servers; they stop with the stack."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tryton").mkdir()
        self._folder = folder
        self._servers = stack.enter_context(Servers(folder))
        del self._servers.environment["MUSTER_PROJECT"]
        self.tryton = Sandbox(folder / "tryton", port=free_port())
        self._servers.environment["ACME_TRYTON"] = self.tryton.secret(HUB_USER).reveal()
        stack.callback(self.tryton.stop)
        self.url = ""

    def start(self) -> None:
        """Everything, and two punches of eight people at yesterday's work date."""
        self._load()
        with ThreadPoolExecutor(2) as pool:
            tryton, web = pool.submit(self._start_tryton), pool.submit(self._servers.dagster)
            asyncio.run(_send(self._servers.hub(), worked(yesterday())))
            tryton.result()
            self.url = web.result()
        with closing(Dagster(self.url)) as dagster:
            dagster.wait_until_loaded()

    def _load(self) -> None:
        engine = connect(self._servers.environment["MUSTER_DATABASE_URL"])
        words = {name: value for name, value in self._servers.environment.items() if name.startswith("MUSTER_DEMO_")}
        os.environ.update(words)
        migrate(engine)
        fortnight.write_tenant(fortnight.latest(datetime.now(UTC).date()), self._folder / "tenant")
        load_folder(engine, self._folder / "tenant", int(time.time()))
        engine.dispose()

    def _start_tryton(self) -> None:
        self.tryton.create()
        self.tryton.start()
        provision(self.tryton, Site(COMPANY, employees=fortnight.employees(), works=fortnight.cost_centres()))

    def form(self, connection: str) -> dict[str, object]:
        """What a consultant fills in for this Tryton."""
        tryton = {"url": self.tryton.url, "database": DATABASE, "user": HUB_USER, "company": COMPANY}
        return {
            "connection": connection,
            "tenant": "acme",
            "sites": ["kolkata"],
            "starts_on": yesterday().isoformat(),
            "timezone": ZONE,
            "erp": {"tryton": {**tryton, "password": {"env": "ACME_TRYTON"}}},
        }


def worked(day: date) -> list[Punch]:
    """In at nine and out at six, everybody a minute later than the one before."""
    made = []
    for late, badge in enumerate(BADGES):
        for hour, state in ((9, 0), (18, 1)):
            at, _ = to_utc(ZONE, day, hour * 3600 + late * 60)
            made.append(Punch(at, badge, local_text(ZONE, at)[:19].replace("T", " "), state, FINGER))
    return made


async def _send(hub: str, punches: Sequence[Punch]) -> None:
    async with httpx.AsyncClient(base_url=hub, timeout=30) as client:
        terminal = AdmsTerminal(client, SERIAL)
        await terminal.handshake()
        await terminal.send(punches)
