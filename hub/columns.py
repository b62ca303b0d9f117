"""Columns into many rows of a table: as JSON documents on PostgreSQL, whose driver takes long for a row, or as values.

The columns come by name, with values as the table's model has them (texts, numbers, truth values, dates, JSON), beside
those that have the `same` value in all rows. They are written as SQLAlchemy would write them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import chain, islice
from typing import Any

from sqlalchemy import JSON, Connection, Date
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from hub.database import json_text

Columns = Mapping[str, Iterable[Any]]
Same = Mapping[str, Any]
_DRIVEN: dict[type[TypeEngine[Any]], Callable[[Any], str]] = {JSON: json_text, Date: date.isoformat}
Statement = tuple[str, tuple[Any, ...]]
"""SQL, and its parameters."""

DOCUMENT = 10_000
"""Rows in a document at most."""
TOGETHER = 500
"""Rows of one `VALUES`: SQLite's driver takes longer from row to row than SQLite takes for one."""


def insert_rows(connection: Connection, table: type[SQLModel], same: Same, columns: Columns, end: str = "") -> None:
    """Append rows; `end` is what the statement ends with."""
    for insert, values in _Rows(connection, table, same, columns).inserts():
        connection.exec_driver_sql(f"{insert} {end}", values)


def upsert_rows(
    connection: Connection,
    table: type[SQLModel],
    same: Same,
    columns: Columns,
    *,
    keys: Collection[str],
    added: Collection[str] = (),
) -> None:
    """Append rows, or change the ones that have the same keys already; the `added` columns are added up."""
    sums = {one: f"{table.__tablename__}.{one} + " for one in added}
    changed = [f"{one} = {sums.get(one, '')}excluded.{one}" for one in (*same, *columns) if one not in keys]
    end = f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changed)}"
    insert_rows(connection, table, same, columns, end)


def insert_rows_then(connection: Connection, table: type[SQLModel], same: Same, columns: Columns, then: str) -> None:
    """Append rows, and carry out a statement in which `written` are these rows; the table numbers its rows by `id`."""
    # SQLite has one writer at a time, so its rows have one number after another.
    these = f"SELECT * FROM {table.__tablename__} WHERE id > last_insert_rowid() - ?"  # noqa: S608 - names are ours
    for insert, values in _Rows(connection, table, same, columns).inserts():
        if connection.dialect.name == "postgresql":
            # In one statement, as its planner knows nothing of rows that were just written.
            connection.exec_driver_sql(f"WITH written AS ({insert} RETURNING *) {then}", values)
        else:
            count = connection.exec_driver_sql(insert, values).rowcount
            connection.exec_driver_sql(f"WITH written AS ({these}) {then}", (count,))


class _Rows:
    """Rows of a table in SQL."""

    def __init__(self, connection: Connection, table: type[SQLModel], same: Same, columns: Columns) -> None:
        self._dialect = connection.dialect
        self._name = str(table.__tablename__)
        self._types = {one.name: one.type for one in table.metadata.tables[self._name].columns}
        self._same, self._columns = same, columns
        self._as_documents = connection.dialect.name == "postgresql"

    def inserts(self) -> Iterator[Statement]:
        """Statements that append them, some rows at a time."""
        marks = [f"CAST(%s AS {self._type(name)})" if self._as_documents else "?" for name in self._same]
        into, values = ", ".join((*self._same, *self._columns)), ", ".join((*marks, *self._columns))
        names = ", ".join(self._columns)
        same = tuple(next(iter(self._as_driven(name, [value]))) for name, value in self._same.items())
        for given, some in self._documents() if self._as_documents else self._values():
            # `WHERE`, as SQLite would take the `ON` of a conflict for a condition of `FROM`.
            chosen = f"WITH given({names}) AS ({given}) SELECT {values} FROM given WHERE true"  # noqa: S608 - names are ours
            yield f"INSERT INTO {self._name} ({into}) {chosen}", (*some, *same)

    def _documents(self) -> Iterator[Statement]:
        typed = ", ".join(f"{name} {self._type(name)}" for name in self._columns)
        rows = (dict(zip(self._columns, row, strict=True)) for row in zip(*self._columns.values(), strict=True))
        while some := list(islice(rows, DOCUMENT)):
            yield f"SELECT * FROM json_to_recordset(%s) AS _({typed})", (json_text(some),)  # noqa: S608 - as above

    def _values(self) -> Iterator[Statement]:
        one = f"({', '.join('?' * len(self._columns))})"
        rows = zip(*(self._as_driven(name, values) for name, values in self._columns.items()), strict=True)
        while some := list(islice(rows, TOGETHER)):
            yield f"VALUES {', '.join([one] * len(some))}", tuple(chain.from_iterable(some))

    def _as_driven(self, name: str, values: Iterable[Any]) -> Iterable[Any]:
        """The values as the driver takes them."""
        for kind, driven in _DRIVEN.items():
            if isinstance(self._types[name], kind):
                return map(driven, values)
        return values

    def _type(self, name: str) -> str:
        return self._types[name].compile(self._dialect)
