"""The journal of one push: reading it, and the writes that stand around every send."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, bindparam, insert, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from hub.contract import Kind
from hub.database import reading, writing
from hub.delivery.connections import ConnectionConfig
from hub.delivery.lines import NEVER_WENT, Action, Item, Known, State
from hub.errors import HubError
from hub.events.causes import delivery_ended
from hub.lease import Held as HeldLease
from hub.records import JournalEntry, Push, ReceiptRow

HEARTBEAT_SECONDS = 60
IN_ONE_QUERY = 1000
"""Keys; SQLite takes 32,766 parameters, PostgreSQL 65,535."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one entry: its new state, the ERP's ids, a reason, and the digest confirmed, if any."""

    state: State
    refs: tuple[str, ...] = ()
    reason: str = ""
    confirmed: str | None = None


Answered = tuple[Sequence[Item], Mapping[str, Verdict]]
"""What was sent, and what came of it by key."""


def known_entries(engine: Engine, config: ConnectionConfig, first: date, last: date) -> dict[str, Known]:
    """What the journal says of the entries of these work dates; withdrawn ones are history."""
    one = JournalEntry
    # Columns and not objects: a journal of a million lines is read in one go.
    query = sql_select(*(col(getattr(one, name)) for name in _KNOWN))
    query = query.where(col(one.tenant) == config.tenant, col(one.connection) == config.name)
    query = query.where(col(one.work_date).between(first, last), col(one.state) != State.WITHDRAWN)
    with reading(engine) as session:
        return {row[0]: _known(row) for row in session.connection().execute(query)}


