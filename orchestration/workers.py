"""Runs on Celery workers, each whole and in one process; named in `dagster.yaml` where there are several machines.

Dagster's own launcher believes what the results say. There a run whose worker was lost stays "started" until it has run
for as long as a run may, so this one asks the worker itself.
"""

from typing import Any

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

ANSWER_SECONDS = 5
LOST = "The worker of this run is gone. What it sent is read back by the next run of the connection."


class WatchedCeleryLauncher(CeleryRunLauncher):
    """Fails a run at the next look of the run monitoring when its worker does not know it any more."""

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """What the results say; "running" only while the worker says so too."""
        health: CheckRunHealthResult = super().check_run_worker_health(run)
        if health.status is not WorkerStatus.RUNNING or self._worked_on(run):
            return health
        # It may have ended between the two questions.
        now: CheckRunHealthResult = super().check_run_worker_health(run)
        return CheckRunHealthResult(WorkerStatus.FAILED, LOST) if now.status is WorkerStatus.RUNNING else now

    def _worked_on(self, run: dg.DagsterRun) -> bool:
        task = run.tags[DAGSTER_CELERY_TASK_ID_TAG]
        started: Any = self.celery.AsyncResult(task).info
        if not isinstance(started, dict):  # it has ended in this moment
            return False
        worker = started["hostname"]
        told = self.celery.control.inspect([worker], timeout=ANSWER_SECONDS).active() or {}
        return any(one["id"] == task for one in told.get(worker, ()))
