"""Fixtures that everything shares: an empty, migrated database on SQLite and on a real PostgreSQL."""

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from sqlalchemy import Engine, create_engine, event, text

from hub.database import connect, migrate
from hub.testing.postgres import postgres as postgres_server

_DATA = Path(tempfile.gettempdir()) / f"muster-test-pg-{os.getuid()}"
_TENANTLESS = ("alembic_version", "sqlite_master", "pg_", "incoming_", "information_schema", "PRAGMA")

# The same examples every time, so that what passed here passes there; `--hypothesis-profile explore` looks further.
settings.register_profile(
    "fixed", derandomize=True, deadline=None, database=None, phases=(Phase.explicit, Phase.generate)
)
settings.register_profile("explore", deadline=None, phases=[*set(Phase) - {Phase.explain}])
settings.load_profile("fixed")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server that all test processes share."""
    with postgres_server(_DATA) as url:
        yield url


@contextmanager
def _postgresql(server: str) -> Iterator[str]:
    """The URL of a new, empty database on the server."""
    name = f"t{uuid.uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def _migrated(engine: Engine) -> Iterator[Engine]:
    """With its tables; every statement on it must name the tenant."""
    migrate(engine)
    event.listen(engine, "before_cursor_execute", _tenant_is_named)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new, empty database, once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hub.db'}"
        return
    with _postgresql(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A migrated database of the test's own, once of each kind."""
    yield from _migrated(connect(database_url))


@pytest.fixture(scope="session")
def sqlite_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A migrated SQLite file for tests with a tenant of their own. It need not survive a power cut."""
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('hub') / 'hub.db'}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    yield from _migrated(engine)


@pytest.fixture(scope="session")
def postgresql_hub(postgres: str) -> Iterator[Engine]:
    """A migrated PostgreSQL database for tests with a tenant of their own."""
    with _postgresql(postgres) as url:
        yield from _migrated(connect(url))


@pytest.fixture(params=["sqlite_hub", pytest.param("postgresql_hub", marks=pytest.mark.postgres)])
def hub(request: pytest.FixtureRequest) -> Engine:
    """The same for both, one after the other."""
    engine: Engine = request.getfixturevalue(request.param)
    return engine


def _tenant_is_named(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
    words = statement.lower()
    if words.startswith(("select", "update", "delete", "insert")) and not any(x in statement for x in _TENANTLESS):
        assert "tenant" in words, f"a statement without a tenant: {statement[:300]}"


@pytest.fixture
def muster(database_url: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command line on the database."""

    def run(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "MUSTER_DATABASE_URL": database_url}
        command = [sys.executable, "-m", "hub.cli", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    return run
