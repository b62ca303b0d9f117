"""Worked examples of payroll policies: late marks, sandwiches, lost days, compensatory days, rounding."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from numbers import Number
from typing import Any, Final

import polars as pl

from hub.rules.conformance.runner import Case, NotApplicableError, Reason, Verdict
from hub.rules.conformance.world import IN, OUT, Shift, World, dates, day_row, instant, minute, punch, whole
from hub.rules.policy_rules import WEEKDAYS
from hub.rules.tables import Outputs

MONDAY: Final = date(2024, 7, 1)
BASE: Final = {"dedupe_window_s": 0, "direction_mode": "device", "break_mode": "none", "cycle": "month",
               "penalty_target": "lop", "grace_in_min": 0}  # fmt: skip


def adapt(case: Case) -> Verdict:
    """A case by the part of a policy that it shows."""
    policy, given = case["policy"], case["input"]
    if case["id"].startswith("policy/lop_base"):
        return _priced(case)
    if "half_day_min_h" in policy:
        return _comp_off(case)
    if "interval_min" in policy:
        return _rounded(case)
    if "weekly_off" in policy or "holidays" in policy or "weekly_off" in given or policy.get("rule"):
        return _sandwich(case)
    return _penalty(case)


def _plain(policy: Mapping[str, Any], start: int = 540, length: int = 480) -> World:
    world = World(policy={**BASE, **policy}, shifts=[Shift("S", [(start, start + length)])], weekly_off=(6,))
    world.roster("S")
    return world


def _work(world: World, day: date, begin: int, end: int) -> None:
    midnight = instant(f"{day}T00:00:00")
    world.punches += [punch(midnight + begin * 60, IN), punch(midnight + end * 60, OUT)]


def _penalty(case: Case) -> Verdict:
    given = case["input"]
    if "bands" in case["policy"]:
        return _band(case)
    if "in" in given:
        return _late_minutes(case)
    world = _plain(_late_rules(case["policy"]), length=whole(case["policy"].get("shift_h", 8)))
    count = given.get("late_count_in_month", given.get("late_or_early_count", given.get("partial_days", 1)))
    working = [day for day in dates(MONDAY, MONDAY + timedelta(days=29)) if day.weekday() < 5]
    for day in working[:count]:
        _work(world, day, *_span(given))
    outputs = world.run(MONDAY, MONDAY + timedelta(days=29))
    return Verdict(*_costs(case["expected"], outputs, working[count - 1]))


def _late_rules(policy: Mapping[str, Any]) -> dict[str, Any]:
    if "tiers" in policy:
        tiers = [
            {"from_count": t["from"], "to_count": t.get("to"), "days": whole(t["days"], 100)} for t in policy["tiers"]
        ]
        return {"late_tiers": tiers}
    if "penalise_below_pct" in policy:
        return {"shortage_pct": policy["penalise_below_pct"], "shortage_days": whole(policy["penalty_days"], 100)}
    if "partial_days_per_leave" in policy:
        return {"half_days_per_penalty": policy["partial_days_per_leave"], "half_days_days": 100}
    if "penalty_per_60_late_min_days" in policy:
        return {"late_minutes_step": 60, "late_days": whole(policy["penalty_per_60_late_min_days"], 100)}
    if "late_and_early_same_day" in policy:
        return {"late_and_early_days": 100}
    return _counted_lates(policy)


def _counted_lates(policy: Mapping[str, Any]) -> dict[str, Any]:
    """So many are free, then each n-th one costs; where absence is the price, each one does."""
    free = next(
        (policy[k] for k in ("free_per_month", "penalty_when_more_than", "permitted_per_month") if k in policy), 0
    )
    cost = 1 if "permitted_per_month" in policy else policy.get("penalty_days", Fraction(1, 2))
    return {"late_free": free, "late_every": policy.get("penalty_every", 1), "late_days": whole(cost, 100),
            "grace_in_min": policy.get("late_after_min", 0)}  # fmt: skip


def _span(given: Mapping[str, Any]) -> tuple[int, int]:
    """When somebody came and left, in minutes of the day, so that the case's word for it is true."""
    if "worked_h" in given:
        return 540, 540 + whole(given["worked_h"])
    if "partial_days" in given:
        return 540, 540 + 240
    late = given.get("late_min_in_month", 20)
    return 540 + late, 540 + (450 if given.get("early") else 540)


