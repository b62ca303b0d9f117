"""Many rows in one statement, keeping the first of equal keys.

A few rows go through one prepared statement. Many rows on PostgreSQL: binary COPY into a temporary table, then one
`INSERT ... SELECT ... ON CONFLICT DO NOTHING`, which is several times as fast.

The first column is the key within its tenant. Rows are written in its order: neighbours meet in the index, and two
transactions that hold the same rows cannot wait for each other.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from psycopg import Cursor
from sqlalchemy import Connection
from sqlmodel import SQLModel

Row = tuple[Any, ...]

FEW = 100
"""Up to here the temporary table costs more than it saves."""


def insert_new(connection: Connection, table: type[SQLModel], columns: Sequence[str], rows: Sequence[Row]) -> int:
    """Insert the rows whose (tenant, first column) is not there yet; returns how many that were."""
    if not rows:
        return 0
    name, listed = str(table.__tablename__), ", ".join(columns)
    ordered = sorted(rows, key=itemgetter(0))
    start, end = f"INSERT INTO {name} ({listed})", f"ON CONFLICT (tenant, {columns[0]}) DO NOTHING"
    is_postgres = connection.dialect.name == "postgresql"
    if is_postgres and len(rows) > FEW:
        incoming = f"incoming_{name}"
        cursor: Cursor = connection.connection.cursor()  # type: ignore[assignment]
        shape = f"SELECT {listed} FROM {name} LIMIT 0"  # noqa: S608 - names are ours
        types = connection.info.get(incoming) or [one.type_code for one in cursor.execute(shape).description or ()]
        connection.info[incoming] = types
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {incoming} ON COMMIT DELETE ROWS AS {shape}")
        _copy(cursor, incoming, types, listed, ordered)
        return cursor.execute(f"{start} SELECT {listed} FROM {incoming} {end}").rowcount  # noqa: S608
    marks = ", ".join(["%s" if is_postgres else "?"] * len(columns))
    return connection.exec_driver_sql(f"{start} VALUES ({marks}) {end}", ordered).rowcount


def _copy(cursor: Cursor, incoming: str, types: Sequence[int], listed: str, rows: Sequence[Row]) -> None:
    with cursor.copy(f"COPY {incoming} ({listed}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)
