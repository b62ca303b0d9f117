"""Compute a range of work dates of one tenant and write what changed, one process at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, TypeVar

import polars as pl
from sqlalchemy import Engine, Update, bindparam, delete, func, insert, select, tuple_, update
from sqlmodel import Session, col

from hub.database import reading, writing
from hub.lease import lease
from hub.processing.digest import with_details
from hub.processing.read import Span, read_spans
from hub.records import Anomaly, AttendanceDay, AttendancePair, Dirty, Site
from hub.rules import Outputs
from hub.rules import process as apply_rules

LEASE = "process"
_REASONS = ("MANUAL", "LEAVE", "CORRECTION", "LATE_PUNCH", "ROSTER", "HOLIDAY", "POLICY")
"""Causes of a recomputation, the strongest first."""

MANY = 400
"""Values in one statement; databases have a limit."""

Key = tuple[int, date]
Stored = tuple[str, str, int]
"""What a day says, what it was computed from (both as digests), and its flags."""

T = TypeVar("T")
_KEY = ("employee_id", "work_date")
_ORIGIN = ("flags", "input_hash", "policy_version")
"""May differ between two days that say the same."""


@dataclass(frozen=True, slots=True)
class Processed:
    """How many employee-days were looked at, and how many of them are new or differ from before."""

    days: int
    created: int
    changed: int


def process(engine: Engine, tenant: str, first: date, last: date, now: Callable[[], int]) -> Processed:
    """Process the work dates `first` to `last` inclusive; `now` gives UTC seconds. Raises `hub.lease.LeaseTaken`."""
    with lease(engine, tenant, LEASE, now) as held:
        with reading(engine) as session:
            # Read before the punches: what becomes dirty after this stays dirty.
            causes = _dirty(session, tenant, first, last)
            outputs = _computed(read_spans(session, tenant, first, last, now()))
            stored = _stored(session, tenant, first, last)
            sites = _site_codes(session, tenant)
        with writing(engine) as session:
            held.renew(session)
            done = _Writer(session, tenant, sites, now()).write(outputs, stored, causes)
            _forget(session, tenant, [number for number, _, _ in causes])
    return done


def _computed(spans: list[Span]) -> Outputs:
    parts = [apply_rules(span.inputs, span.first, span.last) for span in spans]
    frames = {one.name: pl.concat([getattr(part, one.name) for part in parts]) for one in fields(Outputs)}
    outputs = Outputs(**frames)
    return replace(outputs, days=with_details(outputs))


def _forget(session: Session, tenant: str, numbers: list[int]) -> None:
    for these in _batched(numbers, MANY):
        session.connection().execute(delete(Dirty).where(col(Dirty.tenant) == tenant, col(Dirty.id).in_(these)))


def _dirty(session: Session, tenant: str, first: date, last: date) -> list[tuple[int, date, str]]:
    query = select(col(Dirty.id), col(Dirty.day), col(Dirty.reason))
    there = (col(Dirty.tenant) == tenant, col(Dirty.day).between(first, last))
    return [
        (int(number or 0), day, reason) for number, day, reason in session.connection().execute(query.where(*there))
    ]


def _site_codes(session: Session, tenant: str) -> dict[int, str]:
    query = select(col(Site.id), col(Site.code)).where(col(Site.tenant) == tenant)
    return {int(number or 0): code for number, code in session.connection().execute(query)}


def _stored(session: Session, tenant: str, first: date, last: date) -> dict[Key, Stored]:
    one = AttendanceDay
    query = select(*(col(getattr(one, name)) for name in (*_KEY, "output_hash", "input_hash", "flags")))
    there = (col(one.tenant) == tenant, col(one.work_date).between(first, last))
    rows = session.connection().execute(query.where(*there))
    return {(who, day): (says, origin, flags) for who, day, says, origin, flags in rows}


@dataclass(slots=True)
class _Writer:
    session: Session
    tenant: str
    sites: dict[int, str]
    now: int

    def write(self, outputs: Outputs, stored: dict[Key, Stored], causes: list[tuple[int, date, str]]) -> Processed:
        """Insert new days, rewrite differing ones, leave equal ones untouched."""
        change = self._next_change()
        rows = [self._row(day, change) for day in outputs.days.iter_rows(named=True)]
        new = [row for row in rows if _key(row) not in stored]
        again = [(row, stored[_key(row)]) for row in rows if _key(row) in stored]
        differing = [row for row, (says, _, _) in again if says != row["output_hash"]]
        settled = [row for row, before in again if before != _says(row) and before[0] == row["output_hash"]]
        if new:
            first = {"revision": 1, "recompute_reason": None}
            self.session.connection().execute(insert(AttendanceDay), [{**row, **first} for row in new])
        self._rewrite(differing, _strongest(causes))
        self._settle(settled)
        self._replace_details(outputs, [_key(row) for row in (*new, *differing, *settled)])
        return Processed(len(rows), len(new), len(differing))

    def _next_change(self) -> int:
        query = select(func.max(col(AttendanceDay.change))).where(col(AttendanceDay.tenant) == self.tenant)
        return int(self.session.connection().execute(query).scalar() or 0) + 1

    def _row(self, day: dict[str, Any], change: int) -> dict[str, Any]:
        row = {name: day[name] for name in day.keys() & AttendanceDay.model_fields.keys()}
        return row | {
            "tenant": self.tenant,
            "employee_id": day["employee_key"],
            "work_date": day["business_date"],
            "site": self.sites.get(day["site_id"], ""),
            "shift": day["shift_code"],
            "policy": day["policy_code"] or "",
            "input_hash": f"{day['input_hash']:016x}",
            "output_hash": f"{day['output_hash']:016x}",
            "change": change,
            "computed_at": self.now,
        }

    def _rewrite(self, rows: list[dict[str, Any]], reasons: dict[date, str]) -> None:
        table = AttendanceDay
        statement = self._these_days().values(revision=col(table.revision) + 1)
        told = [{**row, "recompute_reason": reasons.get(row["work_date"])} for row in rows]
        self._update(statement, told)

    def _settle(self, rows: list[dict[str, Any]]) -> None:
        """The day says what it said, only for good now or by other punches: that is no new revision."""
        self._update(self._these_days(), [{name: row[name] for name in (*_KEY, *_ORIGIN)} for row in rows])

    def _these_days(self) -> Update:
        table = AttendanceDay
        there = (col(table.employee_id) == bindparam("_employee_id"), col(table.work_date) == bindparam("_work_date"))
        return update(table).where(col(table.tenant) == self.tenant, *there)

    def _update(self, statement: Update, rows: list[dict[str, Any]]) -> None:
        if rows:
            keyed = [{**row, "_employee_id": row["employee_id"], "_work_date": row["work_date"]} for row in rows]
            self.session.connection().execute(statement, keyed)

    def _replace_details(self, outputs: Outputs, keys: list[Key]) -> None:
        touched = set(keys)
        for table, frame in ((AttendancePair, outputs.pairs), (Anomaly, outputs.anomalies)):
            self._delete(table, keys)
            rows = [row for row in map(self._detail, frame.iter_rows(named=True)) if _key(row) in touched]
            if rows:
                self.session.connection().execute(insert(table), rows)

    def _delete(self, table: type[Any], keys: list[Key]) -> None:
        for some in _batched(keys, MANY):
            these = tuple_(col(table.employee_id), col(table.work_date)).in_(some)
            self.session.connection().execute(delete(table).where(col(table.tenant) == self.tenant, these))

    def _detail(self, row: dict[str, Any]) -> dict[str, Any]:
        day = {"tenant": self.tenant, "employee_id": row.pop("employee_key"), "work_date": row.pop("business_date")}
        return {**row, **day}


def _batched(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def _key(row: dict[str, Any]) -> Key:
    return row["employee_id"], row["work_date"]


def _says(row: dict[str, Any]) -> Stored:
    return row["output_hash"], row["input_hash"], row["flags"]


def _strongest(causes: Iterable[tuple[int, date, str]]) -> dict[date, str]:
    reasons: dict[date, str] = {}
    for _, day, reason in causes:
        reasons[day] = min(reasons.get(day, reason), reason, key=_REASONS.index)
    return reasons
