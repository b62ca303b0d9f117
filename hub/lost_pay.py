"""Lost pay by employee over some dates, for payroll programs that take a file and have no interface."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, Select, case, func, select
from sqlmodel import col

from hub.database import reading
from hub.delivery.connections import ConnectionConfig
from hub.records import AttendanceDay, Employee

HEADER = ("employee_number", "lost_days", "payable_days", "days_held_back")


@dataclass(frozen=True, slots=True)
class LostPay:
    """One employee; hundredths of a day, and how many days are not fit to be posted and not in the sums."""

    number: str
    lost: int
    payable: int
    held_back: int


def lost_pay(engine: Engine, config: ConnectionConfig, first: date, last: date) -> Sequence[LostPay]:
    """Of everybody at the sites of the connection, by employee number."""
    with reading(engine) as session:
        rows = session.connection().execute(_query(config, max(first, config.starts_on), last))
        return [LostPay(*row) for row in rows]


def _query(config: ConnectionConfig, first: date, last: date) -> Select[Any]:
    day = AttendanceDay
    held_back = case((col(day.blocks_posting), 1), else_=0)
    return (
        select(
            col(Employee.number),
            func.sum(col(day.lop_days) * (1 - held_back)),
            func.sum(col(day.payable_days) * (1 - held_back)),
            func.sum(held_back),
        )
        .join(Employee, (col(Employee.id) == col(day.employee_id)) & (col(Employee.tenant) == col(day.tenant)))
        .where(col(day.tenant) == config.tenant, col(day.work_date).between(first, last))
        .where(col(day.site).in_(config.sites))
        .group_by(col(Employee.number))
        .order_by(col(Employee.number))
    )


def lines(found: Sequence[LostPay]) -> Iterator[tuple[str, str, str, str]]:
    """The rows of the file, with days as decimals."""
    yield HEADER
    for one in found:
        yield one.number, _days(one.lost), _days(one.payable), str(one.held_back)


def _days(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}"
