"""Columns into many rows of a table: as JSON documents on PostgreSQL, whose driver takes long for a row, or as values.

The columns come by name, with values as the table's model has them; dates and JSON are written as SQLAlchemy would
write them. The shortest one says how many rows there are: `itertools.repeat` is one of the same value.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Connection, Dialect
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from hub.bulk import Row, insert_values
from hub.database import json_text

Columns = Mapping[str, Iterable[Any]]

DOCUMENT = 10_000
"""Rows in a document at most."""


def insert_rows(connection: Connection, table: type[SQLModel], columns: Columns, end: str = "") -> None:
    """Append rows; `end` is what the statement ends with."""
    if connection.dialect.name == "postgresql":
        _by_documents(connection, table, columns, f"{_insert(table, columns)} FROM {{given}} {end}")
    else:
        insert_values(connection, table, [*columns], _rows(connection, table, columns), end)


def upsert_rows(
    connection: Connection,
    table: type[SQLModel],
    columns: Columns,
    keys: Collection[str],
    *,
    added: Collection[str] = (),
) -> None:
    """Append rows, or change the ones that have the same keys already; the `added` columns are added up."""
    name = table.__tablename__
    changed = [
        f"{one} = {f'{name}.{one} + ' if one in added else ''}excluded.{one}" for one in columns if one not in keys
    ]
    insert_rows(connection, table, columns, f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changed)}")


def insert_rows_then(connection: Connection, table: type[SQLModel], columns: Columns, then: str) -> None:
    """Append rows, and carry out a statement in which `given` are these rows; the table numbers its rows by `id`."""
    if connection.dialect.name == "postgresql":
        # In one statement, as its planner knows nothing of rows that were just written.
        these = f"{_insert(table, columns)} FROM {{given}} RETURNING *"
        _by_documents(connection, table, columns, f"WITH given AS ({these}) {then}")
    elif written := insert_values(connection, table, [*columns], _rows(connection, table, columns)):
        # One transaction writes at a time, so its rows have one number after another.
        name, these = table.__tablename__, "id > last_insert_rowid() - ?"
        connection.exec_driver_sql(f"WITH given AS (SELECT * FROM {name} WHERE {these}) {then}", (written,))  # noqa: S608


def _insert(table: type[SQLModel], columns: Columns) -> str:
    names = ", ".join(columns)
    return f"INSERT INTO {table.__tablename__} ({names}) SELECT {names}"


def _by_documents(connection: Connection, table: type[SQLModel], columns: Columns, statement: str) -> None:
    """Carry out the statement, in which `given` stands for the rows."""
    types = _types(table)
    typed = ", ".join(f"{name} {types[name].compile(connection.dialect)}" for name in columns)
    told = statement.format(given=f"json_to_recordset(%s) AS given({typed})")
    for document in _documents(columns):
        connection.exec_driver_sql(told, (document,))


def _documents(columns: Columns) -> Iterator[str]:
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=False))
    while some := list(islice(rows, DOCUMENT)):
        yield json_text(some)


def _rows(connection: Connection, table: type[SQLModel], columns: Columns) -> list[Row]:
    types = _types(table)
    bound = ((_binding(types[name], connection.dialect), values) for name, values in columns.items())
    return list(zip(*(map(bind, values) if bind else values for bind, values in bound), strict=False))


def _types(table: type[SQLModel]) -> dict[str, TypeEngine[Any]]:
    return {one.name: one.type for one in table.metadata.tables[str(table.__tablename__)].columns}


def _binding(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return json_text if isinstance(kind, JSON) else kind.dialect_impl(dialect).bind_processor(dialect)
