"""Many rows in one statement: past SQLAlchemy, which looks at every value of every row.

`insert_new` keeps the first of equal keys. A few rows go through one prepared statement. Many rows on PostgreSQL go by
binary COPY: straight into the table, as most of what comes is new; when a key is there already, into a temporary table
and from there with `ON CONFLICT DO NOTHING`. The first column is the key within its tenant. Rows are written in its
order: neighbours meet in the index, and two transactions that hold the same rows cannot wait for each other.

The others take values as the table's model has them; dates and JSON are written as SQLAlchemy would write them.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from operator import itemgetter
from typing import Any

from psycopg import Cursor
from psycopg.errors import UniqueViolation
from sqlalchemy import JSON, Connection, Dialect
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from hub.database import json_text

Row = tuple[Any, ...]

FEW = 100
"""Up to here the temporary table costs more than it saves."""


def insert_new(connection: Connection, table: type[SQLModel], columns: Sequence[str], rows: Sequence[Row]) -> int:
    """Insert the rows whose (tenant, first column) is not there yet; returns how many that were."""
    if not rows:
        return 0
    name, listed = str(table.__tablename__), ", ".join(columns)
    ordered = sorted(rows, key=itemgetter(0))
    end = f"ON CONFLICT (tenant, {columns[0]}) DO NOTHING"
    if connection.dialect.name == "postgresql" and len(rows) > FEW:
        cursor: Cursor = connection.connection.cursor()  # type: ignore[assignment]
        types = _types(connection, cursor, name, listed)
        if _all_new(cursor, name, types, listed, ordered):
            return len(ordered)
        incoming = f"incoming_{name}"
        shape = f"SELECT {listed} FROM {name} LIMIT 0"  # noqa: S608 - names are ours
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {incoming} ON COMMIT DELETE ROWS AS {shape}")
        _copy(cursor, incoming, types, listed, ordered)
        statement = f"INSERT INTO {name} ({listed}) SELECT {listed} FROM {incoming} {end}"  # noqa: S608
        return cursor.execute(statement).rowcount
    return connection.exec_driver_sql(f"{_insertion(connection, table, columns)} {end}", ordered).rowcount


def _types(connection: Connection, cursor: Cursor, name: str, listed: str) -> Sequence[int]:
    """The columns' types, looked up once a connection."""
    if name not in connection.info:
        shape = cursor.execute(f"SELECT {listed} FROM {name} LIMIT 0")  # noqa: S608 - names are ours
        connection.info[name] = [one.type_code for one in shape.description or ()]
    types: Sequence[int] = connection.info[name]
    return types


def _all_new(cursor: Cursor, name: str, types: Sequence[int], listed: str, rows: Sequence[Row]) -> bool:
    """Write the rows; False, and nothing written, when a key is there already."""
    cursor.execute("SAVEPOINT incoming")
    try:
        _copy(cursor, name, types, listed, rows)
    except UniqueViolation:
        cursor.execute("ROLLBACK TO SAVEPOINT incoming")
        return False
    cursor.execute("RELEASE SAVEPOINT incoming")
    return True


def _copy(cursor: Cursor, incoming: str, types: Sequence[int], listed: str, rows: Sequence[Row]) -> None:
    with cursor.copy(f"COPY {incoming} ({listed}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def insert_rows(connection: Connection, table: type[SQLModel], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Append the rows."""
    if rows:
        connection.exec_driver_sql(_insertion(connection, table, columns), _bound(connection, table, columns, rows))


def upsert_rows(
    connection: Connection,
    table: type[SQLModel],
    columns: Sequence[str],
    keys: Collection[str],
    rows: Sequence[Row],
    *,
    added: Collection[str] = (),
) -> None:
    """Append the rows, or change the ones that have the same keys already; the `added` columns are added up."""
    if rows:
        name = table.__tablename__
        changed = [
            f"{one} = {f'{name}.{one} + ' if one in added else ''}excluded.{one}" for one in columns if one not in keys
        ]
        statement = f"{_insertion(connection, table, columns)} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET "
        connection.exec_driver_sql(statement + ", ".join(changed), _bound(connection, table, columns, rows))


def update_rows(
    connection: Connection, table: type[SQLModel], columns: Sequence[str], keys: Sequence[str], rows: Sequence[Row]
) -> None:
    """Set the columns where the keys are; a row has the values of the columns, then those of the keys."""
    if rows:
        mark = _mark(connection)
        values = ", ".join(f"{one} = {mark}" for one in columns)
        there = " AND ".join(f"{one} = {mark}" for one in keys)
        statement = f"UPDATE {table.__tablename__} SET {values} WHERE {there}"  # noqa: S608 - names are ours
        connection.exec_driver_sql(statement, _bound(connection, table, (*columns, *keys), rows))


def _insertion(connection: Connection, table: type[SQLModel], columns: Sequence[str]) -> str:
    marks = ", ".join([_mark(connection)] * len(columns))
    return f"INSERT INTO {table.__tablename__} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - names are ours


def _mark(connection: Connection) -> str:
    return "%s" if connection.dialect.name == "postgresql" else "?"


def _binding(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return json_text if isinstance(kind, JSON) else kind.dialect_impl(dialect).bind_processor(dialect)


def _bound(connection: Connection, table: type[SQLModel], columns: Sequence[str], rows: Sequence[Row]) -> list[Row]:
    """The rows with dates and JSON as the database's driver takes them."""
    values: list[Iterable[Any]] = list(zip(*rows, strict=True))
    types = table.metadata.tables[str(table.__tablename__)].columns
    for place, column in enumerate(columns):
        if bind := _binding(types[column].type, connection.dialect):
            values[place] = map(bind, values[place])
    return list(zip(*values, strict=True))
