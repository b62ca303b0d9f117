"""Odoo: records in UTC, days and lunch in the employee's zone, overtime by quantity and by timing."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from numbers import Number
from typing import Any, Final

import polars as pl

from hub.rules.conformance.orangehrm import refusal
from hub.rules.conformance.runner import Case, NotApplicableError, Reason, Verdict
from hub.rules.conformance.world import RECORDS, Shift, World, instant, interval, local, minute, whole
from hub.rules.laid import laid_on_pairs
from hub.rules.tables import Outputs

WEEKEND: Final = (5, 6)
FULL_DAY: Final = {"start_min": 0, "end_min": 1440}


def adapt(case: Case) -> Verdict:
    """A case by what it asks."""
    policy, expected = case.get("policy", {}), case["expected"]
    if policy.get("auto_check_out"):
        raise NotApplicableError(Reason.CLOSING)
    if "timing_default" in expected:
        raise NotApplicableError(Reason.RECORD)
    if "accepted" in expected:
        return _constraint(case)
    if "hours_today" in expected:
        return _today(case)
    return _overtime(case)


def _constraint(case: Case) -> Verdict:
    records = [[instant(row["in"]), row["out"] and instant(row["out"])] for row in case["attendances"]]
    if "do" in case:
        changed = [next(begin for begin, end in records if end is None), instant(case["do"]["set_out_of_open"])]
        records = [row for row in records if row[1] is not None]
    else:
        changed = [instant(case["new"]["in"]), case["new"]["out"] and instant(case["new"]["out"])]
    return Verdict(case["expected"], {"accepted": refusal(changed, records) is None})


def _today(case: Case) -> Verdict:
    """What would count if the person left now."""
    zone, now = case["employee_tz"], instant(case["now"])
    rows = [
        row
        for one in case["attendances"]
        for row in interval(instant(one["in"]), instant(one["out"]) if one["out"] else now)
    ]
    world = World(policy={**RECORDS, "day_assignment": "split_midnight"}, zone=zone, punches=rows)
    day = local(now, zone).date()
    worked = world.run(day).days["worked_min"].item()
    return Verdict(case["expected"], {"hours_today": worked // 60})


def _overtime(case: Case) -> Verdict:
    world = _world(case)
    stamps = [t for row in case["attendances"] for t in (row["in"], row["out"]) if t]
    days = [local(instant(text), world.zone).date() for text in stamps]
    first, last = min(days) - timedelta(days=1), max(days)
    got = _found(case, world.run(first, last))
    expected = case["expected"]
    for name in expected:
        if name.startswith(("after_approve", "after_refuse", "validated_after")):
            got[name] = _decided(world, first, last, approve="approve" in name)
        elif name == "validated_overtime_h" and case.get("do") == "approve":
            got[name] = _decided(world, first, last, approve=True)
        elif name.startswith("after_manual_"):
            got[name] = _by_hand(world, first, last, whole(Fraction(name.split("_")[2])))
    wanted = {name: _plain(value) for name, value in expected.items() if name != "day"}
    return Verdict(wanted, {name: _blanked(wanted[name], got.get(name)) for name in wanted})


def _plain(value: Any) -> Any:
    """Hours as whole minutes; lines in one order."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, Number):
        return whole(value)
    return [_plain(one["h"]) if isinstance(one, Mapping) else _plain(one) for one in value]


def _blanked(wanted: Any, got: Any) -> Any:
    """Entries that the case leaves open are left open; sums per line have no order."""
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        if None in wanted:
            return [None if w is None else g for w, g in zip(wanted, got, strict=True)]
        return wanted if sorted(wanted) == sorted(got) else got
    return got


def _world(case: Case) -> World:
    policy, zone = case["policy"], case.get("employee_tz", "UTC")
    shift = case.get("shift", {})
    rows = [
        row for one in case["attendances"] for row in interval(instant(one["in"]), one["out"] and instant(one["out"]))
    ]
    lunch = [tuple(minute(text) for text in shift["lunch"])] if shift.get("lunch") else []
    rules = {
        **RECORDS, "day_assignment": "split_midnight", "break_mode": "schedule", "weekly_ot_counts": "all_worked",
        "ot_rules": _rules(policy, shift), **_tolerance(policy),
    }  # fmt: skip
    world = World(policy=rules, zone=zone, punches=rows, weekly_off=WEEKEND)
    world.shifts = [Shift("S", expected_min=_expected(policy, shift), breaks=lunch)]  # type: ignore[arg-type]
    world.roster("S")
    return world


def _expected(policy: Mapping[str, Any], shift: Mapping[str, Any]) -> int:
    """The day's minutes: of several daily rules the smallest, which is the one that a shortage is measured on."""
    fixed = [rule["expected_h"] for rule in policy["rules"] if rule.get("period") == "day" and "expected_h" in rule]
    if fixed:
        return whole(min(fixed))
    if shift.get("kind") == "flexible":
        return whole(shift["hours_per_day"])
    return sum(minute(b) - minute(a) for a, b in shift.get("mon_fri", [["09:00", "17:00"]]))


