"""What `/v1/attendance` answers, with the units of every number."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MINUTES = "Minutes."
HUNDREDTHS = "Hundredths of a day: 100 is a whole one."
UTC = "UTC seconds since 1970."
LOCAL = "The same instant as ISO 8601 local time with offset."

Direction = Literal["in", "out", "break_out", "break_in", "unknown"]


class RawCorrection(BaseModel):
    """What a supervisor changed about a punch; the punch itself stays as it came."""

    id: int
    op: str = Field(description="add, void, retime or redirect.")
    at_utc: int | None = Field(description=f"The new time, if it has one. {UTC}")
    at: str | None = Field(description=LOCAL)
    direction: Direction | None = Field(description="The new direction, if it has one.")
    reason_code: str
    note: str
    actor: str = Field(description="Who did it.")
    made_at_utc: int = Field(description=f"When it was done. {UTC}")


class RawPunch(BaseModel):
    """A punch as it was stored, or one that a supervisor added. Never a template, never a photo."""

    kind: Literal["punch", "added"] = Field(description="`added` has no device: the correction beside it made it.")
    id: int = Field(description="Of the punch, or of the correction that added it; unique within its kind.")
    employee: str | None = Field(description="Employee number; null while the badge is nobody's.")
    at_utc: int = Field(description=f"The instant as the device told it. {UTC}")
    at: str = Field(description=LOCAL)
    zone: str = Field(description="IANA zone of the site.")
    site: str | None = Field(description="Code of the device's site.")
    door: str | None = Field(description="How it came in: adms, cams, json.")
    device: str | None = Field(description="Serial number, or service tag.")
    user_id: str | None = Field(description="The id on the device, exactly as sent.")
    time_as_sent: str | None
    direction: Direction = Field(description="As the device told it; the rules may not believe it.")
    method: str | None = Field(description="finger, face, palm, card, pin, password, vein, qr, other or unknown.")
    work_code: str | None
    vendor_id: str | None = Field(description="The sender's own id of the punch.")
    flags: list[str] = Field(description="tz_ambiguous, future, clock_suspect, replay, swapped.")
    received_at_utc: int | None = Field(description=f"When it reached Muster. {UTC}")
    corrections: list[RawCorrection]


class ProcessedDay(BaseModel):
    """One employee-day as the rules see it now."""

    employee: str = Field(description="Employee number.")
    work_date: date = Field(description="The date to which the work belongs; a night belongs to that of its beginning.")
    revision: int = Field(description="Grows with every change of this day, from 1.")
    change: int = Field(description="Counts the tenant's writes: a greater one was written later.")
    site: str
    zone: str = Field(description="IANA zone of the site.")
    shift: str | None
    policy: str
    policy_version: int
    day_type: str = Field(description="working, weekly_off, holiday or not_employed.")
    status: str
    first_half: str = Field(
        description="worked, paid_leave, unpaid_leave, weekly_off, holiday, absent, pending or not_employed."
    )
    second_half: str = Field(description="The same of the second half.")
    in_at_utc: int | None = Field(description=f"First in. {UTC}")
    in_at: str | None = Field(description=LOCAL)
    out_at_utc: int | None = Field(description=f"Last out. {UTC}")
    out_at: str | None = Field(description=LOCAL)
    scheduled_start_utc: int | None = Field(description=UTC)
    scheduled_start: str | None = Field(description=LOCAL)
    scheduled_end_utc: int | None = Field(description=UTC)
    scheduled_end: str | None = Field(description=LOCAL)
    expected_min: int = Field(description=MINUTES)
    gross_min: int = Field(description=MINUTES)
    break_min: int = Field(description=MINUTES)
    worked_min: int = Field(description=MINUTES)
    paid_min: int = Field(description=MINUTES)
    pre_shift_min: int = Field(description=MINUTES)
    post_shift_min: int = Field(description=MINUTES)
    late_min: int = Field(description=MINUTES)
    early_out_min: int = Field(description=MINUTES)
    shortage_min: int = Field(description=MINUTES)
    ot_min: int = Field(description=f"Overtime. {MINUTES}")
    payable_days: int = Field(description=HUNDREDTHS)
    lop_days: int = Field(description=f"Loss of pay. {HUNDREDTHS}")
    leave_code: str | None
    flags: list[str] = Field(description="late, early_out, overtime, night, lop, half_day, regularised, imputed, ...")
    anomalies: list[str] = Field(description="Codes of what a person should look at.")
    blocks_posting: bool = Field(description="Whether the day is held back from payroll until somebody settles it.")
    recompute_reason: str | None = Field(description="Why this revision was computed; null for the first.")
    computed_at_utc: int = Field(description=UTC)


class RawPage(BaseModel):
    """Punches in the order of their instants."""

    items: list[RawPunch]
    next_cursor: str | None = Field(description="Hand it back as `cursor` for the next page; null: this was the last.")


class ProcessedPage(BaseModel):
    """Employee-days in the order in which they were written."""

    items: list[ProcessedDay]
    next_cursor: str | None = Field(description="Hand it back as `cursor` for the next page; null: this was the last.")
    changed_after: int | None = Field(
        description="On the last page: hand it back as `changed_after` the next time, for all that is written later."
    )


class End(BaseModel):
    """The last line of a stream; a stream without it was cut off and is to be read again."""

    kind: Literal["end"] = "end"
    rows: int
    changed_after: int | None = Field(default=None, description="As on the last page.")


_CURSOR = Field(default=None, max_length=200, description="`next_cursor` of the page before, with the same filters.")
_LIMIT = Field(default=500, ge=1, le=5000, description="Most rows of a page; a stream has them all.")


# PostgreSQL has no NUL in its texts.
_Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] | None


class _Query(BaseModel):
    # A filter with a slip in its name must not give everything.
    model_config = ConfigDict(extra="forbid")

    employee: _Name = Field(default=None, description="Employee number.")
    site: _Name = Field(default=None, description="Code of a site.")
    device: _Name = Field(default=None, description="Serial number or service tag of a device.")
    limit: int = _LIMIT
    cursor: str | None = _CURSOR


class RawQuery(_Query):
    """Which punches."""

    begin: str | None = Field(
        default=None,
        alias="from",
        max_length=40,
        description="First instant: ISO 8601 with offset; or a local time or date, where all sites have one zone or a "
        "site is named.",
    )
    end: str | None = Field(
        default=None, alias="to", max_length=40, description="First instant after them; a date includes that day."
    )


class ProcessedQuery(_Query):
    """Which employee-days."""

    first: date | None = Field(default=None, alias="from", description="First work date.")
    last: date | None = Field(default=None, alias="to", description="Last work date, inclusive.")
    changed_after: int | None = Field(
        default=None, ge=0, lt=2**63, description="Only days with a greater `change`: what was written since."
    )
