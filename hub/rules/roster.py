"""Stage 3, first half: which shift codes the roster gives to each employee and date."""

from typing import Final

import polars as pl

from hub.rules.columns import gather, in_turn, note, starts
from hub.rules.scope import each_day
from hub.rules.tables import Inputs

ASSIGNED: Final = ("day", "employee_key", "date", "zone", "entered_seq", "shift_code")
_DAY: Final = ("employee_key", "date", "zone", "employed")
_ENTRY: Final = ("entered_seq", "shift_code", "pattern_code", "anchor_date", "from_date")


def assigned(inputs: Inputs, grid: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Rows (day, entered_seq, shift_code); the grid with `rest` (the roster says off); anomaly rows."""
    rosters = inputs.rosters.unique().sort(pl.all())
    dated = gather(each_day(rosters, grid), grid, "day", _DAY).filter("employed")
    dated = _with_patterns(gather(dated, rosters, "row", _ENTRY), inputs.patterns)
    grid = grid.with_columns(rest=pl.col("day").is_in(dated.filter("off")["day"].unique().implode()))
    lost = dated.filter(pl.col("shift_code").is_null(), ~pl.col("off"))
    shifts = dated.filter(pl.col("shift_code").is_not_null()).select(ASSIGNED)
    shifts = in_turn(shifts, "day", "entered_seq", "shift_code")
    twice = ~(starts("day") | starts("entered_seq") | starts("shift_code"))
    return (
        shifts.filter(~twice),
        grid,
        note(lost, "UNKNOWN_SHIFT", detail=pl.struct("pattern_code").struct.json_encode()),
    )


def _with_patterns(dated: pl.DataFrame, patterns: pl.DataFrame) -> pl.DataFrame:
    """Fills `shift_code` from the pattern's cycle and says where the roster means `off`."""
    by_pattern = pl.col("pattern_code").is_not_null()
    plain = dated.filter(~by_pattern).with_columns(off=pl.col("shift_code").is_null())
    return pl.concat([plain, _in_cycle(dated.filter(by_pattern), patterns).select(plain.columns)])


def _in_cycle(dated: pl.DataFrame, patterns: pl.DataFrame) -> pl.DataFrame:
    patterns = patterns.sort(pl.all()).unique(["pattern_code", "index"], keep="first", maintain_order=True)
    cycles = patterns.group_by("pattern_code").agg(cycle=pl.col("index").max() + 1)
    dated = dated.join(cycles, on="pattern_code", how="left", maintain_order="left")
    # The anchor may lie after the date; adding the cycle once keeps the index from going below 0.
    passed = (pl.col("date") - pl.coalesce("anchor_date", "from_date")).dt.total_days() % pl.col("cycle")
    dated = dated.with_columns(index=((passed + pl.col("cycle")) % pl.col("cycle")).cast(pl.Int32))
    entries = patterns.rename({"shift_code": "pattern_shift"}).with_columns(found=pl.lit(value=True))
    dated = dated.join(entries, on=["pattern_code", "index"], how="left", maintain_order="left")
    rest = pl.col("found").fill_null(value=False) & pl.col("pattern_shift").is_null()
    return dated.with_columns(
        off=rest & pl.col("shift_code").is_null(), shift_code=pl.coalesce("shift_code", "pattern_shift")
    )
