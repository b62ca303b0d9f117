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


with context.config.attributes["engine"].connect() as connection:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    with context.begin_transaction():
        _lock(connection)
        context.run_migrations()
    connection.commit()
