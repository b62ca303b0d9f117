"""`make demo`: the steps are the lines of `main`, each a method of `Demo`."""

import asyncio
import os
import shutil
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import Progress

from connectors.tryton.provision import Provisioned, Site, provision
from connectors.tryton.sandbox import Sandbox, free_port
from examples.demo import fortnight, late, report, simulated
from examples.demo.nights import Dagster
from examples.demo.servers import Servers, write_project
from examples.demo.stream import Punch, Transmission, transmissions
from examples.demo.terminals import AdmsTerminal, CamsCloud, Sender, play
from hub.database import connect, migrate
from hub.delivery.connections import ConnectionConfig, connection_named
from hub.delivery.due import due_days
from hub.setup import load_folder

TENANT, CONNECTION, SEED = "acme", "acme_tryton", 20_261_124
UNMAPPED = "K024"
"""Left out of Tryton on purpose: what has no counterpart is listed, and stops nobody else."""

out = Console(width=None if sys.stdout.isatty() else 150)


def main(folder: Path, *, once: bool) -> int:
    """Run the demo in a folder of its own; 0 when every entry is confirmed by read-back."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # stops the servers on the way out
    began = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        demo = Demo(folder, stack)
        demo.start_servers()
        demo.send_fortnight()
        demo.run_nights()
        demo.send_late_and_again()
        demo.carry_to_simulated()
        out.print(f"\n{'Every entry is confirmed.' if demo.well else 'Something is left to do.'}", style="bold")
        out.print(f"{int(time.monotonic() - began)} s in all.")
        if not once:
            demo.stay()
    return 0 if demo.well else 1


class Demo:
    """One run: servers, a tenant, its terminals and its nights."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.when = fortnight.latest(datetime.now(UTC).date())
        self.days = self.when.pushed()
        self.well = True
        self._servers = stack.enter_context(Servers(folder))
        os.environ.update(self._servers.environment)
        self._engine = connect(self._servers.environment["MUSTER_DATABASE_URL"])
        stack.callback(self._engine.dispose)
        (folder / "tryton").mkdir()
        self._sandbox = Sandbox(folder / "tryton", port=free_port())
        stack.callback(self._sandbox.stop)
        self._folder = folder
        self._pool = stack.enter_context(ThreadPoolExecutor(2))
        self._company: Provisioned
        self._hub = ""
        self._dagster: Dagster

    def start_servers(self) -> None:
        """The tenant, then the hub; Tryton and Dagster start meanwhile."""
        out.rule("1. servers")
        migrate(self._engine)
        fortnight.write_tenant(self.when, self._folder / "tenant")
        load_folder(self._engine, self._folder / "tenant", int(time.time()))
        settings = self._sandbox.settings("Acme Works").model_dump(mode="json", exclude_none=True)
        starts_on = self.days[0].isoformat()
        write_project(self._folder / "project", TENANT, settings, ("kolkata", "berlin"), starts_on)
        self._tryton = self._pool.submit(self._start_tryton)
        self._web = self._pool.submit(self._start_dagster)
        self._hub = self._servers.hub()
        out.print(f"hub API  {self._hub}/docs")

    def _start_dagster(self) -> str:
        web = self._servers.dagster()
        self._dagster = Dagster(web)
        self._dagster.wait_until_loaded()
        return web

    def _start_tryton(self) -> Provisioned:
        people = {number: name for number, name in fortnight.employees().items() if number != UNMAPPED}
        self._sandbox.create()
        self._sandbox.start()
        return provision(self._sandbox, Site("Acme Works", employees=people, works=fortnight.cost_centres()))

    def send_fortnight(self) -> None:
        """Fourteen days of punches through the device protocols."""
        out.rule(f"2. punches of {self.when.first} to {self.when.last}")
        self._sent = transmissions(
            fortnight.workers(self.when), fortnight.TERMINALS, self.when.first, self.when.last, SEED
        )
        seconds = asyncio.run(self._send(self._sent))
        count = sum(len(one.punches) for one in self._sent)
        out.print(f"{count} punches in {len(self._sent)} transmissions from 3 terminals, {seconds} s")

    async def _send(self, sent: list[Transmission]) -> int:
        began = time.monotonic()
        async with httpx.AsyncClient(base_url=self._hub, timeout=30) as client:
            senders = self._senders(client)
            streams = [[one for one in sent if one.serial == serial] for serial in senders]
            for sender in senders.values():
                if isinstance(sender, AdmsTerminal):
                    await sender.handshake()
            await asyncio.gather(*(play(stream, senders) for stream in streams))
        return int(time.monotonic() - began)

    def _senders(self, client: httpx.AsyncClient) -> dict[str, Sender]:
        secret, token = os.environ["MUSTER_DEMO_CAMS_SECRET"], os.environ["MUSTER_DEMO_CAMS_TOKEN"]
        kolkata_1, kolkata_2, berlin = fortnight.TERMINALS
        return {
            kolkata_1.serial: AdmsTerminal(client, kolkata_1.serial),
            kolkata_2.serial: AdmsTerminal(client, kolkata_2.serial),
            berlin.serial: CamsCloud(client, f"/callback/{TENANT}/{secret}", berlin.serial, token, berlin.zone),
        }

    def run_nights(self) -> None:
        """The nightly job for the last seven work dates, in the running Dagster."""
        self._company = self._tryton.result()
        out.print(f"Tryton   {self._sandbox.url} (a real server)\nDagster  {self._web.result()}")
        out.rule("3. seven nights in Dagster: process, map, plan, push, read back")
        with Progress(console=out) as bars:
            bar = bars.add_task("nightly runs", total=len(self.days))
            runs = [self._dagster.launch(f"{CONNECTION}_push", day) for day in self.days]
            statuses = self._dagster.wait(runs, lambda more: bars.advance(bar, more))
        self._expect(set(statuses.values()) == {"SUCCESS"}, f"runs ended {sorted(statuses.values())}")
        self._print_nights()

    def _print_nights(self) -> None:
        nights = report.nights(self._engine, TENANT, self.days)
        totals = report.tryton_totals(self._sandbox, self._company.company_id, self.days)
        out.print(report.table(nights, totals))
        undone = {str(night.day): night.counts for night in nights if any(night.counts[one] for one in report.UNDONE)}
        self._expect(not undone, f"not delivered: {undone}")
        self._expect(any(night.counts["confirmed"] for night in nights), "nothing was confirmed")

    def send_late_and_again(self) -> None:
        """Two late punches, and everything once more: only what they touch may change in Tryton."""
        out.rule("4. two late punches, and everything sent again")
        config = connection_named(self._engine, CONNECTION, TENANT)
        before = report.snapshot(self._engine, config, self.days)
        punches = late.late_punches(self._engine, TENANT, self.days)
        known = set(self._dagster.statuses())
        asyncio.run(self._send(self._sent))
        asyncio.run(self._send([_alone(punch) for punch in punches.values()]))
        self._dagster.start_sensor(f"{CONNECTION}_corrections")
        out.print("waiting for Dagster's correction sensor …")
        self._wait_for_corrections(config, known)
        after = report.snapshot(self._engine, config, self.days)
        self._compare(before, after, set(punches))
        self._print_nights()

    def carry_to_simulated(self) -> None:
        """The same days to ERPs that a demo cannot install."""
        out.rule("5. the same days to simulated ERPs (written from the vendors' documentation, not the real ones)")
        people = [number for number in fortnight.employees() if number != UNMAPPED]
        carried = simulated.carry(self._engine, TENANT, people, list(fortnight.cost_centres()), self.days)
        out.print(simulated.table(carried))
        undone = [one.title for one in carried if not one.delivered or not one.counts["confirmed"]]
        self._expect(not undone, f"not delivered: {undone}")

    def _wait_for_corrections(self, config: ConnectionConfig, known: set[str]) -> None:
        until = time.monotonic() + 120
        while time.monotonic() < until and due_days(self._engine, config, self.days[-1], int(time.time())):
            time.sleep(0.5)
        runs = set(self._dagster.statuses()) - known
        statuses = self._dagster.wait(runs, lambda _more: None) if runs else {}
        out.print(f"{len(runs)} correction runs")
        self._expect(bool(runs) and set(statuses.values()) == {"SUCCESS"}, f"they ended {sorted(statuses.values())}")

    def _compare(self, before: report.Snapshot, after: report.Snapshot, numbers: set[str]) -> None:
        touched = {self._company.employees[number] for number in numbers}
        changes = report.changed(before, after)
        for key, _ in changes:
            out.print(f"changed in Tryton: {key}")
        self._expect({employee for _, employee in changes} == touched, "other entries than the touched ones changed")
        self._expect(not report.doubled(after), f"doubled in Tryton: {report.doubled(after)}")

    def _expect(self, good: bool, otherwise: str) -> None:
        if not good:
            self.well = False
            out.print(otherwise, style="bold red", markup=False)

    def stay(self) -> None:
        """Until Ctrl-C."""
        out.print("\nEverything stays up until Ctrl-C.")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            out.print("stopping …")


def _alone(punch: Punch) -> Transmission:
    return Transmission(punch.at, late.SERIAL, (punch,), resent=False)


if __name__ == "__main__":
    sys.exit(main(Path(".muster/demo").resolve(), once=os.environ.get("ONCE", "") == "1"))
