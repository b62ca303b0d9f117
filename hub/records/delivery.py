"""Connections, bindings, and the journal of what was sent where."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

ALWAYS = date(1, 1, 1)
"""The first date of what holds without a beginning."""


class Connection(SQLModel, table=True):
    """One configured ERP tenant: which connector, its settings (secrets by name), whose days it takes, since when.

    More than `unmapped_limit` employees or cost centres without a counterpart in the ERP stop a nightly push. With
    `approval`, only plans that a second person approved are carried out. `timezone`, `nightly` (cron) and `deadline`
    (time of day, or empty) say when; `enabled` is how schedule and sensor start. `origin` is launchpad or file: who has
    the say. A name is used once in the whole hub, since Dagster's assets begin with it.
    """

    __table_args__ = (UniqueConstraint("tenant", "name"), Index("ix_connection_name", "name", unique=True))
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    name: str
    connector: str
    settings: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    sites: list[str] = Field(sa_column=Column(JSON, nullable=False))
    starts_on: date
    unmapped_limit: int = 0
    approval: bool = False
    timezone: str = "UTC"
    nightly: str = "30 2 * * *"
    debounce_seconds: int = 300
    deadline: str = ""
    enabled: bool = False
    origin: str = "file"
    retired_at: int | None = Field(default=None, sa_type=BigInteger)


class Binding(SQLModel, table=True):
    """Our employee number or cost-centre code, and the ERP's id for it. `kind` is employee or cost_centre.

    Found by equal numbers it holds on every date; `given` by a person from one date to another, both inclusive.
    """

    __table_args__ = (UniqueConstraint("tenant", "connection", "kind", "code", "from_date"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    connection: str
    kind: str
    code: str
    ref: str
    from_date: date = ALWAYS
    to_date: date | None = None
    given: bool = False


class JournalEntry(SQLModel, table=True):
    """What we know of one entry in one ERP; committed before anything is sent.

    `state`: planned, sending, accepted, rejected, unknown, confirmed, missing, drifted or withdrawn.
    `sent` is the digest of the image on its way, `confirmed` of the one last read back and found equal.
    """

    __table_args__ = (
        UniqueConstraint("tenant", "connection", "entry_key"),
        # Without the connection: PostgreSQL would take the index for as good as the key until it has statistics.
        Index("ix_journalentry_tenant_date", "tenant", "work_date"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    connection: str
    entry_key: str
    kind: str
    employee: str
    work_date: date
    natural_key: str
    operation: str
    state: str
    image: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    sent: str
    confirmed: str = ""
    refs: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    attempts: int = 0
    reason: str = ""
    push_id: int
    sent_at: int = Field(default=0, sa_type=BigInteger)
    changed_at: int = Field(sa_type=BigInteger)


class ReceiptRow(SQLModel, table=True):
    """What the ERP answered for one change, and what a read-back found. Append-only."""

    __tablename__ = "receipt"
    __table_args__ = (Index("ix_receipt_tenant_key", "tenant", "connection", "entry_key"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    connection: str
    push_id: int
    entry_key: str
    operation: str
    outcome: str
    digest: str
    refs: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    reason: str = ""
    at: int = Field(sa_type=BigInteger)


class Push(SQLModel, table=True):
    """One run of plan, send, settle and read-back; `counts` by outcome, no names and no hours.

    `seen_change` is the newest `AttendanceDay.change` that its plan knew of.
    """

    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    connection: str
    first: date
    last: date
    seen_change: int = Field(default=0, sa_type=BigInteger)
    started_at: int = Field(sa_type=BigInteger)
    ended_at: int | None = Field(default=None, sa_type=BigInteger)
    counts: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class SavedPlan(SQLModel, table=True):
    """A plan kept for approval: what was to be done, and digests of what it was made from."""

    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    connection: str
    first: date
    last: date
    inputs: str
    state: str
    lines: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    made_by: str
    made_at: int = Field(sa_type=BigInteger)
    approved_by: str = ""
    approved_at: int = Field(default=0, sa_type=BigInteger)
    push_id: int = 0


class Period(SQLModel, table=True):
    """Work dates of a connection that payroll has taken: nothing of them is sent any more.

    `manifest` is canonical JSON of what was confirmed at `locked_at` (UTC seconds), `digest` its SHA-256, `signature`
    Ed25519 over it, both hexadecimal; the signature is empty while no key is configured.
    """

    __table_args__ = (UniqueConstraint("tenant", "connection", "first"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    connection: str
    first: date
    last: date
    locked_at: int = Field(sa_type=BigInteger)
    manifest: str = Field(default="", sa_column=Column(Text, nullable=False))
    digest: str = ""
    signature: str = ""


class Adjustment(SQLModel, table=True):
    """A late change of a locked work date: what is wanted now against what was delivered.

    `minutes` and `days` (hundredths) are differences; an entry with neither, such as an interval, has zeros. `state` is
    open, or settled once the difference is gone or somebody took it over.
    """

    __table_args__ = (UniqueConstraint("tenant", "connection", "entry_key"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    connection: str
    entry_key: str
    work_date: date
    employee: str
    action: str
    minutes: int = 0
    days: int = 0
    state: str = "open"
    found_at: int = Field(sa_type=BigInteger)


class Alert(SQLModel, table=True):
    """Something that people were told of, until it is over: one message a cause. `closed_at` is 0 while it lasts."""

    __table_args__ = (UniqueConstraint("tenant", "cause", "closed_at"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    cause: str
    opened_at: int = Field(sa_type=BigInteger)
    closed_at: int = Field(default=0, sa_type=BigInteger)


class Spent(SQLModel, table=True):
    """Requests of a connection in one window of time: `period` is minute or day, `number` counts them since 1970.

    Of `pace`, `lockout` and the lanes, `number` is an instant (`hub.delivery.budget`).
    """

    __table_args__ = (UniqueConstraint("tenant", "connection", "period"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    connection: str
    period: str
    number: int = Field(sa_type=BigInteger)
    requests: int = 0


class Lease(SQLModel, table=True):
    """Who may do a job that must not be done twice at once, such as sending over one connection."""

    __table_args__ = (UniqueConstraint("tenant", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    name: str
    owner: str
    expires_at: int = Field(sa_type=BigInteger)
