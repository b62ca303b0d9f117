"""Which of our employees and cost centres are which of the ERP's: equal number, equal code."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import Session, SQLModel, col

from hub.contract import Connector
from hub.database import reading, writing
from hub.delivery.connections import ConnectionConfig
from hub.records import Binding, CostCentre, Employee
from hub.setup.upsert import Tally, upsert

EMPLOYEE = "employee"
COST_CENTRE = "cost_centre"


def bind(engine: Engine, config: ConnectionConfig, connector: Connector[Any]) -> Tally:
    """Read the ERP's employees and cost objects and keep a binding for every number or code that is the same.

    A number that the ERP has twice among those who work there is not bound: which one is paid is for a person to
    say. Somebody who came back counts once; who left is bound as long as nobody else has the number.
    """
    listed = list(connector.employees())
    working, left = (
        _single((one.number, one.ref) for one in listed if one.active is active) for active in (True, False)
    )
    people = {**left, **working}
    doubled = {one.number for one in listed if one.active} - working.keys()
    people = {number: ref for number, ref in people.items() if number not in doubled}
    costs = _single((cost.code, cost.ref) for cost in connector.cost_objects())
    with writing(engine) as session:
        rows = [
            Binding(tenant=config.tenant, connection=config.name, kind=kind, code=code, ref=theirs[code])
            for kind, ours, theirs in (
                (EMPLOYEE, _codes(session, config.tenant, Employee, "number"), people),
                (COST_CENTRE, _codes(session, config.tenant, CostCentre, "code"), costs),
            )
            for code in ours
            if code in theirs
        ]
        return upsert(session, config.tenant, Binding, rows)


def _single(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    listed = [(code, ref) for code, ref in pairs if code]
    times = Counter(code for code, _ in listed)
    return {code: ref for code, ref in listed if times[code] == 1}


def _codes(session: Session, tenant: str, table: type[SQLModel], column: str) -> list[str]:
    query = select(col(getattr(table, column))).where(col(getattr(table, "tenant")) == tenant)  # noqa: B009 - mypy
    return sorted(session.connection().execute(query).scalars())


def bindings(engine: Engine, config: ConnectionConfig, kind: str) -> dict[str, str]:
    """The ERP's id by our number or code."""
    there = (col(Binding.tenant) == config.tenant, col(Binding.connection) == config.name, col(Binding.kind) == kind)
    with reading(engine) as session:
        rows = session.connection().execute(select(col(Binding.code), col(Binding.ref)).where(*there))
        return {row.code: row.ref for row in rows}
