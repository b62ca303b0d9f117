"""Computed days into the database: new ones inserted, differing ones rewritten, equal ones left untouched."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

import polars as pl
from sqlalchemy import Delete, Update, bindparam, delete, func, select, update
from sqlmodel import Session, col

from hub.frames import insert_frame, read_frame
from hub.records import Anomaly, AttendanceDay, AttendancePair
from hub.rules import Outputs
from hub.rules.tables import Schema

REASONS: Final = ("MANUAL", "LEAVE", "CORRECTION", "LATE_PUNCH", "ROSTER", "HOLIDAY", "POLICY")
"""Causes of a recomputation, the strongest first."""

_KEY: Final = ("employee_id", "work_date")
_ORIGIN: Final = ("flags", "input_hash", "policy_version")
"""May differ between two days that say the same."""

STORED: Final[Schema] = {
    "employee_id": pl.Int32,
    "work_date": pl.Date,
    "output_hash": pl.String,
    "input_hash": pl.String,
    "flags": pl.Int64,
}

_OCTETS: Final = pl.Series([f"{octet:02x}" for octet in range(256)])

Statement = TypeVar("Statement", Update, Delete)


@dataclass(frozen=True, slots=True)
class Processed:
    """How many employee-days were looked at, and how many of them are new or differ from before."""

    days: int
    created: int
    changed: int

    def __add__(self, other: "Processed") -> "Processed":
        return Processed(self.days + other.days, self.created + other.created, self.changed + other.changed)


NOTHING: Final = Processed(0, 0, 0)


def stored_days(session: Session, tenant: str, first: date, last: date) -> pl.DataFrame:
    """What the days of these dates say and what they were computed from, both as digests; schema `STORED`."""
    query = select(*(col(getattr(AttendanceDay, name)) for name in STORED))
    there = (col(AttendanceDay.tenant) == tenant, col(AttendanceDay.work_date).between(first, last))
    return read_frame(session, query.where(*there), STORED)


def next_change(session: Session, tenant: str) -> int:
    """The number of the tenant's next write."""
    query = select(func.max(col(AttendanceDay.change))).where(col(AttendanceDay.tenant) == tenant)
    return int(session.connection().execute(query).scalar() or 0) + 1


@dataclass(slots=True)
class Writer:
    """Writes days of one tenant within a transaction, all as one `change`; `sites` gives the code of a site's id."""

    session: Session
    tenant: str
    sites: dict[int, str]
    now: int
    change: int

    def write(self, outputs: Outputs, stored: pl.DataFrame, causes: Iterable[tuple[int, date, str]]) -> Processed:
        """Bring the tables to `outputs`; `stored` is what they held when these were computed."""
        before = stored.rename({name: f"{name}_before" for name in ("output_hash", "input_hash", "flags")})
        rows = self._rows(outputs.days).join(before, on=_KEY, how="left", maintain_order="left")
        there, same = pl.col("output_hash_before").is_not_null(), pl.col("output_hash") == pl.col("output_hash_before")
        # The same, only for good now or by other punches: that is no new revision.
        moved = (pl.col("input_hash") != pl.col("input_hash_before")) | (pl.col("flags") != pl.col("flags_before"))
        new, differing, settled = rows.filter(~there), rows.filter(there & ~same), rows.filter(there & same & moved)
        known = [name for name in rows.columns if not name.endswith("_before")]
        fresh = new.select(known).with_columns(revision=pl.lit(1), recompute_reason=pl.lit(None, pl.String))
        insert_frame(self.session, AttendanceDay, fresh)
        self._rewrite(differing.select(known), _strongest(causes))
        self._carry_out(self._where(update(AttendanceDay)), settled.select(*_KEY, *_ORIGIN))
        touched = pl.concat([part.select(_KEY) for part in (new, differing, settled)])
        self._replace_details(outputs, touched, pl.concat([differing.select(_KEY), settled.select(_KEY)]))
        return Processed(rows.height, new.height, differing.height)

    def _rows(self, days: pl.DataFrame) -> pl.DataFrame:
        ours = [name for name in days.columns if name in AttendanceDay.model_fields]
        site = pl.col("site_id").replace_strict(self.sites, default="", return_dtype=pl.String)
        return days.select(
            *(pl.col(name) for name in ours if name not in {"input_hash", "output_hash"}),
            tenant=pl.lit(self.tenant),
            employee_id="employee_key",
            work_date="business_date",
            site=site.fill_null(""),
            shift="shift_code",
            policy=pl.col("policy_code").fill_null(""),
            input_hash=_hexadecimal("input_hash"),
            output_hash=_hexadecimal("output_hash"),
            change=pl.lit(self.change, pl.Int64),
            computed_at=pl.lit(self.now, pl.Int64),
        )

    def _rewrite(self, rows: pl.DataFrame, reasons: dict[date, str]) -> None:
        reason = [reasons.get(day) for day in rows["work_date"]]
        told = rows.with_columns(recompute_reason=pl.Series(reason, dtype=pl.String))
        statement = update(AttendanceDay).values(revision=col(AttendanceDay.revision) + 1)
        self._carry_out(self._where(statement), told)

    def _where(self, statement: Statement) -> Statement:
        """The statement about the one employee-day that its parameters name."""
        row = statement.table.c
        there = (row.employee_id == bindparam("_employee_id"), row.work_date == bindparam("_work_date"))
        return statement.where(row.tenant == self.tenant, *there)

    def _carry_out(self, statement: Update | Delete, rows: pl.DataFrame) -> None:
        if not rows.is_empty():
            keyed = rows.with_columns(_employee_id="employee_id", _work_date="work_date")
            self.session.connection().execute(statement, keyed.to_dicts())

    def _replace_details(self, outputs: Outputs, touched: pl.DataFrame, before: pl.DataFrame) -> None:
        for table, frame in ((AttendancePair, outputs.pairs), (Anomaly, outputs.anomalies)):
            self._carry_out(self._where(delete(table)), before)
            named = frame.rename({"employee_key": "employee_id", "business_date": "work_date"})
            # By date, as the tables' indexes are: neighbours meet in them.
            rows = named.join(touched, on=_KEY, how="semi", maintain_order="left").sort(
                "work_date", "employee_id", maintain_order=True
            )
            insert_frame(self.session, table, rows.with_columns(tenant=pl.lit(self.tenant)))


def _hexadecimal(name: str) -> pl.Expr:
    """Sixteen digits of a u64 column."""
    octets = (pl.col(name) // 2**shift % 256 for shift in range(56, -8, -8))
    return pl.concat_str([pl.lit(_OCTETS).gather(octet) for octet in octets])


def _strongest(causes: Iterable[tuple[int, date, str]]) -> dict[date, str]:
    reasons: dict[date, str] = {}
    for _, day, reason in causes:
        reasons[day] = min(reasons.get(day, reason), reason, key=REASONS.index)
    return reasons
