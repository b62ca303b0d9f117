"""Hours and in/out pairs as rows of ExternalTimeData and back. Pure.

The external code is ours and makes every repeat harmless: the same code is the same row. It says no more than the row
does, so a row that somebody copied or moved is known not to be ours. Dates are those of the work date: of a pair over
midnight the logical date says where it counts.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sap import odata_wire as wire
from connectors.sap.successfactors.settings import SfSettings
from hub.contract import Change, Entry, Held, Hours, Interval, Record
from hub.errors import SettingsWrong

Row = dict[str, Any]
SCENARIO = "EXTERNAL_SYSTEM"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the time sheet has of a row: minutes, and clock times where it keeps them."""

    minutes: int
    start: str = ""
    end: str = ""


def render(entry: Entry) -> Record:
    """How an entry looks as external time: hundredths of an hour that add up, or local clock times."""
    day = entry.work_date.isoformat()
    match entry.payload:
        case Hours(centre, minutes, before):
            image = {"date": day, "cost_centre": centre, "hundredths": wire.hours(minutes, before)}
            return Record(hours_key(entry.employee, day, centre), image)
        case Interval(start, end):
            begin, stop = (_local(at, entry.zone) for at in (start, end))
            return Record(pair_key(entry.employee, begin), {"date": day, "start": begin, "end": stop})
    raise SettingsWrong(f"External times hold hours or in/out pairs, no {entry.kind}; correct the connection.")


def _local(at: int, zone: str) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).replace(tzinfo=None).isoformat(timespec="seconds")


def hours_key(employee: str, day: str, centre: str) -> str:
    """The natural key of hours on a cost centre."""
    return f"hours:{employee}:{day}:{centre}"


def pair_key(employee: str, start: str) -> str:
    """The natural key of an in/out pair; its start is local time."""
    return f"interval:{employee}:{start}"


def code(natural_key: str, namespace: str) -> str:
    """The external code of a record: letters, digits and dashes, as in SAP's own examples."""
    return f"{namespace}-{natural_key.partition(':')[2].replace(':', '-')}"


def row(change: Change, settings: SfSettings) -> Row:
    """What is upserted; fields that are not sent keep what they had, so the mark of a removal is always sent."""
    image = change.image
    day = date.fromisoformat(image["date"])
    found: Row = {
        "externalCode": code(change.natural_key, settings.namespace),
        "userId": change.employee,
        "correctionScenario": SCENARIO,
        "deleteExternalTime": False,
    }
    if settings.time_type:
        found["timeType"] = settings.time_type
    if "hundredths" in image:
        dates = dict.fromkeys(("startDate", "endDate"), wire.day_json(day))
        return {**found, **dates, "hours": wire.decimal(image["hundredths"]), "costCenter": image["cost_centre"]}
    start, end = (datetime.fromisoformat(image[name]) for name in ("start", "end"))
    return {
        **found,
        "startDate": wire.day_json(start.date()),
        "startTime": wire.clock(_second(start)),
        "endDate": wire.day_json(end.date()),
        "endTime": wire.clock(_second(end)),
        "logicalDate": wire.day_json(day),
    }


def removal(change: Change, settings: SfSettings) -> Row:
    """What takes a row out of the time sheet; deleting it would leave its hours there (SAP note 3532916)."""
    return {"externalCode": code(change.natural_key, settings.namespace), "deleteExternalTime": True}


def _second(at: datetime) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def held(row: Row, settings: SfSettings, *, pending: bool) -> Held:
    """A row as the hub sees it; raises `KeyError`, `TypeError` or `ValueError` when it is none."""
    employee, first, ref = row["userId"], wire.day(row["startDate"]), row["externalCode"]
    if row.get("startTime") is not None:
        day = wire.day(row["logicalDate"]) if row.get("logicalDate") else first
        start, end = _moment(first, row["startTime"]), _moment(wire.day(row["endDate"]), row["endTime"])
        image: Row = {"date": day.isoformat(), "start": start, "end": end}
        key = pair_key(employee, start)
    else:
        day, centre = first, row.get("costCenter") or ""
        image = {"date": day.isoformat(), "cost_centre": centre, "hundredths": wire.hundredths(row["hours"])}
        key = hours_key(employee, day.isoformat(), centre)
    ours = code(key, settings.namespace) == ref
    image = {} if row.get("deleteExternalTime") else image
    return Held(key if ours else f"foreign:{ref}", image, (ref,), employee, day, pending)


def in_force(row: Row, recorded: Recorded | None) -> bool:
    """Whether the time sheet has just what the row says. Whole minutes out of hundredths may be one off."""
    if row.get("deleteExternalTime") or recorded is None:
        return recorded is None and bool(row.get("deleteExternalTime"))
    if row.get("startTime") is None:
        return abs(wire.minutes(wire.hundredths(row["hours"])) - recorded.minutes) <= 1
    times = ((row["startTime"], recorded.start), (row["endTime"], recorded.end))
    return all(not there or wire.clock_seconds(asked) == wire.clock_seconds(there) for asked, there in times)


def _moment(day: date, clock: str) -> str:
    at = datetime(day.year, day.month, day.day) + timedelta(seconds=wire.clock_seconds(clock))  # noqa: DTZ001 - local
    return at.isoformat(timespec="seconds")
