"""The tables of one tenant as the frames that the rules take."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import polars as pl
from sqlalchemy import Select, and_, literal, or_, select
from sqlmodel import Session, col

from hub.frames import read_frame
from hub.processing.people import with_employees
from hub.records import (
    AttendanceDay,
    Badge,
    Correction,
    Device,
    Employment,
    Holiday,
    Leave,
    PatternDay,
    PolicyVersion,
    Punch,
    Roster,
    Shift,
    ShiftSegment,
    Site,
    WeeklyOff,
)
from hub.rules import Inputs, Policy, alternations, device_trust, tables
from hub.rules.cycles import reach
from hub.zones import DAY

HALO_DAYS = 2
PUNCH_HALO_DAYS = HALO_DAYS + 1
"""The rules look at two days around the dates, and a zone may shift these by most of another."""

TRUST_DAYS = 30
Query = Select[Any]

_PUNCHES: Final[tables.Schema] = {
    "punch_id": pl.Int64,
    "user_id": pl.String,
    "device_id": pl.Int32,
    "t_utc": pl.Int64,
    "direction": pl.Int8,
    "received_at": pl.Int64,
    "flags": pl.Int32,
}
_DEVICES: Final[tables.Schema] = {
    "device_id": pl.Int32,
    "badge_group": pl.String,
    "site_id": pl.Int32,
    "zone": pl.String,
}


@dataclass(frozen=True, slots=True)
class Span:
    """Work dates that can be computed together, and everything the rules may know about them."""

    first: date
    last: date
    inputs: Inputs


def read_spans(
    session: Session, tenant: str, first: date, last: date, as_of: int, *, of: int | None = None
) -> list[Span]:
    """The dates with their inputs; `as_of` in UTC seconds. `of`: only this employee's days are to be computed of them.

    Which devices' directions are believed is decided for each date by the 30 days up to it, so that a date comes out
    the same whichever dates are computed with it. Dates with one answer make a span.
    """
    policies = _policies(session, tenant)
    low, high = reach(policies, tables.empty(tables.PERIODS), first, last)
    since = min(first - timedelta(days=TRUST_DAYS), low - timedelta(days=PUNCH_HALO_DAYS))
    until = high + timedelta(days=PUNCH_HALO_DAYS)
    punches = read_punches(session, tenant, since, until, of)
    near = punches.filter(pl.col("t_utc") >= utc(low - timedelta(days=PUNCH_HALO_DAYS)))
    inputs = _inputs(session, tenant, low, high, punches=near, policies=policies, as_of=as_of)
    spans: list[Span] = []
    alternating, day = alternations(punches), first
    while day <= last:
        trust = device_trust(alternating.filter(pl.col("date").is_between(day - timedelta(days=TRUST_DAYS), day)))
        if spans and spans[-1].inputs.devices.equals(trust):
            spans[-1] = replace(spans[-1], last=day)
        else:
            spans.append(Span(day, day, replace(inputs, devices=trust)))
        day += timedelta(days=1)
    return spans


def _inputs(
    session: Session,
    tenant: str,
    first: date,
    last: date,
    *,
    punches: pl.DataFrame,
    policies: dict[str, Policy],
    as_of: int,
) -> Inputs:
    """What is the same for all the dates; no device is believed yet."""
    queries = {
        "corrections": _corrections(tenant),
        "employments": _employments(tenant, first, last),
        "sites": _sites(tenant),
        "shifts": _shifts(tenant),
        "shift_segments": _segments(tenant),
        "rosters": _rosters(tenant, first, last),
        "patterns": _patterns(tenant),
        "weekly_offs": _weekly_offs(tenant),
        "holidays": _holidays(tenant),
        "leaves": _leaves(tenant, first, last),
    }
    frames = {name: read_frame(session, query, tables.INPUT_TABLES[name]) for name, query in queries.items()}
    return Inputs(
        punches=punches,
        devices=tables.empty(tables.DEVICES),
        policies=policies,
        as_of=as_of,
        **frames,
    )


def read_punches(session: Session, tenant: str, first: date, last: date, of: int | None = None) -> pl.DataFrame:
    """Punches of known badges from `first` to `last` (UTC dates, inclusive), with their employees.

    Given `of`, those of the devices that this employee used: nothing else decides about the employee's punches.
    """
    columns = _columns(Punch, "id", "user_id", "device_id", "t_utc", "direction", "received_at", "flags")
    there = [col(Punch.tenant) == tenant, col(Punch.t_utc) >= utc(first), col(Punch.t_utc) < utc(last) + DAY]
    if of is not None:
        badges = select(col(Badge.user_id)).where(col(Badge.tenant) == tenant, col(Badge.employee_id) == of)
        used = select(col(Punch.device_id)).where(*there, col(Punch.user_id).in_(badges))
        there.append(col(Punch.device_id).in_(used))
    # What all punches of a device have in common is read once, not with each of them.
    punches = read_frame(session, select(*columns).where(*there), _PUNCHES).join(
        read_frame(session, _devices(tenant), _DEVICES), on="device_id", maintain_order="left"
    )
    # Only the first flag, an ambiguous local time, means something to the rules; the others they find themselves.
    punches = punches.with_columns(pl.col("flags") & 1, source_rank=pl.lit(1, pl.Int8))
    return with_employees(session, tenant, punches).select(tables.PUNCHES.keys())


def utc(day: date) -> int:
    """UTC seconds of the date's midnight in UTC."""
    return (day - date(1970, 1, 1)).days * DAY


