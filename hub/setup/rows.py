"""What may stand in a set-up file: one model a subject, named as the file is."""

import re
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

from hub.doors.punch import Ack, DirectionRule, Profile
from hub.rules import Policy
from hub.secrets import SecretRef
from hub.zones import zone

DAY_MIN = 1440


def _minutes(value: Any) -> int:
    """`HH:MM` (or minutes) as minutes; hours above 23 lie on the next day."""
    hours, colon, minutes = str(value).partition(":")
    if hours.isdecimal() and (minutes.isdecimal() if colon else not minutes):
        found = int(hours) * 60 + int(minutes) if colon else int(hours)
        if found < 2 * DAY_MIN and (not colon or int(minutes) < 60):
            return found
    raise ValueError(f"{value!r} is not a time of day; write HH:MM, up to 47:59")


def _list(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


def _slug(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", value):
        raise ValueError(f"{value[:70]!r} is no name here; use small letters, digits and _, a letter first")
    return value


def _code(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}", value):
        raise ValueError(f"{value[:70]!r} is no code here; use letters, digits and _ . -, no blanks")
    return value


def _serial(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}", value):
        raise ValueError(f"{value[:70]!r} is no serial; use letters, digits and _ . : -, no blanks")
    return value


def _known_zone(value: str) -> str:
    zone(value)
    return value


def _time_of_day(value: str) -> str:
    if value and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError(f"{value!r} is no time of day such as 06:00")
    return value


def _in_order(first: date, last: date | None, names: str) -> None:
    if last is not None and last < first:
        raise ValueError(f"{names}: {last} lies before {first}")


Slug = Annotated[str, AfterValidator(_slug)]
Code = Annotated[str, AfterValidator(_code)]
TimeOfDay = Annotated[int, BeforeValidator(_minutes)]
Words = Annotated[tuple[str, ...], BeforeValidator(_list)]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Row(BaseModel):
    """Base of all: unknown names are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TenantRow(Row):
    tenant: Slug
    name: str


class SiteRow(Row):
    code: Slug
    name: str
    zone: Annotated[str, AfterValidator(_known_zone)]
    holiday_calendar: Code
    day_boundary: TimeOfDay = 240


class NamedRow(Row):
    """A department or a cost centre."""

    code: Code
    name: str


class PolicyRow(Row):
    code: Code
    parameters: Policy = Policy()


class SegmentRow(Row):
    start: TimeOfDay
    end: TimeOfDay


class ShiftRow(Row):
    code: Code
    effective_from: date
    kind: Literal["fixed", "split", "flexible", "open"] = "fixed"
    segments: tuple[SegmentRow, ...] = ()
    expected: TimeOfDay
    window_before_min: int | None = Field(default=None, ge=0)
    window_after_min: int | None = Field(default=None, ge=0)
    unpaid_break_min: int = Field(default=0, ge=0)
    core_start: TimeOfDay | None = None
    core_end: TimeOfDay | None = None

    @model_validator(mode="after")
    def _shape(self) -> Self:
        """What `hub.rules` would refuse on every single day."""
        if (self.kind == "open") != (not self.segments):
            raise ValueError("an open shift has no segments, and every other shift has at least one")
        for before, after in pairwise(self.segments):
            if after.start < before.end:
                raise ValueError("segments must follow one another and not overlap")
        if any(segment.end <= segment.start for segment in self.segments):
            raise ValueError("a segment must end after its start; write 06:00 of the next day as 30:00")
        if self.segments and self.segments[0].start >= DAY_MIN:
            raise ValueError("a shift must start on its own date, before 24:00")
        if self.segments and self.segments[-1].end - self.segments[0].start > DAY_MIN:
            raise ValueError("a shift must last at most 24 h from its first start to its last end")
        return self


class PatternRow(Row):
    """`days` is a cycle of shift codes and OFF."""

    code: Code
    days: Words = Field(min_length=1)


class WeeklyOffRow(Row):
    """`weekday` mon..sun; `nth` 1 to 5 for only that one of the month."""

    code: Code
    weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    nth: int | None = Field(default=None, ge=1, le=5)


class HolidayRow(Row):
    calendar: Code
    date: date
    name: str
    kind: Literal["public", "optional", "company"] = "public"
    portion: Literal["full", "first", "second"] = "full"


def _share(word: str) -> tuple[str, int]:
    code, colon, share = word.partition(":")
    percent = share if colon else "100"
    if not percent.isdecimal() or not 0 < int(percent) <= 100:
        raise ValueError(f"{word!r} is no share of a cost centre; write CODE, or CODE:70 CODE:30")
    return code, int(percent)


class EmployeeRow(Row):
    """`cost_centres`: `CODE` or `CODE:percent ...`; `badges`: `group:user-id ...`."""

    number: Code
    name: str
    site: Slug
    department: Code
    cost_centres: Words = Field(min_length=1)
    policy: Code
    weekly_off: Code
    badges: Words = ()
    attendance_mode: Literal["punch", "exempt", "hours_only"] = "punch"
    joined: date
    left: date | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        _in_order(self.joined, self.left, "left")
        shares = self.shares()
        if sum(share for _, share in shares) != 10_000 or len(dict(shares)) != len(shares):
            raise ValueError(f"cost_centres: the shares of {self.number} do not add up to 100, each cost centre once")
        return self

    def shares(self) -> list[tuple[str, int]]:
        """Cost-centre codes with hundredths of a percent."""
        return [(code, percent * 100) for code, percent in map(_share, self.cost_centres)]


class RosterRow(Row):
    employee: Code
    from_date: date
    to_date: date | None = None
    shift: Code | None = None
    pattern: Code | None = None
    anchor_date: date | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        _in_order(self.from_date, self.to_date, "to_date")
        if (self.shift is None) == (self.pattern is None):
            raise ValueError("name either a shift or a pattern")
        return self


class LeaveRow(Row):
    """`paid` in percent: 100 fully paid, 0 loss of pay."""

    employee: Code
    date: date
    portion: Literal["full", "first", "second", "minutes"] = "full"
    minutes: int | None = Field(default=None, ge=1, le=DAY_MIN)
    type: Code
    paid: int = Field(ge=0, le=100)

    @model_validator(mode="after")
    def _how_long(self) -> Self:
        if (self.portion == "minutes") != (self.minutes is not None):
            raise ValueError("minutes: give them for the portion `minutes`, and for no other")
        return self


class DeviceSettings(Row):
    """What a door may need to know of its device; `token` and `secret` by name, `{env: NAME}` or `{file: PATH}`."""

    profile: Profile | None = None
    ack: Ack | None = None
    token: SecretRef | None = None
    secret: SecretRef | None = None
    replay_after_s: int | None = Field(default=None, ge=0)
    granted_events: tuple[str, ...] | None = None


class DeviceRow(Row):
    door: Literal["adms", "cams", "json", "file"]
    serial: Annotated[str, AfterValidator(_serial)]
    site: Slug
    badge_group: Slug = "main"
    direction: DirectionRule = "device"
    settings: DeviceSettings = DeviceSettings()

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if self.door == "cams" and self.settings.secret is None:
            raise ValueError("settings.secret is missing; it is the word in the callback URL of a cams device")
        return self


class ConnectionRow(Row):
    name: Slug
    connector: str
    sites: Words = Field(min_length=1)
    settings: dict[str, JsonValue]
    starts_on: date
    unmapped_limit: int = Field(default=0, ge=0)
    approval: bool = False
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    nightly: str = "30 2 * * *"
    debounce_seconds: int = Field(default=300, ge=0)
    deadline: Annotated[str, AfterValidator(_time_of_day)] = ""
    enabled: bool = False
