"""Telling people what waits for them: one message when a cause begins, one when it is over."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from hub.channels import Message, Way
from hub.database import reading, writing
from hub.errors import HubError
from hub.records import Alert


def update_alerts(
    engine: Engine, tenant: str, scope: str, causes: dict[str, str], *, at: int, ways: Sequence[Way]
) -> list[str]:
    """Tell what began and what is over among causes that start with `scope`; `causes` are those that last, with texts.

    A message that no way took is tried again the next time. What went wrong is returned, a sentence each.
    """
    lasting = {f"{scope}{name}": text for name, text in causes.items()}
    open_now = _open(engine, tenant, scope)
    failed: list[str] = []
    for cause, text in lasting.items():
        if cause not in open_now:
            message = Message(tenant=tenant, cause=cause, text=text)
            failed += _once(engine, message, at, ways)
    for cause in open_now - lasting.keys():
        message = Message(tenant=tenant, cause=cause, text=f"{cause} is settled.", state="over")
        failed += _once(engine, message, at, ways)
    return failed


def _open(engine: Engine, tenant: str, scope: str) -> set[str]:
    one = Alert
    query = select(one.cause).where(one.tenant == tenant, one.closed_at == 0)
    with reading(engine) as session:
        return {cause for cause in session.exec(query) if cause.startswith(scope)}


def _once(engine: Engine, message: Message, at: int, ways: Sequence[Way]) -> list[str]:
    """Written down first, so that of two processes one tells it; and taken back when nobody took the message."""
    if not _noted(engine, message, at):
        return []
    failed = [said for way in ways if (said := _tried(way, message))]
    if ways and len(failed) == len(ways):
        _take_back(engine, message, at)
    return failed


def _tried(way: Way, message: Message) -> str:
    try:
        way.tell(message)
    except HubError as error:
        return error.message
    return ""


def _noted(engine: Engine, message: Message, at: int) -> bool:
    try:
        with writing(engine) as session:
            if message.state == "open":
                session.add(Alert(tenant=message.tenant, cause=message.cause, opened_at=at))
                return True
            closing = update(Alert).where(*_row(message, 0)).values(closed_at=at)
            return session.connection().execute(closing).rowcount == 1
    except IntegrityError:
        return False


def _take_back(engine: Engine, message: Message, at: int) -> None:
    with writing(engine) as session:
        if message.state == "open":
            session.connection().execute(delete(Alert).where(*_row(message, 0)))
        else:
            session.connection().execute(update(Alert).where(*_row(message, at)).values(closed_at=0))


def _row(message: Message, closed_at: int) -> tuple[Any, ...]:
    one = Alert
    return col(one.tenant) == message.tenant, col(one.cause) == message.cause, col(one.closed_at) == closed_at
