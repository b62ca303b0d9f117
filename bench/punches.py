"""Synthetic attendance of many people as the frames that the rules take: nights, double taps, forgotten punches.

Like the streams of `examples/demo/stream.py`, for a large tenant: four punches a day, nights for one in ten, 2 % of the
punches are given twice within a minute, 1 % are missing. All is decided by hashes of person and date, so that
the same size gives the same table, and people may be made in parts.
"""

from datetime import date, timedelta
from typing import Final

import polars as pl

from hub.rules import Inputs, tables
from hub.rules.policy import Policy
from hub.zones import DAY

FIRST: Final = date(2026, 1, 5)
PEOPLE: Final = 20_000
ZONE: Final = "Asia/Kolkata"
OFFSET: Final = 19_800  # seconds of that zone, which has no summer time
NIGHT_PER_MILLE, REPEAT_PER_MILLE, MISSING_PER_MILLE = 100, 20, 10
DAYTIME: Final = (540, 780, 840, 1080)
NIGHT: Final = (1320, 1560, 1620, 1800)
"""Minutes of the local day: in, out to the meal, in, out."""
SPREADS: Final = ((1500, 1800), (300, 900), (300, 900), (600, 3000))
"""Seconds before that minute, and from there on."""
LATER: Final = 4_000_000_000


def inputs(people: int, days: int, *, first_person: int = 1) -> Inputs:
    """The tables of so many people, at work every day from `FIRST`; about two punches a person and day."""
    return Inputs(
        punches=punches(people, days, first_person=first_person),
        devices=pl.DataFrame({"device_id": [1], "direction_trusted": [True]}, schema=tables.DEVICES),
        policies={"default": Policy()},
        as_of=LATER,
        **_company(people, days, first_person),
        **{name: tables.empty(tables.INPUT_TABLES[name]) for name in ("corrections", "patterns", "leaves")},
    )


def punches(people: int, days: int, *, first_person: int = 1) -> pl.DataFrame:
    """Two punches a person and day, less the forgotten ones and with those given twice; in the order of arrival."""
    grid = _people(people, first_person).join(pl.select(day=pl.int_range(days, dtype=pl.Int64)), how="cross")
    ends = pl.concat([_ends(grid, number) for number in range(4)])
    kept = ends.filter(_share("forgotten") >= MISSING_PER_MILLE)
    again = kept.filter(_share("twice") < REPEAT_PER_MILLE).with_columns(t_utc=pl.col("t_utc") + 1 + _below("gap", 50))
    rows = pl.concat([kept, again]).sort("t_utc").with_row_index("punch_id", offset=1)
    told = {"device_id": 1, "site_id": 1, "source_rank": 1, "flags": 0}
    rows = rows.with_columns(pl.lit(value).alias(name) for name, value in told.items())
    rows = rows.with_columns(received_at=pl.col("t_utc") + 2)
    return rows.select(pl.col(name).cast(dtype) for name, dtype in tables.PUNCHES.items())


def _people(people: int, first_person: int) -> pl.DataFrame:
    keys = pl.select(employee_key=pl.int_range(first_person, first_person + people, dtype=pl.Int32))
    return keys.with_columns(night=pl.col("employee_key") % 1000 < NIGHT_PER_MILLE)


def _ends(grid: pl.DataFrame, number: int) -> pl.DataFrame:
    """In, out to the meal, in from it, out; a shift's ins come mostly early, its outs mostly late."""
    due = pl.when("night").then(NIGHT[number]).otherwise(DAYTIME[number]) * 60
    early, spread = SPREADS[number]
    midnight = (FIRST - date(1970, 1, 1)).days * DAY - OFFSET
    grid = grid.with_columns(direction=pl.lit(number % 2, pl.Int8), number=pl.lit(number))
    return grid.with_columns(t_utc=midnight + pl.col("day") * DAY + due + _below("near", spread) - early).drop("night")


def _below(what: str, number: int) -> pl.Expr:
    """A whole number below `number`, decided by person, day, direction and what it is for."""
    return (pl.struct("employee_key", "day", "number").hash(_SEEDS[what]) % number).cast(pl.Int64)


def _share(what: str) -> pl.Expr:
    return _below(what, 1000)


def _company(people: int, days: int, first_person: int) -> dict[str, pl.DataFrame]:
    """One site, a day and a night shift, everybody rostered without an end."""
    began, ends = FIRST - timedelta(days=30), FIRST + timedelta(days=days + 30)
    everybody = _people(people, first_person)
    shift = pl.when("night").then(pl.lit("NIGHT")).otherwise(pl.lit("DAY"))
    common = everybody.with_columns(from_date=began, to_date=ends, nothing=pl.lit(None))
    rosters = common.with_columns(shift_code=shift, entered_seq=pl.col("employee_key"))
    employments = common.with_columns(site_id=1, policy_code=pl.lit("default"), attendance_mode=pl.lit("punch"))
    shifts = [{"shift_code": code, "effective_from": began, "kind": "fixed", "expected_min": 480} for code in SHIFTS]
    segments = [
        {"shift_code": code, "effective_from": began, "segment_no": 1, "start_min": one[0], "end_min": one[1]}
        for code, one in SHIFTS.items()
    ]
    return {
        "employments": _filled(employments, tables.EMPLOYMENTS),
        "sites": pl.DataFrame([(1, ZONE, None, 240)], schema=tables.SITES, orient="row"),
        "shifts": _filled(pl.DataFrame(shifts).with_columns(unpaid_break_min=60), tables.SHIFTS),
        "shift_segments": _filled(pl.DataFrame(segments), tables.SHIFT_SEGMENTS),
        "rosters": _filled(rosters, tables.ROSTERS),
        "weekly_offs": tables.empty(tables.WEEKLY_OFFS),
        "holidays": tables.empty(tables.HOLIDAYS),
    }


_SEEDS: Final = {"near": 1, "forgotten": 2, "twice": 3, "gap": 4}
SHIFTS: Final = {"DAY": (DAYTIME[0], DAYTIME[-1]), "NIGHT": (NIGHT[0], NIGHT[-1])}


def _filled(frame: pl.DataFrame, schema: tables.Schema) -> pl.DataFrame:
    """The columns of the schema, those that are not there empty."""
    lacking = [pl.lit(None).alias(name) for name in schema if name not in frame.columns]
    return frame.with_columns(lacking).select(pl.col(name).cast(dtype) for name, dtype in schema.items())
