"""Entries as Zoho's records and back. Pure.

Zoho shows times as wall-clock minutes of the employee's place, so that is what images hold. An attendance entry is
known by employee and check-in, loss of pay by employee, date and amount: leave of another amount is another leave.
Employees are known by their record id, which stays when an Employee ID changes.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.zoho import wire
from hub.contract import Day, Entry, Held, Interval, Record
from hub.errors import SettingsWrong

DAY, HALF = 100, 50
"""Hundredths of a day that are booked as a whole and as half a day of leave."""
STANDING = frozenset({"", "approved", "approval not enabled"})
"""What Zoho says of leave that counts; v2 says nothing where v1 says that approval is not enabled."""
GONE = frozenset({"cancelled", "canceled", "rejected"})


def carries(entry: Entry, zone: str) -> bool:
    """Whether Zoho holds anything of it: nothing of a day without loss of pay, nor of less than a minute."""
    match entry.payload:
        case Day(lop=lop):
            return lop > 0
        case Interval(start, end):
            return _minute(start, zone or entry.zone) != _minute(end, zone or entry.zone)
        case _:
            return False


def render(entry: Entry, zone: str) -> Record:
    """How an entry looks in Zoho; `zone` is that of the settings, empty for the entry's own."""
    match entry.payload:
        case Interval(start, end):
            begun, ended = _minute(start, zone or entry.zone), _minute(end, zone or entry.zone)
            return Record(interval_key(entry.employee, begun), {"in": begun, "out": ended})
        case Day(lop=lop):
            day = entry.work_date.isoformat()
            return Record(leave_key(entry.employee, day, lop), {"date": day, "lop": lop, "approved": True})
    raise SettingsWrong(f"Zoho People has no record of {entry.kind}; let this connection carry other kinds.")


def _minute(at: int, zone: str) -> str:
    return wire.moment(datetime.fromtimestamp(at, ZoneInfo(zone)))


def interval_key(employee: str, begun: str) -> str:
    """The natural key of an attendance entry."""
    return f"interval:{employee}:{begun}"


def leave_key(employee: str, day: str, lop: int) -> str:
    """The natural key of loss of pay."""
    return f"lop:{employee}:{day}:{lop}"


def interval_held(employee: str, begun: str, ended: str | None, refs: tuple[str, ...] = ()) -> Held:
    """An attendance entry as the hub sees it; an open one has no end. It is dated by its check-in."""
    image = {"in": begun, "out": ended} if ended else {"in": begun}
    return Held(interval_key(employee, begun), image, refs, employee, wire.day_of(begun))


def leave_held(ref: str, row: dict[str, Any]) -> Held | None:
    """A leave as the hub sees it; one over several days, or in hours, is nobody's entry; None for one taken back."""
    status = str(row.get("ApprovalStatus") or "").lower()
    if status in GONE:
        return None
    employee, days = str(row["Employee.ID"]), row.get("Days") or {}
    first, last = wire.day_of(row["From"]), wire.day_of(row["To"])
    if len(days) != 1 or first != last or not str(row.get("Unit", "Days")).startswith("Day"):
        image = {"first": first.isoformat(), "last": last.isoformat()}
        return Held(f"foreign:leave:{ref}", image, (ref,), employee, first)
    return _of_one_day(ref, employee, first, next(iter(days.values())), standing=status in STANDING)


def _of_one_day(ref: str, employee: str, day: date, said: dict[str, Any], *, standing: bool) -> Held:
    lop = wire.hundredths(said["LeaveCount"])
    image = {"date": day.isoformat(), "lop": lop, "approved": standing}
    return Held(leave_key(employee, day.isoformat(), lop), image, (ref,), employee, day)
