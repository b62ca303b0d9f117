"""`kill -9` under load: what was acknowledged is there, and what had no answer can be sent again."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

SENDERS, BATCHES, ROWS = 8, 160, 25
Identity = tuple[str, str]
"""User and local time of a punch, which occur once in what is sent."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One request of a terminal (even numbers) or an application (odd ones)."""

    number: int

    @property
    def rows(self) -> list[Identity]:
        time = f"2026-09-{1 + self.number % 28:02} {8 + self.number % 12:02}:{self.number % 60:02}"
        return [(f"{self.number}", f"{time}:{second:02}") for second in range(ROWS)]

    def send(self, client: httpx.Client, attlog: str, key: str) -> bool:
        """Whether it was acknowledged in full."""
        if self.number % 2 == 0:
            body = "".join(f"{user}\t{time}\t0\t1\t0\t0\t0\n" for user, time in self.rows)
            return client.post(attlog, content=body).text == f"OK:{ROWS}"
        rows = [{"device": "gate", "user": user, "time": time} for user, time in self.rows]
        answer = client.post("/v1/punches", content=json.dumps(rows), headers={"Authorization": f"Bearer {key}"})
        return answer.status_code == 202 and answer.json() == {"stored": ROWS, "quarantined": []}


@dataclass
class Load:
    """Everything that is to be sent, by several senders at once; a sender stops at the first thing that goes wrong."""

    attlog: str
    key: str
    acknowledged: list[Batch] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, process: "subprocess.Popen[str]", port: int, batches: Sequence[Batch], kill_at: int) -> list[Batch]:
        """Send; the process is killed by the acknowledgement of that number. Returns what had no answer."""
        todo: queue.SimpleQueue[Batch] = queue.SimpleQueue()
        for batch in batches:
            todo.put(batch)
        with ThreadPoolExecutor(SENDERS) as pool:
            lost = pool.map(lambda _: self._sender(process, port, todo, kill_at), range(SENDERS))
            unanswered = [batch for batch in lost if batch is not None]
        return unanswered + list(iter(lambda: _next(todo), None))

    def _sender(
        self, process: "subprocess.Popen[str]", port: int, todo: "queue.SimpleQueue[Batch]", kill_at: int
    ) -> Batch | None:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
            while (batch := _next(todo)) is not None:
                try:
                    assert batch.send(client, self.attlog, self.key)
                except httpx.TransportError:
                    return batch
                self._note(batch, process, kill_at)
        return None

    def _note(self, batch: Batch, process: "subprocess.Popen[str]", kill_at: int) -> None:
        with self.lock:
            self.acknowledged.append(batch)
            if len(self.acknowledged) == kill_at:
                process.send_signal(signal.SIGKILL)


def _next(todo: "queue.SimpleQueue[Batch]") -> Batch | None:
    with suppress(queue.Empty):
        return todo.get_nowait()
    return None


@contextmanager
def serving(database_url: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """`muster serve`, ready for requests; asked to end afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "hub.cli", "serve", "--port", str(port)]
    environment = {**os.environ, "MUSTER_DATABASE_URL": database_url}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            told = next((line for line in process.stderr if "Uvicorn running" in line), "")
            assert told, "the server did not start"
            yield process, port
        finally:
            process.terminate()


def held(stored: Any) -> Counter[Identity]:
    return Counter((punch.user_id, punch.local_text) for punch in stored.punches())


@pytest.mark.slow
def test_a_killed_server_keeps_what_it_acknowledged_and_counts_nothing_twice(
    database_url: str, keys: dict[str, str], stored: Any, attlog: str
) -> None:
    load, left = Load(attlog, keys["acme"]), [Batch(number) for number in range(BATCHES)]
    for kill_at in (BATCHES // 4, BATCHES // 2):
        with serving(database_url) as (process, port):
            left = load.run(process, port, left, kill_at)
            assert process.wait() == -signal.SIGKILL
        there = held(stored)
        assert all(there[row] == 1 for batch in load.acknowledged for row in batch.rows)
        # A request is stored whole or not at all, so that nobody has to ask for a part of it.
        assert {sum(there[row] for row in batch.rows) for batch in left} <= {0, ROWS}
        assert left
    with serving(database_url) as (process, port):
        again = [*left, *load.acknowledged[: BATCHES // 8]]  # an acknowledgement may be lost on its way, too
        assert load.run(process, port, again, kill_at=0) == []
    assert held(stored) == Counter(row for number in range(BATCHES) for row in Batch(number).rows)
