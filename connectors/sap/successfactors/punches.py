"""Punches as time events of Clock In Clock Out and back. Pure.

An employee has at most one event in a second; that, and not an id of ours, makes a repeat harmless. All events of an
employee and day must bear the same offset from UTC (SAP note 3643245): it is that of the site at noon of the work date.
The patterns are those of SAP's published specification; one event that breaks one has its whole call refused.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sap.successfactors.settings import SfSettings
from hub.contract import Change, Entry, Held, Punch, Record
from hub.errors import SettingsWrong

Row = dict[str, Any]
_ASSIGNMENT = re.compile(r"[a-zA-Z0-9]{1,100}")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_NOON = time(12)


def render(entry: Entry) -> Record:
    """How a punch looks as a time event."""
    match entry.payload:
        case Punch(at, direction):
            image = {"at": at, "direction": direction, "offset_min": _offset(entry.zone, entry.work_date)}
            return Record(punch_key(entry.employee, at), image)
    raise SettingsWrong(f"Time events hold punches, no {entry.kind}; correct the connection.")


def _offset(zone: str, day: date) -> int:
    noon = datetime.combine(day, _NOON, ZoneInfo(zone)).utcoffset() or timedelta()
    return int(noon.total_seconds()) // 60


def punch_key(employee: str, at: int) -> str:
    """The natural key of a time event: what is unique in SuccessFactors."""
    return f"punch:{employee}:{at}"


def unsendable(change: Change) -> str:
    """What the specification's patterns say against an event, or nothing; the settings obey them already."""
    if not _ASSIGNMENT.fullmatch(change.employee):
        return "time events take user ids of letters and digits only; book this employee by external times instead."
    return ""


def event(change: Change, name: str, settings: SfSettings) -> Row:
    """The body of a time event; `name` tells it apart from the others of its call and nothing else."""
    comes = change.image["direction"] == "in"
    found = {
        "id": name,
        "assignmentId": change.employee,
        "typeCode": settings.event_in if comes else settings.event_out,
        "timestamp": moment(change.image["at"], change.image["offset_min"]),
        "terminalId": settings.terminal,
    }
    # The time type is minded on coming only.
    return {**found, "timeTypeCode": settings.time_type} if comes and settings.time_type else found


def moment(at: int, offset_min: int) -> str:
    """UTC seconds as local time with its offset, without fractions of a second."""
    return datetime.fromtimestamp(at, timezone(timedelta(minutes=offset_min))).isoformat(timespec="seconds")


def held(row: Row, settings: SfSettings) -> Held:
    """A time event as the hub sees it; raises `KeyError`, `TypeError` or `ValueError` when it is none.

    `work_date` is the local date of the event: which shift it belongs to, SuccessFactors does not say.
    """
    at = int(datetime.fromisoformat(row["timestampUTC"]).astimezone(UTC).timestamp())
    code, employee = row["timeEventTypeCode"], row["workAssignmentId"]
    directions = {settings.event_in: "in", settings.event_out: "out"}
    offset = _minutes(row["timeZoneOffset"])
    image = {"at": at, "direction": directions.get(code, code), "offset_min": offset}
    local = datetime.fromtimestamp(at, timezone(timedelta(minutes=offset))).date()
    return Held(punch_key(employee, at), image, (str(row["externalId"]),), employee, local)


def _minutes(text: str) -> int:
    found = _OFFSET.fullmatch(text)
    if found is None:
        msg = f"{text!r} is no offset from UTC"
        raise ValueError(msg)
    minutes = 60 * int(found[2]) + int(found[3])
    return -minutes if found[1] == "-" else minutes