def _costs(expected: Any, outputs: Outputs, last: date) -> tuple[dict[str, Any], dict[str, Any]]:
    total = int(outputs.days["penalty_days"].sum())
    row = day_row(outputs, last)
    gone = "absent" if row["payable_days"] == 0 else "present"
    got = {"penalty_days_total": total, "penalty_days": total, "leave_days": total, "third_day": gone, "status": gone}
    wanted = {name: whole(value, 100) if isinstance(value, Number) else value
              for name, value in expected.items() if name in got}  # fmt: skip
    return wanted, {name: got[name] for name in wanted}


def _band(case: Case) -> Verdict:
    results = {"late": "late", "first_half_leave": "first_half", "full_day_leave": "full_day", "on_time": "on_time"}
    bands = [
        {"until_min": minute(band["until"]) if "until" in band else None, "result": results[band["result"]]}
        for band in case["policy"]["bands"]
    ]
    start, end = (minute(text) for text in case["policy"]["shift"])
    world = _plain({"arrival_bands": bands, "full_day_min": 1, "half_day_min": 1}, start, end - start)
    _work(world, MONDAY, minute(case["input"]["in"]), end)
    row = day_row(world.run(MONDAY), MONDAY)
    named = {50: "first_half_leave", 100: "full_day_leave"}
    late = "late" if row["flags"] & 1 else "on_time"
    return Verdict({"result": case["expected"]["result"]}, {"result": named.get(row["penalty_days"], late)})


def _late_minutes(case: Case) -> Verdict:
    policy, given = case["policy"], case["input"]
    start = minute(policy.get("start") or given["start"])
    count = "end_of_grace" if policy["count_from"] == "end_of_grace" else "shift_start"
    world = _plain({"grace_in_min": policy["grace_min"], "late_count_from": count}, start)
    _work(world, MONDAY, minute(given["in"]), start + 480)
    late = day_row(world.run(MONDAY), MONDAY)["late_min"]
    return Verdict(case["expected"], dict.fromkeys(case["expected"], late))


def _rounded(case: Case) -> Verdict:
    policy, text = case["policy"], case["input"]["punch"]
    rule = {"interval_min": policy["interval_min"], "dir": policy["direction"]}
    half = "minute_down" if policy.get("minute_granularity") else "up"
    world = World(policy={**BASE, "round_in": rule, "round_half": half, "early_in_counts": True})
    _work(world, MONDAY, minute(text), minute(text) + 240)
    paid = world.run(MONDAY).pairs["in_paid"].item() // 60 % 1440
    return Verdict(case["expected"], {"rounded": f"{paid // 60:02}:{paid % 60:02}"})


def _comp_off(case: Case) -> Verdict:
    policy = case["policy"]
    limits = {
        "comp_half_from_min": whole(policy["half_day_min_h"]),
        "comp_full_from_min": whole(policy["full_day_min_h"]),
    }
    world = _plain({**limits, "off_work": "comp_off"})
    sunday = MONDAY - timedelta(days=1)
    _work(world, sunday, 540, 540 + whole(case["input"]["worked_h_on_off_day"]))
    days = day_row(world.run(sunday), sunday)["comp_off_days"]
    return Verdict({"comp_off_days": whole(case["expected"]["comp_off_days"], 100)}, {"comp_off_days": days})


