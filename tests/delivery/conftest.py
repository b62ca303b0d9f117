"""One database of each kind for all tests of delivery: each test has a tenant of its own."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, event, text

from hub.database import connect, migrate
from tests.conftest import _tenant_is_named


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A migrated SQLite file. It need not survive a power cut."""
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('delivery') / 'hub.db'}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    yield from _ready(engine)


@pytest.fixture(scope="session")
def postgresql(postgres: str) -> Iterator[Engine]:
    """A migrated PostgreSQL database."""
    name = f"d{uuid.uuid4().hex}"
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield from _ready(connect(postgres.replace("/postgres?", f"/{name}?")))
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def _ready(engine: Engine) -> Iterator[Engine]:
    migrate(engine)
    event.listen(engine, "before_cursor_execute", _tenant_is_named)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """The database, once of each kind."""
    engine: Engine = request.getfixturevalue(request.param)
    return engine
