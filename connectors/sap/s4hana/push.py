"""Carrying out one batch: checked before it is sent, one bad entry stops no other, every change gets its receipt."""

from collections.abc import Iterator, Sequence

from connectors.sap import odata_wire as wire
from connectors.sap.odata_batch import Part
from connectors.sap.s4hana import faults, mapping
from connectors.sap.s4hana.client import S4Client
from connectors.sap.s4hana.entities import TIME_SHEET
from connectors.sap.s4hana.settings import S4Settings
from hub.contract import Change, Operation, Outcome, Receipt
from hub.errors import Uncertain

NOTHING_SAVED = "S/4HANA answered as if it had been done and saved nothing; look at the person's time sheet there."
Sent = tuple[Change, Part]


class Push:
    """One batch under way. Receipts are yielded as they are earned: an error later on does not take them back."""

    def __init__(self, client: S4Client, settings: S4Settings) -> None:
        self._client = client
        self._settings = settings

    def receipts(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Carry the changes out; raises `Uncertain` at the end when it is not known of some."""
        good: list[Change] = []
        for change in changes:
            if wrong := self._unsendable(change):
                yield rejected(change, wrong)
            else:
                good.append(change)
        doubtful = 0
        for change, part in self._send(good):
            if part.status >= 500:
                doubtful += 1
            else:
                yield _receipt(change, part)
        if doubtful:
            raise Uncertain(f"S/4HANA failed inside at {doubtful} entries; they may have been made.")

    def _unsendable(self, change: Change) -> str:
        """What is wrong with a change before S/4HANA sees it, or nothing."""
        if "" in mapping.agreement_of(change.employee):
            return "its employee is no work agreement of a company code; correct the mapping."
        if change.operation is not Operation.CREATE and len(change.refs) != 1:
            return "it is not known which entry of S/4HANA is meant; the next run reads them anew."
        found = TIME_SHEET.wrong(mapping.payload(change, self._settings))
        return f"{found}; correct the attendance or the settings." if found else ""

    def _send(self, changes: Sequence[Change]) -> Iterator[Sent]:
        if not self._settings.batches:
            yield from ((change, self._client.post(self._body(change))) for change in changes)
        elif changes:
            yield from self._batch(changes, self._settings.operations_per_changeset)

    def _batch(self, changes: Sequence[Change], together: int) -> Iterator[Sent]:
        groups = [changes[at : at + together] for at in range(0, len(changes), together)]
        answers = self._client.batch([[self._body(one) for one in group] for group in groups])
        alone: list[Change] = []
        for group, parts in zip(groups, answers, strict=True):
            if len(parts) == len(group):
                yield from zip(group, parts, strict=True)
            elif len(parts) == 1 and not parts[0].is_success and parts[0].status < 500:
                alone += group  # all of it was refused for one of them
            else:
                raise Uncertain(f"S/4HANA gave {len(parts)} answers for {len(group)} changes; some may be made.")
        if alone:
            yield from self._batch(alone, 1)

    def _body(self, change: Change) -> bytes:
        return wire.dumps(mapping.payload(change, self._settings))


def _receipt(change: Change, part: Part) -> Receipt:
    if not part.is_success:
        found = faults.refusal(part.body)
        return rejected(change, found.reason if found else f"S/4HANA refused it without a reason (HTTP {part.status}).")
    if change.operation is Operation.WITHDRAW:
        return Receipt(change.key, Outcome.ACCEPTED)
    try:
        record = wire.loads(part.body)["d"]["TimeSheetRecord"]
    except (ValueError, KeyError, TypeError) as error:
        raise Uncertain("The answer to an entry has an unknown shape; it may have been made.") from error
    # After a correction of an approved entry this is another number than before.
    return Receipt(change.key, Outcome.ACCEPTED, (str(record),)) if record else rejected(change, NOTHING_SAVED)


def rejected(change: Change, reason: str) -> Receipt:
    """The receipt of a refused change."""
    where = f"Work agreement {change.employee}, {change.work_date.isoformat()}"
    return Receipt(change.key, Outcome.REJECTED, change.refs, f"{where}: {reason}")
