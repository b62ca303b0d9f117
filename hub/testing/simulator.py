"""Base of the simulators of ERPs: FastAPI on a loopback port, state in memory, a clock of its own, faults by seed."""

import asyncio
import socket
import threading
import time
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import uvicorn
from fastapi import FastAPI

from hub.testing.clock import SimulatedClock
from hub.testing.edge import (
    LOCK_OUT_SECONDS,
    RARE,
    ROWS,
    App,
    CuttableProtocol,
    Edge,
    FaultyEdge,
    Message,
    Receive,
    Send,
)
from hub.testing.target import Target

LATE_SECONDS = 20
"""After so long what was answered 503 is carried out, or after the settle time if that is shorter."""


class Simulator(Target):
    """A simulated ERP.

    Handlers should be `async def`: they run one at a time, as in an ERP with one worker. `row_faults` are the faults
    of single rows that they act out; which one, if any, is in `request.state.fault`.
    """

    row_faults: frozenset[Edge] = frozenset()

    def __init__(self, clock: SimulatedClock | None = None) -> None:
        super().__init__(clock)
        self.url = ""
        self.requests = 0
        self._moment: tuple[int, int] | None = None
        self._late: list[tuple[tuple[int, int], Callable[[], Awaitable[Any]]]] = []
        self._locked_until = 0
        self._slow = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    @abstractmethod
    def routes(self, app: FastAPI) -> None:
        """Add the routes of the ERP's interface."""

    def app(self) -> FastAPI:
        """The service without faults."""
        app = FastAPI(title=self.spec.title, openapi_url=None)
        self.routes(app)
        return app

    @contextmanager
    def running(self, port: int = 0) -> Iterator[None]:
        """Serve on that loopback port (0: a free one); `url` is its address. Raises `OSError` when another has it."""
        given: dict[str, Any] = {"http": CuttableProtocol, "lifespan": "off", "log_level": "critical"}
        # A request that nobody waits for any more must not keep the service from ending.
        given |= {"timeout_keep_alive": 60, "timeout_graceful_shutdown": 1}
        server = uvicorn.Server(uvicorn.Config(cast("Any", self._service()), **given))
        with socket.create_server(("127.0.0.1", port)) as listening:
            thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
            thread.start()
            self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            while not server.started:
                time.sleep(0.01)
            try:
                yield
            finally:
                server.should_exit = True
                thread.join()
                self._loop = None

    @property
    def now(self) -> int:
        """When the present request is carried out (UTC seconds): a late one at the time that it was late by."""
        return self.clock.true if self._moment is None else self._moment[0]

    @property
    def arrived(self) -> int:
        """When the present request arrived (UTC seconds), which is when an ERP counts it."""
        return self.clock.true if self._moment is None else self._moment[1]

    def forget(self) -> None:
        """Nothing is on its way any more; part of every `reset`."""
        self._late.clear()
        self._locked_until = 0
        self.requests = 0

    def catch_up(self) -> None:
        """Carry out what is due by now; from outside the service, before its state is looked at."""
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._carry_out_due(), self._loop).result()

    def _service(self) -> App:
        edge = FaultyEdge(cast("App", self.app()), self._choose, self._later)

        async def service(scope: Message, receive: Receive, send: Send) -> None:
            self._loop = asyncio.get_running_loop()
            await self._carry_out_due()
            await edge(scope, receive, send)

        return service

    def _choose(self) -> Edge | None:
        self.requests += 1
        if self.clock.true < self._locked_until:
            return Edge.THROTTLED_BARE
        fitting = tuple(fault for fault in Edge if fault not in ROWS or fault in self.row_faults)
        fault: Edge | None = self.faults(fitting)
        if fault in RARE:
            self._slow += 1
            return fault if self._slow % RARE[fault] == 0 else Edge.CUT_AFTER
        if fault is Edge.LOCKED_OUT:
            self._locked_until = self.clock.true + LOCK_OUT_SECONDS
        return fault

    def _later(self, work: Callable[[], Awaitable[Any]]) -> None:
        wait = min(LATE_SECONDS, self.spec.connector.capabilities.settle_seconds)
        self._late.append(((self.clock.true + wait, self.clock.true), work))

    async def _carry_out_due(self) -> None:
        due = [(times, work) for times, work in self._late if times[0] <= self.clock.true]
        self._late = [(times, work) for times, work in self._late if times[0] > self.clock.true]
        for self._moment, work in due:
            await work()
        self._moment = None
