"""Dagster with Celery workers as `deploy/workers.yaml` starts it, in processes in place of containers."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import yaml
from dagster_celery.make_app import make_app
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

from bench.processes import children
from bench.runs import all_runs
from bench.servers import databases
from connectors.tryton.sandbox import free_port
from examples.demo.nights import SELECTOR, Dagster, DagsterError
from examples.demo.servers import ROOT, Servers

REDIS: Final = "redis-server"
_TASK = DAGSTER_CELERY_TASK_ID_TAG
_LAUNCH = """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  ... on RunConfigValidationInvalid { errors { message } } } }"""
_LIMIT = "mutation($pool: String!) { setConcurrencyLimit(concurrencyKey: $pool, limit: 1) }"


class Fleet:
    """A hub and a Dagster on PostgreSQL, a Redis, and as many workers as one starts."""

    def __init__(self, folder: Path, servers: Servers) -> None:
        self.folder = folder
        self.servers = servers
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self.dagster: Dagster
        self._results = make_app({"backend": servers.environment["CELERY_RESULT_BACKEND"]})  # type: ignore[no-untyped-call]

    def start_worker(self, name: str) -> None:
        """As the compose file does."""
        words = yaml.safe_load((ROOT / "deploy/workers.yaml").read_text())["services"]["worker"]["command"]
        self.workers[name] = self.servers.start(name, *words, "-n", f"{name}@%h")

    def kill_worker(self, name: str) -> None:
        """At once, with the run that it works on."""
        worker = self.workers.pop(name)
        for number in (worker.pid, *children(worker.pid)):
            os.kill(number, signal.SIGKILL)
        worker.wait()

    def launch(self, job: str, config: dict[str, Any]) -> str:
        """Start a job; its run id."""
        params = {"selector": {**SELECTOR, "jobName": job}, "runConfigData": config}
        answer = self.dagster.ask(_LAUNCH, params=params)["launchRun"]
        if answer["__typename"] != "LaunchRunSuccess":
            raise DagsterError(str(answer))
        return str(answer["run"]["runId"])

    def at_work(self) -> dict[str, str]:
        """The worker that runs it, by job, of the runs that were started."""
        tasks = {one["jobName"]: one["tags"] for one in all_runs(self.dagster) if one["status"] == "STARTED"}
        named = {job: tag["value"] for job, tags in tasks.items() for tag in tags if tag["key"] == _TASK}
        found = {job: self._results.AsyncResult(task).info for job, task in named.items()}
        return {job: told["hostname"].split("@")[0] for job, told in found.items() if isinstance(told, dict)}

    def limit(self, pools: Sequence[str]) -> None:
        """One run at a time for each of these pools: Dagster itself sets its default only once it has seen a run."""
        for pool in pools:
            self.dagster.ask(_LIMIT, pool=pool)


@contextmanager
def fleet(folder: Path) -> Iterator[Fleet]:
    """Its databases and Redis; Dagster comes with `running`, workers as one starts them."""
    with ExitStack() as stack:
        create = stack.enter_context(databases("postgresql", folder))
        servers = Servers(folder)
        broker = f"redis://127.0.0.1:{stack.enter_context(_redis(folder))}"
        del servers.environment["MUSTER_PROJECT"]  # all connections come from the hub's database
        servers.environment |= {
            "MUSTER_DATABASE_URL": create("muster"),
            "DAGSTER_DATABASE_URL": create("dagster").replace("+psycopg:", "+psycopg2:"),
            "CELERY_BROKER_URL": f"{broker}/0",
            "CELERY_RESULT_BACKEND": f"{broker}/1",
        }
        _write_settings(Path(servers.environment["DAGSTER_HOME"]))
        stack.enter_context(servers)
        yield Fleet(folder, servers)


@contextmanager
def running(fleet: Fleet) -> Iterator[Dagster]:
    """Code server, webserver and daemon."""
    fleet.dagster = Dagster(fleet.servers.dagster())
    try:
        fleet.dagster.wait_until_loaded()
        yield fleet.dagster
    finally:
        fleet.dagster.close()


def _write_settings(home: Path) -> None:
    """Those of the deployment; only where PostgreSQL is differs, as this one has a socket and no port."""
    settings = yaml.safe_load((ROOT / "deploy/dagster.workers.yaml").read_text())
    settings["storage"] = {"postgres": {"postgres_url": {"env": "DAGSTER_DATABASE_URL"}}}
    (home / "dagster.yaml").write_text(yaml.safe_dump(settings))


@contextmanager
def _redis(folder: Path) -> Iterator[int]:
    """The port of one that keeps nothing."""
    if shutil.which(REDIS) is None:
        raise RuntimeError("There is no redis-server; apt-get install redis-server.")
    port = free_port()
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with (folder / "redis.log").open("wb") as log:
        process = subprocess.Popen([REDIS, *words], stdout=log, stderr=log)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()
