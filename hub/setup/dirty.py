"""Which computed days a change of the set-up makes stale."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import and_, func, insert, select
from sqlmodel import Session, SQLModel, col

from hub.records import (
    AttendanceDay,
    Badge,
    CostAllocation,
    Device,
    Dirty,
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
from hub.setup.upsert import Tally

Range = tuple[date, date, str]


def mark_dirty(session: Session, tenant: str, done: Iterable[Tally], now: int) -> int:
    """Ask for the days that these new, changed and removed rows may alter; returns how many days that are.

    Days never computed need no asking.
    """
    computed = _computed(session, tenant)
    if computed is None:
        return 0
    tallies = list(done)
    stale = _Stale(*computed, _punched(session, tenant) if _has_badges(tallies) else {})
    days = {pair for tally in tallies for pair in stale.days(tally)}
    if days:
        rows = [{"tenant": tenant, "day": day, "reason": why, "marked_at": now} for day, why in sorted(days)]
        session.connection().execute(insert(Dirty), rows)
    return len({day for day, _ in days})


def _computed(session: Session, tenant: str) -> tuple[date, date] | None:
    day = col(AttendanceDay.work_date)
    query = select(func.min(day), func.max(day)).where(col(AttendanceDay.tenant) == tenant)
    first, last = session.connection().execute(query).one()
    return (first, last) if first else None


def _has_badges(tallies: Iterable[Tally]) -> bool:
    return any(isinstance(row, Badge) for one in tallies for row in (*one.new, *one.altered, *one.gone))


def _punched(session: Session, tenant: str) -> dict[tuple[str, str], tuple[date, date]]:
    """From when to when there are punches, by badge group and user id; a night and a zone wide to both sides."""
    device = and_(col(Device.id) == col(Punch.device_id), col(Device.tenant) == col(Punch.tenant))
    query = (
        select(col(Device.badge_group), col(Punch.user_id), func.min(col(Punch.t_utc)), func.max(col(Punch.t_utc)))
        .join(Device, device)
        .where(col(Punch.tenant) == tenant)
        .group_by(col(Device.badge_group), col(Punch.user_id))
    )
    around = timedelta(days=1)
    return {
        (group, user): (_utc_date(first) - around, _utc_date(last) + around)
        for group, user, first, last in session.connection().execute(query)
    }


def _utc_date(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()


@dataclass(frozen=True, slots=True)
class _Stale:
    first: date
    last: date
    punched: dict[tuple[str, str], tuple[date, date]]

    def days(self, tally: Tally) -> Iterator[tuple[date, str]]:
        ranges = [one for row in tally.new for one in self._of_new(row)]
        ranges += [one for row in (*tally.altered, *tally.gone) for one in (*self._of_new(row), *self._of_changed(row))]
        for start, end, reason in ranges:
            day, stop = max(start, self.first), min(end, self.last)
            while day <= stop:
                yield day, reason
                day += timedelta(days=1)

    def _of_new(self, row: SQLModel) -> Iterator[Range]:
        """What a row alters by being there: nothing, when only another new row can point to it."""
        # Not only to its end: before a change it may have reached further.
        if isinstance(row, Employment | Roster | CostAllocation):
            yield row.from_date, self.last, "ROSTER"
        elif isinstance(row, Shift | ShiftSegment):
            yield row.effective_from, self.last, "ROSTER"
        elif isinstance(row, Badge) and (row.badge_group, row.user_id) in self.punched:
            yield *self.punched[row.badge_group, row.user_id], "LATE_PUNCH"
        elif isinstance(row, Leave):
            yield row.day, row.day, "LEAVE"
        elif isinstance(row, Holiday):
            yield row.day, row.day, "HOLIDAY"
        elif isinstance(row, PatternDay):
            yield self.first, self.last, "ROSTER"
        elif isinstance(row, WeeklyOff):
            yield self.first, self.last, "HOLIDAY"

    def _of_changed(self, row: SQLModel) -> Iterator[Range]:
        """What a row altered besides, that somebody pointed to already."""
        if isinstance(row, PolicyVersion | Site):
            yield self.first, self.last, "POLICY"
        elif isinstance(row, Device):
            yield self.first, self.last, "LATE_PUNCH"
