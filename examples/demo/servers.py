"""The processes of the demo: the hub's API and Dagster's three, on free loopback ports."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import yaml

from connectors.tryton.sandbox import free_port

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 90
LAST_LINES = 40


class DidNotStartError(RuntimeError):
    """A process ended or did not answer in time."""


@dataclass(slots=True)
class Servers:
    """Starts processes in the demo's folder and stops them all at the end, the youngest first."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        home, project = self.folder / "dagster", self.folder / "project"
        home.mkdir(parents=True, exist_ok=True)
        # Two nights at once, taking turns at the ERP step by step: one starts up while the other sends.
        settings = (ROOT / "dagster.yaml").read_text(encoding="utf-8")
        settings = settings.replace("granularity: run", "granularity: op, op_granularity_run_buffer: 1")
        (home / "dagster.yaml").write_text(settings, encoding="utf-8")
        self.environment = {
            **os.environ,
            "MUSTER_DATABASE_URL": f"sqlite:///{self.folder / 'hub.db'}",
            "MUSTER_PROJECT": str(project),
            "MUSTER_DEMO_CAMS_TOKEN": secrets.token_urlsafe(24),
            "MUSTER_DEMO_CAMS_SECRET": secrets.token_urlsafe(24),
            "DAGSTER_HOME": str(home),
            "PYTHONPATH": os.pathsep.join((str(project), str(ROOT))),
            "PYTHONUNBUFFERED": "1",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._running):
            process.terminate()
        for process in reversed(self._running):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, name: str, module: str, *words: str) -> subprocess.Popen[bytes]:
        """Run a Python module; what it says goes to `<name>.log`."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *words],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._running.append(process)
        return process

    def hub(self) -> str:
        """Start the API; its address once it takes punches."""
        port = str(free_port())
        process = self.start("hub", "hub.cli", "serve", "--port", port)
        url = f"http://127.0.0.1:{port}"
        _wait(process, f"{url}/readyz", self.folder / "hub.log")
        return url

    def dagster(self) -> str:
        """Start code server, webserver and daemon; the webserver's address once it answers."""
        code, web = free_port(), str(free_port())
        place = {"host": "127.0.0.1", "port": code, "location_name": "muster"}
        workspace = self.folder / "workspace.yaml"
        workspace.write_text(yaml.safe_dump({"load_from": [{"grpc_server": place}]}), encoding="utf-8")
        self._make_storage()
        local = ("-h", "127.0.0.1")
        self.start(
            "code", "dagster", "code-server", "start", *local, "-p", str(code), "-m", "orchestration.definitions"
        )
        process = self.start("webserver", "dagster_webserver", *local, "-p", web, "-w", str(workspace))
        self.start("daemon", "dagster._daemon", "run", "-w", str(workspace))
        url = f"http://127.0.0.1:{web}"
        _wait(process, f"{url}/server_info", self.folder / "webserver.log")
        return url

    def memory_mib(self) -> float:
        """Memory of the running processes, shared pages counted once; 0 where the system does not tell."""
        rollups = [Path(f"/proc/{one.pid}/smaps_rollup") for one in self._running if one.poll() is None]
        lines = [line for rollup in rollups if rollup.exists() for line in rollup.read_text().splitlines()]
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024

    def _make_storage(self) -> None:
        """Dagster's SQLite files, once: each of its processes would make them, and two at a time fail."""
        self.start("storage", "dagster", "instance", "info").wait(START_SECONDS)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    said = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:])
    raise DidNotStartError(f"{url} does not answer. The last lines of {log}:\n{said}")


def write_project(folder: Path, tenant: str, settings: dict[str, object], sites: Sequence[str], starts_on: str) -> None:
    """A Dagster project with the tenant's attendance and its connection, as a consultant would write it."""
    module = folder / "acme_site"
    (module / "defs" / tenant).mkdir(parents=True, exist_ok=True)
    (module / "defs" / "acme_tryton").mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(
        '[tool.dg]\ndirectory_type = "project"\n\n[tool.dg.project]\nroot_module = "acme_site"\n', encoding="utf-8"
    )
    (module / "__init__.py").touch()
    (module / "defs" / "__init__.py").touch()
    attendance = {"type": "orchestration.components.TenantAttendance", "attributes": {"tenant": tenant}}
    connection = {
        "type": "orchestration.components.ConnectionComponent",
        "attributes": {
            "connection": "acme_tryton",
            "tenant": tenant,
            "connector": "tryton",
            "sites": list(sites),
            "starts_on": starts_on,
            "timezone": "Asia/Kolkata",
            "unmapped_limit": 1,
            "debounce_seconds": 3,
            "enabled": False,
            "settings": settings,
        },
    }
    for name, document in ((tenant, attendance), ("acme_tryton", connection)):
        text = yaml.safe_dump(document, sort_keys=False)
        (module / "defs" / name / "defs.yaml").write_text(text, encoding="utf-8")