def _tolerance(policy: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "shortage_tolerance_min": max((whole(r.get("employee_tolerance_h", 0)) for r in policy["rules"]), default=0)
    }


def _rules(policy: Mapping[str, Any], shift: Mapping[str, Any]) -> list[dict[str, Any]]:
    if shift.get("kind") == "fully_flexible":
        return []
    approval = "required" if policy.get("validation") == "by_manager" else "none"
    found = []
    daily = sorted(whole(r["expected_h"]) for r in policy["rules"] if r.get("period") == "day" and "expected_h" in r)
    for low, high in zip(daily, [*daily[1:], None], strict=False):
        found.append({"bucket": f"day over {low}", "basis": "daily", "from_min": low, "to_min": high})
    for n, rule in enumerate(policy["rules"]):
        found += [{"bucket": f"{n}", **one} for one in _of(rule, shift)]
    return [{**one, "approval": approval} for one in found]


def _of(rule: Mapping[str, Any], shift: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One rule of the peer; daily quantities with a number of hours are bands and dealt with together."""
    if rule["base"] == "quantity" and rule["period"] == "week":
        return [{"basis": "weekly", "from_min": whole(rule["expected_h"])}]
    if rule["base"] == "quantity":
        limit = {"threshold_min": whole(rule.get("employer_tolerance_h", 0)), "threshold_strict": True}
        return [] if "expected_h" in rule else [{"basis": "daily_over_expected", **limit}]
    if rule["timing"] == "non_work_days":
        return [{"basis": "window", "days": "off", "window": FULL_DAY}]
    if rule["timing"] == "outside_schedule":
        begin, end = minute(shift["mon_fri"][0][0]), minute(shift["mon_fri"][-1][1])
        spans = [{"start_min": 0, "end_min": begin}, {"start_min": end, "end_min": 1440}]
        return [{"basis": "window", "days": "working", "window": span} for span in spans]
    span = {"start_min": minute(rule["start"]), "end_min": minute(rule["stop"])} if "start" in rule else FULL_DAY
    return [{"basis": "window", "days": "working", "window": span}]


def _found(case: Case, outputs: Outputs) -> dict[str, Any]:
    days = outputs.days.filter(pl.col("gross_min") > 0)
    over = int((days["ot_min"] + days["ot_pending_min"]).sum())
    approved = int(days["ot_min"].sum())
    short = int(days["shortage_min"].sum()) if case["policy"].get("undertime_enabled") else 0
    pairs = laid_on_pairs(outputs.pairs, outputs.days)
    per_pair: list[int] = []
    for row in pairs.iter_rows(named=True):
        size = row["ot_min"] - (row["shortage_min"] if short else 0)
        if row["in_punch_id"] is None:  # a piece after midnight belongs to the record it continues
            per_pair[-1] += size
        else:
            per_pair.append(size)
    balance = over - short
    lines = outputs.overtime["minutes"].to_list()
    closed = all(row["out"] for row in case["attendances"])
    return {
        "overtime_h": balance or None if closed else None, "balance_h": balance, "day_overtime_h": over,
        "overtime_total_h": over, "validated_overtime_h": approved - short, "overtime_lines_h": lines,
        "overtime_per_attendance_h": per_pair, "lines": lines, "worked_h": int(days["worked_min"].sum()),
        "line_count": whole(len(lines) + (1 if short else 0)),
        "overtime_of_last": (per_pair[-1] or None) if closed and per_pair else None,
        "expected_h": int(days["paid_min"].sum()), "overtime_linked_to": [value > 0 for value in per_pair],
        "overtime_status": "approved" if case.get("do") == "approve" else None,
    }  # fmt: skip


def _decided(world: World, first: date, last: date, *, approve: bool) -> int:
    """The balance after a supervisor has approved or refused all of it; who refuses a shortage counts full hours."""
    told = []
    for row in world.run(first, last).days.filter(pl.col("gross_min") > 0).iter_rows(named=True):
        day = {"employee_key": 1, "date": row["business_date"]}
        if row["ot_pending_min"]:
            told.append({**day, "field": "ot_min", "value": row["ot_pending_min"] if approve else 0})
        if row["shortage_min"] and not approve:
            told.append({**day, "field": "worked_min", "value": row["expected_min"]})
    return _balance(world, first, last, told)


def _by_hand(world: World, first: date, last: date, minutes: int) -> int:
    """The balance after a supervisor has set it for every date with work, and everything is computed again."""
    rows = world.run(first, last).days.filter(pl.col("gross_min") > 0).iter_rows(named=True)
    told = [
        {"employee_key": 1, "date": row["business_date"], "field": "worked_min", "value": row["expected_min"] + minutes}
        for row in rows
    ]
    return _balance(world, first, last, told)


def _balance(world: World, first: date, last: date, told: list[dict[str, Any]]) -> int:
    world.tables = {"overrides": [{"override_id": n, **row} for n, row in enumerate(told, 1)]}
    days = world.run(first, last).days.filter(pl.col("gross_min") > 0)
    short = int(days["shortage_min"].sum()) if told or not days["ot_min"].sum() else 0
    return int(days["ot_min"].sum()) - short
