"""One hub, one tenant with punches and one Dagster for all tests here; each test has an ERP and a connection of its own.

Opening Dagster's storage and loading the tenant cost more than most tests do.
"""

import uuid
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import Engine, event, update
from sqlmodel import col

from examples.demo.fortnight import write_tenant
from hub.database import connect, migrate, writing
from hub.records import Connection
from hub.registry import discover
from hub.testing.memory import spec
from orchestration import steps
from orchestration.control.registered import LAUNCHPAD
from tests.conftest import _tenant_is_named
from tests.hub.world import FORTNIGHT, World
from tests.orchestration.guarded import GUARDED
from tests.orchestration.room import SECRET, Room
from tests.orchestration.site import NOW, Site


@pytest.fixture(scope="session")
def patched() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory, patched: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A migrated SQLite file that the steps use too. It need not survive a power cut."""
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('nights') / 'hub.db'}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    migrate(engine)
    event.listen(engine, "before_cursor_execute", _tenant_is_named)
    patched.setattr(steps, "engine", lambda: engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path_factory.mktemp("dagster"))) as instance:
        yield instance


@pytest.fixture(scope="session")
def tenant(hub: Engine, tmp_path_factory: pytest.TempPathFactory, patched: pytest.MonkeyPatch) -> World:
    """The demo tenant, with the connector of an ERP in memory installed beside the others."""
    folder = tmp_path_factory.mktemp("tenant")
    patched.setenv("MUSTER_DEMO_CAMS_TOKEN", "word")
    patched.setenv("MUSTER_DEMO_CAMS_SECRET", "word")
    patched.setitem(discover()[0], "memory", spec)
    write_tenant(FORTNIGHT, folder)
    world = World(hub, folder)
    world.load()
    return world


@pytest.fixture
def site(tenant: World, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A connection of its own to an empty ERP that has everybody; the clock stands."""
    monkeypatch.setattr(steps, "now", lambda: NOW)
    return Site(tenant, instance, f"books_{uuid.uuid4().hex[:8]}")


@pytest.fixture(scope="session")
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dg.DagsterInstance, Path]]:
    """A Dagster with files, to see what it keeps."""
    folder = tmp_path_factory.mktemp("control")
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        yield instance, folder


@pytest.fixture
def room(control: tuple[dg.DagsterInstance, Path], site: Site, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.setitem(discover()[0], "guarded", GUARDED)
    monkeypatch.setenv("ACME_KEY", SECRET)
    there = (col(Connection.tenant) != "", col(Connection.origin) == LAUNCHPAD)
    with writing(site.world.engine) as session:
        session.connection().execute(update(Connection).where(*there).values(retired_at=1))
    return Room(site, *control)
