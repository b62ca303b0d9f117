"""Processed attendance: days, pairs, anomalies, and which days must be computed again."""

from datetime import date

from sqlalchemy import JSON, BigInteger, Column, Index
from sqlmodel import Field, SQLModel


class AttendanceDay(SQLModel, table=True):
    """One employee-day as `hub.rules` puts it; `day_type`, `s1`, `s2` and `flags` are numbers of `hub.rules.codes`.

    `revision` grows with every change of the day; `change` counts the tenant's writes: a greater one was written later.
    """

    __table_args__ = (
        Index("ix_attendanceday_tenant_date", "tenant", "work_date"),
        Index("ix_attendanceday_tenant_change", "tenant", "change", "employee_id", "work_date"),
    )
    tenant: str = Field(primary_key=True)
    employee_id: int = Field(primary_key=True)
    work_date: date = Field(primary_key=True)
    revision: int
    change: int = Field(sa_type=BigInteger)
    site: str
    zone: str
    shift: str | None = None
    policy: str
    policy_version: int
    day_type: int
    status: str
    s1: int
    s2: int
    in_at_utc: int | None = Field(default=None, sa_type=BigInteger)
    out_at_utc: int | None = Field(default=None, sa_type=BigInteger)
    scheduled_start_utc: int | None = Field(default=None, sa_type=BigInteger)
    scheduled_end_utc: int | None = Field(default=None, sa_type=BigInteger)
    expected_min: int
    gross_min: int
    break_min: int
    worked_min: int
    paid_min: int
    pre_shift_min: int
    post_shift_min: int
    late_min: int
    early_out_min: int
    shortage_min: int
    ot_min: int
    payable_days: int
    lop_days: int
    leave_code: str | None = None
    duplicates_dropped: int
    flags: int = Field(sa_type=BigInteger)
    anomaly_codes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    blocks_posting: bool
    input_hash: str
    output_hash: str
    recompute_reason: str | None = None
    computed_at: int = Field(sa_type=BigInteger)


class AttendancePair(SQLModel, table=True):
    """One in/out pair of an employee-day; `in_paid` and `out_paid` are what counts, the punches stay as they were.

    Pairs are looked up by dates or by one employee-day: the one index serves both.
    """

    tenant: str = Field(primary_key=True)
    work_date: date = Field(primary_key=True)
    employee_id: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    in_punch_id: int | None = Field(default=None, sa_type=BigInteger)
    out_punch_id: int | None = Field(default=None, sa_type=BigInteger)
    in_at: int = Field(sa_type=BigInteger)
    out_at: int = Field(sa_type=BigInteger)
    in_paid: int = Field(sa_type=BigInteger)
    out_paid: int = Field(sa_type=BigInteger)
    segment_no: int | None = None
    kind: str
    imputed: bool
    rounded_in_s: int
    rounded_out_s: int


class Anomaly(SQLModel, table=True):
    """Something about an employee-day that a person should look at."""

    __table_args__ = (Index("ix_anomaly_tenant_date", "tenant", "work_date", "employee_id"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    employee_id: int
    work_date: date
    code: str
    severity: str
    state: str
    detail: str
    blocks_posting: bool
    punch_id: int | None = Field(default=None, sa_type=BigInteger)


class Dirty(SQLModel, table=True):
    """A work date to compute again, and why. Written with the cause, removed with the days that were computed."""

    __table_args__ = (Index("ix_dirty_tenant", "tenant"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    day: date
    reason: str
    marked_at: int = Field(sa_type=BigInteger)
