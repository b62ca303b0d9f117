"""TimeTrex's policies as ours."""

from collections.abc import Mapping
from typing import Any, Final

from hub.rules.conformance.runner import NotApplicableError, Reason
from hub.rules.conformance.world import RECORDS, minute

ASSIGN: Final = {
    "shift_start_day": "shift_start", "shift_end_day": "shift_end", "most_worked_day": "most_worked",
    "split_at_midnight": "split_midnight",
}  # fmt: skip
PERIODS: Final = {"weekly": 1, "biweekly": 2, "every_4_weeks": 4}
DIRECTIONS: Final = {"average": "nearest", "nearest": "nearest", "down": "down", "up": "up"}
PLACES: Final = {"work_in": "round_in", "work_out": "round_out", "all_in": "round_in", "all_out": "round_out",
                 "day_total": "round_day"}  # fmt: skip
MINUTE: Final = {"interval_min": 1, "dir": "down"}


def rules(policy: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters of a scenario; times are cut to the minute before anything else."""
    day = policy["day"]
    found: dict[str, Any] = {
        **RECORDS, "new_shift_gap_min": day["new_shift_gap_s"] // 60, "max_shift_min": day["max_shift_s"] // 60,
        "max_pair_min": day["max_shift_s"] // 60, "day_assignment": ASSIGN[day["assign"]],
        "week_start": day["week_start"], "round_in": MINUTE, "round_out": MINUTE, "absent_after_h": 24,
        "off_shift": "open_shift", "ot_rules": overtime(policy),
    }  # fmt: skip
    late = [rule["grace_s"] // 60 for rule in policy.get("exceptions", []) if rule["code"] == "S4"]
    if any(rule["mode"] == "advanced_fixed" for rule in policy.get("holiday", [])):
        found["absent_neighbour_rule"] = "either"
    found["grace_in_min"] = late[0] if late else 0
    return {**found, **breaks(policy), **_rounding(policy), **_leave(policy)}


def _leave(policy: Mapping[str, Any]) -> dict[str, Any]:
    codes = set(policy.get("absence", []))
    counts = [code for rule in policy.get("overtime", []) for code in rule["counts"].get("pay_codes", [])]
    return {"ot_counts_leave": bool(codes & set(counts))}


def breaks(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Automatic breaks as tiers, paid ones as minutes paid back; detected ones change nothing."""
    off = [b for name in ("meal", "break") for b in policy.get(name, []) if b["mode"] == "auto_deduct"]
    back = [b for name in ("meal", "break") for b in policy.get(name, []) if b["mode"] == "auto_add"]
    found: dict[str, Any] = {}
    if off:
        limits = sorted({b["active_after_s"] // 60 for b in off})
        tiers = [(low, sum(b["amount_s"] // 60 for b in off if b["active_after_s"] // 60 <= low)) for low in limits]
        found = {
            "break_mode": "auto_deduct", "break_tiers": [{"after_min": low, "break_min": size} for low, size in tiers],
            "credit_punched": any(b.get("include_punched_time") for b in off),
        }  # fmt: skip
    if back:
        found |= {"paid_break_min": sum(b["amount_s"] // 60 for b in back),
                  "paid_break_after_min": min(b["active_after_s"] // 60 for b in back)}  # fmt: skip
    return found


def _rounding(policy: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for rule in policy.get("rounding", []):
        places = [PLACES[rule["applies_to"]]] if rule["applies_to"] in PLACES else ["round_in", "round_out"]
        shape = {"interval_min": rule["interval_s"] // 60, "dir": DIRECTIONS[rule["direction"]],
                 "grace_min": rule["grace_s"] // 60}  # fmt: skip
        shape |= _condition(rule.get("condition") or {})
        found |= {place: shape for place in places}  # noqa: C420 - a rule is never changed
    return found


def _condition(condition: Mapping[str, Any]) -> dict[str, int]:
    """Near a fixed time or a fixed total only."""
    if condition.get("type") not in {"static_time", "static_total"}:
        return {}
    at = minute(condition["time"]) if "time" in condition else condition["total_s"] // 60
    return {"from_min": at - condition["window_before_s"] // 60, "until_min": at + condition["window_after_s"] // 60}


def overtime(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Bands by the day first, then holidays, days in a row, weeks."""
    given = policy.get("overtime", [])
    if any(rule.get("branch_filter") for rule in [*given, *policy.get("regular", [])]):
        raise NotApplicableError(Reason.COST)
    found = _bands(given, {"daily"}, "daily") + _bands(given, {"holiday"}, "holiday")
    for rule in given:
        if "days" in rule["type"]:
            kind = rule["type"]
            shape = {"basis": "consecutive_day", "nth": int(kind[0]), "within_week": "in_week" in kind,
                     "in_a_row": "worked_in_week" not in kind}  # fmt: skip
            found.append({"bucket": rule["pay_code"], "from_min": rule["trigger_s"] // 60, **shape})
    for name, weeks in PERIODS.items():
        found += [{**band, "weeks": weeks, "anchor": "2021-01-10"} for band in _bands(given, {name}, "weekly")]
    return found


def _bands(given: list[Mapping[str, Any]], types: set[str], basis: str) -> list[dict[str, Any]]:
    """Rules of one type side by side: each ends where the next one begins."""
    mine = sorted((rule for rule in given if rule["type"] in types), key=lambda rule: rule["trigger_s"])
    limits = [rule["trigger_s"] // 60 for rule in mine]
    return [
        {"bucket": rule["pay_code"], "basis": basis, "from_min": low, "to_min": high}
        for rule, low, high in zip(mine, limits, [*limits[1:], None], strict=False)
    ]
