"""Carrying intervals onto time sheets: entries are made, changed and deleted by id; sheets are made where none is."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from connectors.salesforce import sheets, soql
from connectors.salesforce.client import CHUNK, Result, SalesforceClient
from connectors.salesforce.links import ID_LENGTHS
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.verdicts import Verdicts, rejected
from hub.contract import Change, Operation, Receipt

CLOSED = "its time sheet is submitted or approved; recall that in Salesforce, or correct it there."
Span = tuple[str, date, date]
"""A resource, and first and last date of a sheet."""


class SheetPush:
    """One push of at most 200 changes."""

    def __init__(self, client: SalesforceClient, settings: SalesforceSettings) -> None:
        self._client, self._settings = client, settings
        self._verdicts = Verdicts()

    def receipts(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Carry the changes out; what is nobody's fault, or everybody's, is raised when all others are told."""
        good = []
        for change in changes:
            if wrong := _obstacle(change):
                yield rejected(change, wrong)
            else:
                good.append(change)
        ways = {
            Operation.WITHDRAW: self._withdraw,
            Operation.UPDATE: self._update,
            Operation.CREATE: self._create,
        }
        for operation, carry in ways.items():
            same = [change for change in good if change.operation is operation]
            for at in range(0, len(same), CHUNK):
                yield from carry(same[at : at + CHUNK])
        self._verdicts.settle()

    def _withdraw(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        yield from self._told(changes, self._client.delete([change.refs[0] for change in changes]))

    def _update(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        records = [sheets.changed_entry(change.refs[0], change.image) for change in changes]
        yield from self._told(changes, self._client.update(records))

    def _create(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        found = self._sheets(changes)
        made = self._made({self._span(change) for change in changes if _of(found, change) is None})
        ready: list[tuple[Change, str]] = []
        for change in changes:
            sheet = _of(found, change)
            result = made[self._span(change)] if sheet is None else Result(str(sheet["Id"]))
            if sheet is not None and sheet["Status"] != sheets.OPEN:
                yield rejected(change, CLOSED)
            elif result.said:
                yield from self._told([change], [result])
            else:
                ready.append((change, result.ref))
        if ready:
            records = [sheets.new_entry(sheet, change.image, self._settings.label) for change, sheet in ready]
            yield from self._told([change for change, _ in ready], self._client.create(records))

    def _made(self, lacking: set[Span]) -> dict[Span, Result]:
        """New sheets, where there is none."""
        spans = sorted(lacking)
        results = self._client.create([sheets.new_sheet(*span) for span in spans]) if spans else []
        return dict(zip(spans, results, strict=True))

    def _sheets(self, changes: Sequence[Change]) -> list[dict[str, Any]]:
        """The sheets of these people that touch these dates, open ones first."""
        days = [change.work_date for change in changes]
        fields = ["Id", "ServiceResourceId", "StartDate", "EndDate", "Status"]
        people = soql.among("ServiceResourceId", {change.employee for change in changes})
        touching = f"StartDate <= {max(days).isoformat()} AND EndDate >= {min(days).isoformat()}"
        found = self._client.query(soql.select(fields, sheets.SHEET, people, touching))
        return sorted(found, key=lambda row: row["Status"] != sheets.OPEN)

    def _span(self, change: Change) -> Span:
        return change.employee, *sheets.period(change.work_date, self._settings.sheet_period)

    def _told(self, changes: Sequence[Change], results: Sequence[Result]) -> Iterator[Receipt]:
        receipts = (self._verdicts.receipt(change, result) for change, result in zip(changes, results, strict=True))
        yield from (receipt for receipt in receipts if receipt is not None)


def _of(found: Sequence[dict[str, Any]], change: Change) -> dict[str, Any] | None:
    """The sheet that the change's work date lies on."""
    day = change.work_date.isoformat()
    of_employee = (row for row in found if row["ServiceResourceId"] == change.employee)
    return next((row for row in of_employee if row["StartDate"] <= day <= row["EndDate"]), None)


def _obstacle(change: Change) -> str:
    """What is wrong with a change before Salesforce sees it."""
    ids = [change.employee, *change.refs]
    if not all(len(ref) in ID_LENGTHS and ref.isascii() and ref.isalnum() for ref in ids):
        return "its employee or record is no id of Salesforce; correct the mapping."
    if change.operation is not Operation.CREATE and not change.refs:
        return "it is not known which record is meant; the next run reads them anew."
    if change.operation is not Operation.WITHDRAW and change.image["end"] < change.image["start"]:
        return "the interval ends before it begins; correct the punches."
    return ""
