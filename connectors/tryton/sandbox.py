"""A throw-away real Tryton server on the loopback, for the tests and the demo. Needs the extra `dev`.

    with Sandbox(directory) as sandbox:
        site = provision(sandbox, Site(employees={"1001": "Asha"}, works={"CC10": "Assembly"}))
        settings = sandbox.settings(site.company)

Kept in the directory: the configuration, the SQLite database, the passwords (readable by the owner only), the log.
A directory that has a database already is used as it is.
"""

import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from connectors.tryton.client import TrytonClient
from connectors.tryton.settings import TrytonSettings
from hub.contract import SecretRef
from hub.errors import NotInstalled, Unavailable

DATABASE = "muster"
MODULES = ("attendance", "timesheet", "company")
HUB_USER = "muster"
START_SECONDS = 60
STOP_SECONDS = 10

_CONFIGURATION = """\
[database]
uri = sqlite://
path = {directory}
[web]
listen = 127.0.0.1:{port}
root = {directory}/www
[session]
max_attempt = 1000
"""


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Sandbox:
    """The server. `timings` holds how many milliseconds `create` and `start` took."""

    def __init__(self, directory: Path, *, port: int = 0) -> None:
        self.directory = directory.resolve()
        self.port = port
        self.timings: dict[str, int] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.create()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address of the server, once it is started."""
        return f"http://127.0.0.1:{self.port}"

    def secret(self, user: str) -> SecretRef:
        """The password of a user of the sandbox; drawn at the first use."""
        path = self.directory / f"{user}.pass"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(18), encoding="utf-8")
        return SecretRef(file=str(path))

    def client(self, user: str = "admin") -> TrytonClient:
        """A client for what a person would do in Tryton."""
        return TrytonClient(self.url, DATABASE, user, self.secret(user))

    def settings(self, company: str, user: str = HUB_USER) -> TrytonSettings:
        """The settings of a connection to a company of this server."""
        return TrytonSettings(url=self.url, database=DATABASE, user=user, password=self.secret(user), company=company)

    def create(self) -> None:
        """Make the database, unless it is there."""
        began = time.monotonic_ns()
        self.directory.mkdir(parents=True, exist_ok=True)
        self._configure()
        database = self.directory / f"{DATABASE}.sqlite"
        if not database.exists():
            # Trytond opens only files that exist, and it initialises an empty one. It is made under another name
            # so that an interrupted creation is not taken for a database.
            unfinished = self.directory / "unfinished.sqlite"
            unfinished.unlink(missing_ok=True)
            unfinished.touch()
            self._initialise("unfinished")
            unfinished.rename(database)
        self.timings["create"] = _milliseconds(began)

    def _configure(self) -> None:
        configuration = _CONFIGURATION.format(directory=self.directory, port=self.port)
        (self.directory / "trytond.conf").write_text(configuration, encoding="utf-8")

    def _initialise(self, name: str) -> None:
        # The password comes from TRYTONPASSFILE; the e-mail can only be asked for, and an empty line answers "none".
        command = [
            _script("trytond-admin"),
            "-c",
            "trytond.conf",
            "-d",
            name,
            "--activate-dependencies",
            "-u",
            *MODULES,
        ]
        environment = _environment() | {"TRYTONPASSFILE": str(self.secret("admin").file)}
        done = subprocess.run(  # noqa: S603 - our own arguments, no shell
            command, cwd=self.directory, env=environment, input=b"\n", capture_output=True, check=False
        )
        if done.returncode:
            raise Unavailable("The Tryton sandbox could not be created.", detail=done.stderr.decode()[-2000:])

    def start(self) -> None:
        """Start the server and wait until it answers for the database."""
        began = time.monotonic_ns()
        self.port = self.port or free_port()
        self._configure()
        with (self.directory / "trytond.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own arguments, no shell
                [_script("trytond"), "-c", "trytond.conf", "-d", DATABASE],
                cwd=self.directory,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        self.timings["start"] = _milliseconds(began)

    def _wait(self) -> None:
        for _ in range(START_SECONDS * 10):
            try:
                with self.client() as client:
                    client.login()
            except Unavailable:
                if self._process is None or self._process.poll() is not None:
                    break
                time.sleep(0.1)
            else:
                return
        raise Unavailable(f"The Tryton sandbox does not start; look into {self.directory}/trytond.log.")

    def stop(self) -> None:
        """Stop the server; the database stays."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _script(name: str) -> str:
    path = Path(sys.executable).with_name(name)
    if not path.exists():
        raise NotInstalled(f"{name} is not installed next to {sys.executable}; install muster[dev].")
    return str(path)


def _environment() -> dict[str, str]:
    """Ours without what would change trytond's configuration."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TRYTON")}


def _milliseconds(began: int) -> int:
    return (time.monotonic_ns() - began) // 1_000_000


__all__ = ["DATABASE", "HUB_USER", "Sandbox", "free_port"]
