"""Simulated Odoos in a process of their own; each answers as late as one does that is hosted elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final

from fastapi import FastAPI, Request, Response

from connectors.odoo.simulator import OdooSimulator
from hub.testing.target import Refs

ROUND_TRIP_S: Final = 0.1
PATIENCE_S: Final = 30


class HostedOdoo(OdooSimulator):
    """Every request takes a round trip; requests of several connections do so at the same time."""

    def app(self) -> FastAPI:
        """The service behind its distance."""
        app = super().app()

        @app.middleware("http")
        async def far_away(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
            await asyncio.sleep(ROUND_TRIP_S)
            return await answer(request)

        return app

    def settings(self) -> dict[str, Any]:
        """As usual, for a machine with more to do than it has time for."""
        return {**super().settings(), "timeout_seconds": PATIENCE_S}


class Odoos:
    """Asks their process; `settings` are those of a connection to each, `refs` the ids in all of them."""

    def __init__(self, pipe: Connection, people: Sequence[str], costs: Sequence[str]) -> None:
        self._pipe = pipe
        self.refs: Refs = self._ask("reset", people, costs)
        self.settings: list[dict[str, Any]] = self._ask("settings")

    def empty(self, people: Sequence[str], costs: Sequence[str]) -> None:
        """All of them hold these people and cost centres, and nothing else."""
        self._ask("reset", people, costs)

    def records(self) -> list[tuple[int, int]]:
        """Of each, how many records it holds and how many of them are there a second time."""
        found: list[tuple[int, int]] = self._ask("records")
        return found

    def _ask(self, *words: Any) -> Any:
        self._pipe.send(words)
        return self._pipe.recv()


@contextmanager
def odoos(count: int, people: Sequence[str], costs: Sequence[str]) -> Iterator[Odoos]:
    """So many of them, running."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(theirs, count), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Odoos(ours, people, costs)
    finally:
        ours.send(None)
        process.join(10)


def _serve(pipe: Connection, count: int) -> None:
    with ExitStack() as stack:
        there = [HostedOdoo() for _ in range(count)]
        for one in there:
            stack.enter_context(one.running())
        while words := pipe.recv():
            pipe.send(_answer(there, *words))


def _answer(there: Sequence[HostedOdoo], word: str, *given: Any) -> Any:
    match word:
        case "reset":
            [*refs] = (one.reset(*given) for one in there)
            return refs[0]
        case "settings":
            return [one.settings() for one in there]
        case "records":
            return [_records(one) for one in there]
    return None


def _records(odoo: HostedOdoo) -> tuple[int, int]:
    subjects = [fact.subject for fact in odoo.facts()]
    return len(subjects), len(subjects) - len(set(subjects))
