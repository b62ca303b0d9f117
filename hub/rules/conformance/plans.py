"""What stage 3 made of a case: the windows, which the output tables do not show."""

from datetime import date
from typing import Any

import polars as pl

from hub.rules.conformance.world import World, instant
from hub.rules.engine import planned


def slots_of(world: World, day: date) -> list[dict[str, Any]]:
    """The segments of a date with [s0, s1), both window borders and their shift's code, in order of time."""
    plan, _ = planned(world.inputs(), day, day)
    mine = plan.slots[: plan.scheduled].filter(pl.col("date") == day).sort("s0")
    codes = {segment: shift.code for shift in world.shifts for segment in shift.segments}
    midnight = instant(f"{day}T00:00:00", world.zone)
    return [
        {**row, "shift_code": codes[(row["s0"] - midnight) // 60, (row["s1"] - midnight) // 60]}
        for row in mine.iter_rows(named=True)
    ]
