"""Frappe HR, the rest: overlapping assignments, holiday lists, requests, payment days."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

import polars as pl

from hub.rules.conformance.runner import Case, NotApplicableError, Reason, Verdict
from hub.rules.conformance.world import Shift, World, codes, dates, day_row, instant, local, minute, punch

DAY_MIN: Final = 1440
SUNDAY: Final = 6
PLAIN: Final = {"dedupe_window_s": 0, "break_mode": "none", "absent_after_h": 0, "unmarked_as": "absent"}


def assignment(case: Case) -> Verdict:
    """Two assignments that overlap in time: the later one is refused."""
    existing = case["existing"] if isinstance(case["existing"], list) else [case["existing"]]
    if "new" not in case:
        return _span(case, existing[0])
    world = World(policy=dict(PLAIN))
    for n, one in enumerate([*existing, case["new"]]):
        begin, end = (minute(text) for text in one["shift"])
        world.shifts.append(Shift(f"{n}", [(begin, end if end > begin else end + DAY_MIN)]))
        until = date.fromisoformat(one["to"]) if one.get("to") else None
        world.roster(f"{n}", date.fromisoformat(one["from"]), until)
    starts = [date.fromisoformat(one["from"]) for one in [*existing, case["new"]]]
    found = codes(world.run(min(starts), max(starts) + timedelta(days=2)))
    return Verdict(case["expected"], {"accepted": "OVERLAP_ASSIGNMENT" not in found})


def _span(case: Case, one: Any) -> Verdict:
    begin, end = (minute(text) for text in one["shift"])
    world = World(policy=dict(PLAIN), shifts=[Shift("S", [(begin, end if end > begin else end + DAY_MIN)])])
    day = date.fromisoformat(one["from"])
    world.roster("S", day, day)
    row = day_row(world.run(day), day)
    got = {"start": row["scheduled_start_utc"], "end": row["scheduled_end_utc"]}
    return Verdict(case["expected"], {name: local(t).isoformat() for name, t in got.items()})


def shift_holidays(case: Case) -> Verdict:
    """The calendar of the shift, where it has one, else that of the employee; the adapter hands over that one."""
    calendar = case.get("shift_holidays") or case.get("employee_holidays") or case.get("employee_default", [])
    world = World(policy=dict(PLAIN), shifts=[Shift("S", [(540, 1080)])], holidays=map(date.fromisoformat, calendar))
    world.roster("S")
    first, last = (date.fromisoformat(text) for text in case["range"])
    free = {
        str(row["business_date"]) for row in world.run(first, last).days.iter_rows(named=True) if row["day_type"] == 2
    }
    wanted = case["expected"]
    got = {
        "holidays": [day for day in wanted["holidays"] if day in free],
        "not_holidays": [day for day in wanted.get("not_holidays", []) if day not in free],
    }
    return Verdict(wanted, {name: got[name] for name in wanted})


def unmarked(case: Case) -> Verdict:
    """Which dates without any record are listed: stated by weekday names, so there is nothing to run."""
    raise NotApplicableError(Reason.WORDS if case["expected"] else Reason.RECORD)


def overwritten(case: Case) -> Verdict:
    """A request stands for punches on its dates, and on a holiday for nothing."""
    if "new_request" in case:
        return _requests(case)
    first, last = (date.fromisoformat(case["request"][name]) for name in ("from", "to"))
    world = World(policy=dict(PLAIN), shifts=[Shift("S", [(540, 1080)])])
    world.roster("S")
    world.holidays = [date.fromisoformat(text) for text in case.get("holidays", [])]
    stand_ins = [(day, at) for day in dates(first, last) for at in ("09:00", "18:00")]
    rows = [_stand_in(n, day, at) for n, (day, at) in enumerate(stand_ins, 1) if day not in set(world.holidays)]
    world.tables = {"corrections": rows}
    days = world.run(first, last).days
    present = days.filter(pl.col("status") == "P", pl.col("flags") & 64 != 0)
    expected = case["expected"]
    if "records" in expected:
        return Verdict({"records": expected["records"]}, {"records": present.height})
    wanted = date.fromisoformat(expected["date"])
    return Verdict(
        {"present": expected["status"] != "Absent"}, {"present": wanted in present["business_date"].to_list()}
    )


def _stand_in(n: int, day: date, at: str) -> dict[str, Any]:
    """A correction that adds an in, or with an even number an out."""
    return {
        "correction_id": n,
        "employee_key": 1,
        "op": "add",
        "t_utc": instant(f"{day}T{at}:00"),
        "direction": (n - 1) % 2,
    }


def _requests(case: Case) -> Verdict:
    """Two requests for one date: the engine takes one manual pair a date, the second repeats it."""
    spans = [[date.fromisoformat(text) for text in case[name]] for name in ("existing_request", "new_request")]
    rows = [(day, at) for first, last in spans for day in dates(first, last) for at in ("09:00", "18:00")]
    corrections = [_stand_in(n, day, at) for n, (day, at) in enumerate(rows, 1)]
    world = World(policy=dict(PLAIN), tables={"corrections": corrections}, shifts=[Shift("S", [(540, 1080)])])
    world.roster("S")
    found = codes(world.run(min(min(s) for s in spans), max(max(s) for s in spans)))
    return Verdict(case["expected"], {"accepted": not {"DUPLICATE", "REPEAT_IN", "REPEAT_OUT"} & found})


def payroll(case: Case) -> Verdict:
    """Payment days: payable days of a month, with or without its holidays."""
    policy, staff = case["policy"], case.get("employee", {})
    first, last = (date.fromisoformat(text) for text in case["period"])
    world = World(policy=dict(PLAIN), shifts=[Shift("S", [(540, 1080)])])
    world.roster("S")
    world.holidays = [day for day in dates(first, last) if day.weekday() == SUNDAY]
    if staff:
        world.employed = (date.fromisoformat(staff["joining"]), date.fromisoformat(staff["relieving"]))
    for n, leave in enumerate(case.get("leaves", [])):
        _unpaid(world, n, leave)
    taken = {row["date"] for row in world.leaves if row["portion"] == "full"}
    for day in dates(first, last):
        absent = "records" in case and "non-Sundays" in case["records"] and day.weekday() == SUNDAY
        if not absent and day not in taken:
            world.punches += [_punch(day, "09:00", 0), _punch(day, "18:00", 1)]
    days = world.run(first, last).days
    counted = days if policy["holidays_in_working_days"] else days.filter(pl.col("day_type") != 2)
    if not policy["holidays_in_working_days"]:
        off = [day for day in dates(first, last) if day.weekday() == SUNDAY]
        counted = days.filter(~pl.col("business_date").is_in(off))
    got = {"working_days": counted.height, "payment_days": _days(int(counted["payable_days"].sum())),
           "leave_without_pay": _days(int(days["lop_days"].sum()))}  # fmt: skip
    return Verdict(case["expected"], {name: got[name] for name in case["expected"]})


def _days(hundredths: int) -> Fraction:
    return Fraction(hundredths, 100)


def _punch(day: date, at: str, direction: int) -> dict[str, Any]:

    return punch(instant(f"{day}T{at}:00"), direction)


def _unpaid(world: World, n: int, leave: Any) -> None:
    """Days of a leave that is not, or only in part, paid; holidays inside it are no leave."""
    part = 100 - int(leave["type"].split("%")[0].split()[-1]) if "%" in leave["type"] else 0
    for day in dates(date.fromisoformat(leave["from"]), date.fromisoformat(leave["to"])):
        half = leave.get("half_day_date") == day.isoformat()
        if day.weekday() != SUNDAY:
            world.leave(day, n, paid_hundredths=part, portion="first" if half else "full", type_code=f"L{n}")
