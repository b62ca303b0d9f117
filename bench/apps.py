"""What intake is measured against: a bare echo, and the route that most people would write."""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import Engine
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel, create_engine
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.database import connect


def echo() -> ASGIApp:
    """An ASGI application that reads the body and answers `OK`: the price of HTTP alone."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"OK"})

    return app


class PunchIn(BaseModel):
    """A punch as the usual route takes it."""

    device: str
    user: str
    time: datetime
    direction: str
    method: str


class _Base(SQLModel, registry=registry()):
    """Apart from the hub's own tables."""


class Punch(_Base, table=True):
    """The usual table: a primary key and nothing else, so it pays for no check against doubles."""

    id: int | None = Field(default=None, primary_key=True)
    device: str
    user: str
    time: datetime
    direction: str
    method: str


def _engine(url: str) -> Engine:
    # On SQLite the hub's settings, without which concurrent writers fail; on PostgreSQL SQLAlchemy's own pool.
    return connect(url) if url.startswith("sqlite") else create_engine(url)


def usual() -> FastAPI:
    """One transaction a request, in a sync route, through a SQLModel session of the usual pool."""
    engine = _engine(os.environ["MUSTER_DATABASE_URL"])
    _Base.metadata.create_all(engine)
    app = FastAPI()

    def opened() -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    @app.post("/punches")
    def post_punch(punch: PunchIn, session: Annotated[Session, Depends(opened)]) -> dict[str, int]:
        session.add(Punch(**punch.model_dump()))
        session.commit()
        return {"stored": 1}

    @app.post("/punches/batch")
    def post_punches(punches: list[PunchIn], session: Annotated[Session, Depends(opened)]) -> dict[str, int]:
        session.add_all([Punch(**punch.model_dump()) for punch in punches])
        session.commit()
        return {"stored": len(punches)}

    return app
