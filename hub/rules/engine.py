"""The stages in their order; each step is one call, and nothing flows back."""

from dataclasses import replace
from datetime import date
from typing import Final

import polars as pl

from hub.rules import anomalies, report
from hub.rules.calendar import with_calendar
from hub.rules.columns import gather, note
from hub.rules.flags import late_and_early, rest_violations, with_due_times
from hub.rules.instances import Plan, plan
from hub.rules.overtime import with_overtime
from hub.rules.parameters import policy_table
from hub.rules.reading import Reading, read
from hub.rules.scope import day_grid
from hub.rules.status import with_status
from hub.rules.tables import ANOMALIES, Inputs, Outputs
from hub.rules.totals import with_totals
from hub.rules.worked import bounds, per_day, per_run

_DAY_PARAMETERS: Final = (
    "version", "policy_hash", "open_expected_min", "dst_expected", "full_day_pct", "half_day_pct", "min_presence_min",
    "single_punch", "absent_after_h", "ot_threshold_min",
)  # fmt: skip
_SLOT_PARAMETERS: Final = (
    "dedupe_window_s", "handover", "off_shift", "direction_mode", "repeat_split_min", "max_pair_min", "min_rest_min",
    "grace_snap_in_min", "grace_snap_out_min", "early_in_counts", "late_out_counts", "break_mode", "break_after_min",
    "credit_punched", "paid_break_min", "grace_in_min", "grace_out_min", "late_count_from",
)  # fmt: skip


def process(inputs: Inputs, first: date, last: date) -> Outputs:
    """The attendance days of every employee of `inputs.employments` from `first` to `last`, both inclusive.

    A row that cannot be used becomes an anomaly of its own employee; only a malformed table raises (`TableError`).
    """
    planned, notes = _planned(inputs, first, last)
    reading = read(inputs, planned, first, last)
    days = _computed(inputs, planned, reading)
    notes += [*anomalies.of_punches(reading.punches), note(reading.strangers, "NOT_EMPLOYED", punch=True)]
    notes += [*anomalies.of_pairing(reading.collapsed, reading.single, rest_violations(reading.pairs))]
    found = anomalies.collect([*notes, *anomalies.of_days(days)], days, first, last)
    return Outputs(
        days=report.day_rows(days, found, first, last),
        pairs=report.pair_rows(reading.pairs, first, last),
        dispositions=report.disposition_rows(_fates(reading), first, last),
        anomalies=found.select(pl.col(name).cast(dtype) for name, dtype in ANOMALIES.items()),
    )


def _planned(inputs: Inputs, first: date, last: date) -> tuple[Plan, list[pl.DataFrame]]:
    """Stages 0, 3 and 11: everything that is known without punches."""
    params = policy_table(inputs.policies)
    grid, notes = day_grid(inputs, first, last)
    planned = plan(inputs, grid, params)
    days = with_calendar(gather(planned.days, params, "policy", _DAY_PARAMETERS), inputs)
    slots = gather(with_due_times(planned.slots, days), params, "policy", _SLOT_PARAMETERS)
    return replace(planned, days=days, slots=slots), [notes, planned.notes]


def _computed(inputs: Inputs, planned: Plan, reading: Reading) -> pl.DataFrame:
    """Stages 9 (sums) to 16: the finished days with halo."""
    runs = per_run(reading.pairs)
    sums = per_day(runs).join(bounds(reading.pairs), on="day", how="left")
    days = report.with_minutes(planned.days, sums, inputs.policies)
    for counts in (_counts(reading), late_and_early(reading.single)):
        days = days.join(counts, on="day", how="left", maintain_order="left")
    days = days.with_columns(
        pl.col("punches", "dups", "regularised", "unpaired", "late_min", "early_min").fill_null(0),
        pl.col("late", "early").fill_null(value=False),
    )
    days = with_totals(with_overtime(with_status(days, inputs.as_of)))
    return report.with_input_hash(days, planned.slots, reading.punches)


def _counts(reading: Reading) -> pl.DataFrame:
    """Per day with punches: how many there are, dropped as repeats, made by hand, left without a partner."""
    alone = reading.single.filter(~pl.col("opens") & ~pl.col("closes")).group_by("day").agg(unpaired=pl.len())
    manual = pl.col("source_rank") == 0
    counts = reading.punches.group_by("day").agg(punches=pl.len(), dups=pl.col("dup").sum(), regularised=manual.sum())
    return counts.join(alone, on="day", how="left")


def _fates(reading: Reading) -> dict[str, list[pl.DataFrame]]:
    """The punches by what became of them."""
    alone = reading.single.filter(~pl.col("opens") & ~pl.col("closes"))
    outside = alone.filter("off_shift")
    unused = reading.punches.filter(~pl.col("usable"), ~pl.col("dup"))
    return {
        "paired_in": [reading.pairs.rename({"in_punch_id": "punch_id"})],
        "paired_out": [reading.pairs.rename({"out_punch_id": "punch_id"})],
        "duplicate": [reading.punches.filter("dup")],
        "repeat": [reading.collapsed.filter("repeat")],
        "off_shift": [outside, unused, reading.strangers],
        "voided": [reading.voided.filter(pl.col("date").is_not_null())],
        "unpaired": [alone.filter(~pl.col("off_shift"))],
    }
