"""What is kept sealed: tokens and secrets, and who may bring a new token."""

from sqlalchemy import BigInteger, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


class SealedToken(SQLModel, table=True):
    """The token of one connection, sealed under the key `key_id`; empty before the first.

    `version` grows with every change of the token. `failure_way` and what belongs to it tell why there is none
    (`hub.tokens.Failure`; `failure_until` is null when somebody must authorise again). `owner` may ask for a token
    until `owned_until`. All instants are UTC seconds.
    """

    __table_args__ = (UniqueConstraint("tenant", "connection"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    connection: str
    key_id: str = ""
    sealed: str = Field(default="", sa_type=Text)
    expires_at: int = Field(default=0, sa_type=BigInteger)
    saved_at: int = Field(default=0, sa_type=BigInteger)
    version: int = 0
    failure_way: str = ""
    failure_message: str = Field(default="", sa_type=Text)
    failure_until: int | None = Field(default=None, sa_type=BigInteger)
    owner: str = ""
    owned_until: int = Field(default=0, sa_type=BigInteger)


class SealedSecret(SQLModel, table=True):
    """A secret that settings name by `{stored: NAME}`, sealed under the key `key_id`."""

    __table_args__ = (UniqueConstraint("tenant", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    name: str
    key_id: str
    sealed: str = Field(sa_type=Text)
    saved_at: int = Field(sa_type=BigInteger)


class ConnectLink(SQLModel, table=True):
    """A link with which one person may authorise one connection until `expires_at`; only digests are kept.

    Or see one page: `connection` is then the path of the page, which begins with `/` (`hub.links`). `state_sha256` is
    that of the latest attempt; the link is deleted when one of them has come to its end.
    """

    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    connection: str
    sha256: str = Field(unique=True)
    state_sha256: str = Field(default="", index=True)
    expires_at: int = Field(sa_type=BigInteger)
