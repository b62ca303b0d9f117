"""The application: device routes first and bare (bytes in, bytes out), the rest in FastAPI."""

import logging
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from hub import database
from hub.api import (
    attendance,
    callback,
    connect,
    connections,
    explained,
    explained_day,
    failures,
    health,
    iclock,
    problems,
    punches,
)
from hub.api.metrics import CountUnreadable, metrics
from hub.api.state import Hub
from hub.events.background import sending
from hub.events.sender import Sender
from hub.intake import Intake
from hub.ours import require_ours
from hub.senders import Senders


class _CollapseSlashes:
    """`//iclock/cdata` is `/iclock/cdata`: some firmware joins its path badly."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "//" in scope["path"]:
            scope = {**scope, "path": re.sub("/{2,}", "/", scope["path"])}
        await self.app(scope, receive, send)


def _now() -> int:
    return int(time.time())


def create_app(database_url: str | None = None) -> FastAPI:
    """The hub's API on the database of the URL (or of the environment); brings its schema up to date at start."""
    require_ours()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = database.connect(database_url or database.url_from_environment())
        database.migrate(engine)
        intake = Intake(engine)
        intake.start()
        app.state.hub = Hub(engine, intake, Senders(engine), _now)
        logging.getLogger("uvicorn.error").addFilter(CountUnreadable())
        with sending(Sender(engine, _now)):
            yield
        await intake.stop()
        engine.dispose()

    app = FastAPI(title="Muster", version="1", lifespan=lifespan, routes=[*iclock.routes(), *callback.routes()])
    app.add_middleware(_CollapseSlashes)
    app.add_route("/metrics", metrics, include_in_schema=False)
    app.include_router(punches.router)
    app.include_router(attendance.router)
    app.include_router(connect.router)
    app.include_router(connections.router)
    app.include_router(explained.router)
    app.include_router(explained_day.router)
    app.include_router(health.router)
    problems.install(app)
    failures.install(app)
    return app
