"""Stage 3, put together: a slot for every segment and every open day, with disjoint windows.

A slot is what a punch can belong to. Slots of rostered segments come first, in order of employee and time; the open
day of grid row n is slot `scheduled + n`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from hub.rules.columns import beside, gather, in_order_of, note, sums
from hub.rules.parameters import FALLBACK, with_parameters
from hub.rules.roster import assigned as from_roster
from hub.rules.shifts import templates, versions, with_dated, with_template
from hub.rules.tables import Inputs
from hub.rules.windows import in_time, trimmed, without_overlaps

SLOT: Final = (
    "day", "employee_key", "date", "segment_no", "s0", "s1", "w0", "w1", "both0", "both1",
    "shift_start", "shift_end", "due_from", "due_to", "unpaid_break_min", "policy",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """Stage 3's result: the grid with its shift facts, the slots, how many of them are segments, anomaly rows.

    `params` is the policy table, in which `policy` of days and slots counts.
    """

    days: pl.DataFrame
    slots: pl.DataFrame
    scheduled: int
    notes: pl.DataFrame
    params: pl.DataFrame


def with_facts(frame: pl.DataFrame, planned: Plan, names: Sequence[str]) -> pl.DataFrame:
    """`frame` with facts and parameters of its rows' slots."""
    facts = [name for name in names if name in planned.slots.columns]
    parameters = [name for name in names if name not in facts]
    by = planned.slots["policy"].gather(frame["slot"])
    return with_parameters(gather(frame, planned.slots, "slot", facts), planned.params, parameters, by)


def plan(inputs: Inputs, grid: pl.DataFrame, params: pl.DataFrame) -> Plan:
    """Rosters, shift versions and policies turned into slots; `params` is the policy table."""
    shifts, grid, notes = from_roster(inputs, grid)
    shifts, problems = _versioned(inputs, shifts)
    grid, unknown = _governed(grid, shifts, params)
    shifts = with_template(gather(shifts, grid, "day", ["policy", "clock"]))
    segments = shifts.join(templates(inputs, shifts, params), on="template", maintain_order="left_right")
    segments, shifts, overlaps = without_overlaps(in_time(segments), shifts)
    segments = with_parameters(segments, params, ["window_overlap"], segments["policy"]).pipe(trimmed)
    days, slots = _summary(grid, shifts, segments), segments.select(SLOT)
    lost = note(overlaps, "OVERLAP_ASSIGNMENT", detail=pl.struct("shift_code").struct.json_encode())
    slots, scheduled = pl.concat([slots, _open_slots(days)]), slots.height
    return Plan(days, slots, scheduled, pl.concat([notes, problems, unknown, lost]), params)


def _versioned(inputs: Inputs, shifts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Adds the version's facts; unknown or unusable shifts fall out with a note, and only one open shift stays."""
    shifts = with_dated(shifts)
    found = shifts.join(versions(inputs, shifts), on="dated", how="left", maintain_order="left")
    unknown = found.filter(pl.col("effective_from").is_null())
    faulty = found.filter(pl.col("fault").is_not_null())
    good = found.filter(pl.col("effective_from").is_not_null(), pl.col("fault").is_null())
    # An open shift takes the whole day, so whatever was entered after it, or it itself if entered later, loses.
    has_open = (pl.col("kind") == "open").any().over("day")
    crowded = (
        has_open & (pl.int_range(pl.len()).over("day") > 0) if (good["kind"] == "open").any() else pl.lit(value=False)
    )
    good = good.with_columns(crowded=crowded)
    code, fault = pl.struct("shift_code").struct.json_encode(), pl.struct("shift_code", "fault").struct.json_encode()
    notes = [
        note(unknown, "UNKNOWN_SHIFT", detail=code),
        note(faulty, "BAD_SHIFT", detail=fault),
        note(good.filter("crowded"), "OVERLAP_ASSIGNMENT", detail=code),
    ]
    return good.filter(~pl.col("crowded")), pl.concat(notes)


def _governed(grid: pl.DataFrame, shifts: pl.DataFrame, params: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Gives each day its policy: that of its first shift, else the employment's, else the default with a note."""
    own = (
        shifts.filter(pl.col("shift_policy").is_not_null())
        .select("day", "shift_policy")
        .unique("day", keep="first", maintain_order=True)
    )
    grid = beside(grid, own).with_columns(policy_code=pl.coalesce("shift_policy", "policy_code")).drop("shift_policy")
    grid = _in_force(grid, params.select("policy_code", "effective_from", "policy"))
    unknown = note(grid.filter("employed", pl.col("policy").is_null()), "UNKNOWN_POLICY")
    fallback = params.filter(policy_code=FALLBACK)["policy"].item()
    return grid.with_columns(pl.col("policy").fill_null(fallback)), unknown


def _in_force(grid: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """Adds `policy`, the version of `policy_code` that holds on the date; null for an unknown code."""
    wanted = grid.select("policy_code", "date").unique().join(versions, on="policy_code")
    wanted = wanted.filter(pl.col("effective_from") <= pl.col("date")).sort("policy_code", "date", "effective_from")
    found = wanted.unique(["policy_code", "date"], keep="last").drop("effective_from")
    return grid.join(found, on=["policy_code", "date"], how="left", maintain_order="left")


def _open_slots(days: pl.DataFrame) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=pl.Int64)
    return days.select(
        "day", "employee_key", "date", pl.lit(None, dtype=pl.Int8).alias("segment_no"),
        nothing.alias("s0"), nothing.alias("s1"), pl.col("open_from").alias("w0"), (pl.col("open_to") - 1).alias("w1"),
        *(nothing.alias(name) for name in ("both0", "both1", "shift_start", "shift_end", "due_from", "due_to")),
        pl.col("open_break_min").fill_null(0).alias("unpaid_break_min"), "policy",
    )  # fmt: skip


def _summary(grid: pl.DataFrame, shifts: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """Adds to each day its shift codes, planned minutes, scheduled span, last window's end, an open shift's break."""
    is_open, stated = pl.col("kind") == "open", pl.col("expected_min").is_not_null()
    net = pl.col("planned_min") - pl.col("unpaid_break_min") * pl.col("pieces")
    minutes = shifts.select(
        "day",
        stated_min=pl.when(stated | ~is_open).then(pl.coalesce("expected_min", net)).otherwise(0),
        unstated=(is_open & ~stated).cast(pl.Int32),
        open_break_min=pl.when(is_open).then("unpaid_break_min").otherwise(0),
    )
    by_shift = sums(minutes, "day", minutes.columns[1:]).with_columns(pl.col("unstated") > 0)
    by_segment = (
        in_order_of(segments, "day")
        .group_by("day")
        .agg(
            scheduled_start=pl.col("s0").min(),
            scheduled_end=pl.col("s1").max(),
            window_end=pl.col("w1").max(),
            clock_min=pl.col("clock_min").sum(),
        )
    )
    for facts in (_codes(shifts), by_shift, by_segment):
        grid = beside(grid, facts)
    return grid.with_columns(rostered=pl.col("rest") | pl.col("shift_code").is_not_null())


def _codes(shifts: pl.DataFrame) -> pl.DataFrame:
    """The shift code of each day; several of one date are joined in the order they were entered."""
    named = shifts.select("day", "shift_code")
    if not named["day"].is_duplicated().any():
        return named
    return named.group_by("day").agg(pl.col("shift_code").unique(maintain_order=True).str.join("+"))
