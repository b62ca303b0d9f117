"""The journal of one push: the writes that stand around every send."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Engine, bindparam, update
from sqlmodel import Session, col, select

from hub.columns import Columns, Same, insert_rows_then, upsert_rows
from hub.database import writing
from hub.delivery.connections import ConnectionConfig
from hub.delivery.lines import NEVER_WENT, Action, Item, Known, State
from hub.errors import HubError
from hub.events.causes import delivery_ended
from hub.lease import Held as HeldLease
from hub.records import JournalEntry, Push, ReceiptRow

HEARTBEAT_SECONDS = 60

_KEY = ("tenant", "connection", "entry_key")
_LINE = [name for name in JournalEntry.model_fields if name != "id"]
_text = str.__str__
"""The plain text of a state, an action or a kind: databases' drivers take long over others."""

_FOLLOW_THESE = """
UPDATE journalentry SET
  state = written.outcome,
  reason = written.reason,
  changed_at = written.at,
  sent_at = CASE WHEN written.outcome IN ('unknown', 'accepted') THEN written.at ELSE sent_at END,
  refs = CASE WHEN CAST(written.refs AS TEXT) = '[]' THEN journalentry.refs ELSE written.refs END,
  confirmed = CASE written.outcome WHEN 'confirmed' THEN written.digest WHEN 'withdrawn' THEN '' ELSE confirmed END,
  attempts = CASE WHEN written.outcome IN ('confirmed', 'withdrawn') THEN 0 ELSE attempts END
FROM written WHERE journalentry.tenant = written.tenant AND journalentry.connection = written.connection
AND journalentry.entry_key = written.entry_key
"""
"""What receipts change in the journal. The settle wait counts from the last moment at which something may have left."""


class Verdict(NamedTuple):
    """What became of one entry: its new state, the ERP's ids, and a reason."""

    state: State
    refs: tuple[str, ...] = ()
    reason: str = ""


Answered = tuple[Sequence[Item], Mapping[str, Verdict]]
"""Entries, and what came of these and perhaps of others by key."""


