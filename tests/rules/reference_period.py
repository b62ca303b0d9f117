"""The sums of a payroll period in plain Python, from the days, the overtime by bucket and nothing else."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

SUMS = (
    "payable_days", "lop_days", "penalty_days", "comp_off_days", "worked_min", "paid_min", "ot_min", "ot_pending_min",
    "night_min", "shortage_min", "late_min",
)  # fmt: skip
LATE = 1
LEAVES = (1, 2)

Row = Mapping[str, Any]


def period(days: Sequence[Row], overtime: Iterable[Row]) -> dict[str, Any]:
    """Of one person and one period."""
    minutes: Counter[tuple[str, bool]] = Counter()
    for one in overtime:
        minutes[one["bucket"], one["approved"]] += one["minutes"]
    leave: Counter[str] = Counter()
    for day in days:
        if day["leave_code"] is not None:
            leave[day["leave_code"]] += 50 * ((day["s1"] in LEAVES) + (day["s2"] in LEAVES))
    employed = [day for day in days if day["status"] != "NE"]
    return {
        **{name: sum(day[name] for day in days) for name in SUMS},
        "calendar_days": len(days),
        "employed_days": len(employed),
        "working_days": sum(day["day_type"] == 0 for day in employed),
        "late_count": sum(bool(day["flags"] & LATE) for day in days),
        "pending_days": sum(day["status"] == "MP" for day in days),
        "unmarked_days": sum(day["status"] == "A" and day["gross_min"] == 0 for day in days),
        "overtime": [
            {"bucket": bucket, "approved": approved, "minutes": total}
            for (bucket, approved), total in sorted(minutes.items())
        ] or None,
        "leave": [{"leave_code": code, "days": total} for code, total in sorted(leave.items())] or None,
    }  # fmt: skip
