"""A tenant with processed days and one connection to a target, put together without devices and rules."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Engine, delete
from sqlmodel import Session, SQLModel, col, select

from hub.contract import Connector
from hub.database import reading, writing
from hub.delivery.bindings import COST_CENTRE, EMPLOYEE
from hub.delivery.budget import Budget
from hub.delivery.clock import Clock
from hub.delivery.connections import ConnectionConfig
from hub.delivery.outcome import Planned, Pushed
from hub.delivery.push import Delivery
from hub.delivery.wanted import mapped_days
from hub.records import (
    AttendanceDay,
    AttendancePair,
    Binding,
    CostAllocation,
    Employee,
    JournalEntry,
)
from hub.testing.target import Fact, Refs, Target

Pair = tuple[int, int]
_NUMBERS = ("revision", "policy_version", "day_type", "s1", "s2", "expected_min", "gross_min", "break_min", "paid_min")
_MORE = ("pre_shift_min", "post_shift_min", "late_min", "early_out_min", "shortage_min", "ot_min")
_LAST = ("lop_days", "duplicates_dropped", "flags")


def utc(day: date, minute: int) -> int:
    """UTC seconds of a minute of the UTC day."""
    return int(datetime.combine(day, time(), UTC).timestamp()) + 60 * minute


@dataclass
class World:
    """One tenant on a site in the zone of its target, whose days are made by hand, and its connection `books` to it."""

    engine: Engine
    target: Target
    starts_on: date = date(2026, 10, 1)
    tenant: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:12]}")
    bound: dict[str, str] = field(default_factory=dict)
    changes: int = 0

    @property
    def config(self) -> ConnectionConfig:
        """The connection."""
        spec, settings = self.target.spec, self.target.settings()
        return ConnectionConfig(
            tenant=self.tenant, name="books", connector=spec.name, settings=settings, sites=("hq",),
            starts_on=self.starts_on,
        )  # fmt: skip

    def open(self) -> Connector[Any]:
        """The connector, not yet connected, with its limits counted on the target's clock."""
        made, clock = self.target.spec.connector, self.target.clock
        connector = made(made.settings_type.model_validate(self.target.settings()))
        now = Clock(clock.now, clock.steady, clock.sleep).started()
        meter = Budget(self.engine, self.tenant, "books", connector.capabilities, now, clock.sleep)
        connector.meter, connector.lane = meter, meter.lane
        return connector

    def bind_all(self, refs: Refs) -> None:
        """Make these employees, all on the first cost centre, and bind them."""
        for code, ref in refs.costs.items():
            self.bind(code, ref, COST_CENTRE)
        for number, ref in refs.employees.items():
            self.employee(number, next(iter(refs.costs), ""))
            self.bind(number, ref)

    def add(self, *rows: SQLModel) -> None:
        """Add rows."""
        with writing(self.engine) as session:
            session.add_all(rows)

    def clear(self, table: Any, **values: Any) -> None:
        """Delete the tenant's rows that have these values."""
        there = [col(getattr(table, name)) == value for name, value in {"tenant": self.tenant, **values}.items()]
        with writing(self.engine) as session:
            session.connection().execute(delete(table).where(*there))

    def rows(self, table: type[Any]) -> list[Any]:
        """All the tenant's rows."""
        with reading(self.engine) as session:
            return list(
                session.exec(select(table).where(table.tenant == self.tenant).order_by(*table.__table__.primary_key))
            )

    def bind(self, code: str, ref: str, kind: str = EMPLOYEE) -> None:
        """Make it known in the ERP by this id."""
        self.unbind(code, kind)
        self.add(Binding(tenant=self.tenant, connection="books", kind=kind, code=code, ref=ref))
        self.bound[code] = ref

    def unbind(self, code: str, kind: str = EMPLOYEE) -> None:
        """Make it unknown in the ERP."""
        self.clear(Binding, code=code, kind=kind)

    def employee(self, number: str, cost_centre: str = "") -> int:
        """The employee's id; made, and put on the cost centre, when it is new."""
        with writing(self.engine) as session:
            there = session.exec(
                select(Employee.id).where(Employee.tenant == self.tenant, Employee.number == number)
            ).first()
            return there or self._new_employee(session, number, cost_centre)

    def _new_employee(self, session: Session, number: str, cost_centre: str) -> int:
        employee = Employee(tenant=self.tenant, number=number, name=f"Name of {number}")
        session.add(employee)
        session.flush()
        assert employee.id is not None
        if cost_centre:
            given: dict[str, Any] = {"tenant": self.tenant, "employee_id": employee.id, "cost_centre": cost_centre}
            session.add(CostAllocation(**given, from_date=date(2026, 1, 1), share=10_000))
        return employee.id

    def day(self, number: str, day: date, *pairs: Pair, blocks: bool = False, at: int = 0, **columns: Any) -> None:
        """The processed day of an employee, in place of the one before; pairs are minutes of the UTC day.

        `columns` are those of `AttendanceDay` that are to be other than usual.
        """
        employee = self.employee(number)
        self.changes += 1
        for table in (AttendanceDay, AttendancePair):
            self.clear(table, employee_id=employee, work_date=day)
        zeros: dict[str, Any] = dict.fromkeys((*_NUMBERS, *_MORE, *_LAST), 0)
        given = {**zeros, "status": "P", "payable_days": 100, **columns}
        row = AttendanceDay(
            **given, tenant=self.tenant, employee_id=employee, work_date=day, change=self.changes, site="hq",
            zone=self.target.zone, policy="p", worked_min=minutes_of(pairs),
            anomaly_codes=["MISSING_OUT"] if blocks else [], blocks_posting=blocks, input_hash="", output_hash="",
            computed_at=at,
        )  # fmt: skip
        self.add(row, *(self._pair(employee, day, seq, pair) for seq, pair in enumerate(pairs)))

    def _pair(self, employee: int, day: date, seq: int, pair: Pair) -> AttendancePair:
        start, end = utc(day, pair[0]), utc(day, pair[1])
        return AttendancePair(
            tenant=self.tenant, employee_id=employee, work_date=day, seq=seq, in_at=start, out_at=end, in_paid=start,
            out_paid=end, kind="open", imputed=False, rounded_in_s=0, rounded_out_s=0,
        )  # fmt: skip

    def delivery(self, connector: Connector[Any]) -> Delivery:
        """Delivery with the clock of the target."""
        clock = self.target.clock
        return Delivery(self.engine, self.config, connector, Clock(clock.now, clock.steady, clock.sleep))

    def push(self, first: date, last: date) -> Pushed:
        """Push as a nightly run would."""
        with self.open() as connector:
            return self.delivery(connector).push(first, last)

    def plan(self, first: date, last: date) -> Planned:
        """What a push would do."""
        with self.open() as connector:
            return self.delivery(connector).plan(first, last)

    def wanted(self, first: date, last: date) -> list[Fact]:
        """What the target should hold of these days; the connector has no say in it."""
        mapped = mapped_days(self.engine, self.config, self.open(), first, last)
        facts = (self.target.fact(entry) for entry in mapped.entries)
        return [fact for fact in facts if fact is not None]

    def journal(self) -> dict[str, JournalEntry]:
        """The journal by entry."""
        return {row.entry_key: row for row in self.rows(JournalEntry)}


def minutes_of(pairs: tuple[Pair, ...]) -> int:
    """The minutes of all pairs."""
    return sum(end - start for start, end in pairs)
