"""Tokens in the hub's database: sealed, shared by all processes, and asked for by one of them at a time.

Who asks holds a lease in the token's own row and no transaction, as intake writes to the same database meanwhile; all
others wait, and read the row again when it is their turn.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from hub.database import reading, writing
from hub.errors import Unavailable
from hub.events.causes import reconnect_needed, recovered
from hub.records import SealedToken
from hub.sealing import KeyRing, Place, Sealed, ring_from_environment
from hub.tokens import Failure, Token

LEASE_SECONDS = 120
"""Longer than a token request can take."""
PATIENCE_SECONDS = 150
POLL_SECONDS = 0.1
RECONNECT = "reconnect"


@dataclass(frozen=True, slots=True)
class TokenRows:
    """The `hub.tokens.TokenStore` of a connection."""

    engine: Engine
    tenant: str
    connection: str
    ring: Callable[[], KeyRing] = ring_from_environment
    now: Callable[[], int] = lambda: int(time.time())
    sleep: Callable[[float], None] = time.sleep

    def load(self) -> Token | None:
        """The token; raises `SettingsWrong` when it cannot be opened, or none could be kept."""
        ring = self.ring()
        ring.first  # noqa: B018 - raises before a token is asked for that could not be kept
        row = self.row()
        return self.opened(row, ring) if row else None

    @contextmanager
    def changing(self) -> Iterator["_Changing"]:
        """Shut the others out; raises `Unavailable` when somebody asks for longer than anybody should."""
        owner = uuid.uuid4().hex
        self._take(owner)
        try:
            row = self.row()
            assert row is not None
            yield _Changing(self, row)
        finally:
            # A lease that cannot be given back ends by itself; what went wrong must not be hidden by it.
            with suppress(SQLAlchemyError):
                self.change(col(SealedToken.owner) == owner, owner="", owned_until=0)

    def row(self) -> SealedToken | None:
        """As it is now."""
        one = SealedToken
        query = select(one).where(one.tenant == self.tenant, one.connection == self.connection)
        with reading(self.engine) as session:
            return session.exec(query).first()

    def opened(self, row: SealedToken, ring: KeyRing) -> Token | None:
        """What is sealed in the row."""
        if not row.sealed:
            return None
        kept = json.loads(ring.open(Sealed(row.key_id, row.sealed), self.place))
        return Token(kept["access"], row.expires_at, kept["refresh"], kept["extra"])

    def sealed(self, token: Token) -> dict[str, Any]:
        """The columns that hold the token."""
        plain = {"access": token.access, "refresh": token.refresh, "extra": dict(token.extra)}
        sealed = self.ring().seal(json.dumps(plain), self.place)
        return {"key_id": sealed.key_id, "sealed": sealed.text, "expires_at": token.expires_at, "saved_at": self.now()}

    @property
    def place(self) -> Place:
        """Where the record belongs."""
        return Place("token", self.tenant, self.connection)

    def change(self, *where: Any, tells: Callable[[Connection], None] | None = None, **values: Any) -> bool:
        """Change the row if it is as said; `tells` writes an event along with it."""
        there = (col(SealedToken.tenant) == self.tenant, col(SealedToken.connection) == self.connection)
        with writing(self.engine) as session:
            done: CursorResult[Any] = session.connection().execute(
                update(SealedToken).where(*there, *where).values(**values)
            )
            if done.rowcount == 1 and tells:
                tells(session.connection())
            return done.rowcount == 1

    def _take(self, owner: str) -> None:
        self._make()
        waited = 0.0
        while not self.change(
            col(SealedToken.owned_until) < self.now(), owner=owner, owned_until=self.now() + LEASE_SECONDS
        ):
            if waited > PATIENCE_SECONDS:
                raise Unavailable(f"Another process asks for a token of {self.connection}; try again in a minute.")
            self.sleep(POLL_SECONDS)
            waited += POLL_SECONDS

    def _make(self) -> None:
        insert = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        values = SealedToken(tenant=self.tenant, connection=self.connection).model_dump(exclude={"id"})
        if self.row() is None:
            with writing(self.engine) as session:
                session.connection().execute(insert(SealedToken).values(values).on_conflict_do_nothing())


@dataclass(slots=True)
class _Changing:
    """The `hub.tokens.Changing` of a row."""

    rows: TokenRows
    row: SealedToken
    version: int = field(init=False)

    def __post_init__(self) -> None:
        self.version = self.row.version

    @property
    def token(self) -> Token | None:
        return self.rows.opened(self.row, self.rows.ring())

    @property
    def failure(self) -> Failure | None:
        return failure_of(self.row)

    def save(self, token: Token) -> None:
        """Even a holder whose lease ran out keeps what it got, as it may be the only one that is good now."""
        gone = {"failure_way": "", "failure_message": "", "failure_until": None}
        tells = self._recovered if self.row.failure_way == RECONNECT else None
        if not self._change(tells, version=self.version + 1, **gone, **self.rows.sealed(token)):
            message = f"Another process got a token of {self.rows.connection} meanwhile; try again."
            raise Unavailable(message, after=1)
        self.version += 1

    def failed(self, failure: Failure) -> None:
        def lost(connection: Connection) -> None:
            reconnect_needed(connection, rows.tenant, rows.now(), rows.connection, failure.message)

        rows, begins = self.rows, failure.way == RECONNECT != self.row.failure_way
        values = {"failure_way": failure.way, "failure_message": failure.message, "failure_until": failure.until}
        self._change(lost if begins else None, **values)

    def _recovered(self, connection: Connection) -> None:
        recovered(connection, self.rows.tenant, self.rows.now(), self.rows.connection)

    def _change(self, tells: Callable[[Connection], None] | None, **values: Any) -> bool:
        return self.rows.change(col(SealedToken.version) == self.version, tells=tells, **values)


def failure_of(row: SealedToken) -> Failure | None:
    """Why there is no token, if that was written down."""
    if not row.failure_way:
        return None
    return Failure(row.failure_way, row.failure_message, row.failure_until)  # type: ignore[arg-type]