def _priced(case: Case) -> Verdict:
    """The base is handed to the ERP together with counts of dates; the price follows from these by a division."""
    policy = case["policy"]
    first = date.fromisoformat(policy["month"].split(" ")[0] + "-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    world = _plain({})
    for n in range(int(case["input"]["lop_days"])):
        world.leave([day for day in dates(first, last) if day.weekday() < 5][n], paid_hundredths=0)
    for day in dates(first, last):
        if not _free(world, day) and day not in {row["date"] for row in world.leaves}:
            _work(world, day, 540, 1020)
    days = world.run(first, last).days
    lost = int(days["lop_days"].sum())
    bases = {"calendar_days": days.height, "working_days": days.filter(pl.col("day_type") == 0).height}
    base = bases.get(policy["base"]) or int("".join(c for c in policy["base"] if c.isdigit()))
    paid = round(Fraction(policy["gross"] * (base * 100 - lost), base * 100), 2)
    wanted = {name: Fraction(str(value)) for name, value in case["expected"].items()}
    return Verdict(wanted, dict.fromkeys(wanted, paid))


def _sandwich(case: Case) -> Verdict:
    policy, given = case["policy"], case["input"]
    offs = policy.get("weekly_off", given.get("weekly_off", []))
    world = _plain(_sandwich_rules(policy))
    world.weekly_off = [WEEKDAYS.index(name) for name in offs] if "holidays" not in policy else []
    if policy.get("rule"):
        world.weekly_off = [6]
    free = policy.get("holiday")
    world.holidays = [_near(free)] if free else [date.fromisoformat(text) for text in policy.get("holidays", [])]
    taken = [_near(name) for name in given.get("leave", [])]
    kind = given.get("leave_type", policy.get("leave_type", "L"))
    absent = _absences(given)
    for n, day in enumerate(taken, 1):
        world.leave(day, n, type_code=kind)
    first, last = (min(taken, default=MONDAY) - timedelta(days=5), max(taken, default=MONDAY) + timedelta(days=5))
    for day in dates(first - timedelta(days=14), last + timedelta(days=14)):
        if day not in taken and day not in absent:
            _work(world, day, 540, 1020) if not _free(world, day) else None
    return Verdict(case["expected"], _counted(case["expected"], world.run(first, last)))


def _free(world: World, day: date) -> bool:
    return day.weekday() in set(world.weekly_off) or day in set(world.holidays)


def _near(name: str) -> date:
    """A date; a weekday's is of the week from Wednesday, so that Friday lies before Monday."""
    if name in WEEKDAYS:
        index = WEEKDAYS.index(name)
        return MONDAY + timedelta(days=index if index < 2 else index - 7)
    return date.fromisoformat(name)


def _absences(given: Mapping[str, Any]) -> list[date]:
    sides = {"previous_second_session": _near("saturday"), "next_first_session": MONDAY}
    spoken: dict[str, date] = {**{name: _near(name) for name in WEEKDAYS}, **sides}
    return [day for name, day in spoken.items() if given.get(name) == "absent"]


def _sandwich_rules(policy: Mapping[str, Any]) -> dict[str, Any]:
    if policy.get("rule"):
        return {"absent_neighbour_rule": policy["sides"]}
    mode = policy.get("mode") or ("none" if policy.get("leave_type") == "casual" else "both_sides")
    rules: dict[str, Any] = {"sandwich_mode": mode, "sandwich_exempt": policy.get("exempt_leave_types", [])}
    if mode == "adjacent_runs":
        rules["sandwich_kinds"] = ["weekly_off"]
    return rules


def _counted(expected: Any, outputs: Outputs) -> dict[str, Any]:
    """Halves of dates that are leave or absence; of days off only, where the case counts those."""
    lost = [1, 2, 5]
    days = outputs.days
    if "weekly_off_counted_absent_days" in expected:
        days = days.filter(pl.col("business_date").dt.weekday() == 7)
    halves = sum(int(days[name].is_in(lost).sum()) for name in ("s1", "s2"))
    if not {"days_charged", "weekly_off_counted_absent_days"} & set(expected):
        raise NotApplicableError(Reason.WORDS)
    return dict.fromkeys(expected, halves // 2)
