"""Carrying out one batch: as few calls as atomicity allows, and one bad row stops no other.

A refused call has changed nothing, so its rows are tried again in halves until the bad one stands alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from connectors.tryton import calls, reasons
from connectors.tryton.client import TrytonClient
from connectors.tryton.faults import RowDeniedError, RowRefusedError
from connectors.tryton.mapping import Company, seconds
from hub.contract import Change, Kind, Operation, Outcome, Receipt
from hub.errors import NotPermitted


def closed_until(client: TrytonClient, company: Company) -> int:
    """Up to when (UTC seconds) attendance is closed; 0 when nothing is (module attendance, `attendance.period`)."""
    domain = [["company", "=", company.ref], ["state", "=", "closed"]]
    periods = client.read("model.attendance.period.search_read", domain, 0, 1, [["ends_at", "DESC"]], ["ends_at"])
    return seconds(periods[0]["ends_at"]) if periods else 0


@dataclass
class Push:
    """One batch under way. Receipts are yielded as they are earned: an error later on does not take them back."""

    client: TrytonClient
    company: Company
    label: str
    accepted: int = 0
    denied: list[Change] = field(default_factory=list)

    def receipts(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Carry the changes out, in order of their operations."""
        for group in calls.grouped(changes):
            yield from self._carry(group)
        self._judge()
        for change in self.denied:
            yield self._rejected(change, "A record rule of Tryton forbids this row to Muster's user.")

    def _carry(self, group: list[Change]) -> Iterator[Receipt]:
        try:
            refs = self._send(group)
        except RowRefusedError as refusal:
            yield from self._part(group, refusal)
            return
        self.accepted += len(group)
        for change, ids in zip(group, refs, strict=True):
            yield Receipt(change.key, Outcome.ACCEPTED, ids)

    def _send(self, group: Sequence[Change]) -> list[tuple[str, ...]]:
        method, params = calls.call(group, self.company, self.label)
        return calls.refs(group, self.client.write(method, *params))

    def _part(self, group: list[Change], refusal: RowRefusedError) -> Iterator[Receipt]:
        # A user whom a rule keeps from lines may not read the periods either.
        closed = [] if isinstance(refusal, RowDeniedError) else [one for one in group if self._is_closed(one)]
        if closed:
            yield from (self._rejected(change, reasons.closed(self.closed_until)) for change in closed)
            rest = [change for change in group if change not in closed]
            yield from self._carry(rest) if rest else ()
        elif len(group) == 1:
            yield from self._alone(group[0], refusal)
        else:
            middle = len(group) // 2
            yield from self._carry(group[:middle])
            yield from self._carry(group[middle:])

    @cached_property
    def closed_until(self) -> int:
        """Read at the first refusal of the batch; up to then it does not matter."""
        return closed_until(self.client, self.company)

    def _is_closed(self, change: Change) -> bool:
        """Whether Tryton refuses the change for its period: an update checks the line that it writes, the `out`."""
        if change.kind is not Kind.INTERVAL:
            return False
        name = "end" if change.operation is Operation.UPDATE else "start"
        at: int = change.image[name]
        return at < self.closed_until

    def _alone(self, change: Change, refusal: RowRefusedError) -> Iterator[Receipt]:
        if isinstance(refusal, RowDeniedError):
            self.denied.append(change)
            if len(self.denied) > 1:
                self._judge()
            return
        alive = self._alive(change)
        if len(alive) == len(change.refs):
            yield self._rejected(change, reasons.reason(self.client, change, refusal))
        elif change.operation is Operation.WITHDRAW:
            yield self._withdrawn(change, alive)
        else:
            yield self._rejected(change, "The record was deleted in Tryton meanwhile; the next run reads anew.")

    def _judge(self) -> None:
        """Rows denied and none taken: it is the user that lacks a right, and not the rows."""
        if self.denied and not self.accepted:
            raise NotPermitted(
                "The Tryton user may not write lines of other employees; "
                'put it into the groups "Attendance Administration" and "Timesheet Administration".'
            )

    def _alive(self, change: Change) -> list[int]:
        ids = [int(ref) for ref in change.refs if ref.isdecimal()]
        found: list[int] = []
        if ids:
            found = self.client.read(f"model.{calls.model(change)}.search", [["id", "in", ids]], 0, None, None)
        return found

    def _withdrawn(self, change: Change, alive: list[Any]) -> Receipt:
        """Somebody deleted some of the lines already: delete the others, if any."""
        if alive:
            try:
                self.client.write(f"model.{calls.model(change)}.delete", alive)
            except RowRefusedError as refusal:
                return self._rejected(change, reasons.reason(self.client, change, refusal))
        self.accepted += 1
        return Receipt(change.key, Outcome.ACCEPTED)

    @staticmethod
    def _rejected(change: Change, reason: str) -> Receipt:
        where = f"Employee id {change.employee}, {change.work_date.isoformat()}"
        return Receipt(change.key, Outcome.REJECTED, change.refs, f"{where}: {reason}")
