"""The hub's database: SQLite (WAL) by default, PostgreSQL by `MUSTER_DATABASE_URL`.

Both are brought to the newest schema by the same Alembic migrations. Sessions are synchronous; the API runs them
outside its event loop.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, Row, Select, event, text
from sqlalchemy.engine import make_url
from sqlmodel import Session, create_engine

FETCHED = 10_000
"""Rows taken from the driver at a time."""
DEFAULT_URL = "sqlite:///.muster/hub.db"


def url_from_environment() -> str:
    """`MUSTER_DATABASE_URL`, else a SQLite file below `.muster`."""
    return os.environ.get("MUSTER_DATABASE_URL", DEFAULT_URL)


def connect(url: str, *, pool_size: int = 5) -> Engine:
    """An engine for the URL; creates the folder of a SQLite file. `postgresql://` means psycopg 3."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": 30}, **_JSON)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    # Errors end in logs, and parameters are people's data.
    pool: dict[str, Any] = {"pool_size": pool_size, "max_overflow": pool_size, "pool_pre_ping": True}
    return create_engine(parsed, hide_parameters=True, **pool, **_JSON)


def json_text(value: object) -> str:
    """A value of a JSON column, as it is written."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


_JSON: dict[str, Any] = {"json_serializer": json_text, "json_deserializer": orjson.loads}


CACHE_KIB = 32 * 1024
"""Pages that a connection keeps: keys lie scattered over their index, and SQLite's own 2 MiB are soon full."""
_PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000", f"cache_size=-{CACHE_KIB}",
    "temp_store=MEMORY",
)  # fmt: skip
CHECKPOINT_PAGES = 8000
"""32 MiB of log, carried over into the file at once: a busy page is written there once and not each time."""


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transaction handling starts writers late and lets them collide; BEGIN is ours (see below).
    connection.isolation_level = None
    for pragma in (*_PRAGMAS, f"wal_autocheckpoint={CHECKPOINT_PAGES}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    # A reader keeps a snapshot; a writer that began as a reader could not be retried, so writers say so beforehand.
    write = connection.get_execution_options().get("writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session whose work is committed at the end, or undone by an exception."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that sees one state of the database and changes nothing."""
    with Session(engine.execution_options(writes=False), expire_on_commit=False) as session:
        yield session


def rows(session: Session, query: Select[Any]) -> Iterator[Row[Any]]:
    """The rows, taken from the driver many at a time and never held all."""
    for some in session.connection().execute(query).partitions(FETCHED):
        yield from some


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision; several processes may ask at once."""
    from hub.migrations import upgrade  # noqa: PLC0415 - Alembic costs every run a second, and few runs migrate

    upgrade(engine)


def is_current(engine: Engine) -> bool:
    """Whether the schema is the one this version was written for; raises when the database cannot be reached."""
    from hub.migrations import newest_revision  # noqa: PLC0415 - as above

    with reading(engine) as session:
        version = session.connection().execute(text("SELECT version_num FROM alembic_version")).scalar()
    return bool(version == newest_revision(engine))
