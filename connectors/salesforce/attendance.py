"""Entries as records of our own package, and back. Pure.

A record is known by what it says: a day by employee and date, hours by employee, date and cost centre, an interval by
employee and start, a punch by employee and instant. Its external id is that natural key, so whatever is sent twice is
one record. The key is part of the image: a record whose key somebody changed is not taken for ours.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from connectors.salesforce import wire
from connectors.salesforce.links import Link
from hub.contract import Day, Entry, Held, Hours, Interval, Kind, Punch, Record

KEY, DATE, VOID = "External_Key__c", "Work_Date__c", "Is_Void__c"
OBJECTS = {
    Kind.DAY: "Attendance_Day__c",
    Kind.HOURS: "Attendance_Hours__c",
    Kind.INTERVAL: "Attendance_Interval__c",
    Kind.PUNCH: "Punch__c",
}
"""The object that holds the records of a kind."""
COLUMNS = {
    Kind.DAY: ("Status__c", "Worked_Minutes__c", "Overtime_Minutes__c", "Payable_Days__c", "LOP_Days__c"),
    Kind.HOURS: ("Minutes__c",),
    Kind.INTERVAL: ("Start__c", "End__c"),
    Kind.PUNCH: ("Punched_At__c", "Direction__c"),
}
"""What a record of a kind says, besides whose it is and of which day."""
STATUSES = ("P", "HD", "A", "L", "HL", "WO", "H", "WOW", "HW", "MP")
"""The hub's day statuses, which the picklist has to have."""
Cells = dict[str, Any]
Image = Mapping[str, Any]


def render(entry: Entry) -> Record:
    """How an entry looks in the package."""
    day = entry.work_date.isoformat()
    match entry.payload:
        case Day(status, worked, overtime, payable, lop):
            key = f"day:{entry.employee}:{day}"
            said: Cells = {"status": status, "worked": worked, "overtime": overtime, "payable": payable, "lop": lop}
        case Hours(cost_centre, minutes):
            key, said = f"hours:{entry.employee}:{day}:{cost_centre}", {"cost_centre": cost_centre, "minutes": minutes}
        case Interval(start, end):
            key, said = f"interval:{entry.employee}:{start}", {"start": start, "end": end}
        case Punch(at, direction):
            key, said = f"punch:{entry.employee}:{at}", {"at": at, "direction": direction}
    return Record(key, {"key": key, "date": day, **said})


def columns(kind: Kind, costs: Link) -> list[str]:
    """The fields of a kind besides key, employee, date and void."""
    return [*COLUMNS[kind], *([costs.column] if kind is Kind.HOURS else [])]


def cells(kind: Kind, employee: str, image: Image, employees: Link, costs: Link) -> Cells:
    """The cells of a record, by column name."""
    said = {KEY: image["key"], employees.column: employee, DATE: image["date"]}
    return {**said, **_CELLS[kind](image, costs), VOID: False}


def voided(kind: Kind, image: Image) -> Cells:
    """What a record becomes that is withdrawn: void, and nothing in it that a sum could count."""
    if kind is Kind.INTERVAL:
        return {"End__c": wire.moment(image["start"]), VOID: True}
    return {**dict.fromkeys(_NUMBERS.get(kind, ()), 0), VOID: True}


def held(kind: Kind, row: Mapping[str, Any], employees: Link, costs: Link) -> Held:
    """A record as the hub sees it, whoever wrote it."""
    employee = str(wire.cell_of(row, employees.column) or "")
    day = str(row[DATE])
    key, said = _READERS[kind](row, employee, costs)
    return Held(key, {"key": row[KEY], "date": day, **said}, (str(row["Id"]),), employee, date.fromisoformat(day))


def _day_cells(image: Image, _costs: Link) -> Cells:
    worked = {"Worked_Minutes__c": image["worked"], "Overtime_Minutes__c": image["overtime"]}
    paid = {"Payable_Days__c": wire.days(image["payable"]), "LOP_Days__c": wire.days(image["lop"])}
    return {"Status__c": image["status"], **worked, **paid}


def _hours_cells(image: Image, costs: Link) -> Cells:
    return {costs.column: image["cost_centre"], "Minutes__c": image["minutes"]}


def _interval_cells(image: Image, _costs: Link) -> Cells:
    return {"Start__c": wire.moment(image["start"]), "End__c": wire.moment(image["end"])}


def _punch_cells(image: Image, _costs: Link) -> Cells:
    return {"Punched_At__c": wire.moment(image["at"]), "Direction__c": image["direction"]}


def _read_day(row: Image, employee: str, _costs: Link) -> tuple[str, Cells]:
    said = {
        "status": row["Status__c"],
        "worked": wire.whole(row["Worked_Minutes__c"]),
        "overtime": wire.whole(row["Overtime_Minutes__c"]),
        "payable": wire.hundredths(row["Payable_Days__c"]),
        "lop": wire.hundredths(row["LOP_Days__c"]),
    }
    return f"day:{employee}:{row[DATE]}", said


def _read_hours(row: Image, employee: str, costs: Link) -> tuple[str, Cells]:
    cost = str(wire.cell_of(row, costs.column) or "")
    key = f"hours:{employee}:{row[DATE]}:{cost}" if cost else f"foreign:hours:{row['Id']}"
    return key, {"cost_centre": cost, "minutes": wire.whole(row["Minutes__c"])}


def _read_interval(row: Image, employee: str, _costs: Link) -> tuple[str, Cells]:
    start = wire.seconds(row["Start__c"])
    return f"interval:{employee}:{start}", {"start": start, "end": wire.seconds(row["End__c"])}


def _read_punch(row: Image, employee: str, _costs: Link) -> tuple[str, Cells]:
    at = wire.seconds(row["Punched_At__c"])
    return f"punch:{employee}:{at}", {"at": at, "direction": row["Direction__c"]}


_NUMBERS = {Kind.DAY: COLUMNS[Kind.DAY][1:], Kind.HOURS: COLUMNS[Kind.HOURS]}
_CELLS: dict[Kind, Callable[[Image, Link], Cells]] = {
    Kind.DAY: _day_cells,
    Kind.HOURS: _hours_cells,
    Kind.INTERVAL: _interval_cells,
    Kind.PUNCH: _punch_cells,
}
_READERS: dict[Kind, Callable[[Image, str, Link], tuple[str, Cells]]] = {
    Kind.DAY: _read_day,
    Kind.HOURS: _read_hours,
    Kind.INTERVAL: _read_interval,
    Kind.PUNCH: _read_punch,
}
