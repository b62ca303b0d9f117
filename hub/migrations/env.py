"""Alembic's entry: upgrades run in one transaction, one process at a time."""

from alembic import context
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

import hub.records  # noqa: F401 - fills the metadata

_LOCK = 7_236_418  # any number, the same in every process


def _lock(connection: Connection) -> None:
    # SQLite's BEGIN IMMEDIATE is the lock there.
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


# Begun before Alembic looks: on SQLite it would read the revision in one transaction and run each step in another, and
# two processes would run the same step.
with context.config.attributes["engine"].begin() as connection:
    _lock(connection)
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    context.run_migrations()
