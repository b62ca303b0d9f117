"""The journal of one push: the writes that stand around every send."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from hub.bulk import Row, insert_rows, update_rows, upsert_rows
from hub.database import writing
from hub.delivery.connections import ConnectionConfig
from hub.delivery.lines import NEVER_WENT, Action, Item, Known, State
from hub.errors import HubError
from hub.events.causes import delivery_ended
from hub.lease import Held as HeldLease
from hub.records import JournalEntry, Push, ReceiptRow

HEARTBEAT_SECONDS = 60

_KEY = ("tenant", "connection", "entry_key")
_LINE = (
    *_KEY, "kind", "employee", "work_date", "natural_key", "operation", "image", "state", "sent", "confirmed", "refs",
    "attempts", "reason", "push_id", "sent_at", "changed_at",
)  # fmt: skip
_AT_KEY, _AT_RECORD = _LINE.index("entry_key"), _LINE.index("natural_key")
_RECEIPT = (*_KEY, "push_id", "operation", "outcome", "digest", "refs", "reason", "at")
_JUST_LEFT = (State.UNKNOWN, State.ACCEPTED)
"""The settle wait counts from the last moment at which something may have left."""


class Verdict(NamedTuple):
    """What became of one entry: its new state, the ERP's ids, a reason, and the digest confirmed, if any."""

    state: State
    refs: tuple[str, ...] = ()
    reason: str = ""
    confirmed: str | None = None


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
            self._upsert(session, [self._line(item, State.SENDING, item.digest, item.there) for item in items])

    def unsent(self, items: Sequence[Item]) -> None:
        """Take back the intent to send these: nothing of them left, and it was no attempt."""
        with self._writing() as session:
            changed = (str(State.PLANNED), self._renewed_at)
            rows = [
                (*changed, known.attempts if (known := self.known.get(item.key)) else 0, *self._names, item.key)
                for item in items
            ]
            update_rows(session.connection(), JournalEntry, ("state", "changed_at", "attempts"), _KEY, rows)

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
            self._upsert(session, [self._line(item, State.CONFIRMED, item.digest, item.digest) for item in items])

    def drifted(self, items: Sequence[Item]) -> None:
        """Note what is not as it should be and not ours to mend. Nothing of it was sent."""
        with self._writing() as session:
            self._upsert(session, [self._line(item, State.DRIFTED, "", "") for item in items])
            self._receipts(session, items, {item.key: Verdict(State.DRIFTED, reason=item.reason) for item in items})

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

    def _answer(self, session: Session, items: Iterable[Item], verdicts: Mapping[str, Verdict]) -> None:
        names = self._names
        by_columns: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for item in items:
            columns, values = self._settled(verdicts[item.key])
            by_columns[columns].append((*values, *names, item.key))
        for columns, rows in by_columns.items():
            update_rows(session.connection(), JournalEntry, columns, _KEY, rows)
        self._receipts(session, items, verdicts)

    def _where(self) -> tuple[Any, ...]:
        tenant, connection = self._names
        return col(JournalEntry.tenant) == tenant, col(JournalEntry.connection) == connection

    @property
    def _names(self) -> tuple[str, str]:
        return self._config.tenant, self._config.name

    def _upsert(self, session: Session, lines: Sequence[Row]) -> None:
        self._keep_what_they_leave(session, lines)
        upsert_rows(session.connection(), JournalEntry, _LINE, _KEY, lines, added=("attempts",))

    def _keep_what_they_leave(self, session: Session, lines: Iterable[Row]) -> None:
        """A line of its own for each record that an entry leaves: nothing else says that it is ours."""
        had = ((self.known.get(line[_AT_KEY]), line[_AT_RECORD]) for line in lines)
        moved = [known.key for known, natural_key in had if known and known.natural_key != natural_key]
        left = [line for key in moved for line in self._left(session, key)]
        upsert_rows(session.connection(), JournalEntry, _LINE, _KEY, left)

    def _left(self, session: Session, key: str) -> Iterator[Row]:
        line = session.exec(select(JournalEntry).where(*self._where(), col(JournalEntry.entry_key) == key)).one()
        if line.confirmed or line.state not in NEVER_WENT:
            of_record = {**line.model_dump(), "entry_key": f"{key}~{line.natural_key}"}
            yield tuple(of_record[name] for name in _LINE)

    def _line(self, item: Item, state: State, sent: str, confirmed: str) -> Row:
        """The whole line; what the ERP was just seen to hold of it is ours, or the item would not be sent."""
        assert item.kind is not None
        sending, reason = state is State.SENDING, item.reason if state is State.DRIFTED else ""
        names = (*self._names, item.key, str(item.kind), item.employee, item.work_date, item.natural_key)
        there = (str(item.action), dict(item.image), str(state), sent, confirmed, item.refs)
        at = self._renewed_at
        return (*names, *there, int(sending), reason, self.push_id, at if sending else 0, at)

    def _settled(self, verdict: Verdict) -> tuple[tuple[str, ...], Row]:
        """The columns that a verdict changes, and their values."""
        state, refs, reason, confirmed = verdict
        now = self._renewed_at
        columns: tuple[str, ...] = ("state", "reason", "changed_at")
        values: Row = (str(state), reason, now)
        if state in _JUST_LEFT:
            columns, values = (*columns, "sent_at"), (*values, now)
        if refs:
            columns, values = (*columns, "refs"), (*values, refs)
        if confirmed is not None:
            columns, values = (*columns, "confirmed", "attempts"), (*values, confirmed, 0)
        return columns, values

    def _receipts(self, session: Session, items: Iterable[Item], verdicts: Mapping[str, Verdict]) -> None:
        names, now = self._names, self._renewed_at
        rows = []
        for item in items:
            state, refs, reason, _ = verdicts[item.key]
            names_of_it = (*names, item.key, self.push_id, str(item.action))
            rows.append((*names_of_it, str(state), item.digest, refs, reason, now))
        insert_rows(session.connection(), ReceiptRow, _RECEIPT, rows)


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
        verdicts = {item.key: Verdict(State.WITHDRAWN, reason=item.reason, confirmed="") for item in gone}
        verdicts |= {item.key: Verdict(State.DRIFTED, reason=item.reason) for item in drifted}
        journal.answered([*gone, *drifted], verdicts)


def _says(line: Known | None, item: Item) -> bool:
    """Whether the journal has the item as confirmed already."""
    if line is None or line.state is not State.CONFIRMED:
        return False
    return line.natural_key == item.natural_key and line.confirmed == item.digest
