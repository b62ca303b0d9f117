"""Frames in and out of both databases."""

import time
from datetime import date

import polars as pl
import pytest
from sqlalchemy import ColumnElement, Engine, cast, delete, literal, select, text
from sqlalchemy import Integer as Whole
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from hub.database import reading, writing
from hub.frames import insert_frame, read_frame
from hub.records import Anomaly
from hub.rules.tables import Schema

TENANT = "o'neill %s"
SCHEMA: Schema = {
    "employee": pl.Int32,
    "day": pl.Date,
    "code": pl.Enum(["A", "B"]),
    "detail": pl.String,
    "blocks": pl.Boolean,
    "punch": pl.Int64,
    "nothing": pl.Int32,
}
COLUMNS = (
    Anomaly.employee_id,
    Anomaly.work_date,
    Anomaly.code,
    Anomaly.detail,
    Anomaly.blocks_posting,
    Anomaly.punch_id,
)
QUERY = select(*(col(one) for one in COLUMNS), literal(None)).where(col(Anomaly.tenant) == TENANT)
ROWS = [
    (1, date(2024, 2, 29), "A", "", True, 2**40, None),
    (2, date(2026, 1, 1), "B", 'a "quoted", \\N\nline % ü', False, None, None),
]


def fill(engine: Engine) -> None:
    """The rows, and no others."""
    frame = pl.DataFrame(ROWS, schema=SCHEMA, orient="row").select(
        employee_id="employee", work_date="day", code="code", detail="detail", blocks_posting="blocks", punch_id="punch",
        severity=pl.lit("info"), state=pl.lit(""), tenant=pl.lit(TENANT),
    )  # fmt: skip
    with writing(engine) as session:
        session.connection().execute(delete(Anomaly).where(col(Anomaly.tenant) == TENANT))
        insert_frame(session, Anomaly, frame.clear())
        insert_frame(session, Anomaly, frame)


def test_what_was_written_is_read(hub: Engine) -> None:
    fill(hub)
    with reading(hub) as session:
        found = read_frame(session, QUERY.order_by(col(Anomaly.id)), SCHEMA)
        assert (found.schema, found.rows()) == (pl.Schema(SCHEMA), ROWS)
        none = read_frame(session, QUERY.where(col(Anomaly.code) == "C"), SCHEMA)
        assert (none.schema, none.rows()) == (pl.Schema(SCHEMA), [])


@pytest.mark.postgres
@pytest.mark.parametrize(("value", "state"), [(literal("secret"), "22P02"), (col(Anomaly.detail), "unknown")])
def test_an_error_does_not_tell_values(postgresql_hub: Engine, value: ColumnElement[str], state: str) -> None:
    """The one is found when the statement is prepared, the other one at its second row."""
    fill(postgresql_hub)
    query = select(cast(value, Whole)).where(col(Anomaly.tenant) == TENANT)
    with reading(postgresql_hub) as session, pytest.raises(DBAPIError, match=f"SQLSTATE {state}") as failure:
        read_frame(session, query, {"number": pl.Int32})
    assert all(value not in str(failure.value) for value in ("secret", "quoted", "neill"))


@pytest.mark.postgres
def test_reading_leaves_no_connection_behind(postgresql_hub: Engine) -> None:
    with reading(postgresql_hub) as session:
        session.connection()
        before = others(postgresql_hub)
        read_frame(session, QUERY, SCHEMA)
        opened = others(postgresql_hub) - before
        assert len(opened) == 1
    until = time.monotonic() + 10
    while opened & others(postgresql_hub) and time.monotonic() < until:
        time.sleep(0.02)  # the server takes a moment to see it gone
    assert not opened & others(postgresql_hub)


def others(engine: Engine) -> set[int]:
    """Processes of connections to the database besides the one that asks."""
    with reading(engine) as session:
        there = "datname = current_database() AND pid <> pg_backend_pid()"
        return set(session.connection().execute(text(f"SELECT pid FROM pg_stat_activity WHERE {there}")).scalars())
