"""Frappe HR: shift windows, first and last or every pair, hours as thresholds, payable days by attendance."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

import polars as pl

from hub.rules.conformance.frappe_payroll import assignment, overwritten, payroll, shift_holidays, unmarked
from hub.rules.conformance.runner import Case, NotApplicableError, Reason, Verdict
from hub.rules.conformance.world import LATER, UNKNOWN, Shift, World, instant, local, minute, punch, whole
from hub.rules.tables import Outputs

TODAY: Final = date(2024, 6, 12)
DAY_MIN: Final = 1440
STATUS: Final = {"P": "Present", "HD": "Half Day", "A": "Absent", "HL": "Half Day", "L": "On Leave"}


def adapt(case: Case) -> Verdict:
    """A case by its family."""
    family = case["id"].split("/")[1]
    handlers: dict[str, Callable[[Case], Verdict]] = {"assignment": assignment, "payroll": payroll}
    if "do" in case or "last_sync" in case["expected"] or "steps" in case:
        raise NotApplicableError(Reason.RECORD)
    if "shift" in case["expected"] and isinstance(case["expected"].get("shift"), str | None) and "shifts" in case:
        return _fetched(case)
    if family in handlers:
        return handlers[family](case)
    if family == "request":
        return overwritten(case)
    if "holidays" in case["expected"]:
        return shift_holidays(case)
    if "unmarked" in case["expected"] or "used" in case["expected"]:
        return unmarked(case)
    if "shift" in case or "shifts" in case:
        return _attendance(case)
    raise NotApplicableError(Reason.RECORD)


def rules(shift: Mapping[str, Any]) -> dict[str, Any]:
    """The policy of a shift type."""
    alternating = shift.get("determine", "alternating") == "alternating"
    span = shift.get("hours_calc", "first_last") == "first_last"
    mode = "first_last" if alternating and span else "alternate" if alternating else "device"
    return {
        "dedupe_window_s": 0, "direction_mode": mode, "early_in_counts": True, "break_mode": "none",
        "repeat_split_min": 1440, "max_pair_min": 2880, "off_shift": "anomaly", "dst_expected": "nominal",
        "window_before_min": shift.get("begin_check_in_before_min") or 60, "single_punch": "present",
        "grace_in_min": shift.get("late_entry_grace_min", 0), "grace_out_min": shift.get("early_exit_grace_min", 0),
        "full_day_min": whole(shift.get("half_day_threshold_h", 0)),
        "half_day_min": whole(shift.get("absent_threshold_h", 0)),
        "paid_break_min": 1440 if span and not alternating else 0,
        "ot_rules": [{"bucket": "over", "basis": "daily_over_expected"}] if shift.get("allow_overtime") else [],
    }  # fmt: skip


def shift_of(shift: Mapping[str, Any], code: str) -> Shift:
    """A shift type with its windows; one that ends before it starts ends on the next date."""
    begin, end = minute(shift.get("start", "00:00")), minute(shift.get("end", "23:00"))
    after = shift.get("allow_check_out_after_min", 60)
    return Shift(
        code, [(begin, end if end > begin else end + DAY_MIN)],
        before_min=shift.get("begin_check_in_before_min", 60), after_min=240 if after is None else after,
    )  # fmt: skip


def _assign(world: World, code: str, assignment: Any) -> None:
    """One assignment, several, or the employee's default shift."""
    for one in assignment if isinstance(assignment, list) else [assignment]:
        if isinstance(one, Mapping) and "from" in one:
            until = date.fromisoformat(one["to"]) if one.get("to") else None
            world.roster(code, date.fromisoformat(one["from"]), until)
        else:
            world.roster(code)


def _punches(case: Case) -> list[dict[str, Any]]:
    known = {"in": 0, "out": 1}
    return [punch(instant(p["at"]), known.get(p.get("direction", ""), UNKNOWN)) for p in case.get("punches", [])]


def _fetched(case: Case) -> Verdict:
    """Which shift's window holds a log."""
    world = World(policy=rules(case["shifts"][0]), punches=_punches(case))
    for n, shift in enumerate(case["shifts"]):
        name = shift.get("name", f"{n}")
        world.shifts.append(shift_of(shift, name))
        _assign(world, name, shift.get("assignment", {}))
    t = instant(case["punches"][0]["at"])
    day = local(t).date()
    outputs = world.run(day - timedelta(days=1), day + timedelta(days=1))
    [fate] = outputs.dispositions.iter_rows(named=True)
    row = outputs.days.filter(pl.col("business_date") == fate["business_date"]).row(0, named=True)
    off = fate["disposition"] == "off_shift" or not row["shift_code"]
    codes = (row["shift_code"] or "").split("+")
    got: dict[str, Any] = {"shift": None if off else _named(world, codes, row, t), "offshift": off}
    plan = _window(world, got["shift"], row["business_date"], case)
    got |= {name: value for name, value in plan.items() if not off}
    return Verdict(case["expected"], {name: got.get(name) for name in case["expected"]})


def _named(world: World, codes: list[str], row: Mapping[str, Any], t: int) -> str:
    """Of two shifts on one date the one whose window the engine gave the log to."""
    from hub.rules.conformance.plans import slots_of  # noqa: PLC0415 - the one place that looks inside a run

    slots = slots_of(world, row["business_date"])
    held = [slot["shift_code"] for slot in slots if slot["w0"] <= t <= slot["w1"]]
    return held[0] if held else codes[0]


