"""Hours as time sheet entries and back. Pure.

S/4HANA keeps no id of ours and has none to find an entry by (SAP note 3744148). So the note of an entry says whose
it is: our mark, the date and the cost centre. An entry is ours when its note is the one that we would have written for
its date and cost centre; one that somebody copied, or moved, is not.
"""

from datetime import date
from typing import Any

from connectors.sap import odata_wire as wire
from connectors.sap.s4hana.settings import S4Settings
from hub.contract import Change, Entry, Held, Hours, Image, Operation, Record
from hub.errors import SettingsWrong

Row = dict[str, Any]
REJECTED = "40"
OVER = ("50", "60")
"""Statuses of an entry that books nothing any more: replaced after its approval, or cancelled."""


def employee_ref(company: str, agreement: str) -> str:
    """Our id of a work agreement: the external id is unique within a company code."""
    return f"{company}/{agreement}"


def agreement_of(employee: str) -> tuple[str, str]:
    """Company code and external id of the work agreement."""
    company, _, agreement = employee.partition("/")
    return company, agreement


def plain(number: str) -> str:
    """A cost centre without the zeros before it: on premise it is shown with or without them."""
    return number.lstrip("0") if number.isdecimal() else number


def render(entry: Entry) -> Record:
    """How an entry looks in S/4HANA: hours in hundredths, its parts adding up to the rounded day."""
    match entry.payload:
        case Hours(centre, minutes, before):
            day, booked = entry.work_date, plain(centre)
            image = {"date": day.isoformat(), "cost_centre": booked, "hundredths": wire.hours(minutes, before)}
            return Record(hours_key(entry.employee, day, booked), image)
    raise SettingsWrong(f"S/4HANA's time sheets hold hours, no {entry.kind}; correct the connection.")


def hours_key(employee: str, day: date, centre: str) -> str:
    """The natural key of hours on a cost centre."""
    return f"hours:{employee}:{day.isoformat()}:{centre}"


def note(mark: str, day: date, centre: str) -> str:
    """What finds an entry of ours again; it stays below the 40 characters of a short text."""
    return f"{mark} {day:%Y%m%d} {plain(centre)}"


def payload(change: Change, settings: S4Settings) -> Row:
    """What is posted. The operation is always named: without it S/4HANA answers 201 and saves nothing."""
    company, agreement = agreement_of(change.employee)
    keys = {"PersonWorkAgreementExternalID": agreement, "CompanyCode": company}
    if change.operation is Operation.WITHDRAW:
        return {**keys, "TimeSheetRecord": change.refs[0], "TimeSheetOperation": "D", "TimeSheetDataFields": {}}
    creates = change.operation is Operation.CREATE
    return {
        **keys,
        "TimeSheetRecord": "" if creates else change.refs[0],
        "TimeSheetDate": wire.day_json(date.fromisoformat(change.image["date"])),
        "TimeSheetIsReleasedOnSave": settings.release,
        "TimeSheetIsExecutedInTestRun": False,
        "TimeSheetOperation": "C" if creates else "U",
        "TimeSheetDataFields": _data_fields(change.image, settings),
    }


def _data_fields(image: Image, settings: S4Settings) -> Row:
    hours = wire.decimal(image["hundredths"])
    fields = {
        **settings.data_fields,
        "ReceiverCostCenter": image["cost_centre"],
        "RecordedHours": hours,
        "RecordedQuantity": f"{hours}0",
        "HoursUnitOfMeasure": "H",
        "TimeSheetNote": note(settings.mark, date.fromisoformat(image["date"]), image["cost_centre"]),
    }
    return {"ControllingArea": settings.controlling_area, **fields} if settings.controlling_area else fields


def held(row: Row, mark: str) -> Held:
    """An entry as the hub sees it; raises `KeyError`, `TypeError` or `ValueError` when it is none."""
    fields, day = row["TimeSheetDataFields"], wire.day(row["TimeSheetDate"])
    employee = employee_ref(row["CompanyCode"], row["PersonWorkAgreementExternalID"])
    centre, ref = plain(fields["ReceiverCostCenter"]), row["TimeSheetRecord"]
    image = {"date": day.isoformat(), "cost_centre": centre, "hundredths": wire.hundredths(fields["RecordedHours"])}
    if row["TimeSheetStatus"] == REJECTED:
        image["rejected"] = True  # an approver said no: it is ours, and it is not delivered
    ours = fields["TimeSheetNote"].strip() == note(mark, day, centre)
    key = hours_key(employee, day, centre) if ours else f"foreign:{ref}"
    return Held(key, image, (ref,), employee, day)