class Journal:
    """The journal of a connection, for one push that holds its lease.

    Every method commits, and every one that writes about entries raises `LeaseTaken` when the lease was lost: what
    this push believes is then out of date. `known` is what it said when the latest plan was made.
    """

    def __init__(self, engine: Engine, config: ConnectionConfig, lease: HeldLease, first: date, last: date) -> None:
        self._engine = engine
        self._config = config
        self._lease = lease
        self._span = first, last
        self.known: Mapping[str, Known] = {}
        self._renewed_at = lease.now()
        push = Push(tenant=config.tenant, connection=config.name, first=first, last=last, started_at=lease.now())
        with writing(engine) as session:
            session.add(push)
            session.flush()
            assert push.id is not None
            self.push_id: int = push.id

    def sending(self, items: Sequence[Item], before: Answered = ((), {})) -> None:
        """Commit the intent to send these, before anything leaves, and what came of some before."""
        with self._writing() as session:
            self._answer(session, *before)
            self._upsert(session, items, State.SENDING)

    def unsent(self, items: Sequence[Item]) -> None:
        """Take back the intent to send these: nothing of them left, and it was no attempt."""
        with self._writing() as session:
            keys = [{"unsent": item.key} for item in items]
            there = (*self._where(), col(JournalEntry.entry_key) == bindparam("unsent"))
            values = {"state": State.PLANNED, "changed_at": self._renewed_at, "attempts": JournalEntry.attempts - 1}
            session.connection().execute(update(JournalEntry).where(*there).values(values), keys)

    def alive(self) -> None:
        """Keep the lease during a long batch, and note that the batch is still being sent."""
        if self._lease.now() < self._renewed_at + HEARTBEAT_SECONDS:
            return
        with self._writing() as session:
            ours = (*self._where(), col(JournalEntry.push_id) == self.push_id)
            on_its_way = update(JournalEntry).where(*ours, col(JournalEntry.state) == State.SENDING)
            session.connection().execute(on_its_way.values(sent_at=self._renewed_at))

    def adopt(self, items: Sequence[Item]) -> None:
        """Note as confirmed what is in the ERP already, just as it should be."""
        with self._writing() as session:
            self._upsert(session, items, State.CONFIRMED)

    def drifted(self, items: Sequence[Item]) -> None:
        """Note what is not as it should be and not ours to mend. Nothing of it was sent."""
        with self._writing() as session:
            self._upsert(session, items, State.DRIFTED)
            self._answer(session, items, {item.key: Verdict(State.DRIFTED, reason=item.reason) for item in items})

    def answered(self, items: Sequence[Item], verdicts: Mapping[str, Verdict]) -> None:
        """Commit what came of these, and a receipt for each."""
        with self._writing() as session:
            self._answer(session, items, verdicts)

    def finish(self, counts: Mapping[str, int], seen_change: int, error: HubError | None = None) -> None:
        """Close the push and tell of it; `error` is what ended it early.

        `seen_change` is the newest change of attendance days that it carried over, 0 for none.
        """
        with writing(self._engine) as session:
            there = (col(Push.tenant) == self._config.tenant, col(Push.id) == self.push_id)
            values = {"ended_at": self._lease.now(), "seen_change": seen_change, "counts": dict(counts)}
            session.connection().execute(update(Push).where(*there).values(values))
            told: dict[str, Any] = {"name": self._config.name, "span": self._span, "counts": counts, "error": error}
            delivery_ended(session.connection(), self._config.tenant, self._lease.now(), **told)

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with writing(self._engine) as session:
            self._renewed_at = self._lease.now()
            self._lease.renew(session)
            yield session

    def _answer(self, session: Session, items: Sequence[Item], verdicts: Mapping[str, Verdict]) -> None:
        """A receipt for each, which the journal follows."""
        if not items:
            return
        keys, actions, *_ = zip(*items, strict=True)
        states, refs, reasons = zip(*(verdicts[key] for key in keys), strict=True)
        same = {**self._names, "push_id": self.push_id, "at": self._renewed_at}
        receipts: Columns = {
            "entry_key": keys, "operation": map(_text, actions), "outcome": map(_text, states),
            "digest": [item.digest for item in items], "refs": refs, "reason": reasons,
        }  # fmt: skip
        insert_rows_then(session.connection(), ReceiptRow, same, receipts, _FOLLOW_THESE)

    def _where(self) -> tuple[Any, ...]:
        return tuple(col(getattr(JournalEntry, column)) == name for column, name in self._names.items())

    @property
    def _names(self) -> dict[str, str]:
        return {"tenant": self._config.tenant, "connection": self._config.name}

    def _upsert(self, session: Session, items: Sequence[Item], state: State) -> None:
        if items:
            self._keep_what_they_leave(session, items)
            same, columns = self._lines(items, state)
            upsert_rows(session.connection(), JournalEntry, same, columns, keys=_KEY, added=("attempts",))

    def _keep_what_they_leave(self, session: Session, items: Iterable[Item]) -> None:
        """A line of its own for each record that an entry leaves: nothing else says that it is ours."""
        had = ((self.known.get(item.key), item) for item in items)
        moved = [known.key for known, item in had if known and known.natural_key != item.natural_key]
        if left := [line for key in moved for line in self._left(session, key)]:
            columns = {name: [line[name] for line in left] for name in _LINE}
            upsert_rows(session.connection(), JournalEntry, {}, columns, keys=_KEY)

    def _left(self, session: Session, key: str) -> Iterator[dict[str, Any]]:
        line = session.exec(select(JournalEntry).where(*self._where(), col(JournalEntry.entry_key) == key)).one()
        if line.confirmed or line.state not in NEVER_WENT:
            yield {**line.model_dump(), "entry_key": f"{key}~{line.natural_key}"}

    def _lines(self, items: Sequence[Item], state: State) -> tuple[Same, Columns]:
        """The whole lines; what the ERP was just seen to hold of an entry is ours, or it would not be sent."""
        keys, actions, kinds, employees, days, records, images, digests, refs, reasons, there, *_ = zip(
            *items, strict=True
        )
        sending, drifted, now = state is State.SENDING, state is State.DRIFTED, self._renewed_at
        nothing = [""] * len(items)
        same = {
            **self._names, "state": _text(state), "attempts": int(sending), "push_id": self.push_id,
            "sent_at": now if sending else 0, "changed_at": now,
        }  # fmt: skip
        return same, {
            "entry_key": keys,
            "kind": map(_text, kinds),
            "employee": employees,
            "work_date": days,
            "natural_key": records,
            "operation": map(_text, actions),
            "image": images,
            "sent": nothing if drifted else digests,
            "confirmed": nothing if drifted else there if sending else digests,
            "refs": refs,
            "reason": reasons if drifted else nothing,
        }


def note(items: Iterable[Item], known: Mapping[str, Known], journal: Journal) -> None:
    """Journal what needs no sending: found as wanted, gone as wanted, changed or made by somebody else."""
    journal.known = known
    found, gone, moved, drifted = [], [], [], []
    for item in items:
        line = known.get(item.key)
        if item.action is Action.UNCHANGED and not _says(line, item):
            found.append(item)
        elif item.action is Action.GONE:
            gone.append(item)
        elif item.action is Action.DRIFTED and (line is None or line.natural_key != item.natural_key):
            moved.append(item)
        elif item.action is Action.DRIFTED and line and (line.state, line.reason) != (State.DRIFTED, item.reason):
            drifted.append(item)
    if found:
        journal.adopt(found)
    if moved:
        journal.drifted(moved)
    if gone or drifted:
        verdicts = {item.key: Verdict(State.WITHDRAWN, reason=item.reason) for item in gone}
        verdicts |= {item.key: Verdict(State.DRIFTED, reason=item.reason) for item in drifted}
        journal.answered([*gone, *drifted], verdicts)


def _says(line: Known | None, item: Item) -> bool:
    """Whether the journal has the item as confirmed already."""
    if line is None or line.state is not State.CONFIRMED:
        return False
    return line.natural_key == item.natural_key and line.confirmed == item.digest
