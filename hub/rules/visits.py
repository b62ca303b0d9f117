"""Stage 4, without a roster: punches grouped by their pauses, each group on the date of its first punch."""

import polars as pl

from hub.rules.columns import EMPLOYEE_STEP, gather, starts
from hub.rules.direction import BREAK_OUT, is_in


def grouped(punches: pl.DataFrame, slots: pl.DataFrame, scheduled: int, base: int) -> pl.DataFrame:
    """Adds `visit`, a number that changes where `new_shift_gap_min` begins another shift on open days."""
    free = (pl.col("slot") >= scheduled) & (pl.col("new_shift_gap_min") > 0) & ~pl.col("dup")
    if not punches.select(free.any()).item():
        return punches.with_columns(visit=pl.lit(0, pl.UInt32))
    punches = punches.with_row_index("_row")
    mine = _visits(punches.filter(free))
    opens = slots[scheduled:].select(
        key0=pl.col("employee_key").cast(pl.Int64) * EMPLOYEE_STEP + pl.col("w0") - base, first_day="day"
    )
    firsts = (
        mine.filter(starts("visit"))
        .select("visit", "key")
        .join_asof(opens.sort("key0"), left_on="key", right_on="key0", check_sortedness=False)
    )
    mine = mine.select("_row", "visit").join(firsts.select("visit", "first_day"), on="visit", how="left")
    punches = punches.join(mine, on="_row", how="left", maintain_order="left").drop("_row")
    moved = pl.when(pl.col("first_day").is_not_null()).then(pl.col("first_day") + scheduled).otherwise("slot")
    punches = punches.with_columns(pl.col("visit").fill_null(0), slot=moved).drop("first_day", "day", "date")
    return gather(punches, slots, "slot", ["day", "date"])


def _visits(mine: pl.DataFrame) -> pl.DataFrame:
    """Adds `visit` from 1: first by pauses, then again and again wherever a visit outlasts `max_shift_min`."""
    same = pl.col("employee_key") == pl.col("employee_key").shift(1)
    pause = pl.col("t") - pl.col("t").shift(1) >= pl.col("new_shift_gap_min") * 60
    # Whoever went for a break comes back to the same shift, however long it took; and an in waits for its out.
    left = ~is_in().shift(1) & (pl.col("direction").shift(1) != BREAK_OUT)
    comes = is_in() | (pl.col("direction") < 0)
    mine = mine.with_columns(_cut=(~same | (pause & comes & left)).fill_null(value=True))
    while True:
        mine = mine.with_columns(visit=pl.col("_cut").cum_sum().cast(pl.UInt32))
        began = pl.col("t").first().over("visit")
        # A forgotten out must not swallow the days that follow; an in after an out is stage 6's to refuse.
        lost = is_in() & is_in().shift(1) & ~pl.col("_cut")
        late = lost & (pl.col("t") - began >= pl.col("max_shift_min") * 60)
        new = mine.select(late & ~late.shift(1, fill_value=False).over("visit")).to_series()
        if not new.any():
            return mine.drop("_cut")
        first = mine.select(late & (late.cum_sum().over("visit") == 1)).to_series()
        mine = mine.with_columns(_cut=pl.col("_cut") | first)
