"""Clock In Clock Out: punches as time events, of which SuccessFactors makes the time sheet itself.

Limits (SAP notes 3216279, 3364562, 3657473): 1000 events a call, 200 of one user, 10 calls a minute, 300 a day.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from itertools import groupby
from typing import Any

from connectors.sap import odata_wire as wire
from connectors.sap.successfactors import faults, punches
from connectors.sap.successfactors.client import PAGE, SfClient
from connectors.sap.successfactors.settings import SfSettings
from connectors.sap.successfactors.target import Target, accepted, rejected
from hub.contract import Capabilities, Change, Entry, Finding, Held, Kind, Operation, Receipt, Record, Scope, Severity
from hub.errors import ContractBroken, SettingsWrong, Uncertain
from hub.http import Response

EVENTS = "/rest/timemanagement/timeeventprocessing/v1/TimeEvents"
DELETIONS = "/rest/timemanagement/timeeventprocessing/clockinclockout/v1/timeevents"
READING = "/odatav4/timemanagement/timeeventprocessing/clockinclockout/v1/timeevents"
GROUPS = "/odatav4/timemanagement/timeeventprocessing/ClockInClockOutIntegration.svc/v1/ClockInClockOutGroups"
A_CALL, OF_A_USER = 1000, 200
THERE = "already exists"
"""What a repeat is told. That it is our event that is there, and none of another type, only the read-back says."""
AT_ONCE = 20
_BEFORE, _AFTER = timedelta(hours=14), timedelta(days=2)
"""A work date begins up to 14 hours before UTC's, and a night shift ends on the day after."""

CAPABILITIES = Capabilities(
    kinds=frozenset({Kind.PUNCH}),
    batch_size=A_CALL,
    settle_seconds=120,
    updates=False,
    requests_per_day=300,
    seconds_between_requests=6,
    reads_counted=False,
)
"""Ten calls a minute, however the minute is counted; they are counted for writing only."""


