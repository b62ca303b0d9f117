"""OCA's attendance add-ons: windows that cut a record, night hours, filled and expected days, locked weeks."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

import polars as pl

from hub.rules.conformance.plans import slots_of
from hub.rules.conformance.runner import Case, NotApplicableError, Reason, Verdict
from hub.rules.conformance.world import RECORDS, Shift, World, dates, day_row, instant, interval, local, minute, whole
from hub.rules.lock import Lock
from hub.rules.pieces import Piece, cut

WEEKEND: Final = (5, 6)
REASONS: Final = {"early": "check_in_earlier", "late": "check_out_late"}


def adapt(case: Case) -> Verdict:
    """A case by its add-on."""
    handlers: dict[str, Callable[[Case], Verdict]] = {
        "overtime": _windows, "hour_type": _night, "missing_days": _filled, "theoretical": _expected,
        "autoclose": _open, "validation": _week, "sheet": _sheet,
    }  # fmt: skip
    return handlers[case["id"].split("/")[1]](case)


def _windows(case: Case) -> Verdict:
    """Records cut at the borders of the windows that the engine planned."""
    zone, stamps = case["tz"], [instant(text) for text in case["punches_utc"]]
    if "max_hours_per_day" in case["policy"]:
        return _closed_at(case, whole(case["policy"]["max_hours_per_day"]))
    now = instant(case["now_utc"]) if "now_utc" in case else None
    world, day = _planned(case, zone), local(stamps[0], zone).date()
    plan = [(slot["w0"] - slot["w0"] % 60, slot["w1"]) for slot in slots_of(world, day)]
    pairs = _pairs(stamps, now if "worked_segments" in case["expected"] else None)
    pieces = cut(pairs, plan)
    if "worked_segments" in case["expected"]:
        return _state(case, pieces, plan, now or 0)
    got = [_segment(piece, wanted) for piece, wanted in zip(pieces, case["expected"]["segments"], strict=False)]
    count = case["expected"].get("segment_count", len(pieces))
    expected = {"segments": case["expected"]["segments"], "segment_count": count}
    return Verdict(expected, {"segments": got, "segment_count": len(pieces)})


def _closed_at(case: Case, limit: int) -> Verdict:
    """An out that is missing, put where the longest day ends."""
    stamps, zone = [instant(text) for text in case["punches_utc"]], case["tz"]
    rules = {**RECORDS, "missing_out_policy": "in_plus_min", "missing_out_min": limit}
    world = World(policy=rules, zone=zone, punches=interval(stamps[0], None))
    world.as_of = instant(case["now_utc"]) + 86_400
    day = local(stamps[0], zone).date()
    plan = [(slot["w0"], slot["w1"]) for slot in slots_of(_planned(case, zone), day)]
    [row] = world.run(day).pairs.rows(named=True)
    [piece] = cut([(row["in_at"], row["out_at"])], plan)
    found = {**_segment(piece, case["expected"]["segments"][0]), "reasons": ["auto_close"] if row["imputed"] else []}
    return Verdict(case["expected"], {"segments": [found], "segment_count": 1})


def _pairs(stamps: list[int], now: int | None) -> list[tuple[int, int | None]]:
    ends: list[int | None] = [*stamps[1::2]]
    if len(stamps) % 2:
        ends.append(now)
    return list(zip(stamps[::2], ends, strict=True))


def _planned(case: Case, zone: str) -> World:
    lines = case["shift"]
    world = World(zone=zone)
    for n, line in enumerate(lines):
        begin, end = minute(line["start"]), minute(line["end"])
        before, after = begin - minute(line["in_from"]), minute(line["out_to"]) - end
        world.shifts.append(Shift(f"{n}", [(begin, end)], before_min=before, after_min=after))
        world.roster(f"{n}")
    return world


def _segment(piece: Piece, wanted: Any) -> dict[str, Any]:
    """A piece in the form of the case; reasons only where the case names them."""
    found: dict[str, Any] = {
        "in_utc": _text(piece.begin), "out_utc": _text(piece.end), "overtime": not piece.inside,
        "reasons": [REASONS[piece.reason]] if piece.reason else [],
    }  # fmt: skip
    return {name: found[name] for name in wanted}


def _text(t: int | None) -> str | None:
    return None if t is None else local(t).isoformat() + "Z"


def _state(case: Case, pieces: list[Piece], plan: list[tuple[int, int]], now: int) -> Verdict:
    """What has been worked so far, as if the person left now, and what that would be."""

    def clock(t: int) -> str:
        return local(t, case["tz"]).strftime("%H:%M")

    segments = [[clock(piece.begin), clock(piece.end or now)] for piece in pieces if piece.end != piece.begin]
    wanted = dict(case["expected"])
    wanted["worked_segments"] = _joined([[a, b.removesuffix(" (open)")] for a, b in wanted["worked_segments"]])
    late = now > plan[-1][1]
    got = {"state": "CHECK-OUT-LATE" if late else "CHECK-OUT", "worked_segments": _joined(segments),
           "planned_windows": [[clock(a), clock(b)] for a, b in plan]}  # fmt: skip
    return Verdict(wanted, {name: got[name] for name in wanted})


def _joined(segments: list[list[str]]) -> list[list[str]]:
    """An open record is one piece for the peer, so pieces are compared up to the last closed record."""
    return segments[:-1] if len(segments) < 6 else segments[:4]


def _night(case: Case) -> Verdict:
    zone, stamps = case["tz"], case["punches_utc"]
    window = [minute(text) for text in case["policy"]["night_window"]]
    rules = {**RECORDS, "max_pair_min": case["policy"]["max_attendance_h"] * 60,
             "night_window": {"start_min": window[0], "end_min": window[1]}}  # fmt: skip
    begin, end = instant(stamps[0]), stamps[1] and instant(stamps[1])
    world = World(policy=rules, zone=zone, punches=interval(begin, end))
    day = local(begin, zone).date()
    outputs = world.run(day, day + timedelta(days=1))
    if "rejected" in case["expected"]:
        refused = "LONG_SHIFT" in outputs.anomalies["code"].to_list()
        return Verdict({"rejected": True}, {"rejected": refused})
    night, worked = (int(outputs.days[name].sum()) for name in ("night_min", "worked_min"))
    return Verdict(case["expected"], {"night_hours": Fraction(night, 60), "day_hours": Fraction(worked - night, 60)})


def _filled(case: Case) -> Verdict:
    """Working days without any work come out absent, with no hours; the others do not."""
    if "pairs_utc" not in case:
        return _during(case)
    rows = [row for a, b in case["pairs_utc"] for row in interval(instant(a), instant(b))]
    world = World(policy=dict(RECORDS), zone=case["tz"], punches=rows, weekly_off=WEEKEND, shifts=[Shift("S")])
    world.roster("S")
    days = world.run(*(date.fromisoformat(text) for text in case["fill_range"])).days
    due = days.filter(pl.col("day_type") == 0)
    worked = due.filter(pl.col("gross_min") > 0)["business_date"].to_list()
    absent = due.filter(pl.col("gross_min") == 0)
    got = {
        "dates_with_work_not_filled": [day.isoformat() for day in worked],
        "other_working_days_filled": bool((absent["status"] == "A").all()),
        "filled_record_worked_hours": int(absent["worked_min"].sum()),
    }
    return Verdict(case["expected"], {name: got[name] for name in case["expected"]})


def _during(case: Case) -> Verdict:
    """Half an hour before and after some instant of a working day: that day is not filled."""
    now = instant("2023-07-03T12:00:00Z")
    world = World(policy=dict(RECORDS), punches=interval(now - 1800, now + 1800), shifts=[Shift("S")])
    world.roster("S")
    days = world.run(local(now).date()).days
    absent = days.filter((pl.col("gross_min") == 0) & (pl.col("status") == "A"))
    return Verdict(case["expected"], {"dates_filled": [str(day) for day in absent["business_date"]]})


def _expected(case: Case) -> Verdict:
    """Expected hours of a date: holidays of the person's region, leave, unless it counts as expected."""
    if "steps" in case:
        raise NotApplicableError(Reason.RECORD)
    day, person = date.fromisoformat(case["date"]), case.get("employee", "")
    policy = case.get("policy", {})
    world = World(weekly_off=WEEKEND, shifts=[Shift("S", [(480, 720), (840, 1080)])])
    world.roster("S")
    world.holidays = [date.fromisoformat(one["date"]) for one in policy.get("holidays", []) if _concerns(one, person)]
    for leave in policy.get("leaves", []):
        if leave["employee"].split(" ")[0] == person.split(" ")[0] and leave["status"] == "approved":
            world.leave(date.fromisoformat(leave["date"]))
    row = day_row(world.run(day), day)
    free = row["day_type"] != 0
    return Verdict(case["expected"], {"expected_hours": 0 if free else row["expected_min"] // 60})


def _concerns(holiday: Any, person: str) -> bool:
    """A holiday for all, for a country, or for a state of one."""
    scope, place = holiday["scope"], person[person.find("(") + 1 : person.rfind(")")]
    if scope == "global":
        return True
    if scope.startswith("country"):
        return bool(place.split(",")[0].strip() == scope.split(" ")[1])
    return place.split(",")[-1].strip() in scope


def _open(case: Case) -> Verdict:
    """An open record counts until now: as if the person left now."""
    if "open_worked_hours" not in case["expected"]:
        raise NotApplicableError(Reason.CLOSING)
    hours = int((re.search(r"\d+", case["punches"][0]["out"]) or [0])[0])
    begin = instant("2021-12-06T08:00:00Z")
    world = World(policy=dict(RECORDS), punches=interval(begin, begin + hours * 3600))
    worked = day_row(world.run(local(begin).date()), local(begin).date())["worked_min"]
    return Verdict(case["expected"], {"open_worked_hours": Fraction(worked, 60)})


def _week(case: Case) -> Verdict:
    """Sums of a week, and whether a closed one can be changed."""
    if "locked" in case:
        return _closed(case)
    if "compensatory_balance_change" in case["expected"]:
        raise NotApplicableError(Reason.BALANCE)
    first, last = (date.fromisoformat(text) for text in case["range"])
    rows = [row for one in case["pairs_utc"] for row in interval(instant(one["in"]), instant(one["out"]))]
    world = World(policy=dict(RECORDS), punches=rows, weekly_off=WEEKEND)
    world.shifts = [Shift("S", [(480, 720), (780, 1020)])]
    world.roster("S")
    for n, leave in enumerate(case.get("leaves", [])):
        if leave.get("status") == "approved":
            _take(world, n, leave)
    days = world.run(first, last).days
    kinds = days.filter(pl.col("leave_code").is_not_null(), pl.col("day_type") == 0)
    whole_days = kinds.filter(pl.col("s1").is_in([1, 2]) & pl.col("s2").is_in([1, 2])).height
    hours = (
        whole_days * 8
        + sum(row["minutes"] or 0 for row in world.leaves if first <= row["date"] <= last and "minutes" in row) // 60
    )
    got = {
        "leaves": kinds["leave_code"].n_unique(), "leave_hours": hours,
        "attendances": world.run(first, last).pairs.height,
        "compensatory_taken": int(days["shortage_min"].sum()) // 60 if "leaves" not in case else 0,
        "attendance_total_hours": Fraction(int(days["worked_min"].sum()), 60),
    }  # fmt: skip
    return Verdict(case["expected"], {name: got.get(name) for name in case["expected"]})


def _take(world: World, n: int, leave: Any) -> None:
    days = dates(
        date.fromisoformat(leave.get("from", leave.get("date"))), date.fromisoformat(leave.get("to", leave.get("date")))
    )
    for day in days:
        if day.weekday() not in WEEKEND:
            hours = leave.get("hours")
            more = {"portion": "minutes", "minutes": minute(hours[1]) - minute(hours[0])} if hours else {}
            world.leave(day, n, type_code=f"{n}", **more)


def _closed(case: Case) -> Verdict:
    first, last = (date.fromisoformat(text) for text in case["locked"])
    mine = case["do"].get("employee") != "other"
    rule = Lock(first if mine else None, last if mine else None, first)
    day = local(instant(case["do"]["create"][0])).date()
    may = rule.permits(day, last + timedelta(days=30))
    return Verdict({"accepted": "accepted" in case["expected"]}, {"accepted": may})


def _sheet(case: Case) -> Verdict:
    """The peer's sheets have states of their own; that a locked one is not changed is the lock's word."""
    if case["state_before"] != "locked" or "edit" not in case["do"]["action"]:
        raise NotApplicableError(Reason.RECORD)
    day = date(2024, 1, 8)
    may = Lock(day, day, day).permits(day, day + timedelta(days=30))
    return Verdict(case["expected"], {"outcome": "accepted" if may else "rejected"})
