"""IceHrm: daily overtime and double time; in its Californian form also the seventh day in a row."""

from datetime import timedelta
from typing import Any

import polars as pl

from hub.rules.conformance.runner import Case, Verdict
from hub.rules.conformance.world import RECORDS, World, day_row, instant, interval, local, whole


def adapt(case: Case) -> Verdict:
    """Seconds in each bucket of each date."""
    policy = case["policy"]
    punches = [row for pair in case["pairs"] for row in interval(instant(pair["in"]), instant(pair["out"]))]
    first, last = (local(punches[n]["t_utc"]).date() for n in (0, -1))
    rules = {**RECORDS, "ot_rules": _rules(policy), "week_start": policy["work_week_start"]}
    outputs = World(policy=rules, punches=punches).run(first, last)
    got = {}
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        if day.isoformat() in case["expected"]:
            buckets = dict(
                outputs.overtime.filter(pl.col("business_date") == day).group_by("bucket")
                .agg(pl.col("minutes").sum()).iter_rows()
            )  # fmt: skip
            worked, over, double = day_row(outputs, day)["worked_min"], buckets.get("over", 0), buckets.get("double", 0)
            got[day.isoformat()] = {
                "total_s": worked * 60, "regular_s": (worked - over - double) * 60,
                "overtime_s": over * 60, "double_s": double * 60,
            }  # fmt: skip
    return Verdict(case["expected"], got)


def _rules(policy: Any) -> list[dict[str, Any]]:
    over, double = whole(policy["overtime_start_h"]), whole(policy["double_time_start_h"])
    if not over:
        return []
    bands: list[dict[str, Any]] = [{"bucket": "over", "basis": "daily", "from_min": over}]
    if double > over:
        bands[0]["to_min"] = double
        bands.append({"bucket": "double", "basis": "daily", "from_min": double})
    if policy["calculator"] == "california":
        bands.insert(0, {"bucket": "double", "basis": "consecutive_day", "nth": 7, "from_min": over})
    return bands
