"""Many rows in one statement: past SQLAlchemy, which looks at every value of every row.

`insert_new` keeps the first of equal keys. A few rows go through one prepared statement. Many rows on PostgreSQL go by
binary COPY: straight into the table, as most of what comes is new; when a key is there already, into a temporary table
and from there with `ON CONFLICT DO NOTHING`. The first column is the key within its tenant. Rows are written in its
order: neighbours meet in the index, and two transactions that hold the same rows cannot wait for each other.
"""

from collections.abc import Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from psycopg import Cursor
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection
from sqlmodel import SQLModel

Row = tuple[Any, ...]

FEW = 100
"""Up to here the temporary table costs more than it saves."""
TOGETHER = 100
"""Rows of one `VALUES` on SQLite: the driver takes longer from row to row than SQLite takes for one."""


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
    return _insert_values(connection, table, columns, ordered, end)


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


def _insert_values(
    connection: Connection, table: type[SQLModel], columns: Sequence[str], rows: Sequence[Row], end: str = ""
) -> int:
    """Insert the rows, values as the driver takes them; returns how many were written."""
    one = f"({', '.join([_mark(connection)] * len(columns))})"
    head = f"INSERT INTO {table.__tablename__} ({', '.join(columns)}) VALUES "  # noqa: S608 - names are ours
    whole = len(rows) - len(rows) % TOGETHER if connection.dialect.name == "sqlite" else 0
    written = 0
    for start in range(0, whole, TOGETHER):
        values = tuple(chain.from_iterable(rows[start : start + TOGETHER]))
        written += connection.exec_driver_sql(f"{head}{', '.join([one] * TOGETHER)} {end}", values).rowcount
    if rest := rows[whole:]:
        written += connection.exec_driver_sql(f"{head}{one} {end}", list(rest)).rowcount
    return written


def _mark(connection: Connection) -> str:
    return "%s" if connection.dialect.name == "postgresql" else "?"
