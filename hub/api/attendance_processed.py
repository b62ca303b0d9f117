"""Pages of processed days, in the order of their writing.

A day that is written again moves to the end, so whoever reads on meets it again, and misses nothing: days are written
by one process at a time (`hub.processing`), and those of one write become visible at once.
"""

from datetime import date
from typing import Any

from sqlalchemy import Engine, Select, and_, or_, select, tuple_
from sqlmodel import Session, col

from hub.api.attendance_filters import device_ids, employee_id, require_site
from hub.api.attendance_models import ProcessedDay, ProcessedPage, ProcessedQuery
from hub.api.cursors import not_of_this_list, place_in, written
from hub.database import reading
from hub.records import AttendanceDay, AttendancePair, Employee, Punch
from hub.rules.codes import DayFlag, DayType
from hub.rules.codes import Session as Half
from hub.zones import local_text

LIST = "processed"
_AS_NAMES = ("day_type", "s1", "s2", "flags", "anomaly_codes", "computed_at")
_SAME = [name for name in ProcessedDay.model_fields if name in AttendanceDay.model_fields and name not in _AS_NAMES]
_TIMES = ("in_at", "out_at", "scheduled_start", "scheduled_end")
_PLACE = ("change", "employee_id", "work_date")
_ORDER = [col(getattr(AttendanceDay, name)) for name in _PLACE]
_COLUMNS = sorted({*_PLACE, *_SAME, *_AS_NAMES, *(f"{name}_utc" for name in _TIMES)})


def processed_page(engine: Engine, tenant: str, asked: ProcessedQuery) -> ProcessedPage:
    """The page that begins at the cursor; raises `Problem` for filters that name nothing."""
    place = _place(place_in(asked.cursor, LIST, len(_PLACE))) if asked.cursor else None
    with reading(engine) as session:
        query = _filtered(session, tenant, asked)
        if place:
            query = query.where(tuple_(*_ORDER) > place)
        elif asked.changed_after is not None:
            query = query.where(col(AttendanceDay.change) > asked.changed_after)
        rows = session.connection().execute(query.limit(asked.limit + 1)).mappings().all()
    shown = rows[: asked.limit]
    more = len(rows) > len(shown)
    before = place[0] if place else asked.changed_after or 0
    return ProcessedPage(
        items=[_day(row) for row in shown],
        next_cursor=written(LIST, _numbers(shown[-1])) if more else None,
        changed_after=None if more else shown[-1]["change"] if shown else before,
    )


def _numbers(row: Any) -> tuple[int, int, int]:
    return row["change"], row["employee_id"], row["work_date"].toordinal()


def _place(numbers: tuple[int, ...]) -> tuple[int, int, date]:
    """Of a day, by `_PLACE`; 422 for a key or a date that no day can have."""
    change, employee, day = numbers
    if not (abs(employee) < 2**31 and 0 < day <= date.max.toordinal()):
        raise not_of_this_list()
    return change, employee, date.fromordinal(day)


def _filtered(session: Session, tenant: str, asked: ProcessedQuery) -> Select[Any]:
    one = AttendanceDay
    require_site(session, tenant, asked.site)
    columns = [col(getattr(one, name)) for name in _COLUMNS]
    who = and_(col(Employee.tenant) == col(one.tenant), col(Employee.id) == col(one.employee_id))
    query = select(*columns, col(Employee.number).label("number")).join(Employee, who).where(col(one.tenant) == tenant)
    if asked.first:
        query = query.where(col(one.work_date) >= asked.first)
    if asked.last:
        query = query.where(col(one.work_date) <= asked.last)
    if asked.site:
        query = query.where(col(one.site) == asked.site)
    if (employee := employee_id(session, tenant, asked.employee)) is not None:
        query = query.where(col(one.employee_id) == employee)
    if (devices := device_ids(session, tenant, asked.device)) is not None:
        query = query.where(_punched_at(devices))
    return query.order_by(*_ORDER)


def _punched_at(devices: list[int]) -> Any:
    """Whether a pair of the day begins or ends with a punch of these devices."""
    day, pair, punch = AttendanceDay, AttendancePair, Punch
    of_pair = or_(col(punch.id) == col(pair.in_punch_id), col(punch.id) == col(pair.out_punch_id))
    query = select(col(pair.seq)).join(punch, and_(col(punch.tenant) == col(pair.tenant), of_pair))
    return query.where(
        col(pair.tenant) == col(day.tenant),
        col(pair.employee_id) == col(day.employee_id),
        col(pair.work_date) == col(day.work_date),
        col(punch.device_id).in_(devices),
    ).exists()


def _day(row: Any) -> ProcessedDay:
    times: dict[str, Any] = {}
    for name in _TIMES:
        at = row[f"{name}_utc"]
        times |= {f"{name}_utc": at, name: None if at is None else local_text(row["zone"], at)}
    return ProcessedDay(
        **{name: row[name] for name in _SAME if name not in times},
        **times,
        employee=row["number"],
        day_type=DayType(row["day_type"]).name.lower(),
        first_half=Half(row["s1"]).name.lower(),
        second_half=Half(row["s2"]).name.lower(),
        flags=[flag.name.lower() for flag in DayFlag(row["flags"]) if flag.name],
        anomalies=row["anomaly_codes"],
        computed_at_utc=row["computed_at"],
    )
