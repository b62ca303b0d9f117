"""Send what a plan says, batch by batch, with the intent journalled before each and what failed after it.

What the ERP accepted is not written down as such: it is read back next, and until then counts as sent and unanswered.
An employee-day stays in one batch. The first error that is not about a row ends the sending; what was sent and not
answered is `unknown` unless the error says that nothing was changed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from hub.contract import Change, Connector, Operation, Outcome, Receipt
from hub.delivery.journal import Answered, Journal, Verdict
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

Progress = Callable[[int, int], None]
"""Is told, after each batch, how many changes were sent and of how many."""


def batches(items: Sequence[Item], size: int, attempts: Mapping[str, int] | None = None) -> Iterator[list[Item]]:
    """The changes in batches of at most `size` (more only where one employee-day has more), whole days together.

    What was sent before and did not arrive goes in smaller batches, smaller each time: one row that an ERP chokes on
    is alone in the end, and keeps nobody else's from arriving.
    """
    tried = attempts or {}
    changes = sorted((item for item in items if item.action in CHANGES), key=_employee_day)
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


def _employee_day(item: Item) -> tuple[Any, ...]:
    return item.work_date, item.employee


def _ordered(batch: list[Item]) -> list[Item]:
    return sorted(batch, key=lambda item: (CHANGES.index(item.action), item.work_date, item.employee, item.key))


def apply(
    items: Sequence[Item],
    attempts: Mapping[str, int],
    connector: Connector[Any],
    journal: Journal,
    progress: Progress,
) -> tuple[list[Answered], HubError | None]:
    """Send all changes; returns what came of each batch that was sent, and the error that ended it early, if one did.

    Raises `LeaseTaken` when somebody else took the job over, and what is nobody's fault but ours.
    """
    uncertain = done = 0
    total = sum(item.action in CHANGES for item in items)
    sent: list[Answered] = []
    # Committed with the intent to send the next batch: until then it counts as sent and unanswered.
    failed: Answered | None = None
    error: Exception | None = None
    for batch in batches(items, connector.capabilities.batch_size, attempts):
        journal.sending(batch, failed)
        verdicts, error = _send(batch, connector, journal)
        sent.append((batch, verdicts))
        failed = _failed(batch, verdicts)
        done += len(batch)
        progress(done, total)
        uncertain = uncertain + 1 if isinstance(error, Uncertain) else 0
        if error is not None and not 0 < uncertain < UNCERTAIN_IN_A_ROW:
            break
    else:
        error = None
    if failed:
        journal.answered(*failed)
    if error is None or isinstance(error, HubError):
        return sent, error
    raise error


def _failed(batch: Sequence[Item], verdicts: Mapping[str, Verdict]) -> Answered | None:
    """What was not accepted, if anything."""
    told = {key: verdict for key, verdict in verdicts.items() if verdict.state is not State.ACCEPTED}
    return ([item for item in batch if item.key in told], told) if told else None


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
