"""Dagster's runs as a benchmark waits for them: one that failed counts by the run that Dagster began in its place."""

import time
from collections.abc import Sequence
from typing import Any

from examples.demo.nights import Dagster, DagsterError

EVERY_S = 2
_RUNS = "query { runsOrError { ... on Runs { results { runId status rootRunId jobName tags { key value } } } } }"


def all_runs(dagster: Dagster) -> list[dict[str, Any]]:
    """All there ever were, those that Dagster began again too."""
    found: list[dict[str, Any]] = dagster.ask(_RUNS)["runsOrError"]["results"]
    return found


def begun_again(dagster: Dagster, launched: Sequence[str]) -> list[str]:
    """The jobs that Dagster began in place of one that failed."""
    return [one["jobName"] for one in all_runs(dagster) if one["runId"] not in launched]


def wait_for(dagster: Dagster, launched: Sequence[str], seconds: int, enough: int = 0) -> None:
    """Until each of them (or `enough`), or one that Dagster began in its place, has ended well."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended = {one["rootRunId"] or one["runId"] for one in all_runs(dagster) if one["status"] == "SUCCESS"}
        if len(ended & set(launched)) >= (enough or len(launched)):
            return
        time.sleep(EVERY_S)
    raise DagsterError(f"{len(set(launched) - ended)} of {len(launched)} runs did not end well in {seconds} s.")
