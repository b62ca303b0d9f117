"""Send what a plan says, batch by batch, with the intents journalled before and what failed after.

What the ERP accepted is not written down as such: it is read back next, and until then counts as sent and unanswered.
An employee-day stays in one batch. The first error that is not about a row ends the sending; what was sent and not
answered is `unknown` unless the error says that nothing was changed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

from hub.contract import Change, Connector, Operation, Outcome, Receipt
from hub.delivery.journal import Journal, Verdict
from hub.delivery.lines import CHANGES, Action, Item, State
from hub.errors import ContractBroken, Fix, HubError, Reconnect, Uncertain, Wait

_NOTHING_CHANGED = (Wait, Fix, Reconnect)
_OPERATION = {
    Action.CREATE: Operation.CREATE,
    Action.UPDATE: Operation.UPDATE,
    Action.WITHDRAW: Operation.WITHDRAW,
}
_STATE = {Outcome.ACCEPTED: State.ACCEPTED, Outcome.REJECTED: State.REJECTED}
UNCERTAIN_IN_A_ROW = 3
NARROWING = 4
"""How many times smaller a batch becomes with each attempt."""

WINDOW = 5000
"""Changes, at least, whose intents are committed together if there are as many."""

_employee_day = attrgetter("work_date", "employee")
_IN_ORDER = attrgetter("work_date", "employee", "key")

Progress = Callable[[int, int], None]
"""Is told, after each batch, how many changes were sent and of how many."""


def batches(items: Sequence[Item], size: int, attempts: Mapping[str, int] | None = None) -> Iterator[list[Item]]:
    """The changes in batches of at most `size` (more only where one employee-day has more), whole days together.

    What was sent before and did not arrive goes in smaller batches, smaller each time: one row that an ERP chokes on
    is alone in the end, and keeps nobody else's from arriving.
    """
    tried = attempts or {}
    changes = sorted((item for item in items if item.action in CHANGES), key=_IN_ORDER)
    days = [list(day) for _, day in groupby(changes, _employee_day)]
    times = [max(tried.get(item.key, 0) for item in day) for day in days]
    for again in sorted(set(times)):
        some = [day for day, count in zip(days, times, strict=True) if count == again]
        yield from _packed(some, max(1, size // NARROWING**again))


def _packed(days: Iterable[list[Item]], size: int) -> Iterator[list[Item]]:
    batch: list[Item] = []
    for day in days:
        if batch and len(batch) + len(day) > size:
            yield _ordered(batch)
            batch = []
        batch += day
    if batch:
        yield _ordered(batch)


def _ordered(batch: list[Item]) -> list[Item]:
    return sorted(batch, key=lambda item: CHANGES.index(item.action))


@dataclass(slots=True)
class Sent:
    """What was sent, and what came of it by key."""

    items: list[Item] = field(default_factory=list)
    verdicts: dict[str, Verdict] = field(default_factory=dict)


def apply(
    items: Sequence[Item],
    attempts: Mapping[str, int],
    connector: Connector[Any],
    journal: Journal,
    progress: Progress,
) -> tuple[Sent, HubError | None]:
    """Send all changes; returns what came of those that were sent, and the error that ended it early, if one did.

    Raises `LeaseTaken` when somebody else took the job over, and what is nobody's fault but ours.
    """
    sending = _Sending(connector, journal, progress, sum(item.action in CHANGES for item in items))
    error: Exception | None = None
    for window in _windows(batches(items, connector.capabilities.batch_size, attempts)):
        if error := sending.window(window):
            break
    sending.end()
    if error is None or isinstance(error, HubError):
        return sending.sent, error
    raise error


def _windows(found: Iterable[list[Item]]) -> Iterator[list[list[Item]]]:
    """Batches whose intents are committed together: a commit costs as much as a small batch."""
    window: list[list[Item]] = []
    for batch in found:
        window.append(batch)
        if sum(map(len, window)) >= WINDOW:
            yield window
            window = []
    if window:
        yield window


@dataclass(slots=True)
class _Sending:
    """The sending so far; `failed` is not committed yet and counts as sent and unanswered until then."""

    connector: Connector[Any]
    journal: Journal
    progress: Progress
    total: int
    sent: Sent = field(default_factory=Sent)
    failed: list[Item] = field(default_factory=list)
    uncertain: int = 0

    def window(self, window: Sequence[list[Item]]) -> Exception | None:
        """Send these batches; the error with which it must end, if there is one."""
        self.journal.sending(list(chain(*window)), (self.failed, self.sent.verdicts))
        self.failed = []
        for number, batch in enumerate(window, 1):
            if error := self._batch(batch):
                if rest := list(chain(*window[number:])):
                    self.journal.unsent(rest)
                return error
        return None

    def end(self) -> None:
        """Commit what is left to commit."""
        if self.failed:
            self.journal.answered(self.failed, self.sent.verdicts)

    def _batch(self, batch: list[Item]) -> Exception | None:
        self.journal.alive()
        verdicts, error = _send(batch, self.connector, self.journal)
        self.sent.items += batch
        self.sent.verdicts |= verdicts
        self.failed += [item for item in batch if verdicts[item.key].state is not State.ACCEPTED]
        self.progress(len(self.sent.items), self.total)
        self.uncertain = self.uncertain + 1 if isinstance(error, Uncertain) else 0
        return None if 0 < self.uncertain < UNCERTAIN_IN_A_ROW else error


def _send(
    batch: Sequence[Item], connector: Connector[Any], journal: Journal
) -> tuple[dict[str, Verdict], Exception | None]:
    verdicts: dict[str, Verdict] = {}
    open_keys = {item.key for item in batch}
    error: Exception | None = None
    try:
        for receipt in connector.push([_change(item) for item in batch]):
            _take(receipt, open_keys)
            verdicts[receipt.key] = _verdict(receipt)
            journal.alive()
    except Exception as caught:  # noqa: BLE001 - journalled first, then returned to the caller
        error = caught
    state = State.PLANNED if _nothing_changed(error) else State.UNKNOWN
    reason = str(error) if error else "the connector gave no receipt"
    return verdicts | {key: Verdict(state, reason=reason) for key in open_keys}, error


def _take(receipt: Receipt, open_keys: set[str]) -> None:
    if receipt.key not in open_keys:
        raise ContractBroken(f"The connector answered for {receipt.key!r}, which was not asked, or twice.")
    open_keys.remove(receipt.key)


def _nothing_changed(error: Exception | None) -> bool:
    # An answer in a shape that we do not know may have been a yes.
    return isinstance(error, _NOTHING_CHANGED) and not isinstance(error, ContractBroken)


def _change(item: Item) -> Change:
    assert item.kind is not None
    operation = _OPERATION[item.action]
    return Change(
        item.key, operation, item.kind, item.employee, item.work_date, item.natural_key, item.image, item.refs
    )


def _verdict(receipt: Receipt) -> Verdict:
    return Verdict(_STATE[receipt.outcome], receipt.refs, receipt.reason)
