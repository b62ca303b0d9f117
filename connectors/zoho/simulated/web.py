"""The doors of the simulated Zoho People: who may come in, and which call is meant. Both prefixes are one [D]."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from connectors.zoho.simulated.accounts import Accounts, fields
from connectors.zoho.simulated.attendance import Attendance
from connectors.zoho.simulated.entries import Entries
from connectors.zoho.simulated.forms import Forms
from connectors.zoho.simulated.leave import Leaves
from connectors.zoho.simulated.limits import Limits
from connectors.zoho.simulated.state import State
from connectors.zoho.simulated.words import Refusal, forms_error

SCHEME = "Zoho-oauthtoken "
URL_LIMIT = 8192


@dataclass
class Web:
    """All of People behind one door.

    `answers` stand in for what it would say to a path, once each; `lacking` are beginnings of paths whose scope the
    authorisation lacks.
    """

    state: State
    accounts: Accounts
    limits: Limits
    answers: dict[str, list[Response]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    lacking: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.attendance = Attendance(self.state)
        self.entries, self.forms, self.leave = Entries(self.state), Forms(self.state), Leaves(self.state)

    def routes(self, app: FastAPI) -> None:
        """The doors."""
        for prefix in ("/people/api", "/api"):
            app.add_route(f"{prefix}/{{path:path}}", self._call, methods=["GET", "POST", "PUT", "DELETE"])

    async def _call(self, request: Request) -> Response:
        path = request.path_params["path"]
        self.calls.append(f"{request.method} {path}")
        answer = await self._answer(request, path)
        answer.headers["api-count-left-today"] = str(self.limits.left_today)
        return answer

    async def _answer(self, request: Request, path: str) -> Response:
        if refused := self._refused(request, path):
            return refused
        if self.answers.get(path):
            return self.answers[path].pop(0)
        self.attendance.skips = 1 if getattr(request.state, "fault", None) else 0
        try:
            return self._reply(request.method, path, await fields(request))
        except Refusal as refusal:
            return refusal.answer
        except (KeyError, ValueError):
            return forms_error(7022, "Invalid input format", path)

    def _refused(self, request: Request, path: str) -> Response | None:
        """Before anybody looks at what is wanted."""
        if len(str(request.url)) > URL_LIMIT:
            return Response("Request-URI Too Long", 414)  # [C]
        if not self.accounts.knows(request.headers.get("authorization", "").removeprefix(SCHEME)):
            return forms_error(7202, "The provided OAuth token is invalid.", path, 400)
        if self.lacking and path.startswith(self.lacking):
            return forms_error(7218, "Invalid OAuth Scope", path)
        return self.limits.count(request.method, path)

    def _reply(self, method: str, path: str, form: dict[str, str]) -> Response:
        for door, answer in self._doors().items():
            if found := re.fullmatch(door, f"{method} {path}"):
                return answer(form, *found.groups())
        if any(re.fullmatch(door.split()[1], path) for door in self._doors()):
            return forms_error(7216, "Invalid HTTP method", path)
        return Response("Incorrect URL", 404)  # [L]

    def _doors(self) -> dict[str, Callable[..., Response]]:
        return {
            "POST attendance": self.attendance.single,
            "POST attendance/bulkImport": self.attendance.bulk,
            "GET attendance/getUserReport": self.attendance.report,
            "GET attendance/getAttendanceEntries": self.attendance.entries,
            "GET v3/attendance/entries": self.entries.listed,
            "POST v3/attendance/entries": self.entries.add,
            "DELETE v3/attendance/entries/(.+)": self.entries.delete,
            "GET forms/(.+)/getRecords": self.forms.records,
            "GET forms/(.+)/records": self.forms.view,
            "POST forms/json/leave/insertRecord": self.leave.insert,
            "GET v2/leavetracker/leavetypes": self.leave.types,
            "GET v2/leavetracker/leaves/records": self.leave.records,
            "GET v2/leavetracker/reports/lop": self.leave.lost,
            "GET payperiod/settings": self.leave.periods,
            "DELETE v3/leave-tracker/leaves/(.+)": self.leave.delete,
        }