class TimeEvents(Target):
    """The time events of a company; `writer` is the client whose requests count towards the limits."""

    kinds = frozenset({Kind.PUNCH})

    def __init__(self, reader: SfClient, writer: SfClient, settings: SfSettings) -> None:
        self._reader = reader
        self._writer = writer
        self._settings = settings

    def render(self, entry: Entry) -> Record:
        """How a punch looks as a time event."""
        return punches.render(entry)

    def held(self, scope: Scope) -> Iterator[Held]:
        """The events around the scope's days."""
        first = datetime.combine(scope.first, time(), UTC) - _BEFORE
        end = datetime.combine(scope.last, time(), UTC) + _AFTER
        people = sorted(scope.employees)
        few = len(people) <= AT_ONCE
        for row in self._window(people if few else [], int(first.timestamp()), int(end.timestamp())):
            try:
                found = punches.held(row, self._settings)
            except (KeyError, TypeError, ValueError) as error:
                raise ContractBroken("A time event has an unknown shape; report it.", detail=repr(error)) from error
            if found.employee in scope.employees:
                yield found

    def _window(self, people: list[str], first: int, end: int) -> Iterator[dict[str, Any]]:
        """Events of a window of UTC seconds; in halves where an answer may be cut, so that no page can lose one."""
        rows = self._rows(people, first, end)
        if len(rows) < PAGE:
            yield from rows
        elif end - first <= 1:
            raise ContractBroken(f"SuccessFactors holds {PAGE} time events in one second; look at them there.")
        else:
            middle = (first + end) // 2
            yield from self._window(people, first, middle)
            yield from self._window(people, middle, end)

    def _rows(self, people: list[str], first: int, end: int) -> list[dict[str, Any]]:
        where = [f"timestampUTC ge {_instant(first)}", f"timestampUTC lt {_instant(end)}"]
        if people:
            where.append(wire.one_of("workAssignmentId", people))
        response = self._reader.get(READING, **{"$filter": " and ".join(where), "$top": str(PAGE)})
        match wire.told(response.content) if response.is_success else None:
            case {"value": [*rows]} if all(isinstance(row, dict) for row in rows):
                return rows
        raise faults.meaning(response, "time events", write=False)

    def push(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Withdrawals first, then new events, at most a thousand a call."""
        good: list[Change] = []
        for change in changes:
            if wrong := punches.unsendable(change):
                yield rejected(change, wrong)
            else:
                good.append(change)
        for operation, same in groupby(good, key=lambda change: change.operation):
            for call in calls([*same]):
                yield from self._delete(call) if operation is Operation.WITHDRAW else self._create(call)

    def _create(self, changes: list[Change]) -> Iterator[Receipt]:
        names = {str(at): change for at, change in enumerate(changes, 1)}
        body = [punches.event(change, name, self._settings) for name, change in names.items()]
        response = self._writer.send("POST", EVENTS, body)
        if response.status_code == HTTPStatus.BAD_REQUEST and (text := faults.said(response.content)[1]):
            # Nothing was made. The next run sends these in smaller calls, so that the bad one will stand alone.
            yield from (rejected(change, f"SuccessFactors refused the whole call: {text}.") for change in changes)
            return
        made, refused = _told(response)
        for name, change in names.items():
            if name in made:
                yield accepted(change, *made[name])
            elif name in refused:
                yield accepted(change) if THERE in refused[name] else rejected(change, faults.reason(refused[name]))
        if missing := names.keys() - made.keys() - refused.keys():
            raise Uncertain(f"SuccessFactors told nothing of {len(missing)} time events; they may have been made.")

    def _delete(self, changes: list[Change]) -> Iterator[Receipt]:
        known = [change for change in changes if change.refs]
        wrong = "it is not known which event of SuccessFactors is meant; the next run reads them anew."
        yield from (rejected(change, wrong) for change in changes if not change.refs)
        if not known:
            return
        body = {"value": [{"id": ref, "deleted": True} for change in known for ref in change.refs]}
        response = self._writer.send("PATCH", DELETIONS, body, "application/merge-patch+json")
        answer = wire.told(response.content) if response.is_success else None
        match answer:
            case {"failedTimeEvents": [*failed], "deletedCount": int()} if all("id" in one for one in failed):
                reasons = {str(one["id"]): str(one.get("reason", "")) for one in failed}
            case _:
                raise faults.meaning(response, "time events", write=True)
        for change in known:
            said = next((reasons[ref] for ref in change.refs if ref in reasons), "")
            yield accepted(change) if not said or "not found" in said else rejected(change, faults.reason(said))

    def findings(self) -> Iterator[Finding]:
        """Whether the two event types are there, active, and of the right sense."""
        response = self._reader.get(GROUPS, **{"$expand": "timeEventTypeNav"})
        match wire.told(response.content) if response.is_success else None:
            case {"value": [*groups]}:
                types = {one["code"]: one for group in groups for one in group.get("timeEventTypeNav", ())}
            case _:
                raise faults.meaning(response, "time event types", write=False)
        for code, sense in ((self._settings.event_in, "START"), (self._settings.event_out, "STOP")):
            found = types.get(code)
            if found is None or not found.get("active") or found.get("event") != sense:
                raise SettingsWrong(f"SuccessFactors has no active time event type {code!r} of the sense {sense}.")
        yield Finding("time event types", Severity.OK, f"{len(groups)} groups; the types of the settings are there.")
        yield self._visible()

    def _visible(self) -> Finding:
        """Without the permission to read, the answer is an empty list and no error."""
        response = self._reader.get(READING, **{"$top": "1"})
        match wire.told(response.content) if response.is_success else None:
            case {"value": []}:
                text = (
                    "No time event can be seen. If there are some already, the user lacks the permission to read them."
                )
                return Finding("time events", Severity.WARNING, f"{text} Nothing sent would ever be confirmed then.")
            case {"value": [*_]}:
                return Finding("time events", Severity.OK, "Time events can be read.")
        raise faults.meaning(response, "time events", write=False)


def calls(changes: list[Change]) -> list[list[Change]]:
    """The changes in calls that the limits allow, in order."""
    found: list[list[Change]] = [[]]
    of_user: Counter[str] = Counter()
    for change in changes:
        if len(found[-1]) == A_CALL or of_user[change.employee] == OF_A_USER:
            found.append([])
            of_user.clear()
        found[-1].append(change)
        of_user[change.employee] += 1
    return found


def _told(response: Response) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """By the name of the event: its id in SuccessFactors, or why it was refused; either list may be left out."""
    answer: Any = wire.told(response.content) if response.is_success else None
    try:
        good, bad = answer.get("succeededTimeEvents"), answer.get("failedTimeEvents")
        made: dict[str, tuple[str, ...]] = {str(one["id"]): (str(one["UUID"]),) for one in good or ()}
        refused = {str(one["id"]): str(one.get("errorText", "")) for one in bad or ()}
    except (KeyError, TypeError, AttributeError):
        made, refused = {}, {}
    if not made and not refused:
        raise faults.meaning(response, "time events", write=True)
    return made, refused


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
