"""What should be in an ERP for a range of work dates: processed days, mapped and rendered."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from hub.contract import Connector, Kind, digest
from hub.database import reading, rows
from hub.delivery.bindings import COST_CENTRE, EMPLOYEE, Bindings, bindings
from hub.delivery.connections import ConnectionConfig
from hub.delivery.lines import Wanted
from hub.mapping import Blocked, DayFacts, Mapped, entries
from hub.records import AttendanceDay, AttendancePair, CostAllocation, Employee
from hub.rules.codes import ANOMALIES


@dataclass(frozen=True, slots=True)
class Desired:
    """Rendered entries, what is held back with reasons, and the ERP ids of everyone concerned.

    `keep` are the employee-days held back, as `hub.delivery.lines.day_of` names them; `bound` is how many employees
    and cost centres have a counterpart.
    """

    wanted: tuple[Wanted, ...]
    blocked: tuple[Blocked, ...]
    keep: frozenset[str]
    employees: frozenset[str]
    bound: int


def desired(engine: Engine, config: ConnectionConfig, connector: Connector[Any], first: date, last: date) -> Desired:
    """The wanted state of these work dates; dates before the connection's start are none of its business."""
    employees, costs = bindings(engine, config, EMPLOYEE), bindings(engine, config, COST_CENTRE)
    mapped = _mapped(_read_facts(engine, config, first, last), employees, costs, connector.capabilities.kinds)
    wanted = []
    for entry in filter(connector.carries, mapped.entries):
        record = connector.render(entry)
        names = (entry.key, entry.kind, entry.employee, entry.work_date, record.natural_key)
        wanted.append(Wanted(*names, record.image, digest(record.image)))
    keep = frozenset(f"{config.tenant}:{one.number}:{one.work_date}" for one in mapped.blocked)
    held_back = {ref for one in mapped.blocked if (ref := employees.on(one.work_date).get(one.number))}
    concerned = frozenset(one.employee for one in mapped.entries) | held_back
    return Desired(tuple(wanted), mapped.blocked, keep, concerned, len(employees.rows) + len(costs.rows))


def mapped_days(engine: Engine, config: ConnectionConfig, connector: Connector[Any], first: date, last: date) -> Mapped:
    """The entries of these work dates, and what is held back."""
    facts = _read_facts(engine, config, first, last)
    employees, costs = bindings(engine, config, EMPLOYEE), bindings(engine, config, COST_CENTRE)
    return _mapped(facts, employees, costs, connector.capabilities.kinds)


def _mapped(facts: Sequence[DayFacts], employees: Bindings, costs: Bindings, kinds: frozenset[Kind]) -> Mapped:
    """Each work date by the bindings of that date; the facts come in order of dates."""
    parts = [
        entries(some, employees.on(day), costs.on(day), kinds)
        for day, some in groupby(facts, lambda one: one.work_date)
    ]
    return Mapped(
        tuple(entry for part in parts for entry in part.entries), tuple(one for part in parts for one in part.blocked)
    )


def _read_facts(engine: Engine, config: ConnectionConfig, first: date, last: date) -> list[DayFacts]:
    with reading(engine) as session:
        return _facts(session, config, max(first, config.starts_on), last)


def _facts(session: Session, config: ConnectionConfig, first: date, last: date) -> list[DayFacts]:
    pairs = _pairs(session, config.tenant, first, last)
    shares = _shares(session, config.tenant)
    day = AttendanceDay
    query = (
        select(*(col(getattr(day, name)) for name in _DAY), col(Employee.number))
        .select_from(day)
        .join(Employee, (col(Employee.id) == col(day.employee_id)) & (col(Employee.tenant) == col(day.tenant)))
        .where(col(day.tenant) == config.tenant, col(day.work_date).between(first, last))
        .where(col(day.site).in_(config.sites))
        .order_by(col(day.work_date), col(Employee.number))
    )
    return [
        DayFacts(
            config.tenant,
            row.number,
            row.work_date,
            row.zone,
            row.status,
            row.worked_min,
            row.ot_min,
            row.payable_days,
            row.lop_days,
            _blocking(row.anomaly_codes) if row.blocks_posting else (),
            tuple(pairs.get((row.employee_id, row.work_date), ())),
            _shares_on(shares[row.employee_id], row.work_date),
        )
        for row in rows(session, query)
    ]


_DAY = (
    "employee_id", "work_date", "blocks_posting", "anomaly_codes", "zone", "status", "worked_min", "ot_min",
    "payable_days", "lop_days",
)  # fmt: skip


def _blocking(anomalies: list[str]) -> tuple[str, ...]:
    codes = [code for code in anomalies if code in ANOMALIES and ANOMALIES[code].blocks_posting]
    return tuple(codes) or ("PENDING",)


def _pairs(session: Session, tenant: str, first: date, last: date) -> dict[tuple[int, date], list[tuple[int, int]]]:
    pair = AttendancePair
    query = (
        select(col(pair.employee_id), col(pair.work_date), col(pair.in_at), col(pair.out_at))
        .where(col(pair.tenant) == tenant, col(pair.work_date).between(first, last))
        .order_by(col(pair.seq))
    )
    found: dict[tuple[int, date], list[tuple[int, int]]] = defaultdict(list)
    for employee, day, start, end in rows(session, query):
        found[employee, day].append((start, end))
    return found


Share = tuple[date, date | None, str, int]


def _shares(session: Session, tenant: str) -> dict[int, list[Share]]:
    one = CostAllocation
    query = select(
        col(one.employee_id), col(one.from_date), col(one.to_date), col(one.cost_centre), col(one.share)
    ).where(col(one.tenant) == tenant)
    found: dict[int, list[Share]] = defaultdict(list)
    for employee, *share in rows(session, query):
        found[employee].append(tuple(share))
    return found


def _shares_on(shares: list[Share], day: date) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((code, share) for start, end, code, share in shares if start <= day <= (end or date.max)))
