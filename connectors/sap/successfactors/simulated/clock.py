"""Clock In Clock Out of the simulated SuccessFactors, by the published specification.

Documented: patterns, a thousand events a call and two hundred of a user, ten calls a minute and three hundred a day,
one event of an employee in a second, 201 with failures inside, deletion by id, reading by OData V4. Days are taken for
those of UTC; other guesses are `Guesses`.
"""

import json
import re
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request, Response

from connectors.sap.simulated.answers import json_answer
from connectors.sap.simulated.query import BadFilterError, condition
from connectors.sap.successfactors.simulated.tokens import Tokens
from connectors.sap.successfactors.time_events import DELETIONS, EVENTS, GROUPS, READING

MINUTE, DAY = 60, 86_400
PATTERNS = {
    "id": (36, r"([a-zA-Z0-9]+|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"),
    "assignmentId": (100, r"[a-zA-Z0-9]+"),
    "typeCode": (20, r"[\w-]+"),
    "timestamp": (30, r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d"),
    "terminalId": (30, r"\w+([\s-]\w+)*"),
    "timeTypeCode": (128, r"\s*[\da-zA-Z_*\-][\da-zA-Z\s_*\-]*"),
}
NEEDED = ("id", "assignmentId", "typeCode", "timestamp")
THERE = "A time event for this employee and timestamp already exists."
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Guesses:
    """What is not documented: whether any sixty seconds count or the minute of a clock, what a broken pattern does.

    `types_share_a_second`: whether an employee may have events of several types in one second.
    """

    any_sixty_seconds: bool = True
    pattern_refuses_call: bool = True
    types_share_a_second: bool = False


@dataclass
class Events:
    """All time events by id, and the calls that were counted, each when it arrived.

    `breaches` are calls beyond what is allowed, since the beginning. `readable`: whether the user may see the events.
    """

    tokens: Tokens
    users: Callable[[], frozenset[str]]
    arrived: Callable[[], int]
    types: dict[str, str] = field(default_factory=lambda: {"C10": "START", "C20": "STOP"})
    held: dict[str, Row] = field(default_factory=dict)
    taken: set[tuple[str, datetime, str]] = field(default_factory=set)
    calls: list[int] = field(default_factory=list)
    breaches: int = 0
    readable: bool = True
    guesses: Guesses = Guesses()

    def empty(self) -> None:
        """No event, and no call so far."""
        self.held.clear()
        self.taken.clear()
        self.calls.clear()

    def hold(self, row: Row) -> None:
        """Take an event in."""
        self.held[row["externalId"]] = row
        self.taken.add(self._place(row))

    def remove(self, name: str) -> bool:
        """Take an event out; whether it was there."""
        row = self.held.pop(name, None)
        self.taken -= {self._place(row)} if row else set()
        return row is not None

    def routes(self, app: FastAPI) -> None:
        """Put the doors up."""
        doors: list[tuple[str, str, Callable[[Request], Any]]] = [
            ("POST", EVENTS, self._post), ("PATCH", DELETIONS, self._patch), ("GET", READING, self._get),
            ("GET", GROUPS, self._groups),
        ]  # fmt: skip
        for method, path, handler in doors:
            app.add_api_route(path, handler, methods=[method], include_in_schema=False)

    def _refused(self, request: Request, *, counted: bool) -> Response | None:
        if refused := self.tokens.refusal(request):
            return refused
        if not counted:
            return None
        now = self.arrived()
        since = now - MINUTE if self.guesses.any_sixty_seconds else now // MINUTE * MINUTE - 1
        minute = sum(1 for at in self.calls if since < at <= now)
        day = sum(1 for at in self.calls if at // DAY == now // DAY)
        if minute >= 10 or day >= 300:
            self.breaches += 1
            return Response("{}", 429, {"retry-after": "60"}, "application/json")
        self.calls.append(now)
        return None

    async def _post(self, request: Request) -> Response:
        if refused := self._refused(request, counted=True):
            return refused
        given = json.loads(await request.body())
        if errors := _wrong(given) or (self.guesses.pattern_refuses_call and _misfits(given)):
            body = {"status": "BAD_REQUEST", "message": "Request Validation Error", "errors": errors}
            return json_answer(body, 400)
        good: list[Row] = []
        bad: list[Row] = []
        refuses = getattr(request.state, "fault", None) is not None
        users = self.users()
        for at, one in enumerate(given):
            if misfits := _misfits([one]):
                bad.append({"id": one["id"], "errorText": misfits[0]})
                continue
            row = _row(one)
            said = self._said(row, users) if at or not refuses else "The employee is locked."
            if said:
                bad.append({"id": one["id"], "errorText": said})
            else:
                self.hold(row)
                good.append({"UUID": row["externalId"], "id": one["id"]})
        return json_answer({"succeededTimeEvents": good, "failedTimeEvents": bad}, 201)

    def _said(self, row: Row, users: frozenset[str]) -> str:
        if row["workAssignmentId"] not in users:
            return "The assignment does not exist or is not active."
        if row["timeEventTypeCode"] not in self.types:
            return f"The time event type {row['timeEventTypeCode']} does not exist."
        return THERE if self._place(row) in self.taken else ""

    def _place(self, row: Row) -> tuple[str, datetime, str]:
        """What there is one event of."""
        code = row["timeEventTypeCode"] if self.guesses.types_share_a_second else ""
        return row["workAssignmentId"], row["timestampUTC"], code

    async def _patch(self, request: Request) -> Response:
        if refused := self._refused(request, counted=True):
            return refused
        given = json.loads(await request.body())["value"]
        if len(given) > 1000:
            text = "The maximum number of time events in a request shouldn't exceed 1000."
            return json_answer(
                {"status": "Bad Request", "message": text, "deletedCount": 0, "failedTimeEvents": []}, 400
            )
        failed = [
            {"id": one["id"], "reason": "A time event was not found for this ID."}
            for one in given
            if not self.remove(one["id"])
        ]
        status = "partial_success" if failed else "success"
        body = {"status": status, "deletedCount": len(given) - len(failed), "failedTimeEvents": failed}
        return json_answer({**body, "message": "Deleted."}, 200)

    async def _get(self, request: Request) -> Response:
        if refused := self._refused(request, counted=False):
            return refused
        query = request.query_params
        try:
            test = condition(query.get("$filter", ""))
        except (BadFilterError, ValueError) as error:
            return json_answer({"error": {"code": "BadRequest", "message": str(error)}}, 400)
        found = [_shown(row) for row in self.held.values() if test(row)] if self.readable else []
        skip, top = int(query.get("$skip", 0)), min(1000, int(query.get("$top", 1000)))
        return json_answer({"@odata.context": "$metadata#timeevents", "value": found[skip : skip + top]}, 200)

    async def _groups(self, request: Request) -> Response:
        if refused := self._refused(request, counted=False):
            return refused
        types = [{"code": code, "active": True, "event": event, "name": code} for code, event in self.types.items()]
        return json_answer({"value": [{"code": "ALL", "name": "All", "timeEventTypeNav": types}]}, 200)


def _wrong(given: Any) -> list[str]:
    if not isinstance(given, list):
        return ["The request must be an array."]
    found = [f"The {name} must not be blank." for one in given for name in NEEDED if not one.get(name)]
    if len({one.get("id") for one in given}) < len(given):
        found.append("The id must be unique.")
    if len(given) > 1000:
        found.append("The number of time events in a request should not be greater than 1000")
    if max(Counter(one.get("assignmentId") for one in given).values(), default=0) > 200:
        found.append("The maximum number of time events for a user in a request should not be greater than 200")
    return found


def _misfits(given: list[Row]) -> list[str]:
    texts = ((name, value) for one in given for name, value in one.items())
    return [f"The {name} does not fit its pattern." for name, value in texts if not _fits(name, value)]


def _fits(name: str, value: str) -> bool:
    longest, pattern = PATTERNS.get(name, (0, ""))
    return len(value) <= longest and re.fullmatch(pattern, value) is not None


def _row(one: Row) -> Row:
    at = datetime.fromisoformat(one["timestamp"])
    return {
        "externalId": secrets.token_hex(16), "workAssignmentId": one["assignmentId"],
        "timeEventTypeCode": one["typeCode"], "timestampUTC": at.astimezone(UTC), "timeZoneOffset": _offset(at),
        "terminalId": one.get("terminalId"), "timeTypeCode": one.get("timeTypeCode"),
    }  # fmt: skip


def _offset(at: datetime) -> str:
    text = at.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


def _shown(row: Row) -> Row:
    return {**row, "timestampUTC": row["timestampUTC"].strftime("%Y-%m-%dT%H:%M:%SZ")}
