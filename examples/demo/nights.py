"""The running Dagster, as its own page talks to it: GraphQL over HTTP."""

import time
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import httpx

SELECTOR = {"repositoryLocationName": "muster", "repositoryName": "__repository__"}
_ENDED = ("SUCCESS", "FAILURE", "CANCELED")

_LAUNCH = """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  ... on RunConfigValidationInvalid { errors { message } } } }"""
_RUNS = "query($filter: RunsFilter!) { runsOrError(filter: $filter) { ... on Runs { results { runId status } } } }"
_SENSOR = """mutation($selector: SensorSelector!) { startSensor(sensorSelector: $selector) {
  __typename ... on PythonError { message } } }"""
_LOADED = """query { workspaceOrError { __typename ... on Workspace { locationEntries { locationOrLoadError {
  __typename ... on PythonError { message } } } } } }"""


class DagsterError(RuntimeError):
    """Dagster refused."""


class Dagster:
    """One webserver."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=60)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of one GraphQL request."""
        answer = self._client.post("/graphql", json={"query": query, "variables": variables}).raise_for_status().json()
        if answer.get("errors"):
            raise DagsterError(str(answer["errors"]))
        data: dict[str, Any] = answer["data"]
        return data

    def wait_until_loaded(self, seconds: int = 60) -> None:
        """Until the definitions are there; raises with their error when they cannot be loaded."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            entries = self.ask(_LOADED)["workspaceOrError"].get("locationEntries", [])
            states = [entry["locationOrLoadError"] or {} for entry in entries]
            if states and all(state.get("__typename") == "RepositoryLocation" for state in states):
                return
            time.sleep(0.5)
        raise DagsterError(f"the definitions are not loaded: {states}")

    def launch(self, job: str, day: date) -> str:
        """Start the nightly job for a work date; its run id."""
        tags = {"dagster/partition": day.isoformat(), "work_date": day.isoformat()}
        params = {
            "selector": {**SELECTOR, "jobName": job},
            "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
        }
        answer = self.ask(_LAUNCH, params=params)["launchRun"]
        if answer["__typename"] != "LaunchRunSuccess":
            raise DagsterError(str(answer))
        return str(answer["run"]["runId"])

    def statuses(self, **filters: Any) -> dict[str, str]:
        """Status by run id."""
        found = self.ask(_RUNS, filter=filters)["runsOrError"]["results"]
        return {run["runId"]: run["status"] for run in found}

    def wait(self, runs: Iterable[str], progress: Callable[[int], None], seconds: int = 300) -> dict[str, str]:
        """Until all runs have ended; their statuses."""
        wanted, until, ended = list(runs), time.monotonic() + seconds, 0
        while time.monotonic() < until:
            statuses = self.statuses(runIds=wanted)
            done = sum(status in _ENDED for status in statuses.values())
            progress(done - ended)
            ended = done
            if done == len(wanted):
                return statuses
            time.sleep(1)
        raise DagsterError(f"runs are still going after {seconds} s")

    def start_sensor(self, name: str) -> None:
        """Switch a sensor on, as one does on its page."""
        answer = self.ask(_SENSOR, selector={**SELECTOR, "sensorName": name})["startSensor"]
        if answer["__typename"] != "Sensor":
            raise DagsterError(str(answer))
