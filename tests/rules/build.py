"""Small worlds for the rules tests: one site, named shifts, punches written as local times."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from hub.rules import Inputs, Outputs, Policy, process
from hub.rules.tables import INPUT_TABLES

DAY = date(2026, 3, 10)  # a Tuesday
LATER = 4_000_000_000  # an as_of after everything: nothing is provisional
OUT_DEVICE = 2

SHIFTS: dict[str, list[tuple[int, int]]] = {
    "DAY": [(540, 1080)],
    "NIGHT": [(1320, 1800)],
    "SPLIT": [(480, 720), (960, 1200)],
    "MORNING": [(480, 720)],
    "NOON": [(720, 960)],
    "OPEN": [],
}
EXPECTED = {"DAY": 480, "NIGHT": 480, "SPLIT": 480, "MORNING": 240, "NOON": 240, "OPEN": 480}
BREAKS = {"DAY": 60}


def at(text: str, zone: str = "Asia/Kolkata", day: date = DAY) -> int:
    """UTC seconds of `HH:MM[:SS]` local, `+n` in front for n days later, `f` behind for the second fold."""
    days, _, clock = text.rpartition("+")
    fold = clock.endswith("f")
    hour, minute, second = (*(int(part) for part in clock.rstrip("f").split(":")), 0)[:3]
    day += timedelta(days=int(days or 0))
    local = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ZoneInfo(zone), fold=int(fold))
    return int(local.timestamp())


def punch(n: int, t: int, direction: int = -1, employee: int = 1, **more: int) -> dict[str, int]:
    base = {"device_id": 1, "site_id": 1, "received_at": t, "source_rank": 1, "flags": 0}
    return {"punch_id": n, "employee_key": employee, "t_utc": t, "direction": direction, **base, **more}


def punches(*texts: str, zone: str = "Asia/Kolkata", day: date = DAY, employee: int = 1) -> list[dict[str, int]]:
    """Punches from `09:00`, `>09:00` (in) or `<18:00` (out)."""
    signs = {">": 0, "<": 1}
    return [
        punch(n, at(text.lstrip("<>"), zone, day), signs.get(text[0], -1), employee) for n, text in enumerate(texts, 1)
    ]


def frame(table: str, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    schema = INPUT_TABLES[table]
    rows = [{name: row.get(name) for name in schema} for row in rows]
    return pl.DataFrame(rows, schema=dict(schema), orient="row")


def shift_rows(codes: Iterable[str] = SHIFTS) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    start = date(2020, 1, 1)
    kinds = {"SPLIT": "split", "OPEN": "open"}
    shifts = [
        {"shift_code": code, "effective_from": start, "kind": kinds.get(code, "fixed"), "expected_min": EXPECTED[code],
         "unpaid_break_min": BREAKS.get(code, 0)}
        for code in codes
    ]  # fmt: skip
    segments = [
        {"shift_code": code, "effective_from": start, "segment_no": n, "start_min": a, "end_min": b}
        for code in codes
        for n, (a, b) in enumerate(SHIFTS[code], 1)
    ]
    return shifts, segments


def roster(shift: str | None, employee: int = 1, seq: int = 1, **more: Any) -> dict[str, Any]:
    return {"employee_key": employee, "from_date": date(2020, 1, 1), "shift_code": shift, "entered_seq": seq, **more}


def employment(employee: int = 1, **more: Any) -> dict[str, Any]:
    base = {"from_date": date(2020, 1, 1), "site_id": 1, "policy_code": "std", "attendance_mode": "punch"}
    return {"employee_key": employee, **base, **more}


def world(
    *,
    zone: str = "Asia/Kolkata",
    shift: str | None = "DAY",
    policy: Policy | None = None,
    as_of: int = LATER,
    **tables: Iterable[Mapping[str, Any]],
) -> Inputs:
    """Employee 1 on `shift` every day at a site in `zone`; any table can be given whole instead."""
    shifts, segments = shift_rows()
    rows: dict[str, Iterable[Mapping[str, Any]]] = {
        "employments": [employment()],
        "sites": [{"site_id": 1, "zone": zone, "holiday_calendar": "C", "day_boundary_min": 240}],
        "shifts": shifts,
        "shift_segments": segments,
        "rosters": [roster(shift)],
        "devices": [{"device_id": 1, "direction_trusted": True}],
        **tables,
    }
    frames = {name: frame(name, rows.get(name, ())) for name in INPUT_TABLES}
    return Inputs(**frames, policies={"std": policy or Policy()}, as_of=as_of)


def run(inputs: Inputs, first: date = DAY, last: date | None = None) -> Outputs:
    return process(inputs, first, last or first)


def one_day(inputs: Inputs, day: date = DAY) -> dict[str, Any]:
    """The only day row of a run over one date."""
    return process(inputs, day, day).days.row(0, named=True)


def dispositions(outputs: Outputs) -> dict[int, str]:
    return dict(outputs.dispositions.select("punch_id", "disposition").iter_rows())


def codes(outputs: Outputs) -> list[str]:
    return outputs.anomalies["code"].to_list()
