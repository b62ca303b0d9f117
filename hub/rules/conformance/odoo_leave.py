"""Odoo, leave: sandwich rules of its Indian localisation; overtime taken as leave is a balance."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

import polars as pl

from hub.rules.conformance.runner import Case, NotApplicableError, Reason, Verdict
from hub.rules.conformance.world import RECORDS, Shift, World, dates, day_row, instant, interval, local, minute
from hub.rules.policy_rules import WEEKDAYS

HOURS_A_DAY: Final = 8


def adapt(case: Case) -> Verdict:
    """Days that each leave is charged, or overtime of a day."""
    if "leaves_in_order" in case:
        return _sandwich(case)
    if "attendances" in case and {"overtime_h", "balance_h"} & case["expected"].keys() and "steps" not in case:
        return _overtime(case)
    raise NotApplicableError(Reason.BALANCE)


def _sandwich(case: Case) -> Verdict:
    rules, requests = case["policy"], case["leaves_in_order"]
    world = World(policy={"sandwich_mode": "both_sides" if rules["sandwich"] else "none", "sandwich_absent": False})
    world.shifts = [Shift("S", [(480, 960)])]
    world.weekly_off = [WEEKDAYS.index(name) for name in rules["weekly_off"]]
    world.holidays = [date.fromisoformat(text) for text in rules["holidays"]]
    world.roster("S")
    for number, request in enumerate(requests, 1):
        if not request.get("removed"):
            _apply(world, number, request)
    first, last = (date.fromisoformat(pick(row[side] for row in requests))
                   for pick, side in ((min, "from"), (max, "to")))  # fmt: skip
    days = world.run(first, last).days
    got, wanted = [], []
    for number, expected in enumerate(case["expected"], 1):
        mine = days.filter(pl.col("leave_code") == f"{number}")
        got.append(_charged(mine, requests[number - 1], expected))
        wanted.append({name: value for name, value in expected.items() if name in {"days", "hours", "sandwich"}})
    return Verdict({"leaves": wanted}, {"leaves": got})


def _apply(world: World, number: int, request: Any) -> None:
    """A row for every date of the application; on days off leave says nothing by itself."""
    hours = request.get("hours")
    for day in dates(date.fromisoformat(request["from"]), date.fromisoformat(request["to"])):
        more = {"portion": "minutes", "minutes": minute(hours[1]) - minute(hours[0])} if hours else {}
        if request.get("half") or request.get("portion"):
            more = {"portion": "first"}
        mode = "none" if request.get("sandwich_type") is False else None
        off = day.weekday() in world.weekly_off or day in world.holidays
        if not off:
            world.leave(day, number, type_code=f"{number}", sandwich_mode=mode, **more)


def _charged(mine: pl.DataFrame, request: Any, expected: Any) -> dict[str, Any]:
    """Leave days of this application; days off among them are the sandwich."""
    half: Any = sum(mine[name].is_in([1, 2]).sum() for name in ("s1", "s2"))
    off = mine.filter(pl.col("day_type") != 0).height
    hours = half * HOURS_A_DAY // 2
    if request.get("hours"):
        hours = (minute(request["hours"][1]) - minute(request["hours"][0])) // 60 * mine.height
    got = {"days": Fraction(half, 2), "hours": hours, "sandwich": off > 0}
    return {name: got[name] for name in expected if name in got}


def _overtime(case: Case) -> Verdict:
    """Hours beyond the schedule; a whole day off has none, and no lunch is taken off on it."""
    stamps = [(instant(a.split(" ")[0]), instant(b.split(" ")[0])) for a, b in case["attendances"]]
    first, last = (local(pick(t for pair in stamps for t in pair)).date() for pick in (min, max))
    rules = {**RECORDS, "break_mode": "schedule", "ot_rules": [{"bucket": "over", "basis": "daily_over_expected"}]}
    world = World(policy=rules, punches=[row for pair in stamps for row in interval(*pair)], weekly_off=(5, 6))
    world.shifts = [Shift("S", expected_min=480, breaks=[(720, 780)])]
    world.roster("S")  # leave that counts as worked time changes nothing about the date
    if "holiday" in case:
        world.holidays = [local(instant(case["holiday"]["from"])).date()]
    outputs = world.run(first - timedelta(days=1), last)
    over = Fraction(int(outputs.overtime["minutes"].sum()), 60)
    worked = Fraction(sum(day_row(outputs, day)["worked_min"] for day in dates(first, last)), 60)
    got = {"balance_h": over, "overtime_h": over, "leave_available_h": over, "worked_h": worked}
    return Verdict(case["expected"], {name: got.get(name) for name in case["expected"]})
