"""Runs on Celery workers: one that is lost is noticed, and what it was sending arrives once."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.launcher import WorkerStatus
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG
from sqlalchemy import Engine, update
from sqlmodel import col

from bench.fleet import REDIS, Fleet, fleet, running
from bench.odoos import odoos
from bench.runs import begun_again, wait_for
from bench.workers import COST, Month, kill_one_that_sends, require_once
from connectors.odoo.simulator import KEY, KEY_VARIABLE, OdooSimulator
from hub.database import connect, migrate, writing
from hub.lease import SECONDS as LEASE_SECONDS
from hub.records import JournalEntry, Lease
from orchestration import workers
from orchestration.workers import WatchedCeleryLauncher

NAMES = [f"books_{number}" for number in range(4)]
WORKERS = ("first", "second", "third")
SECONDS = 300
TASK, WORKER = "a-task", "first@here"


@pytest.fixture
def launcher() -> WatchedCeleryLauncher:
    """It keeps results in memory, and nobody answers it."""
    return WatchedCeleryLauncher(default_queue="dagster", broker="memory://", backend="cache+memory://")


def said(launcher: WatchedCeleryLauncher, status: str) -> dg.DagsterRun:
    """A run of which the results say so."""
    launcher.celery.backend.store_result(TASK, {"hostname": WORKER, "pid": 1}, status)
    return dg.DagsterRun("books_catch_up", tags={DAGSTER_CELERY_TASK_ID_TAG: TASK})


class Answers:
    """A worker that says what it works on."""

    def __init__(self, *tasks: str) -> None:
        self._tasks = tasks

    def active(self) -> dict[str, list[dict[str, str]]]:
        return {WORKER: [{"id": one} for one in self._tasks]}


@pytest.mark.parametrize(
    ("tasks", "status"),
    [((TASK,), WorkerStatus.RUNNING), (("another",), WorkerStatus.FAILED), ((), WorkerStatus.FAILED)],
)
def test_a_run_goes_on_while_its_worker_works_on_it(
    launcher: WatchedCeleryLauncher, monkeypatch: pytest.MonkeyPatch, tasks: tuple[str, ...], status: WorkerStatus
) -> None:
    monkeypatch.setattr(launcher.celery.control, "inspect", lambda *_names, **_more: Answers(*tasks))
    assert launcher.check_run_worker_health(said(launcher, "STARTED")).status is status


def test_a_run_whose_worker_does_not_answer_has_failed(
    launcher: WatchedCeleryLauncher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "ANSWER_SECONDS", 0.1)
    health = launcher.check_run_worker_health(said(launcher, "STARTED"))
    assert (health.status, health.msg) == (WorkerStatus.FAILED, workers.LOST)


def test_a_run_that_ends_while_its_worker_is_asked_has_not_failed(
    launcher: WatchedCeleryLauncher, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = said(launcher, "STARTED")

    def ends(*_names: object, **_more: object) -> Answers:
        said(launcher, "SUCCESS")
        return Answers()

    monkeypatch.setattr(launcher.celery.control, "inspect", ends)
    assert launcher.check_run_worker_health(run).status is WorkerStatus.SUCCESS


@pytest.fixture
def started() -> Iterator[Fleet]:
    if shutil.which(REDIS) is None:
        pytest.skip("redis-server is not installed")
    with tempfile.TemporaryDirectory(prefix="muster-test-") as folder, fleet(Path(folder)) as started:
        started.servers.environment[KEY_VARIABLE] = KEY
        yield started


@pytest.fixture
def hub_of_fleet(started: Fleet) -> Iterator[Engine]:
    engine = connect(started.servers.environment["MUSTER_DATABASE_URL"])
    migrate(engine)
    yield engine
    engine.dispose()


def minutes_pass(engine: Engine, month: Month, connection: str) -> None:
    """As long as it takes for the lease of a killed push to end, and for what it sent to settle."""
    passed, tenant = LEASE_SECONDS + OdooSimulator.spec.connector.capabilities.settle_seconds, month.world.tenant
    lease = update(Lease).where(col(Lease.tenant) == tenant, col(Lease.name) == f"push {connection}")
    sent = update(JournalEntry).where(col(JournalEntry.tenant) == tenant, col(JournalEntry.connection) == connection)
    with writing(engine) as session:
        session.connection().execute(lease.values(expires_at=col(Lease.expires_at) - passed))
        session.connection().execute(sent.values(sent_at=col(JournalEntry.sent_at) - passed))


@pytest.mark.slow
@pytest.mark.postgres
def test_what_a_killed_worker_was_sending_arrives_once(started: Fleet, hub_of_fleet: Engine) -> None:
    with odoos(len(NAMES), [str(number) for number in range(5)], [COST]) as there:
        month = Month(hub_of_fleet, there, days=8)
        month.connect(NAMES)
        with running(started):
            started.limit([f"erp_{name}" for name in NAMES])
            for name in WORKERS:
                started.start_worker(name)
            launched = month.launch(started, NAMES)
            killed = kill_one_that_sends(started, month)
            assert killed.on_their_way > 0
            minutes_pass(hub_of_fleet, month, killed.connection)
            wait_for(started.dagster, launched, SECONDS)
            again = begun_again(started.dagster, launched)
        require_once(month, NAMES)
        assert again == [f"{killed.connection}_catch_up"]
