"""Calls of Zoho People: each in the lane of its own limit, judged by what the body says, within the day's quota."""

from types import TracebackType
from typing import Any, Self

from connectors.zoho import access, answers, wire
from connectors.zoho.answers import Problem
from connectors.zoho.settings import ZohoSettings
from hub.contract import Connector
from hub.errors import ContractBroken, HubError, SettingsWrong, Throttled, Unavailable, Uncertain
from hub.http import Client, Response, Transport

LANES = {
    "report": 30,
    "entries": 60,
    "changing": 20,
    "forms": 400,
    "leave": 100,
    "leaves": 30,
}
"""Requests a minute: the user report, entries of v3 read, entries of v3 deleted, forms read, leave inserted, and all of
the leave tracker. After People's API pages ("threshold limit"); the report's own is not on them, it is as its
neighbours'. The bulk import has ten and goes by the connection's meter."""
WRITES_PER_MINUTE = 10
LEFT_TODAY = "api-count-left-today"
QUOTA_WAIT_SECONDS = 3600


class RefusedError(Exception):
    """Zoho said no to a call whose rows can be told so: a value on its way to receipts."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


class ZohoClient:
    """One organisation, as the person who authorised Muster."""

    def __init__(
        self, connector: Connector[ZohoSettings], *, accounts: Transport | None = None, people: Transport | None = None
    ) -> None:
        self._settings, self._meter, self._lane = connector.settings, connector.meter, connector.lane
        self._host = self._settings.hosts.people
        self._left: int | None = None
        self._http = Client(
            self._host,
            auth=access.oauth(self._settings, connector.tokens, accounts),
            timeout_seconds=self._settings.timeout_seconds,
            transport=people,
            meter=self._meter,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def read(self, lane: str, path: str, **query: str) -> Any:
        """What a call that changes nothing gives; None for Zoho's "no records found"."""
        self._require_quota()
        answer = self._http.read("GET", path, params=query, meter=self._lane(lane))
        body = self._body(answer)
        if body is None:
            raise Unavailable(f"Zoho answers {path} with a page instead of data; is it being serviced?")
        problem = answers.problem_of(body)
        if problem is None:
            return body
        if problem.code == answers.NOTHING:
            return None
        if problem.code == answers.FAILED:
            raise Unavailable(f"Zoho failed at {path} ({problem.code}).")
        raise self._meaning(problem, path)

    def write(self, lane: str, method: str, path: str, **form: str) -> Any:
        """What a call that changes something gives, sent once; None for an empty body.

        Raises `RefusedError` when Zoho says no to what was sent, and the errors of `hub.errors` for anything else.
        """
        self._require_quota()
        meter = self._lane(lane) if lane else self._meter
        given = {"data": form} if form else {}
        answer = self._http.write(method, path, meter=meter, **given)
        body = self._body(answer)
        if body is None and answer.content.strip():
            raise Uncertain(f"Zoho answered {path} with a page; the change may have been made.")
        if problem := answers.problem_of(body):
            raise self._refused(problem, path)
        return body

    def _refused(self, problem: Problem, path: str) -> Exception:
        if problem.code == answers.FAILED:
            return Uncertain(f"Zoho failed at {path} ({problem.code}); the change may have been made.")
        error = self._meaning(problem, path)
        return RefusedError(problem) if isinstance(error, ContractBroken) else error

    def _meaning(self, problem: Problem, path: str) -> HubError:
        error = answers.meaning(problem, path)
        if isinstance(error, Throttled):
            self._meter.breached(error.after)
        return error

    def _body(self, answer: Response) -> Any:
        """The JSON, or None; notes what is left of the day."""
        left = answer.headers.get(LEFT_TODAY, "")
        self._left = int(left) if left.isdecimal() else self._left
        try:
            return wire.loads(answer.content)
        except ValueError:
            if answer.status_code == 404:
                raise SettingsWrong(f"No Zoho People answers at {self._host}; correct the settings.") from None
            return None

    def _require_quota(self) -> None:
        """Raises `Throttled` before the day's quota of the whole organisation is used up by us."""
        reserve = self._settings.daily_reserve
        if self._left is not None and self._left <= reserve:
            message = f"Zoho has {self._left} requests left today, and {reserve} are kept for others (daily_reserve)."
            raise Throttled(message, after=QUOTA_WAIT_SECONDS)
