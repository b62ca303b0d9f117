"""Carrying changes into our own package: upserts in collections of 200 or as a bulk job, withdrawals as void.

What is withdrawn stays as a void record: nobody needs the right to delete, and payrolls that copy changes see it go.
"""

from collections.abc import Iterator, Sequence

from connectors.salesforce import attendance, wire
from connectors.salesforce.bulk import BulkUpsert, Patience
from connectors.salesforce.client import CHUNK, Result, SalesforceClient
from connectors.salesforce.faults import UnreadableError
from connectors.salesforce.links import Link
from connectors.salesforce.verdicts import Verdicts, rejected
from hub.contract import Change, Kind, Operation, Receipt

LONGEST_KEY = 120


class PackagePush:
    """One push. `bulk_from` rows of one object and more go as a bulk job."""

    def __init__(
        self, client: SalesforceClient, employees: Link, costs: Link, bulk_from: int, patience: Patience
    ) -> None:
        self._client, self._employees, self._costs = client, employees, costs
        self._bulk_from, self._patience = bulk_from, patience
        self._verdicts = Verdicts()

    def receipts(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Carry the changes out; what is nobody's fault, or everybody's, is raised when all others are told."""
        good = []
        for change in changes:
            if wrong := self._obstacle(change):
                yield rejected(change, wrong)
            else:
                good.append(change)
        yield from self._void([change for change in good if change.operation is Operation.WITHDRAW])
        for kind in attendance.OBJECTS:
            same = [one for one in good if one.kind is kind and one.operation is not Operation.WITHDRAW]
            yield from self._upsert(kind, same)
        self._verdicts.settle()

    def _obstacle(self, change: Change) -> str:
        """What is wrong with a change before Salesforce sees it: one unreadable row would spoil 200 others."""
        if change.operation is Operation.WITHDRAW:
            return "" if change.refs else "it is not known which record is meant; the next run reads them anew."
        key = str(change.image["key"])
        wrong = self._employees.obstacle(change.employee)
        if change.kind is Kind.HOURS:
            wrong = wrong or self._costs.obstacle(str(change.image["cost_centre"]))
        wrong = wrong or ("its key is too long" if len(key) > LONGEST_KEY else "")
        return f"{wrong}; correct the employee, the cost centre or the mapping." if wrong else ""

    def _void(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        for at in range(0, len(changes), CHUNK):
            chunk = changes[at : at + CHUNK]
            results = self._client.update([self._voided(change) for change in chunk])
            yield from self._told(chunk, results)

    def _voided(self, change: Change) -> attendance.Cells:
        cells = attendance.voided(change.kind, change.image)
        return {"attributes": {"type": attendance.OBJECTS[change.kind]}, "id": change.refs[0], **cells}

    def _upsert(self, kind: Kind, changes: Sequence[Change]) -> Iterator[Receipt]:
        if len(changes) >= self._bulk_from:
            yield from self._in_bulk(kind, changes)
            return
        for at in range(0, len(changes), CHUNK):
            yield from self._in_one_call(kind, changes[at : at + CHUNK])

    def _in_one_call(self, kind: Kind, changes: Sequence[Change]) -> Iterator[Receipt]:
        name = attendance.OBJECTS[kind]
        records = [{"attributes": {"type": name}, **wire.nested(self._cells(change))} for change in changes]
        try:
            results = self._client.upsert(name, attendance.KEY, records)
        except UnreadableError as error:
            yield from self._in_halves(kind, changes, error.detail)
            return
        yield from self._told(changes, results)

    def _in_halves(self, kind: Kind, changes: Sequence[Change], said: str) -> Iterator[Receipt]:
        """Nothing was taken of a call with a row that Salesforce cannot read; the others go without it."""
        if len(changes) == 1:
            yield rejected(changes[0], f"Salesforce cannot read it: {said}")
            return
        middle = len(changes) // 2
        yield from self._in_one_call(kind, changes[:middle])
        yield from self._in_one_call(kind, changes[middle:])

    def _in_bulk(self, kind: Kind, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Sorted by employee: rows of one parent in one batch do not lock each other out."""
        by_key = {str(change.image["key"]): change for change in changes}
        rows = [self._cells(change) for change in sorted(changes, key=lambda change: change.employee)]
        job = BulkUpsert(self._client, self._patience, attendance.OBJECTS[kind], attendance.KEY)
        for key, result in job.results(rows):
            if key in by_key:
                yield from self._told([by_key[key]], [result])

    def _cells(self, change: Change) -> attendance.Cells:
        return attendance.cells(change.kind, change.employee, change.image, self._employees, self._costs)

    def _told(self, changes: Sequence[Change], results: Sequence[Result]) -> Iterator[Receipt]:
        receipts = (self._verdicts.receipt(change, result) for change, result in zip(changes, results, strict=True))
        yield from (receipt for receipt in receipts if receipt is not None)
