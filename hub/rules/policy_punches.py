"""Parameters of stages 1 to 9: from punches to counted minutes."""

from typing import Literal

from pydantic import Field

from hub.rules.policy_rules import BreakTier, Minutes, Part, Rounding


class PunchParameters(Part):
    """How punches are read, paired, rounded and counted; minutes unless the name says seconds."""

    dedupe_window_s: int = Field(
        60, ge=0, le=3600, description="Seconds after any punch in which another one of the same employee is a repeat."
    )
    dedupe_scope: Literal["employee", "employee_device"] = Field(
        "employee", description="Whether a repeat may come from another device."
    )

    window_before_min: Minutes = Field(120, description="Minutes before a segment's start in which a punch is its own.")
    window_after_min: Minutes = Field(240, description="Minutes after a segment's end in which a punch is its own.")
    window_overlap: Literal["trim", "midpoint", "by_direction"] = Field(
        "trim",
        description="Where two windows meet: trim cuts at the later of the earlier end and the later window's start, "
        "midpoint half-way between the two shifts; by_direction gives an in to the later shift and an out to the "
        "earlier one wherever both windows reach.",
    )
    handover: Literal["none", "share"] = Field(
        "none", description="share: a punch at the instant where two segments touch closes one and opens the other."
    )
    off_shift: Literal["open_shift", "anomaly", "ignore"] = Field(
        "open_shift", description="Punches outside every window: paired as an open day, reported only, or passed over."
    )
    min_rest_min: Minutes = Field(660, description="Minutes between two worked shifts below which rest is violated.")
    new_shift_gap_min: Minutes = Field(
        0,
        description="Open days only: a pause this long between an out and an in begins another shift, which belongs to "
        "the date of its first punch; 0 leaves it to the day boundary.",
    )
    max_shift_min: int = Field(
        960,
        ge=60,
        le=10_000_000,
        description="With new_shift_gap_min: minutes after its first punch in which a shift ends.",
    )

    direction_mode: Literal["device", "alternate", "hybrid", "first_last"] = Field(
        "hybrid",
        description="Whose word in or out is: the device's, the order of the punches, or the device's where trusted; "
        "first_last makes the first punch the in and the last one the out.",
    )
    repeat_in: Literal["first", "last"] = Field("first", description="Which in of a run of ins is kept.")
    repeat_out: Literal["first", "last"] = Field("last", description="Which out of a run of outs is kept.")
    repeat_split_min: int = Field(
        240,
        ge=0,
        le=10_000_000,
        description="Two equal directions farther apart than this are two visits, not a repeat.",
    )
    max_pair_min: int = Field(960, ge=1, le=10_000_000, description="Minutes beyond which in and out are not one pair.")
    missing_out_policy: Literal["none", "shift_end", "in_plus_expected", "in_plus_min"] = Field(
        "none", description="What stands in for an out that is missing once the window is over; it is marked imputed."
    )
    missing_in_policy: Literal["none", "shift_start"] = Field("none", description="What stands in for a missing in.")
    missing_out_min: int = Field(480, ge=0, le=2880, description="Minutes that in_plus_min adds to the in.")
    zero_pair: Literal["drop"] = Field("drop", description="An in and an out at one instant are no pair.")

    day_assignment: Literal["shift_start", "shift_end", "most_worked", "split_midnight"] = Field(
        "shift_start",
        description="Date of a stretch that crosses midnight: where it starts, ends, has most of its time (equal: the "
        "start), or both, cut at local midnight.",
    )
    day_zone: Literal["employee_site", "punch_site"] = Field(
        "employee_site", description="Zone of dates and times of day; punch_site only for open days."
    )

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

    early_in_counts: bool | Literal["after_min", "approved_only"] = Field(
        default=False,
        description="Whether minutes before the start are paid; after_min only from early_in_after_min of them on, "
        "approved_only never by themselves.",
    )
    early_in_after_min: Minutes = Field(0, description="Minutes before the start from which after_min counts them.")
    late_out_counts: bool | Literal["after_min", "approved_only"] = Field(
        default=True, description="Whether minutes after the end are paid; like early_in_counts."
    )
    late_out_after_min: Minutes = Field(0, description="Minutes after the end from which after_min counts them.")
    break_mode: Literal["auto_deduct", "none", "schedule", "punched", "punched_or_auto"] = Field(
        "auto_deduct",
        description="auto_deduct takes the shift's unpaid break, or that of break_tiers, off a segment that is long "
        "enough; schedule what was worked inside the shift's break times; punched nothing but the gaps themselves; "
        "punched_or_auto the break only where nobody punched one.",
    )
    break_after_min: Minutes = Field(300, description="Gross minutes of a segment from which its break is taken.")
    break_tiers: tuple[BreakTier, ...] = Field((), description="Breaks by gross minutes, instead of the shift's.")
    credit_punched: bool = Field(default=True, description="Whether punched gaps inside the shift count as the break.")
    paid_break_min: Minutes = Field(0, description="Minutes of punched gaps inside a segment that are paid back.")
    paid_break_after_min: Minutes = Field(0, description="Gross minutes from which gaps are paid back.")
