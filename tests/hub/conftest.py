"""One migrated database of each kind for the tests of the hub: each test has a tenant of its own."""

import uuid
from pathlib import Path

import pytest
from sqlalchemy import Engine

from examples.demo.fortnight import write_tenant
from tests.hub.world import FORTNIGHT, World


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
