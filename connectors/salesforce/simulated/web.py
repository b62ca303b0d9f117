"""The simulated Salesforce's doors: which handler a path has, log-in, versions, and the count of calls."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import FastAPI, Request, Response

from connectors.salesforce.simulated.calls import Call, Handler, Reply, call_of, response_of
from connectors.salesforce.simulated.collecting import Collecting
from connectors.salesforce.simulated.composite import Composite
from connectors.salesforce.simulated.errors import ApiError, not_found
from connectors.salesforce.simulated.jobs import Jobs
from connectors.salesforce.simulated.rest import NEWEST, OLDEST, Rest, versions
from connectors.salesforce.simulated.sessions import Sessions

HOUR, DAY_HOURS = 3600, 24
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
_ONE = r"([^/]+)"


@dataclass
class Usage:
    """Calls of the last 24 hours, and how many are allowed; `segments` are further parts of the header."""

    now: Callable[[], int]
    allowed: int = 100_000
    segments: str = ""
    hours: dict[int, int] = field(default_factory=dict)

    @property
    def used(self) -> int:
        """Calls of the last 24 hours."""
        first = self.now() // HOUR - DAY_HOURS
        return sum(calls for hour, calls in self.hours.items() if hour > first)

    def count(self) -> None:
        """One more, or 403."""
        if self.used >= self.allowed:
            raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        hour = self.now() // HOUR
        self.hours[hour] = self.hours.get(hour, 0) + 1

    def header(self) -> dict[str, str]:
        """`Sforce-Limit-Info`."""
        return {"Sforce-Limit-Info": f"api-usage={self.used}/{self.allowed}{self.segments}"}


class Web:
    """All routes. `refusing`: an answer in place of every API call, such as maintenance."""

    def __init__(self, sessions: Sessions, usage: Usage, rest: Rest, collecting: Collecting, jobs: Jobs) -> None:
        self.sessions, self.usage, self.jobs = sessions, usage, jobs
        self.refusing: ApiError | None = None
        self._data = [*_routes(_data_routes(rest, collecting, jobs, Composite(rest.org, self._handled)))]
        self._open = [*_routes(_open_routes(sessions))]

    def routes(self, app: FastAPI) -> None:
        """Put the doors up."""

        async def answer(request: Request) -> Response:
            self.jobs.carry_out_due()
            asked = await call_of(request)
            return response_of(self._answer(asked), asked)

        app.add_api_route("/services/{path:path}", answer, methods=METHODS, include_in_schema=False)

    def _answer(self, call: Call) -> Reply:
        try:
            if handled := _found(self._open, call):
                return handled()
            self.sessions.require(call)
            _require_version(call)
        except ApiError as error:
            headers = {"WWW-Authenticate": "Token"} if error.status == 401 else {}
            return Reply(error.status, error.body(), headers)
        try:
            self.usage.count()
            if self.refusing:
                raise self.refusing
            reply = self._handled(call)
        except ApiError as error:
            reply = Reply(error.status, error.body())
        return replace(reply, headers={**reply.headers, **self.usage.header()})

    def _handled(self, call: Call) -> Reply:
        try:
            handled = _found(self._data, call)
            if handled is None:
                raise not_found()
            return handled()
        except ApiError as error:
            return Reply(error.status, error.body())


def _require_version(call: Call) -> None:
    if not call.version or call.version > NEWEST:
        raise not_found()
    if call.version < OLDEST:
        raise ApiError(410, "UNSUPPORTED_API_VERSION", "The requested API version is retired")


Route = tuple[str, "re.Pattern[str]", Handler]


def _routes(table: Iterable[tuple[str, str, Handler]]) -> Iterable[Route]:
    for methods, path, handler in table:
        for method in methods.split("|"):
            yield method, re.compile(path), handler


def _found(routes: list[Route], call: Call) -> Callable[[], Reply] | None:
    path = re.sub(r"^/services/data/v\d+\.0", "", call.path)
    others: list[str] = []
    for method, pattern, handler in routes:
        found = pattern.fullmatch(path)
        if found and method == call.method:
            return lambda handler=handler, found=found: handler(call, *found.groups())  # type: ignore[misc]
        others += [method] if found else []
    if others:
        text = f"HTTP Method '{call.method}' not allowed. Allowed are {','.join(sorted(set(others)))}"
        raise ApiError(405, "METHOD_NOT_ALLOWED", text)
    return None


def _open_routes(sessions: Sessions) -> list[tuple[str, str, Handler]]:
    return [
        ("GET", "/services/data", versions),
        ("POST", "/services/oauth2/token", sessions.token),
        ("GET", "/services/oauth2/authorize", sessions.authorize),
        ("GET|POST", "/services/oauth2/revoke", sessions.revoke),
        ("POST", "/services/oauth2/introspect", sessions.introspect),
        ("GET|POST", "/services/oauth2/userinfo", sessions.userinfo),
    ]


def _data_routes(
    rest: Rest, collecting: Collecting, jobs: Jobs, composite: Composite
) -> list[tuple[str, str, Callable[..., Any]]]:
    one, three = f"/sobjects/{_ONE}", f"/sobjects/{_ONE}/{_ONE}/{_ONE}"
    job = f"/jobs/ingest/{_ONE}"
    return [
        ("GET", "", rest.resources),
        ("GET", "/limits", rest.limits),
        ("GET", "/limits/recordCount", rest.record_count),
        ("GET", "/sobjects", rest.describe_all),
        ("GET", one, rest.basic),
        ("POST", one, rest.create),
        ("GET", f"{one}/describe", rest.describe),
        ("GET", f"{one}/{_ONE}", rest.read),
        ("PATCH", f"{one}/{_ONE}", rest.update),
        ("DELETE", f"{one}/{_ONE}", rest.delete),
        ("GET", three, rest.read_by_key),
        ("PATCH", three, rest.upsert),
        ("DELETE", three, rest.delete_by_key),
        ("GET", "/query(?:All)?", rest.query),
        ("GET", r"/query(?:All)?/(\w+)-(\d+)", rest.more),
        ("POST", "/composite", composite.run),
        ("POST", "/composite/graph", composite.graph),
        ("POST", "/composite/sobjects", collecting.create),
        ("PATCH", "/composite/sobjects", collecting.update),
        ("DELETE", "/composite/sobjects", collecting.delete),
        ("GET|POST", f"/composite/sobjects/{_ONE}", collecting.read),
        ("PATCH", f"/composite/sobjects/{_ONE}/{_ONE}", collecting.upsert),
        ("POST", "/jobs/ingest", jobs.create),
        ("GET", "/jobs/ingest", jobs.listed),
        ("GET", job, jobs.info),
        ("PATCH", job, jobs.change),
        ("DELETE", job, jobs.delete),
        ("PUT", f"{job}/batches", jobs.upload),
        ("GET", f"{job}/successfulResults", jobs.successful),
        ("GET", f"{job}/failedResults", jobs.failed),
        ("GET", f"{job}/unprocessed[Rr]ecords", jobs.unprocessed),
    ]