class Journal:
    """The journal of a connection, for one push that holds its lease.

    Every method commits, and every one that writes about entries raises `LeaseTaken` when the lease was lost: what
    this push believes is then out of date.
    """

    def __init__(self, engine: Engine, config: ConnectionConfig, lease: HeldLease, first: date, last: date) -> None:
        self._engine = engine
        self._config = config
        self._lease = lease
        self._span = first, last
        self._names = {"tenant": config.tenant, "connection": config.name}
        self._renewed_at = lease.now()
        push = Push(tenant=config.tenant, connection=config.name, first=first, last=last, started_at=lease.now())
        with writing(engine) as session:
            session.add(push)
            session.flush()
            assert push.id is not None
            self.push_id: int = push.id

    def sending(self, items: Sequence[Item], before: "Answered | None" = None) -> None:
        """Commit the intent to send these, before anything leaves, and what came of the batch before."""
        with self._writing() as session:
            if before:
                self._answer(session, *before)
            self._upsert(session, [self._row(item, State.SENDING) | {"sent_at": self._renewed_at} for item in items])

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
            rows = [self._row(item, State.CONFIRMED) | {"confirmed": item.digest} for item in items]
            self._upsert(session, rows)

    def drifted(self, items: Sequence[Item]) -> None:
        """Note what is not as it should be and not ours to mend. Nothing of it was sent."""
        with self._writing() as session:
            rows = [self._row(item, State.DRIFTED) | {"sent": "", "confirmed": ""} for item in items]
            self._upsert(session, rows)
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
            whose, at = self._names["connection"], self._lease.now()
            told: dict[str, Any] = {"name": whose, "span": self._span, "counts": counts, "error": error}
            delivery_ended(session.connection(), self._config.tenant, at, **told)

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with writing(self._engine) as session:
            self._renewed_at = self._lease.now()
            self._lease.renew(session)
            yield session

    def _answer(self, session: Session, items: Sequence[Item], verdicts: Mapping[str, Verdict]) -> None:
        self._update(session, [(key, self._settled(verdict)) for key, verdict in verdicts.items()])
        self._receipts(session, items, verdicts)

    def _where(self) -> tuple[Any, ...]:
        names = self._names
        return col(JournalEntry.tenant) == names["tenant"], col(JournalEntry.connection) == names["connection"]

    def _upsert(self, session: Session, rows: Sequence[dict[str, Any]]) -> None:
        there = self._there(session, [row["entry_key"] for row in rows])
        known = [(there[row["entry_key"]], row) for row in rows if row["entry_key"] in there]
        moved = [row["entry_key"] for (natural_key, _), row in known if natural_key != row["natural_key"]]
        self._keep_what_they_leave(session, moved)
        fresh = [row for row in rows if row["entry_key"] not in there]
        if fresh:
            session.connection().execute(insert(JournalEntry), fresh)
        again = ((row["entry_key"], row | {"attempts": tried + row["attempts"]}) for (_, tried), row in known)
        self._update(session, list(again))

    def _keep_what_they_leave(self, session: Session, keys: Sequence[str]) -> None:
        """A line of its own for each record that an entry leaves: nothing else says that it is ours."""
        for start in range(0, len(keys), IN_ONE_QUERY):
            some = col(JournalEntry.entry_key).in_(keys[start : start + IN_ONE_QUERY])
            for line in session.exec(select(JournalEntry).where(*self._where(), some)).all():
                if line.confirmed or line.state not in NEVER_WENT:
                    values = line.model_dump(exclude={"id", "entry_key"})
                    self._put(session, f"{line.entry_key}~{line.natural_key}", values)

    def _put(self, session: Session, key: str, values: dict[str, Any]) -> None:
        if self._there(session, [key]):
            self._update(session, [(key, values)])
        else:
            session.connection().execute(insert(JournalEntry), [values | {"entry_key": key}])

    def _there(self, session: Session, keys: Sequence[str]) -> dict[str, tuple[str, int]]:
        """Natural key and attempts of each of the lines that there are."""
        found: dict[str, tuple[str, int]] = {}
        one = JournalEntry
        for start in range(0, len(keys), IN_ONE_QUERY):
            some = col(one.entry_key).in_(keys[start : start + IN_ONE_QUERY])
            query = select(one.entry_key, one.natural_key, one.attempts).where(*self._where(), some)
            found |= {key: (natural_key, attempts) for key, natural_key, attempts in session.exec(query)}
        return found

    def _update(self, session: Session, lines: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Set these columns of these lines; one statement for all that set the same ones."""
        by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        for key, values in lines:
            by_columns[tuple(values)].append({**values, "_key": key})
        for names, rows in by_columns.items():
            changed = update(JournalEntry).where(*self._where(), col(JournalEntry.entry_key) == bindparam("_key"))
            session.connection().execute(changed.values({name: bindparam(name) for name in names}), rows)

    def _row(self, item: Item, state: State) -> dict[str, Any]:
        """The whole line; what the ERP was just seen to hold of it is ours, or the item would not be sent."""
        return {
            **self._names,
            "entry_key": item.key,
            "kind": item.kind,
            "employee": item.employee,
            "work_date": item.work_date,
            "natural_key": item.natural_key,
            "operation": item.action,
            "state": state,
            "image": dict(item.image),
            "sent": item.digest,
            "confirmed": item.there,
            "refs": list(item.refs),
            "attempts": int(state is State.SENDING),
            "reason": item.reason if state is State.DRIFTED else "",
            "push_id": self.push_id,
            "sent_at": 0,
            "changed_at": self._renewed_at,
        }

    def _settled(self, verdict: Verdict) -> dict[str, Any]:
        """The columns that a verdict changes."""
        now = self._renewed_at
        values: dict[str, Any] = {"state": verdict.state, "reason": verdict.reason, "changed_at": now}
        if verdict.state in (State.UNKNOWN, State.ACCEPTED):
            # The settle wait counts from the last moment at which something may have left.
            values["sent_at"] = now
        if verdict.refs:
            values["refs"] = list(verdict.refs)
        if verdict.confirmed is not None:
            values |= {"confirmed": verdict.confirmed, "attempts": 0}
        return values

    def _receipts(self, session: Session, items: Iterable[Item], verdicts: Mapping[str, Verdict]) -> None:
        rows = [self._receipt(item, verdicts[item.key]) for item in items if item.key in verdicts]
        if rows:
            session.connection().execute(insert(ReceiptRow), rows)

    def _receipt(self, item: Item, verdict: Verdict) -> dict[str, Any]:
        return {
            **self._names,
            "push_id": self.push_id,
            "entry_key": item.key,
            "operation": item.action,
            "outcome": verdict.state,
            "digest": item.digest,
            "refs": list(verdict.refs),
            "reason": verdict.reason,
            "at": self._renewed_at,
        }


def note(items: Iterable[Item], known: Mapping[str, Known], journal: Journal) -> None:
    """Journal what needs no sending: found as wanted, gone as wanted, changed or made by somebody else."""
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


_KNOWN = (
    "entry_key", "kind", "employee", "work_date", "natural_key", "image", "state", "sent", "confirmed", "sent_at",
    "operation", "reason", "attempts",
)  # fmt: skip
"""The columns of a line in the order of `Known`."""


def _known(row: Any) -> Known:
    key, kind, employee, day, natural_key, image, state, *more = row
    return Known(key, Kind(kind), employee, day, natural_key, image, State(state), *more)
