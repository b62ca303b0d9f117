"""What the simulated Odoo holds, told in the hub's terms from its rows; the connector has no part in it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from connectors.odoo import wire
from connectors.odoo.mapping import DAY, HALF
from connectors.odoo.simulated.database import Database, Row
from hub.contract import Day, Hours, Interval

Told = tuple[str, date, Day | Hours | Interval]
"""Employee, date (of an interval the UTC date of its start), and what is held of it."""


def facts(database: Database) -> Iterator[Told]:
    """Marks of absence and what was taken back are no attendance."""
    readers: dict[str, Callable[[Row], Told | None]] = {
        "hr.attendance": _attendance, "account.analytic.line": _timesheet, "hr.leave": _leave,
    }  # fmt: skip
    for model, reader in readers.items():
        yield from filter(None, map(reader, database.rows(model)))


def lop(hundredths: int) -> Day:
    """A day of which the loss of pay alone is held."""
    return Day("", 0, 0, 0, hundredths)


def worked_days(database: Database, codes: Mapping[str, str], whole: int) -> Iterator[Told]:
    """The days that the work entries make, by the codes of the types of worked, overtime and unpaid hours.

    A type that a date has twice makes a second fact of that day; `whole` are the minutes of a day of loss of pay.
    """
    kinds = {row["id"]: row["code"] for row in database.rows("hr.work.entry.type")}
    days: defaultdict[tuple[int, str], list[dict[str, int]]] = defaultdict(list)
    for row in database.rows("hr.work.entry"):
        if row["state"] == "cancelled":
            continue
        layers, code = days[row["employee_id"], row["date"]], kinds[row["work_entry_type_id"]]
        layer = next((one for one in layers if code not in one), None)
        if layer is None:
            layers.append(layer := {})
        layer[code] = wire.minutes(wire.loads(str(row["duration"]).encode()))
    for (employee, day), layers in days.items():
        for layer in layers:
            worked, overtime, unpaid = (layer.get(codes[part], 0) for part in ("worked", "overtime", "unpaid"))
            payload = Day("", worked + overtime, overtime, 0, unpaid * DAY // whole)
            yield (str(employee), date.fromisoformat(day), payload)


def _attendance(row: Row) -> Told | None:
    if row.get("in_mode") == "technical":
        return None
    start, end = wire.seconds(row["check_in"]), wire.seconds(row["check_out"]) if row["check_out"] else 0
    return (str(row["employee_id"]), date.fromisoformat(row["check_in"][:10]), Interval(start, end))


def _timesheet(row: Row) -> Told:
    hours = wire.loads(str(row["unit_amount"]).encode())
    booked = Hours(str(row["x_plan2_id"]), wire.minutes(hours))
    return (str(row["employee_id"]), date.fromisoformat(row["date"]), booked)


def _leave(row: Row) -> Told | None:
    if row["state"] in ("refuse", "cancel"):
        return None
    amount = HALF if row["request_unit_half"] else DAY
    return (str(row["employee_id"]), date.fromisoformat(row["request_date_from"]), lop(amount))
