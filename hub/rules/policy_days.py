"""Parameters of stages 10 to 17: from counted minutes to paid days."""

from typing import Annotated, Literal

from pydantic import Field

from hub.rules.policy_rules import ArrivalBand, Days, LateTier, Minutes, OtRule, Part, Weekday, Window

Percent = Annotated[int, Field(ge=0, le=100)]
OffWork = Literal["ot", "comp_off", "ot_or_comp_off", "regular", "ignore"]


class DayParameters(Part):
    """What a day's minutes amount to; minutes unless the name says percent, hours or days (hundredths)."""

    grace_in_min: Minutes = Field(10, description="Minutes after the start that are not yet late.")
    grace_out_min: Minutes = Field(0, description="Minutes before the end that are not yet early.")
    late_count_from: Literal["shift_start", "end_of_grace"] = Field(
        "shift_start", description="From where late minutes are counted once someone is late."
    )
    late_whole_minutes: bool = Field(default=False, description="Whether the seconds of an arrival are passed over.")
    forgive_if_hours_complete: bool = Field(
        default=False, description="Whether a late on a day with all its expected minutes costs nothing."
    )

    full_day_pct: Percent = Field(90, description="Percent of the expected minutes from which the day is full.")
    full_day_min: Minutes | None = Field(None, description="Minutes from which the day is full, instead of percent.")
    half_day_pct: Percent = Field(50, description="Percent of the expected minutes from which half the day is worked.")
    half_day_min: Minutes | None = Field(None, description="Minutes from which half is worked, instead of percent.")
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
    half_split: Literal["expected", "shift"] = Field(
        "expected",
        description="Where a half-day leave ends: after half the expected minutes, or in the middle of the shift.",
    )
    leave_vs_work: Literal["flag", "leave_wins", "work_wins"] = Field(
        "flag", description="A full-day leave with half a day worked: leave with a note, leave alone, or the work."
    )

    holiday_work: OffWork = Field("ot", description="What work on a holiday becomes.")
    off_work: OffWork = Field("ot", description="What work on a weekly off becomes.")
    sandwich_mode: Literal["none", "within_request", "both_sides", "either_side", "adjacent_runs"] = Field(
        "none",
        description="Whether days off between leaves are charged: inside one request, with leave on both sides, or on "
        "either; adjacent_runs charges every run of days off that touches a leave.",
    )
    sandwich_kinds: tuple[Literal["weekly_off", "holiday"], ...] = Field(
        ("weekly_off", "holiday"), description="Kinds of days off that a sandwich may charge."
    )
    sandwich_exempt: tuple[str, ...] = Field((), description="Leave types that neither give nor take a sandwich.")
    sandwich_absent: bool = Field(default=True, description="Whether an absence counts as a side like leave.")
    absent_neighbour_rule: Literal["none", "both", "either"] = Field(
        "none", description="Days off are absent when the session before, after, or either of them, was."
    )

    ot_threshold_min: Minutes = Field(
        30, description="Minutes over the expected ones below which there is no overtime; from it on all of them count."
    )
    ot_rules: tuple[OtRule, ...] | None = Field(
        None, description="Overtime rules in their order; none: all minutes over the expected, see ot_threshold_min."
    )
    weekly_ot_counts: Literal["regular_only", "all_worked"] = Field(
        "regular_only", description="Minutes that count towards the week's limit."
    )
    ot_counts_leave: bool = Field(
        default=False, description="Whether minutes of leave come first and count towards daily and weekly limits."
    )
    week_start: Weekday = Field("monday", description="First day of the week.")
    night_window: Window = Field(Window(), description="Night, for night minutes.")
    comp_half_from_min: Minutes = Field(240, description="Minutes on a day off that earn half a compensatory day.")
    comp_full_from_min: Minutes = Field(480, description="Minutes on a day off that earn a whole one.")
    comp_expiry_days: int = Field(60, ge=0, le=3660, description="Days in which it must be taken.")

    late_free: int = Field(0, ge=0, le=100, description="Lates of a cycle that cost nothing.")
    late_every: int = Field(
        0, ge=0, le=100, description="After the free ones, the first and then each n-th late costs."
    )
    late_days: Days = Field(0, description="What such a late costs, in hundredths of a day; 0 switches it off.")
    late_tiers: tuple[LateTier, ...] = Field((), description="What lates cost by their number, instead of late_every.")
    late_minutes_step: int = Field(0, ge=0, le=10_000, description="Late minutes of a cycle that cost late_days once.")
    late_counts_early: bool = Field(default=False, description="Whether leaving early counts as a late.")
    late_and_early_days: Days = Field(0, description="What being late and early on one day costs.")
    arrival_bands: tuple[ArrivalBand, ...] = Field((), description="What arriving by some time of day means.")
    half_days_per_penalty: int = Field(0, ge=0, le=100, description="So many half days of a cycle cost half_days_days.")
    half_days_days: Days = Field(0, description="What so many half days cost.")
    shortage_tolerance_min: Minutes = Field(
        0, description="Minutes short up to which there is no shortage; beyond them all of it counts."
    )
    shortage_pct: Percent = Field(0, description="Percent of the expected minutes below which shortage_days are lost.")
    shortage_days: Days = Field(0, description="What too short a period costs.")
    shortage_per: Literal["day", "week", "month"] = Field("day", description="Period whose minutes are compared.")
    shortage_on: Literal["worked", "gross"] = Field("worked", description="Minutes that are compared.")
    penalty_target: Literal["warn", "lop", "leave_then_lop"] = Field(
        "warn", description="warn only reports; lop takes the days off; leave_then_lop leaves it to the ERP's balance."
    )
    cycle: Literal["payroll_period", "month", "week"] = Field("payroll_period", description="When counts begin anew.")

    lop_base: Literal["calendar", "fixed_30", "fixed_26", "working_days"] = Field(
        "calendar", description="Days that a month has for the ERP when it prices a lost one."
    )
    unmarked_as: Literal["pending", "absent", "present"] = Field(
        "pending", description="Days without any evidence and without a roster."
    )
    after_cutoff: Literal["assume_present", "assume_absent", "exclude"] = Field(
        "assume_present", description="Dates between a period's cut-off and its end."
    )
    tod_gap: Literal["forward"] = Field("forward", description="A local time that a clock change skips.")
    tod_ambiguous: Literal["start_earliest_end_latest"] = Field(
        "start_earliest_end_latest", description="A local time that a clock change repeats."
    )