def _columns(table: type[Any], *names: str) -> list[Any]:
    return [col(getattr(table, name)) for name in names]


def _overlapping(table: type[Any], first: date, last: date) -> Any:
    still = or_(col(table.to_date).is_(None), col(table.to_date) >= first - timedelta(days=HALO_DAYS))
    return and_(col(table.from_date) <= last + timedelta(days=HALO_DAYS), still)


def _devices(tenant: str) -> Query:
    site = (col(Site.tenant) == col(Device.tenant)) & (col(Site.code) == col(Device.site))
    columns = [col(Device.id), col(Device.badge_group), *_columns(Site, "id", "zone")]
    return select(*columns).join_from(Device, Site, site).where(col(Device.tenant) == tenant)


def _corrections(tenant: str) -> Query:
    columns = _columns(Correction, "id", "employee_id", "punch_id", "op", "t_utc", "direction")
    return select(*columns).where(col(Correction.tenant) == tenant)


def _employments(tenant: str, first: date, last: date) -> Query:
    site = (col(Site.tenant) == col(Employment.tenant)) & (col(Site.code) == col(Employment.site))
    columns = _columns(Employment, "employee_id", "from_date", "to_date")
    columns += [col(Site.id), *_columns(Employment, "policy", "weekly_off", "attendance_mode")]
    # Somebody who turned out not to be employed then has days that must say so.
    day = AttendanceDay
    computed = select(col(day.employee_id)).where(col(day.tenant) == tenant, col(day.work_date).between(first, last))
    concerned = or_(_overlapping(Employment, first, last), col(Employment.employee_id).in_(computed))
    return select(*columns).join_from(Employment, Site, site).where(col(Employment.tenant) == tenant, concerned)


def _sites(tenant: str) -> Query:
    columns = _columns(Site, "id", "zone", "holiday_calendar", "day_boundary_min")
    return select(*columns).where(col(Site.tenant) == tenant)


def _shifts(tenant: str) -> Query:
    columns = _columns(Shift, "code", "effective_from", "kind", "expected_min", "window_before_min")
    columns += _columns(Shift, "window_after_min", "unpaid_break_min", "core_start_min", "core_end_min")
    return select(*columns, literal(None)).where(col(Shift.tenant) == tenant)


def _segments(tenant: str) -> Query:
    columns = _columns(ShiftSegment, "shift", "effective_from", "segment_no", "start_min", "end_min")
    return select(*columns).where(col(ShiftSegment.tenant) == tenant)


def _rosters(tenant: str, first: date, last: date) -> Query:
    columns = _columns(Roster, "employee_id", "from_date", "to_date", "shift", "pattern", "anchor_date", "id")
    return select(*columns).where(col(Roster.tenant) == tenant, _overlapping(Roster, first, last))


def _patterns(tenant: str) -> Query:
    columns = _columns(PatternDay, "pattern", "position", "shift")
    return select(*columns).where(col(PatternDay.tenant) == tenant)


def _weekly_offs(tenant: str) -> Query:
    return select(*_columns(WeeklyOff, "code", "weekday", "nth")).where(col(WeeklyOff.tenant) == tenant)


def _holidays(tenant: str) -> Query:
    return select(*_columns(Holiday, "calendar", "day", "kind", "portion")).where(col(Holiday.tenant) == tenant)


def _leaves(tenant: str, first: date, last: date) -> Query:
    columns = _columns(Leave, "employee_id", "day", "portion", "minutes", "type_code", "paid", "id")
    near = col(Leave.day).between(first - timedelta(days=HALO_DAYS), last + timedelta(days=HALO_DAYS))
    return select(*columns, literal(None)).where(col(Leave.tenant) == tenant, near)


def _policies(session: Session, tenant: str) -> dict[str, Policy]:
    rows = session.connection().execute(
        select(*_columns(PolicyVersion, "code", "parameters")).where(col(PolicyVersion.tenant) == tenant)
    )
    return {code: Policy.model_validate(parameters) for code, parameters in rows}
