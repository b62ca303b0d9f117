"""What Dagster alone must know of connections that the hub's database holds: which of them have nights, and when.

It is kept as versioned definitions state, so that every process of one code location sees the same connections.
"""

import json
import tempfile
import uuid
from collections.abc import Iterable
from pathlib import Path

from dagster._core.storage.defs_state.base import DefsStateStorage
from pydantic import BaseModel, ConfigDict

KEY = "registered_connections"


class Night(BaseModel):
    """When a connection is pushed; all else of it stands in the hub's database."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: str
    connection: str
    timezone: str = "UTC"
    nightly: str = "30 2 * * *"
    debounce_seconds: int = 300
    enabled: bool = False


def read(path: Path | None) -> list[Night]:
    """The nights of a state file; none without one."""
    if path is None:
        return []
    return [Night.model_validate(one) for one in json.loads(path.read_text(encoding="utf-8"))]


def write(path: Path, nights: Iterable[Night]) -> None:
    """Make the state file of these nights."""
    rows = sorted((one.model_dump() for one in nights), key=lambda row: (row["connection"], row["tenant"]))
    path.write_text(json.dumps(rows, indent=1), encoding="utf-8")


def latest(storage: DefsStateStorage) -> list[Night]:
    """The nights that were published last."""
    version = storage.get_latest_version(KEY)
    if version is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state"
        storage.download_state_to_path(KEY, version, path)
        return read(path)


def publish(storage: DefsStateStorage, nights: Iterable[Night]) -> None:
    """What the code location shows from its next load on."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state"
        write(path, nights)
        storage.upload_state_from_path(KEY, uuid.uuid4().hex, path)
