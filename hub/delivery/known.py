"""What the journal says: whole lines to plan by, and how each entry stands."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Engine, Row
from sqlalchemy import select as sql_select
from sqlmodel import col

from hub.contract import Kind
from hub.database import reading, rows
from hub.delivery.connections import ConnectionConfig
from hub.delivery.lines import Known, State
from hub.records import JournalEntry

_KNOWN = (
    "entry_key", "kind", "employee", "work_date", "natural_key", "image", "state", "sent", "confirmed", "sent_at",
    "operation", "reason", "attempts",
)  # fmt: skip
"""The columns of a line in the order of `Known`."""

_KIND, _STATE = {one.value: one for one in Kind}, {one.value: one for one in State}


class Standing(NamedTuple):
    """How an entry stands: `confirmed` is the digest of what the ERP was found to hold at its natural key."""

    state: State
    natural_key: str
    confirmed: str


def standing(known: Known) -> Standing:
    """How the entry of that line stands."""
    return Standing(known.state, known.natural_key, known.confirmed)


def known_entries(engine: Engine, config: ConnectionConfig, first: date, last: date) -> dict[str, Known]:
    """What the journal says of the entries of these work dates; withdrawn ones are history."""
    return {row[0]: _known(row) for row in _rows(engine, config, first, last, _KNOWN)}


def standings(engine: Engine, config: ConnectionConfig, first: date, last: date) -> dict[str, Standing]:
    """How these entries stand."""
    found = _rows(engine, config, first, last, ("entry_key", *Standing._fields))
    return {key: Standing(_STATE[state], natural_key, confirmed) for key, state, natural_key, confirmed in found}


def _rows(
    engine: Engine, config: ConnectionConfig, first: date, last: date, columns: tuple[str, ...]
) -> Iterator[Row[Any]]:
    one = JournalEntry
    # Columns and not objects: a journal of a million lines is read in one go, and no line is held twice.
    query = sql_select(*(col(getattr(one, name)) for name in columns))
    query = query.where(col(one.tenant) == config.tenant, col(one.connection) == config.name)
    query = query.where(col(one.work_date).between(first, last), col(one.state) != State.WITHDRAWN)
    with reading(engine) as session:
        yield from rows(session, query)


def _known(row: Row[Any]) -> Known:
    key, kind, employee, day, natural_key, image, state, *more = row
    return Known(key, _KIND[kind], employee, day, natural_key, image, _STATE[state], *more)
