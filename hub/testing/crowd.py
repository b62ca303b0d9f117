"""Many employee-days of a World in a few statements: for what shows only with thousands of entries."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlmodel import SQLModel, col

from hub.database import writing
from hub.delivery.bindings import EMPLOYEE
from hub.records import AttendanceDay, AttendancePair, Binding, CostAllocation, Employee
from hub.testing.target import Refs
from hub.testing.world import Pair, World, utc

_MOMENTS = ("in_at", "out_at", "in_paid", "out_paid")
Rows = list[dict[str, Any]]


def fill(world: World, refs: Refs, days: Sequence[date], *pairs: Pair) -> None:
    """Bind these employees, all on the first cost centre, and give each of them the same day on all dates."""
    (first, ref), *others = refs.employees.items()
    world.bind_all(Refs({first: ref}, refs.costs))
    world.day(first, days[0], *pairs)
    with writing(world.engine) as session:
        connection = session.connection()
        _people(connection, world, dict(others))
        ids = _ids(connection, world.tenant)
        for table in (AttendanceDay, AttendancePair):
            models = _models(connection, table, world.tenant)
            for day in days:
                new = ids[1:] if day == days[0] else ids
                rows = [row for model in models for row in _copies(model, days[0], day, new)]
                if rows:
                    connection.execute(insert(table), rows)


def _people(connection: Connection, world: World, others: Mapping[str, str]) -> None:
    """Made like the one who is there already."""
    if not others:
        return
    world.bound |= others
    tenant = {"tenant": world.tenant}
    bound = {**tenant, "connection": "books", "kind": EMPLOYEE}
    connection.execute(insert(Employee), [{**tenant, "number": one, "name": f"Name of {one}"} for one in others])
    connection.execute(insert(Binding), [{**bound, "code": one, "ref": ref} for one, ref in others.items()])
    known, *new = _ids(connection, world.tenant)
    for share in _models(connection, CostAllocation, world.tenant, employee_id=known):
        connection.execute(insert(CostAllocation), [{**share, "employee_id": one} for one in new])


def _ids(connection: Connection, tenant: str) -> list[int]:
    ids = connection.execute(select(col(Employee.id)).where(col(Employee.tenant) == tenant)).scalars()
    return sorted(one for one in ids if one is not None)


def _models(connection: Connection, table: type[SQLModel], tenant: str, **values: Any) -> Rows:
    there = [getattr(table, name) == value for name, value in {"tenant": tenant, **values}.items()]
    rows = [dict(row) for row in connection.execute(select(table.__table__).where(*there)).mappings()]  # type: ignore[attr-defined]
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


def _copies(model: Mapping[str, Any], first: date, day: date, employees: Sequence[int]) -> Iterator[dict[str, Any]]:
    later = utc(day, 0) - utc(first, 0)
    moved = {name: model[name] + later for name in _MOMENTS if name in model}
    for employee in employees:
        yield {**model, **moved, "employee_id": employee, "work_date": day}
