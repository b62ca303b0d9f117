"""TimeTrex's date functions: rounding, midnights, clock changes, overlaps."""

from datetime import date, datetime
from typing import Any, Final

import polars as pl

from hub.rules.conformance.orangehrm import refusal
from hub.rules.conformance.runner import Case, Verdict
from hub.rules.conformance.world import RECORDS, World, day_row, instant, interval, local, minute
from hub.rules.rounding import on_raster
from hub.rules.tables import Outputs
from hub.zones import offset_s

ZONE: Final = "America/Vancouver"
CUT: Final = {**RECORDS, "day_assignment": "split_midnight"}


def function(case: Case) -> Verdict:
    """One value of one function."""
    handlers = {
        "round": _round, "grace_snap": _snap, "seconds_per_local_day": _per_day, "split_at_midnight": _split,
        "spans_midnight": _midnight, "intervals_overlap": _overlap, "dst_offset_s": _offset, "spans_dst": _spans,
        "consecutive_days": _consecutive,
    }  # fmt: skip
    return Verdict({"value": case["expected"]}, {"value": handlers[case["fn"]](case)})


def _round(case: Case) -> Any:
    moment = datetime.fromisoformat(case["input"]) if isinstance(case.get("input"), str) else None
    shift = int(moment.utcoffset().total_seconds()) if moment and moment.utcoffset() else 0  # type: ignore[union-attr]
    x = case["input_s"] + shift
    half = {"nearest_partial_min_down": "minute_down", "nearest_partial_min_up": "minute_up"}.get(
        case["direction"], "up"
    )
    way = "nearest" if case["direction"].startswith("nearest") else case["direction"]
    size = on_raster(abs(x), case["interval_s"], way, case.get("grace_s") or 0, half)
    done = (size if x >= 0 else -size) - shift
    return moment.replace() and _like(case["expected"], done) if moment else done


def _like(text: Any, t: int) -> Any:
    """An instant in the form of the expected one."""
    if not isinstance(text, str):
        return t
    return datetime.fromtimestamp(t, datetime.fromisoformat(text).tzinfo).isoformat()


def _snap(case: Case) -> Any:
    """A punch near the start of a shift."""
    from hub.rules.conformance.world import Shift  # noqa: PLC0415

    t, due = instant(case["input"]), instant(case["scheduled"])
    day = local(due, ZONE).date()
    at = local(due, ZONE).hour * 60 + local(due, ZONE).minute
    world = World(
        policy={**RECORDS, "grace_snap_in_min": case["grace_s"] // 60}, zone=ZONE,
        punches=interval(t, due + 3600), shifts=[Shift("S", [(at, at + 60)])],
    )  # fmt: skip
    world.roster("S")
    return _like(case["expected"], world.run(day).pairs["in_paid"].item())


def _cut(case: Case) -> Outputs:
    begin, end = sorted(instant(text) for text in case["interval"])
    world = World(policy=CUT, zone=ZONE, punches=interval(begin, end))
    return world.run(local(begin, ZONE).date(), local(end, ZONE).date())


def _per_day(case: Case) -> Any:
    pairs = _cut(case).pairs
    rows = pairs.group_by("business_date").agg((pl.col("out_paid") - pl.col("in_paid")).sum().alias("s"))
    return {day.isoformat(): seconds for day, seconds in rows.sort("business_date").iter_rows()}


def _split(case: Case) -> Any:
    shape = [text for pair in case["expected"] for text in pair]
    pieces = [list(row) for row in _cut(case).pairs.select("in_paid", "out_paid").iter_rows()]
    for text in case.get("also_split_at_time_of_day", []):
        pieces = [part for piece in pieces for part in _at_time(piece, minute(text))]
    begin, end = (instant(text) for text in case["interval"])
    if end < begin and len(pieces) == 1:  # cut nowhere, so it stays the way it was given
        pieces = [pieces[0][::-1]]
    flat = [t for piece in pieces for t in piece]
    if len(flat) != len(shape):
        return [[local(t, ZONE).isoformat() for t in piece] for piece in pieces]
    texts = [_like(text, t) for text, t in zip(shape, flat, strict=True)]
    return [texts[n : n + 2] for n in range(0, len(texts), 2)]


def _at_time(piece: list[int], at: int) -> list[list[int]]:
    """A piece of one date, cut at a time of day: the same cut, with midnight there."""
    day = local(piece[0], ZONE)
    border = instant(day.replace(hour=at // 60, minute=at % 60, second=0).isoformat(), ZONE)
    return [[piece[0], border], [border, piece[1]]] if piece[0] < border < piece[1] else [piece]


def _midnight(case: Case) -> bool:
    begin, end = sorted(instant(text) for text in case["interval"])
    pieces = _cut(case).pairs.height
    touching: bool = (
        local(end, ZONE).time().isoformat() == "00:00:00" or local(begin, ZONE).time().isoformat() == "00:00:00"
    )
    return pieces > 1 or (bool(case.get("touching_midnight_counts")) and touching)


def _overlap(case: Case) -> bool:
    first, second = ([instant(text) for text in case[name]] for name in "ab")
    return refusal(list(second), [list(first)]) is not None


def _offset(case: Case) -> int:
    begin, end = (instant(text) for text in case["interval"])
    return offset_s(ZONE, end) - offset_s(ZONE, begin)


def _spans(case: Case) -> bool:
    return _offset(case) != 0


def _consecutive(case: Case) -> bool:
    """Dates in a row make the last one the n-th consecutive worked date."""
    days = sorted({date.fromisoformat(text) for text in case["dates"]})
    nth = max(len(days), 2)
    rule = {"bucket": "row", "basis": "consecutive_day", "nth": nth, "within_week": False}
    rows = [row for day in days for row in interval(instant(f"{day}T09:00:00"), instant(f"{day}T10:00:00"))]
    outputs = World(policy={**RECORDS, "ot_rules": [rule]}, punches=rows).run(days[0], days[-1])
    return bool(day_row(outputs, days[-1])["ot_min"] > 0)
