"""The time sheets of the simulated S/4HANA: what is posted, checked, numbered, approved, replaced and cancelled.

Documented: every write is a POST that names its operation, a missing one saves nothing, numbers have twelve digits, an
approved entry is replaced or cancelled and not changed. The checks and their texts are guesses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from connectors.sap import odata_wire as wire
from connectors.sap.odata_types import Property, wrong
from connectors.sap.s4hana.entities import DATA_FIELDS, TIME_SHEET
from connectors.sap.s4hana.simulated.errors import business, no_property

DRAFT, RELEASED, APPROVED, CANCELLED = "10", "20", "30", "60"
_DAY = Decimal(24)
Row = dict[str, Any]


@dataclass
class Books:
    """All entries by number. `approves`: released entries are approved at once, as where no approval is set up."""

    approves: bool = True
    agreements: dict[str, str] = field(default_factory=dict)
    centres: set[str] = field(default_factory=set)
    entries: dict[str, Row] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)
    numbers: "count[int]" = field(default_factory=lambda: count(1492))

    def post(self, payload: Mapping[str, Any]) -> Row:
        """Carry out what was posted; the entry as it is then. Raises `GatewayError`."""
        row = _row(payload)
        operation = row["TimeSheetOperation"]
        if operation not in ("C", "U", "D"):
            return {**row, "TimeSheetRecord": ""}  # 201, and nothing was saved
        self._check(row)
        if operation == "D":
            return self._delete(row)
        self._check_hours(row)
        if row["TimeSheetIsExecutedInTestRun"]:
            return {**row, "TimeSheetRecord": ""}
        return self._create(row) if operation == "C" else self._update(row)

    def _check(self, row: Row) -> None:
        agreement = row["PersonWorkAgreementExternalID"]
        if self.agreements.get(agreement) != row["CompanyCode"]:
            raise business(101, f"Work agreement {agreement} does not exist in company code {row['CompanyCode']}")
        if agreement in self.locked:
            raise business(108, f"Personnel number {_pernr(agreement)} is locked by user JDOE")

    def _check_hours(self, row: Row) -> None:
        fields = row["TimeSheetDataFields"]
        centre = fields["ReceiverCostCenter"]
        if centre and centre not in self.centres:
            raise business(204, f"Cost center {centre} does not exist on {row['TimeSheetDate']}")
        others = (
            one["TimeSheetDataFields"]["RecordedHours"]
            for number, one in self.entries.items()
            if _same_day(one, row) and number != row["TimeSheetRecord"] and one["TimeSheetStatus"] != CANCELLED
        )
        if sum(others, fields["RecordedHours"]) > _DAY:
            raise business(310, "More than 24 hours are recorded on one day")

    def _create(self, row: Row, predecessor: str = "") -> Row:
        number = f"{next(self.numbers):012}"
        released = row["TimeSheetIsReleasedOnSave"]
        status = (APPROVED if self.approves else RELEASED) if released else DRAFT
        made = {
            **row, "TimeSheetRecord": number, "TimeSheetStatus": status, "TimeSheetPredecessorRecord": predecessor,
            "PersonWorkAgreement": _pernr(row["PersonWorkAgreementExternalID"]),
        }  # fmt: skip
        self.entries[number] = made
        return made

    def _update(self, row: Row) -> Row:
        old = self._there(row)
        if old["TimeSheetStatus"] == APPROVED:
            old["TimeSheetStatus"] = CANCELLED
            return self._create(row, predecessor=old["TimeSheetRecord"])
        kept = {name: old[name] for name in ("TimeSheetRecord", "TimeSheetStatus", "PersonWorkAgreement")}
        self.entries[old["TimeSheetRecord"]] = {**row, **kept}
        return self.entries[old["TimeSheetRecord"]]

    def _delete(self, row: Row) -> Row:
        old = self._there(row)
        if old["TimeSheetStatus"] == APPROVED:
            old["TimeSheetStatus"] = CANCELLED
        else:
            del self.entries[old["TimeSheetRecord"]]
        return {**old, "TimeSheetOperation": "D"}

    def _there(self, row: Row) -> Row:
        found = self.entries.get(row["TimeSheetRecord"])
        same = found and found["PersonWorkAgreementExternalID"] == row["PersonWorkAgreementExternalID"]
        if found is None or not same or found["TimeSheetStatus"] == CANCELLED:
            raise business(402, f"Time sheet record {row['TimeSheetRecord']} does not exist")
        return found


def _same_day(one: Row, other: Row) -> bool:
    same = ("PersonWorkAgreementExternalID", "CompanyCode", "TimeSheetDate")
    return all(one[name] == other[name] for name in same)


def _pernr(agreement: str) -> str:
    return f"5{sum(map(ord, agreement)):07}"


def _row(payload: Mapping[str, Any]) -> Row:
    """The entry with every field, unset ones as SAP has them: empty texts, no nulls."""
    found = _typed(payload, TIME_SHEET.properties, TIME_SHEET.name)
    fields = payload.get(DATA_FIELDS.name)
    if not isinstance(fields, Mapping):
        raise business(1, "TimeSheetDataFields is missing")
    return {**found, DATA_FIELDS.name: _typed(fields, DATA_FIELDS.fields, DATA_FIELDS.name)}


def _typed(values: Mapping[str, Any], properties: tuple[Property, ...], where: str) -> Row:
    known = {one.name: one for one in properties}
    if unknown := [name for name in values if name not in known and name != "__metadata"]:
        raise no_property(unknown[0], where)
    given = {name: value for name, value in values.items() if name in known and not known[name].fields}
    given = {name: _as_date(value) if known[name].type == "Edm.DateTime" else value for name, value in given.items()}
    # Only the form is checked here: what is required depends on the operation.
    optional = tuple(Property(one.name, one.type, one.length, one.precision, one.scale) for one in properties)
    if bad := next(wrong(given, optional, where), ""):
        raise business(2, bad)
    return {one.name: _value(one, given.get(one.name)) for one in properties if not one.fields}


def _as_date(value: Any) -> Any:
    """Two forms are taken for a date: ISO and `/Date(...)/`."""
    if isinstance(value, str) and not value.startswith("/Date"):
        return wire.day_json(date.fromisoformat(value[:10]))
    return value


def _value(one: Property, value: Any) -> Any:
    match one.type:
        case "Edm.Boolean":
            return bool(value)
        case "Edm.Decimal":
            return Decimal(value or 0)
        case "Edm.DateTime":
            return wire.day(value) if value else None
    return value or ("00000" if one.name == "PurchaseOrderItem" else "")
