"""Punches that come late: a forgotten way out, and an arrival that another terminal had kept."""

from datetime import date, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from examples.demo.stream import FINGER, Punch
from hub.database import reading
from hub.records import AttendanceDay, Badge, Employee
from hub.rules.codes import DayFlag
from hub.zones import local_text

SERIAL = "DEMOKOL0001"


def late_punches(engine: Engine, tenant: str, days: list[date]) -> dict[str, Punch]:
    """One punch each for two people of Kolkata, by employee number: each changes one processed day."""
    with reading(engine) as session:
        rows = _rows(session, tenant, days)
        forgot = next(row for row in rows if row.anomaly_codes.count("MISSING_OUT") and row.scheduled_end_utc)
        late = next(row for row in rows if row.flags & DayFlag.LATE and row.in_at_utc and not row.blocks_posting)
        assert forgot.scheduled_end_utc is not None
        assert late.in_at_utc is not None
        out = _punch(session, tenant, forgot, forgot.scheduled_end_utc + 240, 1)
        arrived = _punch(session, tenant, late, late.in_at_utc - 900, 0)
    return dict([out, arrived])


def _rows(session: Session, tenant: str, days: list[date]) -> list[AttendanceDay]:
    day = AttendanceDay
    query = select(day).where(day.tenant == tenant, col(day.work_date).in_(days), day.site == "kolkata")
    # The generator's first terminal tells directions; the people of the other one are left alone here.
    query = query.where(col(day.shift).in_(["GEN", "MOR"]), col(day.work_date) < days[-1] + timedelta(days=1))
    return list(session.exec(query.order_by(col(day.work_date), col(day.employee_id))))


def _punch(session: Session, tenant: str, row: AttendanceDay, at: int, state: int) -> tuple[str, Punch]:
    number = session.exec(
        select(Employee.number).where(Employee.tenant == tenant, Employee.id == row.employee_id)
    ).one()
    badges = select(Badge.user_id).where(Badge.tenant == tenant, Badge.employee_id == row.employee_id)
    shown = local_text(row.zone, at)[:19].replace("T", " ")
    return number, Punch(at, session.exec(badges).one(), shown, state, FINGER)
