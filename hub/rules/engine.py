"""The stages in their order; each step is one call, and nothing flows back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

import polars as pl

from hub.rules import anomalies, report
from hub.rules.breaks import per_run
from hub.rules.calendar import with_calendar
from hub.rules.columns import beside, in_order_of, note, sums
from hub.rules.cutoff import with_assumptions
from hub.rules.cycles import with_periods
from hub.rules.flags import late_and_early, rest_violations, with_due_times
from hub.rules.instances import Plan, plan
from hub.rules.offdays import with_off_days
from hub.rules.overrides import apply_minutes, apply_sessions, with_overrides
from hub.rules.overtime import overtime_lines, with_comp_off, with_overtime
from hub.rules.parameters import ordered, policy_table, with_parameters
from hub.rules.penalties import penalty_lines, with_penalties
from hub.rules.reading import Reading, read
from hub.rules.scope import day_grid, edges
from hub.rules.spans import with_night
from hub.rules.status import with_sessions, with_status
from hub.rules.tables import ANOMALIES, Inputs, Outputs
from hub.rules.totals import with_totals
from hub.rules.worked import bounds, per_day

_DAY_PARAMETERS: Final = (
    "version", "policy_hash", "open_expected_min", "dst_expected", "full_day_pct", "half_day_pct", "min_presence_min",
    "single_punch", "absent_after_h", "ot_threshold_min", "full_day_min", "half_day_min", "half_split", "leave_vs_work",
    "unmarked_as", "after_cutoff",
)  # fmt: skip

_ALONE: Final = ~pl.col("opens") & ~pl.col("closes")


def process(inputs: Inputs, first: date, last: date) -> Outputs:
    """The attendance days of every employee of `inputs.employments` from `first` to `last`, both inclusive.

    A row that cannot be used becomes an anomaly of its own employee; only a malformed table raises (`TableError`).
    """
    layout, notes = planned(inputs, first, last)
    reading = read(inputs, layout, *edges(inputs, first, last))
    days, overtime, penalties = _computed(inputs, layout, reading)
    notes += [*anomalies.of_punches(reading.punches), note(reading.strangers, "NOT_EMPLOYED", punch=True)]
    notes += [*anomalies.of_pairing(reading.collapsed, reading.single, rest_violations(reading.pairs))]
    found = anomalies.collect([*notes, *anomalies.of_days(days)], days, first, last)
    return Outputs(
        days=report.day_rows(days, found, first, last),
        pairs=report.pair_rows(reading.pairs, first, last),
        dispositions=report.disposition_rows(_fates(reading), first, last),
        anomalies=found.select(pl.col(name).cast(dtype) for name, dtype in ANOMALIES.items()),
        overtime=report.overtime_rows(overtime, days, first, last),
        penalties=report.penalty_rows(penalties, days, first, last),
    )


def planned(inputs: Inputs, first: date, last: date) -> tuple[Plan, list[pl.DataFrame]]:
    """Stages 0, 3 and 11: everything that is known without punches."""
    params = policy_table(inputs.policies)
    grid, notes = day_grid(inputs, first, last)
    layout = plan(inputs, grid, params)
    days = with_calendar(with_parameters(layout.days, params, _DAY_PARAMETERS, layout.days["policy"]), inputs)
    days = with_periods(with_overrides(days, inputs.overrides), inputs.periods)
    return replace(layout, days=days, slots=with_due_times(layout.slots, days)), [notes, layout.notes]


def _computed(inputs: Inputs, layout: Plan, reading: Reading) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Stages 9 (sums) to 16: the finished days with halo, their overtime and penalty lines."""
    policies = inputs.policies
    days = with_off_days(apply_sessions(judged(inputs, layout, reading)), policies)
    days = with_status(days)
    overtime = overtime_lines(days, reading.pairs, policies)
    days = with_comp_off(with_overtime(days, overtime), policies)
    penalties = penalty_lines(days, policies)
    days = with_totals(with_penalties(days, penalties), policy_table(policies))
    return report.with_input_hash(days, layout.slots, reading.punches), overtime, penalties


def judged(inputs: Inputs, layout: Plan, reading: Reading) -> pl.DataFrame:
    """Stages 9 (sums) to 12: the days with halo, each with its status."""
    days = with_sessions(_measured(inputs, layout, reading), inputs.as_of)
    return with_status(with_assumptions(days, inputs.as_of))


def _measured(inputs: Inputs, layout: Plan, reading: Reading) -> pl.DataFrame:
    """Stages 9 and 10: the days with their minutes, counts, lates and what a supervisor set."""
    runs = per_run(reading.pairs, inputs.policies)
    minutes = per_day(runs).join(bounds(reading.pairs), on="day", how="left")
    days = report.with_minutes(layout.days, minutes, inputs.policies)
    for facts in (*_counts(reading), late_and_early(reading.single, layout)):
        days = beside(days, facts)
    days = days.with_columns(
        pl.col("punches", "dups", "regularised", "unpaired", "late_min", "early_min").fill_null(0),
        pl.col("late", "early", "imputed").fill_null(value=False),
    )
    windows = {n: policy.night_window for n, (*_, policy) in enumerate(ordered(inputs.policies))}
    return apply_minutes(with_night(days, reading.pairs, windows))


def _counts(reading: Reading) -> Iterator[pl.DataFrame]:
    """Per day how many punches there are, repeats, made by hand, without a partner; whether one is made up."""
    yield sums(in_order_of(reading.punches.select("day", punches=pl.lit(1)), "day"), "day", ["punches"])
    punches, single = reading.punches.lazy(), reading.single.lazy()
    few = {"dups": punches.filter("dup"), "regularised": punches.filter(pl.col("source_rank") == 0)}
    for name, rows in {**few, "unpaired": single.filter(_ALONE)}.items():
        yield rows.group_by("day").agg(pl.len().cast(pl.Int32).alias(name)).collect()
    yield reading.pairs.filter("imputed").select("day", "imputed").unique()


def _fates(reading: Reading) -> dict[str, list[pl.LazyFrame]]:
    """The punches by what became of them."""
    punches, single, pairs = reading.punches.lazy(), reading.single.lazy().filter(_ALONE), reading.pairs.lazy()
    return {
        "paired_in": [pairs.rename({"in_punch_id": "punch_id"})],
        "paired_out": [pairs.rename({"out_punch_id": "punch_id"})],
        "duplicate": [punches.filter("dup")],
        "repeat": [reading.collapsed.lazy().filter("repeat")],
        "off_shift": [
            single.filter("off_shift"),
            punches.filter(~pl.col("usable"), ~pl.col("dup")),
            reading.strangers.lazy(),
        ],
        "voided": [reading.voided.lazy()],
        "unpaired": [single.filter(~pl.col("off_shift"))],
    }
