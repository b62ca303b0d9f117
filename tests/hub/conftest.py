"""One migrated database of each kind for the tests of the hub: each test has a tenant of its own."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text

from examples.demo.fortnight import write_tenant
from hub.database import connect, migrate
from tests.conftest import _tenant_is_named
from tests.hub.world import FORTNIGHT, World


@pytest.fixture(scope="session")
def sqlite_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A migrated SQLite file. It need not survive a power cut."""
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('hub') / 'hub.db'}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    yield from _ready(engine)


@pytest.fixture(scope="session")
def postgresql_hub(postgres: str) -> Iterator[Engine]:
    """A migrated PostgreSQL database."""
    name = f"h{uuid.uuid4().hex}"
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


@pytest.fixture(params=["sqlite_hub", pytest.param("postgresql_hub", marks=pytest.mark.postgres)])
def hub(request: pytest.FixtureRequest) -> Engine:
    engine: Engine = request.getfixturevalue(request.param)
    return engine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The demo tenant's folder with the holiday and leaves of its fortnight, under a slug of its own."""
    folder = tmp_path / "tenant"
    write_tenant(FORTNIGHT, folder)
    (folder / "tenant.yaml").write_text(f"tenant: t{uuid.uuid4().hex[:12]}\nname: Acme Works\n")
    return folder


@pytest.fixture
def world(hub: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The demo tenant, loaded."""
    monkeypatch.setenv("MUSTER_DEMO_CAMS_TOKEN", "word")
    monkeypatch.setenv("MUSTER_DEMO_CAMS_SECRET", "word")
    world = World(hub, folder)
    world.load()
    return world
