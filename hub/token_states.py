"""How the connections stand that need a token: connected, for how long, or what somebody must do."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import col, select

from hub.database import reading
from hub.records import SealedToken
from hub.token_store import failure_of


@dataclass(frozen=True, slots=True)
class TokenState:
    """`expires_at` and `saved_at` in UTC seconds; a token that ends is renewed by itself while `connected`.

    `needs_reconnecting` says that only a person can help; `message` is the sentence for that person, or why it
    waits.
    """

    connection: str
    connected: bool
    needs_reconnecting: bool
    expires_at: int
    saved_at: int
    message: str


def token_states(engine: Engine, tenant: str) -> Sequence[TokenState]:
    """Of all connections of a tenant that ever asked for a token, by name."""
    query = select(SealedToken).where(SealedToken.tenant == tenant).order_by(col(SealedToken.connection))
    with reading(engine) as session:
        return [_state(row) for row in session.exec(query)]


def _state(row: SealedToken) -> TokenState:
    failure = failure_of(row)
    lost = failure is not None and failure.way == "reconnect"
    return TokenState(
        connection=row.connection,
        connected=bool(row.sealed) and not lost,
        needs_reconnecting=lost,
        expires_at=row.expires_at,
        saved_at=row.saved_at,
        message=failure.message if failure else "",
    )
