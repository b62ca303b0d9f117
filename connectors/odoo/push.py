"""Carrying out one batch: few calls, one bad row stops no other, and every change gets its receipt."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from connectors.odoo import changing, creating, payroll, reasons
from connectors.odoo.mapping import DAY, HALF
from connectors.odoo.settings import PARTS, WORK_ENTRY
from connectors.odoo.site import Site
from connectors.odoo.work_entries import LONGEST
from hub.contract import Change, Kind, Operation, Outcome, Receipt


class Push:
    """One batch under way. Receipts are yielded as they are earned: an error later on does not take them back."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def receipts(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Carry the changes out, in order of their operations."""
        for change in changes:
            if wrong := unsendable(change):
                yield rejected(change, wrong)
        good = [change for change in changes if not unsendable(change)]
        for operation, same in groupby(good, key=lambda change: change.operation):
            for group in by_kind(same):
                yield from self._carry(operation, group)

    def _carry(self, operation: Operation, group: list[Change]) -> Iterator[Receipt]:
        match operation:
            case Operation.CREATE:
                yield from self._create(group)
            case Operation.UPDATE:
                yield from self._judge(changing.update(self.site, group))
            case Operation.WITHDRAW:
                yield from self._judge(changing.withdraw(self.site, group))

    def _create(self, group: list[Change]) -> Iterator[Receipt]:
        refused: list[tuple[Change, str]] = []
        if self.site.settings.models[group[0].kind] == WORK_ENTRY:
            stay = payroll.doubled(self.site, group)
            yield from (rejected(change, stay[change.key]) for change in group if change.key in stay)
            group = [change for change in group if change.key not in stay]
        for change, refs, text in creating.create(self.site, group) if group else ():
            if refs:
                yield Receipt(change.key, Outcome.ACCEPTED, refs)
            else:
                refused.append((change, text))
        yield from self._refused(refused)

    def _judge(self, done: Iterator[changing.Done]) -> Iterator[Receipt]:
        refused: list[tuple[Change, str]] = []
        for change, text, ours in done:
            if text is None:
                refs = () if change.operation is Operation.WITHDRAW else change.refs
                yield Receipt(change.key, Outcome.ACCEPTED, refs)
            elif ours:
                yield rejected(change, text)
            else:
                refused.append((change, text))
        yield from self._refused(refused)

    def _refused(self, rows: list[tuple[Change, str]]) -> Iterator[Receipt]:
        if rows:
            said = reasons.refused(self.site, rows)
            yield from (rejected(change, said[change.key]) for change, _ in rows)


def by_kind(changes: Iterator[Change]) -> list[list[Change]]:
    """The changes of each kind together, in the order in which the kinds come."""
    groups: dict[Kind, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.kind, []).append(change)
    return [*groups.values()]


def unsendable(change: Change) -> str:
    """What is wrong with a change before Odoo sees it, or nothing: a bad row in a batch costs Odoo seconds."""
    numbers = [change.employee, *change.refs]
    if change.kind is Kind.HOURS:
        numbers.append(change.image["cost_centre"])
    if not all(number.isascii() and number.isdecimal() for number in numbers):
        return "its employee, cost centre or record is not an id of Odoo; correct the mapping."
    if change.operation is not Operation.CREATE and not change.refs:
        return "it is not known which record of Odoo is meant; the next run reads them anew."
    return "" if change.operation is Operation.WITHDRAW else _impossible(change)


def _impossible(change: Change) -> str:
    if change.kind is Kind.INTERVAL and change.image["end"] < change.image["start"]:
        return "the interval ends before it begins; correct the punches."
    if any(change.image.get(part, 0) > LONGEST for part in PARTS):
        return "Odoo takes work entries of at most 24 hours; correct the day."
    if change.image.get("lop", DAY) not in (HALF, DAY):
        return "Odoo books loss of pay in whole and half days; book this day in Odoo by hand."
    return ""


def rejected(change: Change, reason: str) -> Receipt:
    """The receipt of a refused change."""
    where = f"Employee id {change.employee}, {change.work_date.isoformat()}"
    return Receipt(change.key, Outcome.REJECTED, change.refs, f"{where}: {reason}")
