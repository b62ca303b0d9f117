"""A tenant with processed days, a connection and an ERP in memory, put together without the rules."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Engine, delete
from sqlmodel import Session, SQLModel, col, select

from hub.contract import Image, Kind
from hub.database import reading, writing
from hub.delivery.bindings import COST_CENTRE, EMPLOYEE
from hub.delivery.connections import ConnectionConfig
from hub.delivery.outcome import Planned, Pushed
from hub.delivery.push import Clock, Delivery
from hub.records import (
    AttendanceDay,
    AttendancePair,
    Binding,
    CostAllocation,
    Employee,
    JournalEntry,
    Push,
    ReceiptRow,
)
from hub.testing.memory import ERPS, MemoryConnector, MemoryErp, MemorySettings

DAY = date(2026, 10, 5)
NEXT = date(2026, 10, 6)
PAIR = (8 * 60, 16 * 60)
Pair = tuple[int, int]
_NUMBERS = ("revision", "policy_version", "day_type", "s1", "s2", "expected_min", "gross_min", "break_min", "paid_min")
_MORE = ("pre_shift_min", "post_shift_min", "late_min", "early_out_min", "shortage_min", "ot_min")
_LAST = ("lop_days", "duplicates_dropped", "flags")


def utc(day: date, minute: int) -> int:
    """UTC seconds of a minute of the UTC day."""
    return int(datetime.combine(day, time(), UTC).timestamp()) + 60 * minute


@dataclass
class World:
    """One tenant. Employee `7` is `e7` in the ERP; cost centre `CC` is `w1`."""

    engine: Engine
    erp: MemoryErp = field(default_factory=MemoryErp)
    tenant: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:12]}")
    starts_on: date = date(2026, 10, 1)
    held: dict[tuple[str, date], tuple[Pair, ...]] = field(default_factory=dict)
    bound: dict[str, str] = field(default_factory=dict)
    changes: int = 0

    def __post_init__(self) -> None:
        self.name = uuid.uuid4().hex
        ERPS[self.name] = self.erp
        self.bind("CC", "w1", COST_CENTRE)

    @property
    def config(self) -> ConnectionConfig:
        settings = {"erp": self.name}
        return ConnectionConfig(
            tenant=self.tenant, name="books", connector="memory", settings=settings, sites=("hq",),
            starts_on=self.starts_on,
        )  # fmt: skip

    def add(self, *rows: SQLModel) -> None:
        with writing(self.engine) as session:
            session.add_all(rows)

    def clear(self, table: Any, **values: Any) -> None:
        there = [col(getattr(table, name)) == value for name, value in {"tenant": self.tenant, **values}.items()]
        with writing(self.engine) as session:
            session.connection().execute(delete(table).where(*there))

    def rows(self, table: type[Any]) -> list[Any]:
        with reading(self.engine) as session:
            return list(session.exec(select(table).where(table.tenant == self.tenant).order_by(table.id)))

    def bind(self, code: str, ref: str, kind: str = EMPLOYEE) -> None:
        self.unbind(code, kind)
        self.add(Binding(tenant=self.tenant, connection="books", kind=kind, code=code, ref=ref))
        self.bound[code] = ref

    def unbind(self, code: str, kind: str = EMPLOYEE) -> None:
        self.clear(Binding, code=code, kind=kind)

    def employee(self, number: str) -> int:
        """The employee's id; made, bound and put on the cost centre when it is new."""
        with writing(self.engine) as session:
            there = session.exec(
                select(Employee.id).where(Employee.tenant == self.tenant, Employee.number == number)
            ).first()
            return there or self._new_employee(session, number)

    def _new_employee(self, session: Session, number: str) -> int:
        employee = Employee(tenant=self.tenant, number=number, name=f"Name of {number}")
        session.add(employee)
        session.flush()
        assert employee.id is not None
        ref = self.bound[number] = f"e{number}"
        session.add(Binding(tenant=self.tenant, connection="books", kind=EMPLOYEE, code=number, ref=ref))
        session.add(
            CostAllocation(
                tenant=self.tenant, employee_id=employee.id, from_date=date(2026, 1, 1), cost_centre="CC", share=10_000
            )
        )
        return employee.id

    def day(self, number: str, day: date, *pairs: Pair, blocks: bool = False, status: str = "P", at: int = 0) -> None:
        """The processed day of an employee, in place of the one before; pairs are minutes of the UTC day."""
        employee = self.employee(number)
        self.changes += 1
        for table in (AttendanceDay, AttendancePair):
            self.clear(table, employee_id=employee, work_date=day)
        self.held[number, day] = pairs
        zeros: dict[str, Any] = dict.fromkeys((*_NUMBERS, *_MORE, *_LAST), 0)
        row = AttendanceDay(
            **zeros, tenant=self.tenant, employee_id=employee, work_date=day, change=self.changes, site="hq",
            zone="UTC", policy="p", status=status, worked_min=_minutes(pairs), payable_days=100,
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

    def delivery(self) -> Delivery:
        connector = MemoryConnector(MemorySettings(erp=self.name))
        return Delivery(self.engine, self.config, connector, Clock(self.erp.clock.now, self.erp.clock.sleep))

    def push(self, first: date = DAY, last: date | None = None) -> Pushed:
        return self.delivery().push(first, last or first)

    def plan(self, first: date = DAY, last: date | None = None) -> Planned:
        return self.delivery().plan(first, last or first)

    def journal(self) -> dict[str, JournalEntry]:
        return {row.entry_key: row for row in self.rows(JournalEntry)}

    def clear_journal(self) -> None:
        self.clear(JournalEntry)

    def states(self) -> list[str]:
        return sorted(row.state for row in self.rows(JournalEntry))

    def receipts(self) -> list[str]:
        return [row.outcome for row in self.rows(ReceiptRow)]

    def pushes(self) -> list[Push]:
        return self.rows(Push)

    def expected(self) -> list[tuple[str, Image]]:
        """What the ERP should hold, worked out from the days alone."""
        found: list[tuple[str, Image]] = []
        for (number, day), pairs in self.held.items():
            ref, kinds = self.bound[number], self.erp.capabilities.kinds
            for start, end in ((utc(day, start), utc(day, end)) for start, end in pairs):
                if Kind.INTERVAL in kinds:
                    found.append((f"interval:{ref}:{start}", {"start": start, "end": end}))
            if Kind.HOURS in kinds and pairs:
                image = {"date": str(day), "cost_centre": "w1", "minutes": _minutes(pairs)}
                found.append((f"hours:{ref}:{day}:w1", image))
            if Kind.DAY in kinds:
                image = {"date": str(day), "status": "P", "payable": 100, "lop": 0, "overtime_min": 0}
                found.append((f"day:{ref}:{day}", image))
        return sorted(found, key=repr)


def _minutes(pairs: tuple[Pair, ...]) -> int:
    return sum(end - start for start, end in pairs)
