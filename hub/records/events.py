"""Where applications are told of what happened, and the messages that wait for them."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

# SQLite counts rows only in an INTEGER primary key.
_ID = BigInteger().with_variant(Integer, "sqlite")


class Webhook(SQLModel, table=True):
    """An address that takes events; its secret is sealed in `sealedsecret`.

    `events` are the kinds it asked for. `failures` counts attempts since `failing_since`; the next one is due at
    `next_at`. `off_at` is when it was switched off, for `reason`; 0 while it is on. All instants are UTC seconds.
    """

    __table_args__ = (UniqueConstraint("tenant", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    name: str
    url: str = Field(sa_type=Text)
    events: list[str] = Field(sa_column=Column(JSON, nullable=False))
    made_at: int = Field(sa_type=BigInteger)
    taken_at: int = Field(default=0, sa_type=BigInteger)
    failures: int = 0
    failing_since: int = Field(default=0, sa_type=BigInteger)
    next_at: int = Field(default=0, sa_type=BigInteger)
    off_at: int = Field(default=0, sa_type=BigInteger)
    reason: str = Field(default="", sa_type=Text)


class OutgoingEvent(SQLModel, table=True):
    """A message for one webhook, written in the transaction of its cause and deleted once it was taken.

    One row for each webhook, and no cursor over ids: a cursor misses rows that commit late. `message` is the id that
    the receiver sees, `body` exactly what is signed and sent.
    """

    __table_args__ = (Index("ix_outgoingevent_tenant_webhook", "tenant", "webhook_id", "id"),)
    id: int | None = Field(default=None, sa_column=Column(_ID, primary_key=True, autoincrement=True))
    tenant: str
    webhook_id: int
    message: str
    body: str = Field(sa_type=Text)
