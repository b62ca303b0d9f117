"""The output frames, cut to the dates asked for and put in their declared order."""

from collections.abc import Mapping
from datetime import date
from functools import reduce
from operator import or_
from typing import Final

import polars as pl

from hub.rules.codes import DayFlag
from hub.rules.columns import beside, in_order_of, sorted_by, starts
from hub.rules.hashing import row_hash, set_hash
from hub.rules.localtime import local_text
from hub.rules.policy import Policy
from hub.rules.rounding import round_spans
from hub.rules.scope import numbered
from hub.rules.tables import DAYS, DISPOSITION, DISPOSITIONS, OVERTIME, PAIRS, PENALTIES, Schema

_PUNCH_INPUT: Final = (
    "punch_id", "t", "direction", "source_rank", "flags", "device_id", "site_id", "received_at", "believed",
)  # fmt: skip
_SLOT_INPUT: Final = ("s0", "s1", "w0", "w1", "due_from", "due_to", "unpaid_break_min")
_DAY_INPUT: Final = (
    "site_id", "zone", "policy_code", "policy_hash", "attendance_mode", "employed", "shift_code", "off", "rostered",
    "leave_request", "leave_sandwich", "period_id", "cutoff_at", "_set",
    "holiday1", "holiday2", "paid1", "paid2", "leave_min", "leave_code", "scheduled_min", "open_from", "open_to",
    "_slots", "_punches",
)  # fmt: skip
# Local texts follow from instant and zone; flags and codes enter in another form.
_NOT_MEANING: Final = {
    "policy_version", "in_at_local", "out_at_local", "flags", "anomaly_codes", "input_hash", "output_hash",
}  # fmt: skip


def with_input_hash(days: pl.DataFrame, slots: pl.DataFrame, punches: pl.DataFrame) -> pl.DataFrame:
    """Adds `input_hash` over what the day was computed from: its calendar facts, slots, policy and punches."""
    plans = set_hash(slots, "day", _SLOT_INPUT).rename({"hash": "_slots"})
    marks = set_hash(punches, "day", _PUNCH_INPUT).rename({"hash": "_punches"})
    days = beside(beside(days, plans), marks)
    return days.with_columns(row_hash(days, _DAY_INPUT).alias("input_hash")).drop("_slots", "_punches")


def with_minutes(days: pl.DataFrame, sums: pl.DataFrame, policies: Mapping[str, Policy]) -> pl.DataFrame:
    """Adds the day's minutes from the sums of stage 9 (null: no pairs); floors once, here."""
    days = beside(days, sums)
    names = [name for name in sums.columns if name not in {"day", "in_at", "out_at"}]
    days = days.with_columns(pl.col(names).fill_null(0))
    worked = pl.col("gross_s") + (pl.col("paid_back_min") - pl.col("break_min")) * 60
    days = round_spans(days.with_columns(worked_s=worked), "worked_s", policies, "round_day")
    return days.with_columns(
        gross_min=pl.col("gross_s") // 60,
        worked_min=pl.col("worked_s") // 60,
        pre_shift_min=pl.col("pre_s") // 60,
        post_shift_min=pl.col("post_s") // 60,
        before_min=pl.col("before_s") // 60,
        after_min=pl.col("after_s") // 60,
    )


