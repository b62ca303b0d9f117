"""The frames that go into the engine and come out of it, column by column.

Units, once for all tables: `*_utc`, `*_at` and `t_utc` are UTC seconds; `*_min` are minutes; `start_min` and `end_min`
are minutes of the local day; `*_days` and `*_hundredths` are hundredths; `from_date` and `to_date` are both inclusive
and a null `to_date` means "until further notice".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

import polars as pl

from hub.rules.policy import Policy

type_of = pl.DataType | type[pl.DataType]
Schema = Mapping[str, type_of]

OP = pl.Enum(["add", "void", "retime", "redirect"])
MODE = pl.Enum(["punch", "exempt", "hours_only"])
SHIFT_KIND = pl.Enum(["fixed", "split", "flexible", "open"])
HOLIDAY_KIND = pl.Enum(["public", "optional", "company"])
HOLIDAY_PORTION = pl.Enum(["full", "first", "second"])
LEAVE_PORTION = pl.Enum(["full", "first", "second", "minutes"])
SANDWICH = pl.Enum(["none", "within_request", "both_sides", "either_side", "adjacent_runs"])
PERIOD_STATUS = pl.Enum(["open", "cut_off", "locked", "paid"])
DISPOSITION = pl.Enum(["paired_in", "paired_out", "duplicate", "repeat", "off_shift", "voided", "unpaired"])

PUNCHES: Final[Schema] = {
    "punch_id": pl.Int64,  # > 0; an added correction takes the id -correction_id
    "employee_key": pl.Int32,
    "device_id": pl.Int32,
    "site_id": pl.Int32,  # site of the device, for SITE_MISMATCH only
    "t_utc": pl.Int64,
    "direction": pl.Int8,  # 0 in, 1 out, 2 break out, 3 break in, -1 unknown
    "received_at": pl.Int64,
    "source_rank": pl.Int8,  # ties at one instant: 0 correction, 1 device, 2 import, 3 mobile
    "flags": pl.Int32,  # bit 1 (value 1) TZ_AMBIGUOUS
}
DEVICES: Final[Schema] = {  # made by `device_trust` from 30 days of all employees; a device not listed is not believed
    "device_id": pl.Int32,
    "direction_trusted": pl.Boolean,
}
CORRECTIONS: Final[Schema] = {  # approved ones only; the highest correction_id of a punch wins
    "correction_id": pl.Int64,  # > 0
    "employee_key": pl.Int32,
    "punch_id": pl.Int64,  # null for add
    "op": OP,
    "t_utc": pl.Int64,  # add, retime
    "direction": pl.Int8,  # add, redirect; on retime it changes both
}
EMPLOYMENTS: Final[Schema] = {  # employees to compute; where two overlap, the later from_date holds
    "employee_key": pl.Int32,
    "from_date": pl.Date,
    "to_date": pl.Date,
    "site_id": pl.Int32,
    "policy_code": pl.String,
    "weekly_off_code": pl.String,  # null: days off come from the roster alone
    "attendance_mode": MODE,
}
SITES: Final[Schema] = {
    "site_id": pl.Int32,
    "zone": pl.String,  # IANA
    "holiday_calendar": pl.String,
    "day_boundary_min": pl.Int32,  # where an open day begins, e.g. 240 = 04:00
}
SHIFTS: Final[Schema] = {
    "shift_code": pl.String,
    "effective_from": pl.Date,
    "kind": SHIFT_KIND,
    "expected_min": pl.Int32,  # of the whole shift; null: the segments' length less the break, or the policy's for open
    "window_before_min": pl.Int32,  # null: the policy's
    "window_after_min": pl.Int32,
    "unpaid_break_min": pl.Int32,  # per segment that is long enough; 0 none
    "core_start_min": pl.Int32,  # flexible only: late is counted from here
    "core_end_min": pl.Int32,
    "policy_code": pl.String,  # null: the employment's
}
SHIFT_SEGMENTS: Final[Schema] = {  # none for an open shift
    "shift_code": pl.String,
    "effective_from": pl.Date,
    "segment_no": pl.Int8,
    "start_min": pl.Int32,
    "end_min": pl.Int32,  # beyond 1440 for a night
}
ROSTERS: Final[Schema] = {  # neither shift nor pattern: these dates are off
    "employee_key": pl.Int32,
    "from_date": pl.Date,
    "to_date": pl.Date,
    "shift_code": pl.String,
    "pattern_code": pl.String,
    "anchor_date": pl.Date,  # date of pattern index 0
    "entered_seq": pl.Int64,  # of two that overlap in time the higher one loses
}
PATTERNS: Final[Schema] = {
    "pattern_code": pl.String,
    "index": pl.Int32,  # 0 .. n-1 without holes
    "shift_code": pl.String,  # null: off
}
WEEKLY_OFFS: Final[Schema] = {
    "weekly_off_code": pl.String,
    "weekday": pl.Int8,  # 0 Monday .. 6 Sunday
    "nth": pl.Int8,  # 1..5 of the month; null every
}
HOLIDAYS: Final[Schema] = {
    "calendar": pl.String,
    "date": pl.Date,
    "kind": HOLIDAY_KIND,  # optional: a working day; a person's choice of it arrives as leave
    "portion": HOLIDAY_PORTION,
}
LEAVES: Final[Schema] = {  # approved ones only
    "employee_key": pl.Int32,
    "date": pl.Date,
    "portion": LEAVE_PORTION,
    "minutes": pl.Int32,
    "type_code": pl.String,
    "paid_hundredths": pl.Int32,  # 100 fully paid, 0 unpaid
    "request": pl.Int64,  # rows of one application; a higher number was decided later
    "sandwich_mode": SANDWICH,  # null: the policy's
}
SHIFT_BREAKS: Final[Schema] = {  # for break_mode schedule
    "shift_code": pl.String,
    "effective_from": pl.Date,
    "start_min": pl.Int32,
    "end_min": pl.Int32,
}
OVERRIDES: Final[Schema] = {  # approved ones only; the highest override_id of a field wins
    "override_id": pl.Int64,
    "employee_key": pl.Int32,
    "date": pl.Date,
    "field": pl.String,  # one of overrides.FIELDS
    "value": pl.Int32,
}
PERIODS: Final[Schema] = {
    "period_id": pl.String,
    "from_date": pl.Date,
    "to_date": pl.Date,
    "cutoff_at": pl.Int64,  # null: none
    "status": PERIOD_STATUS,
}

INPUT_TABLES: Final[Mapping[str, Schema]] = {
    "punches": PUNCHES,
    "devices": DEVICES,
    "corrections": CORRECTIONS,
    "employments": EMPLOYMENTS,
    "sites": SITES,
    "shifts": SHIFTS,
    "shift_segments": SHIFT_SEGMENTS,
    "rosters": ROSTERS,
    "patterns": PATTERNS,
    "weekly_offs": WEEKLY_OFFS,
    "holidays": HOLIDAYS,
    "leaves": LEAVES,
    "shift_breaks": SHIFT_BREAKS,
    "overrides": OVERRIDES,
    "periods": PERIODS,
}
OPTIONAL: Final[Mapping[str, Mapping[str, Any]]] = {  # columns that may be left out, with what they then hold
    "leaves": {"request": None, "sandwich_mode": None},
}
NULLABLE: Final[Mapping[str, frozenset[str]]] = {
    "corrections": frozenset({"punch_id", "t_utc", "direction"}),
    "employments": frozenset({"to_date", "weekly_off_code"}),
    "sites": frozenset({"holiday_calendar"}),
    "shifts": frozenset(
        {"expected_min", "window_before_min", "window_after_min", "core_start_min", "core_end_min", "policy_code"}
    ),
    "rosters": frozenset({"to_date", "shift_code", "pattern_code", "anchor_date"}),
    "patterns": frozenset({"shift_code"}),
    "weekly_offs": frozenset({"nth"}),
    "leaves": frozenset({"minutes", "request", "sandwich_mode"}),
    "periods": frozenset({"cutoff_at"}),
}

DAYS: Final[Schema] = {  # one row per employee of `employments` and date; ordered by both
    "employee_key": pl.Int32,
    "business_date": pl.Date,
    "site_id": pl.Int32,
    "zone": pl.String,
    "shift_code": pl.String,  # several shifts of one date are joined by "+"; null when none is rostered
    "policy_code": pl.String,
    "policy_version": pl.Int32,
    "day_type": pl.Int8,  # codes.DayType
    "status": pl.String,  # P HD A L HL WO H WOW HW MP NE
    "s1": pl.Int8,  # codes.Session
    "s2": pl.Int8,
    "in_at_utc": pl.Int64,  # first paired in, as punched
    "out_at_utc": pl.Int64,  # last paired out, as punched
    "in_at_local": pl.String,  # YYYY-MM-DDTHH:MM:SS+HH:MM in `zone`
    "out_at_local": pl.String,
    "scheduled_start_utc": pl.Int64,
    "scheduled_end_utc": pl.Int64,
    "expected_min": pl.Int32,  # after leave and holiday portions
    "gross_min": pl.Int32,  # counted pairs
    "break_min": pl.Int32,  # taken off: gross - break = worked unless round_day or a paid break applies
    "worked_min": pl.Int32,
    "paid_min": pl.Int32,  # worked at the ordinary rate: paid + ot = worked
    "pre_shift_min": pl.Int32,  # present before the start and not counted
    "post_shift_min": pl.Int32,  # present after the end and not counted
    "late_min": pl.Int32,
    "early_out_min": pl.Int32,
    "shortage_min": pl.Int32,  # expected - worked, not below 0
    "ot_min": pl.Int32,
    "ot_pending_min": pl.Int32,  # overtime that still needs approval; part of paid_min
    "night_min": pl.Int32,
    "payable_days": pl.Int16,
    "lop_days": pl.Int16,
    "penalty_days": pl.Int16,
    "comp_off_days": pl.Int16,
    "leave_code": pl.String,
    "override_fields": pl.List(pl.String),  # sorted
    "period_id": pl.String,  # null outside every payroll period
    "duplicates_dropped": pl.Int16,
    "flags": pl.Int64,  # codes.DayFlag
    "anomaly_codes": pl.List(pl.String),  # sorted, each once
    "blocks_posting": pl.Boolean,
    "input_hash": pl.UInt64,
    "output_hash": pl.UInt64,
}
PAIRS: Final[Schema] = {  # ordered by employee, business_date, seq
    "employee_key": pl.Int32,
    "business_date": pl.Date,
    "seq": pl.Int16,  # 1.. within the day, by time
    "segment_no": pl.Int8,  # null outside a rostered segment
    "in_punch_id": pl.Int64,
    "out_punch_id": pl.Int64,
    "in_at": pl.Int64,  # as punched
    "out_at": pl.Int64,
    "in_paid": pl.Int64,  # after rounding and clipping; in_paid = out_paid when nothing of the pair counts
    "out_paid": pl.Int64,
    "kind": pl.String,  # work: in a rostered segment; open: outside one
    "imputed": pl.Boolean,  # one end comes from missing_in_policy or missing_out_policy, and its punch id is null
    "rounded_in_s": pl.Int32,  # seconds by which rounding moved the time, positive = later
    "rounded_out_s": pl.Int32,
}
DISPOSITIONS: Final[Schema] = {  # ordered by employee, punch_id, business_date
    "punch_id": pl.Int64,
    "employee_key": pl.Int32,
    "business_date": pl.Date,
    "disposition": DISPOSITION,
    "pair_seq": pl.Int16,  # null unless paired
}
ANOMALIES: Final[Schema] = {  # ordered by employee, business_date, code, punch_id
    "employee_key": pl.Int32,
    "business_date": pl.Date,
    "code": pl.String,  # a key of codes.ANOMALIES
    "severity": pl.String,  # info warn block
    "state": pl.String,  # provisional final
    "blocks_posting": pl.Boolean,
    "punch_id": pl.Int64,  # null when it concerns the day
    "detail": pl.String,  # JSON object
}
OVERTIME: Final[Schema] = {  # ordered by employee, business_date, rule_no
    "employee_key": pl.Int32,
    "business_date": pl.Date,
    "bucket": pl.String,
    "minutes": pl.Int32,
    "capped_min": pl.Int32,  # minutes beyond a cap: worked, and not overtime
    "rule_no": pl.Int16,  # place in ot_rules from 1; 0 for work on days off and the rule of ot_threshold_min
    "pay_code": pl.String,
    "approved": pl.Boolean,
}
PENALTIES: Final[Schema] = {  # ordered by employee, business_date, rule
    "employee_key": pl.Int32,
    "business_date": pl.Date,
    "rule": pl.String,
    "days": pl.Int16,
    "causes": pl.List(pl.Date),
}


class TableError(ValueError):
    """A whole input table does not have the declared shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything the engine may know; `as_of` (UTC seconds) is its only notion of now.

    Punches and corrections reach from two days before the first date of `scope.reach` to two days after its last;
    unless the policies count weeks, cycles or days off, these are the dates asked for.
    """

    punches: pl.DataFrame
    devices: pl.DataFrame
    corrections: pl.DataFrame
    employments: pl.DataFrame
    sites: pl.DataFrame
    shifts: pl.DataFrame
    shift_segments: pl.DataFrame
    rosters: pl.DataFrame
    patterns: pl.DataFrame
    weekly_offs: pl.DataFrame
    holidays: pl.DataFrame
    leaves: pl.DataFrame
    shift_breaks: pl.DataFrame = field(default_factory=lambda: empty(SHIFT_BREAKS))
    overrides: pl.DataFrame = field(default_factory=lambda: empty(OVERRIDES))
    periods: pl.DataFrame = field(default_factory=lambda: empty(PERIODS))
    policies: Mapping[str, Policy]
    as_of: int

    def __post_init__(self) -> None:
        for one in fields(self):
            if one.name in INPUT_TABLES:
                object.__setattr__(self, one.name, conform(getattr(self, one.name), one.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """What the engine says about the dates asked for; schemas `DAYS`, `PAIRS` and so on."""

    days: pl.DataFrame
    pairs: pl.DataFrame
    dispositions: pl.DataFrame
    anomalies: pl.DataFrame
    overtime: pl.DataFrame
    penalties: pl.DataFrame


def empty(schema: Schema) -> pl.DataFrame:
    """A frame of that schema without rows."""
    return pl.DataFrame(schema=schema)


def conform(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """The declared columns of an input table, in order; enumerations may come as text. Raises `TableError`."""
    schema = INPUT_TABLES[table]
    optional = {name: value for name, value in OPTIONAL.get(table, {}).items() if name not in frame.columns}
    frame = frame.with_columns(pl.lit(value, schema[name]).alias(name) for name, value in optional.items())
    missing = [name for name in schema if name not in frame.columns]
    if missing:
        raise TableError(f"{table}: no column {', '.join(missing)}; expected {', '.join(schema)}")
    frame = frame.select(_typed(frame[name], table, dtype) for name, dtype in schema.items())
    nullable = NULLABLE.get(table, frozenset())
    for name in frame.columns:
        if name not in nullable and frame[name].null_count():
            raise TableError(f"{table}.{name}: {frame[name].null_count()} rows are null, none may be")
    return frame


def _typed(column: pl.Series, table: str, dtype: type_of) -> pl.Series:
    if column.dtype == dtype:
        return column
    if isinstance(dtype, pl.Enum) and column.dtype == pl.String:
        unknown = column.drop_nulls().unique().filter(~column.drop_nulls().unique().is_in(dtype.categories))
        if unknown.len():
            raise TableError(f"{table}.{column.name}: {unknown[0]!r} is not one of {', '.join(dtype.categories)}")
        return column.cast(dtype)
    raise TableError(f"{table}.{column.name}: is {column.dtype}, expected {dtype}")
