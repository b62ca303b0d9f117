"""Stages 1, 2 and 4 to 9: punches to pairs, with the fate of each punch on the way."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from hub.rules.assign import assign
from hub.rules.breaks import with_planned
from hub.rules.columns import gather, in_order_of, ordinal
from hub.rules.dedupe import dedupe, in_order
from hub.rules.direction import believe, direct
from hub.rules.impute import imputed
from hub.rules.instances import Plan, with_facts
from hub.rules.match import in_runs, match, shared
from hub.rules.normalise import DAY_S, epoch, normalise
from hub.rules.pair import collapse, pair, pairs
from hub.rules.parameters import with_parameters
from hub.rules.rounding import round_times
from hub.rules.tables import Inputs
from hub.rules.visits import grouped
from hub.rules.worked import clip, measure

_KEPT: Final = (
    "punch_id", "employee_key", "t", "direction", "source_rank", "key", "slot", "day", "date", "believed", "off_shift",
    "visit",
)  # fmt: skip
_RAW_FACTS: Final = ("dedupe_window_s", "dedupe_scope", "new_shift_gap_min", "max_shift_min")
_PUNCH_FACTS: Final = (
    "segment_no", "s0", "s1", "direction_mode", "repeat_split_min", "max_pair_min", "repeat_in", "repeat_out",
)  # fmt: skip
_SINGLE_FACTS: Final = (
    "policy", "grace_snap_in_min", "grace_snap_out_min", "max_shift_min", "missing_in_policy", "missing_out_policy",
)  # fmt: skip
_PAIR_FACTS: Final = (
    "due", "shift_start", "shift_end", "unpaid_break_min", "early_in_counts", "early_in_after_min", "late_out_counts",
    "late_out_after_min", "break_mode", "break_after_min", "credit_punched", "paid_break_min", "paid_break_after_min",
    "min_rest_min", "day_assignment",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """Stages 1 to 9: all punches with their fate, and the pairs."""

    punches: pl.DataFrame  # matched ones; `dup`, `off_shift`, `usable`
    voided: pl.DataFrame
    strangers: pl.DataFrame  # of people without any employment
    collapsed: pl.DataFrame  # usable ones with `dir`, `repeat`, `inside`
    single: pl.DataFrame  # those that are no repeats; `opens`, `closes`
    pairs: pl.DataFrame


def read(inputs: Inputs, planned: Plan, low: date, high: date) -> Reading:
    """Stages 1, 2 and 4 to 9."""
    base = epoch(low) - DAY_S
    raw, voided = (match(p, planned.slots, planned.scheduled, base) for p in normalise(inputs, low, high))
    raw = dedupe(with_facts(believe(raw, inputs.devices), planned, _RAW_FACTS))
    known = raw.filter(pl.col("slot").is_not_null())
    punches = _placed(grouped(known, planned.slots, planned.scheduled, base), planned)
    kept = punches.lazy().filter("usable").select(_KEPT).collect()
    kept = gather(kept, planned.slots, "slot", ["both0"]) if planned.slots["both0"].is_not_null().any() else kept
    handed = with_parameters(planned.slots, planned.params, ["handover"], planned.slots["policy"])
    kept = in_runs(in_order(shared(kept, handed, planned.scheduled)))
    collapsed = collapse(direct(with_facts(kept, planned, _PUNCH_FACTS)))
    single = with_facts(collapsed.filter(~pl.col("repeat")), planned, _SINGLE_FACTS)
    single = round_times(single, planned.days, inputs.policies)
    single = pair(imputed(single, planned, inputs.as_of))
    paired = with_facts(pairs(single), planned, _PAIR_FACTS)
    paired = assign(clip(paired, inputs.policies), planned.days, inputs.policies)
    paired = with_planned(measure(paired), planned.days, inputs)
    by_day = in_order_of(paired, "day")
    return Reading(
        punches=punches,
        voided=voided,
        strangers=_strangers(raw, inputs.employments),
        collapsed=collapsed,
        single=single,
        pairs=by_day.with_columns(seq=ordinal("day") + 1),
    )


def _placed(punches: pl.DataFrame, planned: Plan) -> pl.DataFrame:
    """Adds where the punch belongs: `off_shift` outside the day's segments, `usable` for pairing."""
    facts = planned.days.select(
        "employed", home_site_id="site_id", rostered_work=pl.col("scheduled_start").is_not_null()
    )
    punches = with_facts(gather(punches, facts, "day", facts.columns), planned, ["off_shift"])
    outside = (pl.col("slot") >= planned.scheduled) & pl.col("rostered_work")
    punches = punches.rename({"off_shift": "off_shift_mode"}).with_columns(off_shift=outside)
    wanted = ~pl.col("off_shift") | (pl.col("off_shift_mode") == "open_shift")
    return punches.with_columns(usable=~pl.col("dup") & pl.col("employed") & wanted)


def _strangers(raw: pl.DataFrame, employments: pl.DataFrame) -> pl.DataFrame:
    """Punches of people who are in no employment row; their site may be anywhere, so their date is that in UTC."""
    people = employments["employee_key"].unique().implode()
    lost = raw.filter(pl.col("slot").is_null(), ~pl.col("employee_key").is_in(people))
    return lost.with_columns(date=pl.from_epoch("t").dt.date())
