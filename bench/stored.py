"""From stored punches to stored days on a real PostgreSQL: reading, all stages and writing, in one call of `process`.

The database is filled beforehand; what is timed is what a night does, for many nights at once.
"""

import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import polars as pl
from sqlalchemy import Engine, update
from sqlmodel import SQLModel, col

from bench import punches
from bench.results import Row, row
from bench.servers import databases
from hub.database import connect, migrate, writing
from hub.frames import insert_frame
from hub.processing import Processed, process
from hub.records import (
    Badge,
    Device,
    Employee,
    Employment,
    PolicyVersion,
    Punch,
    Roster,
    Shift,
    ShiftSegment,
    Site,
    Tenant,
)

TENANT: Final = "acme"
PEOPLE: Final = 2_000
DAYS: Final = 125
GOAL: Final = 150_000


def run() -> Iterator[Row]:
    """Punches a second, stored to stored, and the same dates again after every hundredth punch was another one."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder, databases("postgresql", Path(folder)) as create:
        engine = connect(create("stored"))
        migrate(engine)
        count = _fill(engine)
        last = punches.FIRST + timedelta(days=DAYS - 1)
        seconds, done = _processed(engine, last)
        if done.created != PEOPLE * DAYS:
            raise RuntimeError(f"{done.created} days were made, not {PEOPLE * DAYS}")
        with writing(engine) as session:
            late = (col(Punch.tenant) == TENANT, col(Punch.id) % 100 == 0)
            session.connection().execute(update(Punch).where(*late).values(t_utc=col(Punch.t_utc) + 60))
        again, done = _processed(engine, last)
        if not 0 < done.changed < PEOPLE * DAYS / 20:
            raise RuntimeError(f"{done.changed} days were changed by every hundredth punch")
        engine.dispose()
        yield row("rules.stored_to_stored.postgresql", count / seconds, "punches/s", "goal", GOAL)
        yield row("rules.stored_correction.postgresql", again * 1000, "ms", "all of it", seconds * 1000)


def _processed(engine: Engine, last: date) -> tuple[float, Processed]:
    began = time.perf_counter()
    done = process(engine, TENANT, punches.FIRST, last, lambda: punches.LATER)
    return time.perf_counter() - began, done


def _fill(engine: Engine) -> int:
    """A tenant of one site with everybody's badge, roster and punches; how many punches."""
    made = punches.inputs(PEOPLE, DAYS)
    with writing(engine) as session:
        session.add_all(_company())
        session.flush()
        everybody = made.employments.select(tenant=pl.lit(TENANT), number=pl.col("employee_key").cast(pl.String))
        # The keys of a new table count from 1, as the people do.
        insert_frame(session, Employee, everybody.with_columns(name=pl.lit("A")))
        insert_frame(session, Employment, _dated(made.employments, _WORKS))
        insert_frame(session, Roster, _dated(made.rosters, {"shift": pl.col("shift_code")}))
        insert_frame(session, Badge, _dated(made.employments, _BADGE))
        insert_frame(session, Punch, _received(made.punches))
    return made.punches.height


def _company() -> Iterator[SQLModel]:
    began = punches.FIRST - timedelta(days=30)
    yield Tenant(tenant=TENANT, name="Acme")
    yield Site(tenant=TENANT, code="hq", name="HQ", zone=punches.ZONE, holiday_calendar="none")
    yield Device(tenant=TENANT, door="adms", serial="1", site="hq", badge_group="hq")
    yield PolicyVersion(tenant=TENANT, code="default", parameters={})
    for code, (start, end) in punches.SHIFTS.items():
        yield Shift(
            tenant=TENANT, effective_from=began, code=code, kind="fixed", expected_min=480, unpaid_break_min=60
        )  # fmt: skip
        yield ShiftSegment(
            tenant=TENANT, effective_from=began, shift=code, segment_no=1, start_min=start, end_min=end
        )  # fmt: skip


_WORKS: Final = {
    "site": pl.lit("hq"),
    "department": pl.lit(""),
    "policy": pl.lit("default"),
    "weekly_off": pl.lit(""),
    "attendance_mode": pl.lit("punch"),
}
_BADGE: Final = {"badge_group": pl.lit("hq"), "user_id": pl.col("employee_key").cast(pl.String)}
_TEXTS: Final = ("local_text", "tz_rule", "state_raw", "method", "verify_raw", "work_code", "vendor_id", "raw")


def _dated(frame: pl.DataFrame, columns: Mapping[str, pl.Expr]) -> pl.DataFrame:
    return frame.select("from_date", tenant=pl.lit(TENANT), employee_id="employee_key", **columns)


def _received(made: pl.DataFrame) -> pl.DataFrame:
    """As intake keeps them; the key of a punch is made of its number here."""
    key = pl.lit("\\x") + pl.col("punch_id").cast(pl.String).str.zfill(16)
    texts = {name: pl.lit("") for name in _TEXTS}
    return made.select(
        "t_utc", "received_at", "direction", "flags", tenant=pl.lit(TENANT), dedupe_key=key, device_id=pl.lit(1),
        user_id=pl.col("employee_key").cast(pl.String), line=pl.lit(1), **texts,
    )  # fmt: skip
