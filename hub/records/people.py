"""Who works where: tenants, sites, departments, cost centres, employees and their badges."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel


class Tenant(SQLModel, table=True):
    """One customer; `tenant` is its slug and stands in every other table."""

    tenant: str = Field(primary_key=True, max_length=63)
    name: str


class Site(SQLModel, table=True):
    """A place of work in one IANA zone; an unscheduled day begins `day_boundary_min` minutes after midnight."""

    __table_args__ = (UniqueConstraint("tenant", "code"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    code: str
    name: str
    zone: str
    holiday_calendar: str
    day_boundary_min: int = 240


class Department(SQLModel, table=True):
    """A department, for grouping only."""

    __table_args__ = (UniqueConstraint("tenant", "code"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    code: str
    name: str


class CostCentre(SQLModel, table=True):
    """Where hours are booked."""

    __table_args__ = (UniqueConstraint("tenant", "code"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    code: str
    name: str


class Employee(SQLModel, table=True):
    """A person by employee number; `id` is the integer key that the rules work with."""

    __table_args__ = (UniqueConstraint("tenant", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    number: str
    name: str


class Employment(SQLModel, table=True):
    """From when to when an employee works at a site under which policy; `to_date` is inclusive, open when absent."""

    __table_args__ = (UniqueConstraint("tenant", "employee_id", "from_date"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    employee_id: int = Field(index=True)
    from_date: date
    to_date: date | None = None
    site: str
    department: str
    policy: str
    weekly_off: str
    attendance_mode: str = "punch"


class CostAllocation(SQLModel, table=True):
    """A share of an employee's hours, in hundredths of a percent; the shares of a day add up to 10,000."""

    __table_args__ = (UniqueConstraint("tenant", "employee_id", "from_date", "cost_centre"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    employee_id: int = Field(index=True)
    from_date: date
    to_date: date | None = None
    cost_centre: str
    share: int


class Badge(SQLModel, table=True):
    """A user id on the devices of one badge group, and whose it is. Two groups may use the same id for two people."""

    __table_args__ = (UniqueConstraint("tenant", "badge_group", "user_id", "from_date"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    badge_group: str
    user_id: str
    employee_id: int
    from_date: date
    to_date: date | None = None


class PolicyVersion(SQLModel, table=True):
    """The attendance policy of a group of employees; `parameters` as `hub.rules.Policy` takes them."""

    __table_args__ = (UniqueConstraint("tenant", "code"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    code: str
    parameters: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
