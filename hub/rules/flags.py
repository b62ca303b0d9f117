"""Stage 10: late and early against what was due, and too little rest between two worked dates."""

from typing import Final

import polars as pl

from hub.rules.columns import ends, gather, starts
from hub.rules.direction import IN, OUT
from hub.rules.instances import Plan, with_facts

_DAY_FACTS: Final = (
    "due", "base1", "base2", "scheduled_start", "scheduled_end", "scheduled_min", "attendance_mode", "half_split",
    "expected_min",
)  # fmt: skip
_LATE_FACTS: Final = (
    "due_from", "due_to", "grace_in_min", "grace_out_min", "late_count_from", "late_whole_minutes",
)  # fmt: skip


def with_due_times(slots: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Adds `due` (the segment is to be worked) and [`due_from`, `due_to`], moved by leave or holiday on one half.

    The half that remains is half the day's minutes long, so a lunch between the halves lies in neither.
    """
    slots = gather(slots, days, "day", _DAY_FACTS)
    half, by_shift = pl.col("scheduled_min") // 2 * 60, pl.col("half_split") == "shift"
    middle = (pl.col("scheduled_start") + pl.col("scheduled_end")) // 2
    begin = pl.when(by_shift).then(middle).otherwise(pl.col("scheduled_end") - half)
    end = pl.when(by_shift).then(middle).otherwise(pl.col("scheduled_start") + half)
    first_due, second_due = pl.col("base1").is_null(), pl.col("base2").is_null()
    start = pl.when(first_due).then("due_from").otherwise(pl.max_horizontal("due_from", begin))
    end = pl.when(second_due).then("due_to").otherwise(pl.min_horizontal("due_to", end))
    due = pl.col("s0").is_not_null() & (pl.col("due") > 0)
    watched = due & (pl.col("attendance_mode") == "punch") & (start < pl.col("s1")) & (end > pl.col("s0"))
    return slots.with_columns(
        due=due,
        due_from=pl.when(watched & pl.col("due_from").is_not_null()).then(start),
        due_to=pl.when(watched & pl.col("due_to").is_not_null()).then(end),
    ).drop(_DAY_FACTS[1:-1])


def late_and_early(single: pl.DataFrame, planned: Plan) -> pl.DataFrame:
    """One row per day with `late_min` and `early_min`: a segment's first in, its last out; 0 within the grace."""
    outer = single.select("day", "slot", "rounded", "dir", first=starts("run"), last=ends("run"))
    outer = with_facts(outer.filter(pl.col("first") | pl.col("last")), planned, _LATE_FACTS)
    whole = pl.when("late_whole_minutes").then(pl.col("rounded") // 60 * 60).otherwise("rounded")
    late_s, early_s = whole - pl.col("due_from"), pl.col("due_to") - whole
    forgiven = pl.when(pl.col("late_count_from") == "end_of_grace").then("grace_in_min").otherwise(0)
    # A second of lateness is late and zero minutes long; the flag must survive it.
    rows = outer.with_columns(
        late=pl.col("first") & (pl.col("dir") == IN) & (late_s > pl.col("grace_in_min") * 60),
        early=pl.col("last") & (pl.col("dir") == OUT) & (early_s > pl.col("grace_out_min") * 60),
        late_min=late_s // 60 - forgiven,
        early_min=early_s // 60,
    ).filter(pl.col("late") | pl.col("early"))
    late, early = pl.col("late").fill_null(value=False), pl.col("early").fill_null(value=False)
    return rows.group_by("day").agg(
        late_min=pl.col("late_min").filter(late).sum(),
        early_min=pl.col("early_min").filter(early).sum(),
        late=late.any(),
        early=early.any(),
    )


def rest_violations(pairs: pl.DataFrame) -> pl.DataFrame:
    """The first pair of each date that began too soon after the last out of an earlier date."""
    same = (pl.col("employee_key") == pl.col("employee_key").shift(1)) & (pl.col("day") != pl.col("day").shift(1))
    rest_min = (pl.col("in_at") - pl.col("out_at").shift(1)) // 60
    return pairs.with_columns(rest_min=rest_min).filter(same & (pl.col("rest_min") < pl.col("min_rest_min")))
