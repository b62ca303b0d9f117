"""Carrying out one batch: few calls, one bad row stops no other, and every change gets its receipt."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby

from connectors.zoho import answers, importing, wire
from connectors.zoho.client import RefusedError
from connectors.zoho.entries import delete, entries_of
from connectors.zoho.mapping import DAY, HALF
from connectors.zoho.site import Site
from hub.contract import Change, Kind, Operation, Outcome, Receipt

_DAY = timedelta(days=1)


class Push:
    """One batch under way. Receipts are yielded as they are earned: an error later on does not take them back."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def receipts(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Carry the changes out, in order of their operations."""
        for change in changes:
            if wrong := self._unsendable(change):
                yield rejected(change, wrong)
        good = [change for change in changes if not self._unsendable(change)]
        for (operation, kind), same in groupby(good, key=lambda one: (one.operation, one.kind)):
            yield from self._carry(operation, kind, [*same])

    def _carry(self, operation: Operation, kind: Kind, group: list[Change]) -> Iterator[Receipt]:
        if (operation, kind) == (Operation.CREATE, Kind.INTERVAL):
            for change, refused in importing.create(self._site, group):
                yield rejected(change, refused) if refused else Receipt(change.key, Outcome.ACCEPTED)
            return
        for change in group:
            yield self._one(change)

    def _one(self, change: Change) -> Receipt:
        try:
            refs = self._book(change) if change.operation is Operation.CREATE else self._withdraw(change)
        except RefusedError as refused:
            return rejected(change, f"Zoho refused it: {importing.said(refused)}.")
        return Receipt(change.key, Outcome.ACCEPTED, refs)

    def _book(self, change: Change) -> tuple[str, ...]:
        return self._site.leaves.book(change.employee, change.work_date, change.image["lop"])

    def _withdraw(self, change: Change) -> tuple[str, ...]:
        for ref in change.refs or self._refs(change):
            try:
                self._site.leaves.delete(ref) if change.kind is Kind.DAY else delete(self._site.client, ref)
            except RefusedError as refused:
                if refused.problem.code not in answers.NOT_FOUND:
                    raise
        return ()

    def _refs(self, change: Change) -> tuple[str, ...]:
        """The entry as it is now: the report, which it may have been read from, tells no ids."""
        day = wire.day_of(change.image["in"])
        there = entries_of(self._site.client, change.employee, day - _DAY, day + _DAY)
        meant = (change.image["in"], change.image.get("out"))
        return tuple(one.ref for one in there if (one.begun, one.ended) == meant)

    def _unsendable(self, change: Change) -> str:
        """What is wrong with a change before Zoho sees it, or nothing."""
        if self._site.people.employee_id(change.employee) is None:
            return "Zoho People has no such employee, or does not show it to Muster; correct the mapping."
        if change.operation is not Operation.CREATE:
            return ""
        if change.kind is Kind.INTERVAL and change.image["out"] <= change.image["in"]:
            return "the interval ends before it begins; correct the punches."
        if change.kind is Kind.DAY and change.image["lop"] not in (HALF, DAY):
            return "Muster books loss of pay in whole and half days; book this day in Zoho by hand."
        return ""


def rejected(change: Change, reason: str) -> Receipt:
    """The receipt of a refused change."""
    where = f"Employee record {change.employee}, {change.work_date.isoformat()}"
    return Receipt(change.key, Outcome.REJECTED, change.refs, f"{where}: {reason}")
