"""The ERP in memory behind HTTP, in a process of its own: what all sides of the delivery benchmark write to."""

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from hub.testing import faults
from hub.testing.edge import Edge
from hub.testing.http_memory import HttpMemory
from hub.testing.target import Refs

HARMFUL = (Edge.CUT_BEFORE, Edge.CUT_AFTER, Edge.ERROR_503, Edge.ERROR_AFTER, Edge.LATE)
"""What networks and proxies do to one request in fifty: before it is read, after it was carried out, or later."""


class Erp:
    """Asks the process of the ERP; `url` is its address."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.url: str = self._ask("url")

    def reset(self, people: int) -> Refs:
        """Empty it, with so many people and one cost object."""
        refs: Refs = self._ask("reset", people)
        return refs

    def fail(self, chance: float, seed: int = 1) -> None:
        """From now on that share of the requests meets a fault."""
        self._ask("fail", chance, seed)

    def wait(self, seconds: int) -> None:
        """Let its time pass: what was late arrives."""
        self._ask("wait", seconds)

    def records(self) -> tuple[int, int]:
        """How many records it holds, and how many of them are there a second time."""
        found: tuple[int, int] = self._ask("records")
        return found

    def _ask(self, *words: Any) -> Any:
        self._pipe.send(words)
        return self._pipe.recv()


@contextmanager
def erp() -> Iterator[Erp]:
    """A running one."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Erp(ours)
    finally:
        ours.send(None)
        process.join(10)


def _serve(pipe: Connection) -> None:
    target = HttpMemory()
    with target.running():
        while words := pipe.recv():
            pipe.send(_answer(target, *words))


def _answer(target: HttpMemory, word: str, *given: Any) -> Any:
    match word:
        case "url":
            return target.url
        case "reset":
            return target.reset([str(number) for number in range(given[0])], ["CC"])
        case "fail":
            luck = faults.seeded(given[1], given[0])
            target.faults = lambda _fitting: luck(HARMFUL)
        case "wait":
            target.clock.sleep(given[0])
        case "records":
            target.catch_up()
            rows = list(target.erp.rows.values())
            return len(rows), len(rows) - len({row.natural_key for row in rows})
    return None
