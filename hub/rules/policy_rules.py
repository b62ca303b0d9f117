"""The parts of a policy that are lists or shapes of their own: rounding, breaks, overtime rules, late tiers."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Minutes = Annotated[int, Field(ge=0, le=1440)]
TimeOfDay = Annotated[int, Field(ge=0, le=1440)]
Days = Annotated[int, Field(ge=0, le=400)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Part(BaseModel):
    """A piece of a policy; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Rounding(Part):
    """How one time or one sum is rounded; an interval of 0 minutes leaves it alone."""

    interval_min: Minutes = Field(0, description="Minutes of the raster; 0 switches rounding off.")
    dir: Literal["down", "up", "nearest"] = Field("nearest", description="Which multiple of the interval is taken.")
    grace_min: Minutes = Field(0, description="Minutes forgiven before down or up takes effect.")
    from_min: Minutes = Field(0, description="First minute of the day, or of a length, that is rounded.")
    until_min: Minutes = Field(1440, description="Last minute that is rounded; what lies outside stays.")


class BreakTier(Part):
    """From so many gross minutes of a stretch, so many minutes of break."""

    after_min: Minutes = Field(description="Gross minutes from which this tier holds.")
    break_min: Minutes = Field(description="Minutes of break it takes off.")


class Window(Part):
    """A span of the local day; an end at or before its start lies on the next date."""

    start_min: TimeOfDay = Field(1320, description="Minute of the local day at which it begins.")
    end_min: TimeOfDay = Field(360, description="Minute of the local day at which it ends.")


Basis = Literal[
    "holiday", "weekly_off", "daily_over_expected", "daily", "before_shift", "after_shift", "window", "night",
    "consecutive_day", "weekly",
]  # fmt: skip


class OtRule(Part):
    """One bucket of overtime. Rules apply in their order, and a minute that one has taken is regular no more."""

    bucket: str = Field(description="Name under which the minutes are reported.", min_length=1)
    basis: Basis = Field(description="Which minutes it looks at.")
    from_min: int = Field(0, ge=0, le=60_000, description="Minutes from which the band begins.")
    to_min: int | None = Field(None, ge=0, le=60_000, description="Minutes at which the band ends; none: open.")
    threshold_min: Minutes = Field(0, description="Minutes below which there is none.")
    threshold_mode: Literal["cliff", "excess"] = Field(
        "cliff", description="At the threshold: cliff takes all minutes, excess only those beyond it."
    )
    threshold_strict: bool = Field(default=False, description="Whether the threshold itself is still none.")
    round_min: Minutes = Field(0, description="Minutes are cut to multiples of this; 0 leaves them.")
    cap_day_min: Minutes | None = Field(None, description="At most so many minutes a day.")
    cap_week_min: int | None = Field(None, ge=0, le=10_080, description="At most so many minutes a week.")
    approval: Literal["none", "required"] = Field("none", description="required: reported as pending until approved.")
    pay_code: str = Field("", description="Code for the ERP.")
    window: Window = Field(Window(), description="Span of the day, for the basis window.")
    days: Literal["any", "working", "off"] = Field("any", description="Dates that the basis window looks at.")
    nth: int = Field(7, ge=2, le=31, description="Which consecutive worked day, for the basis consecutive_day.")
    in_a_row: bool = Field(default=True, description="Whether a date without work begins the count of days anew.")
    within_week: bool = Field(default=True, description="Whether consecutive days are counted anew each week.")
    weeks: int = Field(1, ge=1, le=8, description="Weeks of one period, for the basis weekly.")
    anchor: date = Field(date(1970, 1, 1), description="A date in the first week of such a period.")


class LateTier(Part):
    """What each late of a cycle costs from one ordinal to another."""

    from_count: int = Field(ge=1, description="First late of the cycle that this tier is about.")
    to_count: int | None = Field(None, ge=1, description="Last one; none: all later ones.")
    days: Days = Field(description="Hundredths of a day for each.")


class ArrivalBand(Part):
    """What arriving by some time of day means; the last band may have none."""

    until_min: TimeOfDay | None = Field(None, description="Minute of the local day, inclusive; none: any later time.")
    result: Literal["on_time", "late", "first_half", "full_day"] = Field(
        description="late only counts; first_half and full_day lose the half or the day."
    )
