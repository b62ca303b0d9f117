"""Frames out of the database and into it: as Arrow and by COPY as CSV on PostgreSQL, as values on SQLite."""

from collections.abc import Iterator
from typing import Any, Final

import polars as pl
from psycopg import Cursor
from sqlalchemy import Connection, Select
from sqlmodel import Session, SQLModel

from hub.ahead import ahead
from hub.arrow import read_arrow
from hub.columns import insert_rows
from hub.rules.tables import Schema

MANY: Final = 50_000
"""Rows turned into Python objects at a time."""


def read_frame(session: Session, query: Select[Any], schema: Schema) -> pl.DataFrame:
    """The answer to the query, its columns named and typed in order by `schema`.

    On PostgreSQL only what is committed is seen.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        answer = read_arrow(connection, query)
        answer.columns = [*schema]
        return answer.cast(dict(schema))  # type: ignore[arg-type]
    rows = connection.execute(query).all()
    return pl.DataFrame([tuple(row) for row in rows], schema=dict(schema), orient="row")


def insert_frame(session: Session, table: type[SQLModel], frame: pl.DataFrame) -> None:
    """New rows; the frame's columns are those of the table, lists for JSON, all else as the database takes it."""
    if frame.is_empty():
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        _copied_in(connection, str(table.__tablename__), frame)
        return
    for part in _parts(frame):
        insert_rows(connection, table, {}, part.to_dict(as_series=False))


def _copied_in(connection: Connection, name: str, frame: pl.DataFrame) -> None:
    lists = [column for column, kind in frame.schema.items() if isinstance(kind, pl.List)]
    frame = frame.with_columns(_json(column) for column in lists)
    listed = ", ".join(f'"{column}"' for column in frame.columns)
    cursor: Cursor = connection.connection.cursor()  # type: ignore[assignment]
    with cursor, cursor.copy(f"COPY {name} ({listed}) FROM STDIN (FORMAT CSV)") as copy:
        for text in ahead(_csv, _parts(frame)):
            copy.write(text)


def _csv(frame: pl.DataFrame) -> bytes:
    """Texts are quoted and a null is nothing at all, so that an empty text stays one."""
    return frame.write_csv(include_header=False, quote_style="non_numeric").encode()


def _json(column: str) -> pl.Expr:
    """A list of plain codes as JSON."""
    items = pl.col(column).list.eval('"' + pl.element() + '"').list.join(",")
    return ("[" + items + "]").alias(column)


def _parts(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    return frame.iter_slices(MANY)
