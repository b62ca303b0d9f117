"""Many rows out of PostgreSQL as Arrow: binary COPY, decoded outside Python (ADBC).

psycopg hands over COPY row by row, two microseconds each: of a night's punches that is more than all rules take.
"""

from typing import Any, Final

import polars as pl
import psycopg
from adbc_driver_postgresql import dbapi
from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, Select, event
from sqlalchemy.exc import OperationalError

_INFO: Final = "arrow"


def read_arrow(connection: Connection, query: Select[Any]) -> pl.DataFrame:
    """What is committed of the answer to the query; raises SQLAlchemy's `OperationalError` without people's data."""
    told = query.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    ours: Any = connection.connection.driver_connection
    statement = psycopg.ClientCursor(ours).mogrify(str(told), told.params)
    try:
        with _beside(connection, ours).cursor() as cursor:
            cursor.execute(statement)
            return pl.DataFrame(cursor.fetch_arrow())
    except (dbapi.Error, pl.exceptions.ComputeError) as error:
        # Its text has the whole statement, with the values.
        why = (
            f"the rows could not be read (SQLSTATE {getattr(error, 'sqlstate', 'unknown')}); PostgreSQL's log says why"
        )
        raise OperationalError(None, None, psycopg.OperationalError(why)) from None


def _beside(connection: Connection, ours: Any) -> dbapi.Connection:
    """A connection to the same database as the same user; opened once a session, closed with it."""
    if _INFO not in connection.info:
        if not event.contains(connection.engine.pool, "checkin", _close):
            event.listen(connection.engine.pool, "checkin", _close)
        parameters = {**ours.info.get_parameters(), "password": ours.info.password or None}
        connection.info[_INFO] = dbapi.connect(make_conninfo(**parameters), autocommit=True)
    beside: dbapi.Connection = connection.info[_INFO]
    return beside


def _close(_connection: object, record: Any) -> None:
    if beside := record.info.pop(_INFO, None):
        beside.close()
