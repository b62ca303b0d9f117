"""Horilla: minimum hours per day, lates by the minute, a night that runs from noon to noon."""

from datetime import date, timedelta
from typing import Any

from hub.rules.conformance.runner import Case, NotApplicableError, Reason, Verdict
from hub.rules.conformance.world import IN, OUT, Shift, World, day_row, instant, minute, punch

RECORD = {"P": "FDP", "HD": "HDP", "A": "ABS"}


def adapt(case: Case) -> Verdict:
    """One date; a day above the validation limit is compared by its minutes, its record is for a person to confirm."""
    if str(case.get("note", "")).startswith("quirk"):
        raise NotApplicableError(Reason.QUIRK)
    shift, rules, expected = case["shift"], case["policy"], case["expected"]
    begin, end, least = (minute(shift[name]) for name in ("start", "end", "minimum_working_hour"))
    night = begin > end
    day, limit = date.fromisoformat(expected["date"]), minute(rules["validation_limit"])
    until = end + 1440 if night else end
    before, after = (begin - 720, 2160 - until - 1) if night else (begin, 1440 - until - 1)
    policy = {
        "dedupe_window_s": 0, "direction_mode": "device", "early_in_counts": True, "break_mode": "none",
        "grace_in_min": rules["grace_in_s"] // 60, "grace_out_min": rules["grace_out_s"] // 60, "repeat_out": "first",
        "late_whole_minutes": True, "full_day_min": least, "half_day_min": least // 2, "max_pair_min": 1440,
        "repeat_split_min": 1440, "single_punch": "present",
        "ot_rules": [{"bucket": "over", "basis": "daily", "from_min": least}],
    }  # fmt: skip
    rows = [punch(instant(one["at"]), {"in": IN, "out": OUT}[one["direction"]]) for one in case["punches"]]
    world = World(
        policy=policy, punches=rows, shifts=[Shift("S", [(begin, until)], before_min=before, after_min=after)]
    )
    world.roster("S", day - timedelta(days=1), day + timedelta(days=1))
    row = day_row(world.run(day), day)
    return Verdict(*_compared(expected, row, limit, world.run(day).dispositions["disposition"].to_list()))


def _compared(expected: Any, row: Any, limit: int, fates: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    late, early = row["flags"] & 1 != 0, row["flags"] & 2 != 0
    record = "CONF" if row["worked_min"] > limit else RECORD[row["status"]]
    if row["worked_min"] == 0 and row["status"] == "P":
        record = "FDP (currently working)"
    got = {
        "date": row["business_date"].isoformat(), "late": late, "worked": _clock(row["worked_min"]),
        "overtime": _clock(row["ot_min"]), "record": record, "outs_ignored": fates.count("repeat"),
    }  # fmt: skip
    if expected["early"] is not None:
        got["early"] = early
    # The percentage disagrees with the record it stands on; the record is what we have.
    wanted = {name: value for name, value in expected.items() if name in got}
    return wanted, {name: value for name, value in got.items() if name in wanted}


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
