"""When people are due: shifts, rosters, weekly offs, holidays and leaves."""

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class Shift(SQLModel, table=True):
    """One version of a shift. Minutes; windows fall back to the policy."""

    __table_args__ = (UniqueConstraint("tenant", "code", "effective_from"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    code: str
    effective_from: date
    kind: str
    expected_min: int
    window_before_min: int | None = None
    window_after_min: int | None = None
    unpaid_break_min: int = 0
    core_start_min: int | None = None
    core_end_min: int | None = None


class ShiftSegment(SQLModel, table=True):
    """Start and end in minutes of the local day; `end_min` above 1440 lies on the next day."""

    __table_args__ = (UniqueConstraint("tenant", "shift", "effective_from", "segment_no"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    shift: str
    effective_from: date
    segment_no: int
    start_min: int
    end_min: int


class Roster(SQLModel, table=True):
    """Which shift, or which pattern of shifts, an employee works from a date on."""

    __table_args__ = (UniqueConstraint("tenant", "employee_id", "from_date"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    employee_id: int = Field(index=True)
    from_date: date
    to_date: date | None = None
    shift: str | None = None
    pattern: str | None = None
    anchor_date: date | None = None


class PatternDay(SQLModel, table=True):
    """One day of a repeating pattern; no shift means a day off."""

    __table_args__ = (UniqueConstraint("tenant", "pattern", "position"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    pattern: str
    position: int
    shift: str | None = None


class WeeklyOff(SQLModel, table=True):
    """A weekday off (Monday 0), every week or only the n-th of the month."""

    __table_args__ = (UniqueConstraint("tenant", "code", "weekday", "nth"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    code: str
    weekday: int
    nth: int | None = None


class Holiday(SQLModel, table=True):
    """A holiday of a calendar: kind public, optional or company; portion full, first or second."""

    __table_args__ = (UniqueConstraint("tenant", "calendar", "day"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    calendar: str
    day: date
    name: str
    kind: str = "public"
    portion: str = "full"


class Leave(SQLModel, table=True):
    """An approved leave of one date; `paid` in hundredths (100 = fully paid, 0 = loss of pay)."""

    __table_args__ = (UniqueConstraint("tenant", "employee_id", "day", "portion"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    employee_id: int = Field(index=True)
    day: date
    portion: str = "full"
    minutes: int | None = None
    type_code: str
    paid: int