def _window(world: World, code: str | None, day: date, case: Case) -> dict[str, Any]:
    if not code or not {"window_start", "window_end", "shift_start", "window_start_date"} & set(case["expected"]):
        return {}
    from hub.rules.conformance.plans import slots_of  # noqa: PLC0415 - as above

    slot = next(one for one in slots_of(world, day) if one["shift_code"] == code)
    found = {"shift_start": slot["s0"], "shift_end": slot["s1"], "window_start": slot["w0"], "window_end": slot["w1"]}
    texts = {name: local(t).isoformat() for name, t in found.items()}
    # The engine's later window begins a second after the instant that both share.
    second = slot["w0"] % 60 == 1
    texts["window_start"] = local(slot["w0"] - second).isoformat()
    return texts | {"window_start_date": local(slot["w0"]).date().isoformat()}


def _attendance(case: Case) -> Verdict:
    """Status, hours and times of dates."""
    expected = case["expected"]
    world = _world(case)
    if case.get("employee", {}).get("status") == "Inactive":
        world.employed = (date(1900, 1, 1), date(1900, 1, 2))
    first, last = _range(case)
    outputs = world.run(first, last)
    got = _found(case, outputs, expected)
    if not got:
        raise NotApplicableError(Reason.RECORD)
    return Verdict({name: expected[name] for name in got}, got)


def _world(case: Case) -> World:
    shift = case.get("shift") or {}
    shift = {**(case["shifts"][-1] if "shifts" in case else shift)}
    world = World(policy={**rules(shift), "absent_after_h": 24}, punches=_punches(case))
    assigned = case.get("assignment", {} if "punches" in case and "default_shift" not in case else None)
    world.shifts.append(shift_of(shift, "S"))
    if "shifts" in case:
        assigned = shift.get("assignment")
    _assign(world, "S", assigned if assigned is not None else {})
    if "default_shift" in case:
        world.shifts.append(shift_of(case["default_shift"], "D"))
        world.roster("D")
    sync = shift.get("last_sync")
    world.as_of = instant(sync) - 1 if sync else LATER
    for leave in case.get("leaves", []):
        world.leave(date.fromisoformat(leave["date"]), portion="first" if leave["portion"] == "half" else "full")
    staff = case.get("employee", {})
    begin = max(staff.get("joining", "1900-01-01"), shift.get("process_after", "1900-01-01"))
    world.employed = (date.fromisoformat(begin), staff.get("relieving") and date.fromisoformat(staff["relieving"]))
    return world


def _range(case: Case) -> tuple[date, date]:
    named = [day for name, value in case["expected"].items() if name.endswith(("dates", "include")) for day in value]
    stamps = [p["at"][:10] for p in case.get("punches", [])]
    days = [
        date.fromisoformat(text)
        for text in [*named, *stamps, *([case["expected"]["date"]] if "date" in case["expected"] else [])]
    ]
    return min(days, default=TODAY), max(days, default=TODAY)


def _found(case: Case, outputs: Outputs, expected: Mapping[str, Any]) -> dict[str, Any]:
    days = {row["business_date"]: row for row in outputs.days.iter_rows(named=True)}
    day = date.fromisoformat(expected["date"]) if "date" in expected else min(days)
    row = days[day]
    unmarked = row["status"] in {"MP", "NE", "WO", "H"} or row["shift_code"] is None
    status = None if unmarked else STATUS[row["status"]]
    first, last = _logs(outputs, day, case)
    got: dict[str, Any] = {
        "status": status, "date": day.isoformat(), "working_hours": Fraction(row["worked_min"], 60),
        "in_time": first, "out_time": last, "late_entry": bool(row["flags"] & 1), "early_exit": bool(row["flags"] & 2),
        "overtime_hours": Fraction(row["ot_min"], 60),
        "half_day_status": "Present" if 0 in (row["s1"], row["s2"]) else "Absent",
        "assigned_shift_status": status, "default_shift_status": None,
        "shift": {"S": "assigned", "D": "default"}.get(row["shift_code"] or ""),
    }  # fmt: skip
    for name, wanted in (("absent_dates", "A"), ("absent_dates_include", "A"), ("no_record_dates", None)):
        got[name] = [text for text in expected.get(name, []) if _is(days[date.fromisoformat(text)], wanted)]
    return {name: got[name] for name in expected if name in got}


def _is(row: Mapping[str, Any], status: str | None) -> bool:
    return row["status"] == status if status else row["status"] in {"MP", "NE"} or row["shift_code"] is None


def _logs(outputs: Outputs, day: date, case: Case) -> tuple[str | None, str | None]:
    """The first and the last log of the date; under log types only those that count."""
    counted = outputs.dispositions.filter(pl.col("business_date") == day, pl.col("disposition") != "off_shift")
    stamps = [p["at"] for p in case.get("punches", [])]
    ids = sorted(counted["punch_id"].to_list())
    if case.get("shift", {}).get("determine") == "by_log_type":
        row = outputs.days.filter(pl.col("business_date") == day).row(0, named=True)
        times = [row["in_at_utc"], row["out_at_utc"]]
        return tuple(t and local(t).isoformat() for t in times)  # type: ignore[return-value]
    return (stamps[ids[0] - 1], stamps[ids[-1] - 1]) if ids else (None, None)
