"""The servers under load: each one uvicorn process with the same settings, each on a database of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from hub.database import connect
from hub.testing.postgres import postgres

APPS = {"echo": "bench.apps:echo", "usual": "bench.apps:usual", "muster": "hub.api.app:create_app"}
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `engine` looks at its database from outside."""

    port: int
    engine: Engine

    def punches(self) -> int:
        """How many punches are in the database."""
        with self.engine.execution_options(writes=False).connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM punch")).scalar_one())


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[Callable[[str], str]]:
    """Gives the URL of a new, empty database by name."""
    if kind == "sqlite":
        yield lambda name: f"sqlite:///{folder / name}.db"
        return
    with postgres(folder / "postgres") as url:
        admin = create_engine(url, isolation_level="AUTOCOMMIT")

        def create(name: str) -> str:
            with admin.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            return url.replace("/postgres?", f"/{name}?")

        yield create
        admin.dispose()


@contextmanager
def serving(app: str, url: str) -> Iterator[Server]:
    """One of `APPS`, started on a free port and the database of the URL."""
    port = _free_port()
    words = ["--factory", APPS[app], "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    words += ["--http", "httptools", "--loop", "uvloop", "--no-access-log"]
    with ExitStack() as stack:
        engine = connect(url)
        stack.callback(engine.dispose)
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", *words], env={**os.environ, "MUSTER_DATABASE_URL": url}
        )
        stack.callback(process.wait)
        stack.callback(process.terminate)
        _wait_for(process, port)
        yield Server(port, engine)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server on port {port} did not start")