def day_rows(days: pl.DataFrame, anomalies: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """The `DAYS` frame from finished days."""
    days = beside(days, _codes(anomalies, days))
    rows = days.with_columns(
        in_at_local=local_text(days, "in_at"),
        out_at_local=local_text(days, "out_at"),
        flags=_flags(),
        anomaly_codes=pl.col("anomaly_codes").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        blocks_posting=pl.col("blocks_posting").fill_null(value=False) | (pl.col("status") == "MP"),
        output_hash=pl.lit(0),
    )
    rows = _shaped(rows.rename(_RENAMED), DAYS)
    return _hashed(rows.filter(pl.col("business_date").is_between(first, last)))


def _codes(anomalies: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Each day's codes, sorted, each once: the order in which its anomalies stand."""
    rows = numbered(anomalies, days, "business_date").filter(starts("day") | starts("code"))
    return (
        in_order_of(rows, "day")
        .group_by("day")
        .agg(anomaly_codes="code", blocks_posting=pl.col("blocks_posting").any())
    )


_RENAMED: Final = {
    "date": "business_date",
    "in_at": "in_at_utc",
    "out_at": "out_at_utc",
    "scheduled_start": "scheduled_start_utc",
    "scheduled_end": "scheduled_end_utc",
    "early_min": "early_out_min",
    "version": "policy_version",
    "dups": "duplicates_dropped",
}


def _flags() -> pl.Expr:
    bits = {
        DayFlag.LATE: pl.col("late"),
        DayFlag.EARLY_OUT: pl.col("early"),
        DayFlag.OVERTIME: pl.col("ot_min") > 0,
        DayFlag.LOP: pl.col("lop_days") > 0,
        DayFlag.HALF_DAY: pl.col("status") == "HD",
        DayFlag.REGULARISED: (pl.col("regularised") > 0) | (pl.col("override_fields").list.len() > 0),
        DayFlag.NIGHT: (pl.col("night_min") > 0) & (pl.col("night_min") * 2 >= pl.col("expected_min")),
        DayFlag.IMPUTED: pl.col("imputed"),
        DayFlag.LOCKED: pl.col("period_status").is_in(["locked", "paid"]).fill_null(value=False),
        DayFlag.PROVISIONAL: pl.col("provisional"),
    }
    return reduce(or_, (pl.when(on).then(pl.lit(int(bit), pl.Int64)).otherwise(0) for bit, on in bits.items()))


def _hashed(rows: pl.DataFrame) -> pl.DataFrame:
    """Fills `output_hash`: what the row says, not when (provisional) or from which input it was said."""
    meaning = rows.select(pl.exclude(_NOT_MEANING)).with_columns(
        _flags=rows["flags"] & ~int(DayFlag.PROVISIONAL | DayFlag.LOCKED),
        _codes=rows["anomaly_codes"].list.join(" "),
        override_fields=rows["override_fields"].list.join(" "),
    )
    return rows.with_columns(row_hash(meaning, meaning.columns).alias("output_hash"))


def pair_rows(pairs: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """The `PAIRS` frame."""
    rows = pairs.filter(pl.col("date").is_between(first, last)).with_columns(
        business_date="date",
        kind=pl.when(pl.col("segment_no").is_null()).then(pl.lit("open")).otherwise(pl.lit("work")),
        rounded_in_s=pl.col("in_rounded") - pl.col("in_at"),
        rounded_out_s=pl.col("in_rounded") + pl.col("span_s") - pl.col("out_at"),
    )
    return _shaped(rows, PAIRS)


def disposition_rows(parts: Mapping[str, list[pl.LazyFrame]], first: date, last: date) -> pl.DataFrame:
    """The `DISPOSITIONS` frame from frames with `employee_key`, `punch_id`, `date` and perhaps `seq`."""
    rows = []
    for name, frames in parts.items():
        for frame in frames:
            seq = pl.col("seq") if "seq" in frame.collect_schema() else pl.lit(None)
            mine = frame.filter(pl.col("date").is_between(first, last), pl.col("punch_id").is_not_null())
            named = mine.with_columns(business_date="date", disposition=pl.lit(name, dtype=DISPOSITION), pair_seq=seq)
            rows.append(named.select(pl.col(column).cast(dtype) for column, dtype in DISPOSITIONS.items()))
    return sorted_by(pl.concat(rows).collect(), "employee_key", "punch_id", "business_date", "disposition")


def overtime_rows(lines: pl.DataFrame, days: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """The `OVERTIME` frame."""
    rows = _dated(lines, days, first, last).with_columns(approved=pl.col("approval") != "required")
    return _shaped(rows, OVERTIME).sort("employee_key", "business_date", "rule_no", "bucket")


def penalty_rows(lines: pl.DataFrame, days: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """The `PENALTIES` frame."""
    return _shaped(_dated(lines, days, first, last), PENALTIES).sort("employee_key", "business_date", "rule")


def _dated(lines: pl.DataFrame, days: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    dates = days.select("day", "employee_key", business_date="date")
    return lines.join(dates.filter(pl.col("business_date").is_between(first, last)), on="day")


def _shaped(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
