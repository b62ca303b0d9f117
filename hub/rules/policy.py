"""The parameters a customer sets; one `Policy` per policy code, with the defaults of the specification."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Minutes = Annotated[int, Field(ge=0, le=1440)]
Percent = Annotated[int, Field(ge=0, le=100)]


class Rounding(BaseModel):
    """How one time or one sum is rounded; an interval of 0 minutes leaves it alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interval_min: Minutes = Field(0, description="Minutes of the raster; 0 switches rounding off.")
    dir: Literal["down", "up", "nearest"] = Field("nearest", description="Which multiple of the interval is taken.")
    grace_min: Minutes = Field(0, description="Minutes forgiven before down or up takes effect.")


class Policy(BaseModel):
    """Parameters of stages 1 to 16 that are implemented; minutes unless the name says seconds, percent or hours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(1, ge=1, description="Number of this version, carried to every day row computed with it.")

    dedupe_window_s: int = Field(
        60, ge=0, le=3600, description="Seconds after any punch in which another one of the same employee is a repeat."
    )

    window_before_min: Minutes = Field(120, description="Minutes before a segment's start in which a punch is its own.")
    window_after_min: Minutes = Field(240, description="Minutes after a segment's end in which a punch is its own.")
    window_overlap: Literal["trim", "midpoint"] = Field(
        "trim",
        description="Where two windows meet: trim cuts at the later of the earlier end and the later window's start, "
        "midpoint half-way between the two shifts.",
    )
    handover: Literal["none", "share"] = Field(
        "none", description="share: a punch at the instant where two segments touch closes one and opens the other."
    )
    off_shift: Literal["open_shift", "anomaly", "ignore"] = Field(
        "open_shift", description="Punches outside every window: paired as an open day, reported only, or passed over."
    )
    min_rest_min: Minutes = Field(660, description="Minutes between two worked shifts below which rest is violated.")

    direction_mode: Literal["device", "alternate", "hybrid"] = Field(
        "hybrid",
        description="Whose word in or out is: the device's, the order of the punches, or the device's where trusted.",
    )
    repeat_split_min: Minutes = Field(
        240, description="Two equal directions farther apart than this are two visits, not a repeat."
    )
    max_pair_min: int = Field(960, ge=1, le=2880, description="Minutes beyond which in and out are not one pair.")

    grace_snap_in_min: Minutes = Field(0, description="An in this close to the start counts as the start.")
    grace_snap_out_min: Minutes = Field(0, description="An out this close to the end counts as the end.")
    round_in: Rounding = Field(Rounding(), description="Rounding of every in.")
    round_out: Rounding = Field(Rounding(), description="Rounding of every out.")
    round_pair: Rounding = Field(Rounding(), description="Rounding of each pair's length; moves its out.")
    round_day: Rounding = Field(Rounding(), description="Rounding of the day's worked minutes.")
    round_half: Literal["up", "down", "minute_up", "minute_down"] = Field(
        "up", description="nearest only: where the half goes; minute_* cut half the interval to whole minutes first."
    )
    round_basis: Literal["local", "utc"] = Field("local", description="Clock whose multiples are rounded to.")

    early_in_counts: bool = Field(default=False, description="Whether minutes before the start are paid.")
    late_out_counts: bool = Field(default=True, description="Whether minutes after the end are paid.")
    break_mode: Literal["auto_deduct", "none"] = Field(
        "auto_deduct", description="auto_deduct takes the shift's unpaid break off a segment that is long enough."
    )
    break_after_min: Minutes = Field(300, description="Gross minutes of a segment from which its break is taken.")
    credit_punched: bool = Field(default=True, description="Whether punched gaps inside the shift count as the break.")
    paid_break_min: Minutes = Field(0, description="Minutes of punched gaps inside a segment that are paid back.")

    grace_in_min: Minutes = Field(10, description="Minutes after the start that are not yet late.")
    grace_out_min: Minutes = Field(0, description="Minutes before the end that are not yet early.")
    late_count_from: Literal["shift_start", "end_of_grace"] = Field(
        "shift_start", description="From where late minutes are counted once someone is late."
    )

    full_day_pct: Percent = Field(90, description="Percent of the expected minutes from which the day is full.")
    half_day_pct: Percent = Field(50, description="Percent of the expected minutes from which half the day is worked.")
    min_presence_min: Minutes = Field(0, description="Worked minutes below which the day is absent whatever else.")
    single_punch: Literal["pending", "absent", "half", "present"] = Field(
        "pending", description="A day with unpaired punches and nothing worked; pending ends with absent_after_h."
    )
    absent_after_h: int = Field(
        24, ge=0, le=240, description="Hours after the end of the window until which a day without work is pending."
    )
    open_expected_min: Minutes = Field(480, description="Expected minutes of open shifts that state none.")
    dst_expected: Literal["elapsed", "nominal"] = Field(
        "elapsed", description="Whether a clock change inside a shift changes its expected minutes."
    )

    ot_threshold_min: Minutes = Field(
        30, description="Minutes over the expected ones below which there is no overtime; from it on all of them count."
    )
