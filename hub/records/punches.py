"""Punches as received, corrections to them, and rows that could not be taken."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

# SQLite counts rows only in an INTEGER primary key.
_ID = BigInteger().with_variant(Integer, "sqlite")


class Punch(SQLModel, table=True):
    """One raw punch, immutable. Instants are UTC seconds; `raw` is the line or document it came in, redacted."""

    __table_args__ = (UniqueConstraint("tenant", "dedupe_key"), Index("ix_punch_tenant_t_utc", "tenant", "t_utc"))
    id: int | None = Field(default=None, sa_column=Column(_ID, primary_key=True, autoincrement=True))
    tenant: str
    dedupe_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    device_id: int
    user_id: str
    local_text: str
    tz_rule: str
    t_utc: int = Field(sa_type=BigInteger)
    received_at: int = Field(sa_type=BigInteger)
    direction: int = Field(sa_type=SmallInteger)
    state_raw: str
    method: str
    verify_raw: str
    work_code: str
    vendor_id: str
    flags: int
    line: int
    raw: str


class Correction(SQLModel, table=True):
    """A supervisor's change to the punches: add, void, retime or redirect. The punch itself stays as it came."""

    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    employee_id: int = Field(index=True)
    punch_id: int | None = Field(default=None, sa_type=BigInteger)
    op: str
    t_utc: int | None = Field(default=None, sa_type=BigInteger)
    direction: int | None = None
    reason_code: str
    note: str = ""
    actor: str
    at: int = Field(sa_type=BigInteger)


class Quarantine(SQLModel, table=True):
    """A row that could not become a punch: why, where it stood, what it said.

    `released_at` once it waits no more: it went through, or a person dismissed it; then `dismissed_by` and `note` say
    who, and why.
    """

    __table_args__ = (UniqueConstraint("tenant", "fingerprint"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    fingerprint: str
    door: str
    serial: str
    received_at: int = Field(sa_type=BigInteger)
    line: int
    raw: str
    reason: str
    detail: str
    released_at: int | None = Field(default=None, sa_type=BigInteger)
    dismissed_by: str = Field(default="", sa_column_kwargs={"server_default": ""})
    note: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
