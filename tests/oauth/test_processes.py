"""Eight processes, one token that has ended, one refresh."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from hub.token_store import TokenRows
from hub.tokens import Token
from tests.oauth.provider import Provider

PROCESSES = 8
ROOT = Path(__file__).parents[2]
SLOW_SECONDS = 0.3
"""How long a refresh takes, so that all others ask meanwhile."""


@pytest.fixture
def provider() -> Provider:
    return Provider(now=int(time.time()))


@pytest.fixture
def address(provider: Provider) -> Iterator[str]:
    """Provider and ERP on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.path == "/token":
                time.sleep(SLOW_SECONDS)
            answer = provider.answer(
                httpx.Request(self.command, f"http://x{self.path}", headers=dict(self.headers), content=body)
            )
            self.send_response(answer.status_code)
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.slow
def test_eight_processes_with_one_expired_token_refresh_once(
    engine: Engine, database_url: str, provider: Provider, address: str
) -> None:
    with TokenRows(engine, "acme", "zoho").changing() as changing:
        changing.save(Token("old", provider.now - 10, "refresh-0"))
    command = [sys.executable, "-m", "tests.oauth.worker", database_url, address]
    workers = [
        subprocess.Popen(
            command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(PROCESSES)
    ]
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [worker.communicate(timeout=60) for worker in workers]
    assert [out for out, _ in said] == ["access-1"] * PROCESSES, said
    assert len(provider.asked) == 1
    assert provider.served["access-1"] == 3 * PROCESSES
    kept = TokenRows(engine, "acme", "zoho").load()
    assert kept is not None
    assert kept.refresh == "refresh-1"
