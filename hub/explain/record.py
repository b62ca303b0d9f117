"""From a record of the ERP to the employee-day that it is of.

An ERP numbers the records of each of its models by themselves, so one id may be hours of one person and an interval of
another; and several lines of the journal name one record while a pair moves from one work date to another.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import orjson
from sqlalchemy import Engine, String, cast, select
from sqlmodel import col

from hub.contract import Kind
from hub.database import reading
from hub.delivery.lines import State, number_of
from hub.records import JournalEntry


class Line(NamedTuple):
    """What the journal says of a record."""

    number: str
    work_date: date
    kind: str
    state: str
    natural_key: str

    @property
    def day(self) -> tuple[str, date]:
        """Employee number and work date."""
        return self.number, self.work_date


def day_of_record(engine: Engine, tenant: str, connection: str, ref: str, kind: Kind | None = None) -> tuple[str, date]:
    """Employee number and work date of an ERP record; raises `LookupError` when that is not one employee-day.

    Of several lines about one record the confirmed one speaks for it, else the newest; withdrawn ones only when there
    is no other.
    """
    found = _lines(engine, tenant, connection, ref, kind)
    lines = _speaking(found)
    if not lines:
        what = f"{kind} record" if kind else "Record"
        raise LookupError(f"{what.capitalize()} {ref!r} of {connection} is not one that Muster made.")
    if len({line.day for line in lines}) > 1:
        raise LookupError(_choice(connection, ref, lines))
    return lines[0].day


def _lines(engine: Engine, tenant: str, connection: str, ref: str, kind: Kind | None) -> list[Line]:
    """The lines with that id, the newest first."""
    one = JournalEntry
    names = ("entry_key", "work_date", "kind", "state", "natural_key", "refs")
    query = select(*(col(getattr(one, name)) for name in names)).where(
        col(one.tenant) == tenant,
        col(one.connection) == connection,
        cast(col(one.refs), String).contains(orjson.dumps(ref).decode(), autoescape=True),
    )
    if kind:
        query = query.where(col(one.kind) == kind)
    with reading(engine) as session:
        rows = session.connection().execute(query.order_by(col(one.changed_at).desc(), col(one.id).desc())).all()
    # LIKE takes small letters for capitals on SQLite, and ids of some ERPs differ by nothing else.
    return [Line(number_of(key, day), day, *more) for key, day, *more, refs in rows if ref in refs]


def _speaking(lines: Sequence[Line]) -> list[Line]:
    """One line for each record that has the id."""
    standing = [line for line in lines if line.state != State.WITHDRAWN] or lines
    records: dict[str, Line] = {}
    for line in sorted(standing, key=lambda line: line.state != State.CONFIRMED):
        records.setdefault(line.natural_key, line)
    return list(records.values())


def _choice(connection: str, ref: str, lines: Sequence[Line]) -> str:
    listed = [f"  {line.kind} of {line.number} on {line.work_date} ({line.state})" for line in sorted(lines)]
    way = "--kind" if len({line.kind for line in lines}) == len(lines) else "--employee and --date"
    return "\n".join([f"{connection} has several records {ref!r}; choose one by {way}:", *listed])
