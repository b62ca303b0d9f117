"""The ERP's people and cost centres that the hub does not know yet, as rows of set-up files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine, select
from sqlmodel import Session, SQLModel, col

from hub.contract import Connector
from hub.database import reading
from hub.delivery.connections import ConnectionConfig
from hub.records import CostCentre, Employee

EMPLOYEES: Final = "employees.csv"
COST_CENTRES: Final = "cost_centres.csv"
EMPLOYEE_COLUMNS: Final = (
    "number", "name", "site", "department", "cost_centres", "policy", "weekly_off", "badges", "joined",
)  # fmt: skip
COST_CENTRE_COLUMNS: Final = ("code", "name")
Rows = tuple[Sequence[str], list[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Columns and rows of both files; of people the ERP tells the number, and the rest is to be completed."""

    employees: Rows
    cost_centres: Rows


def newcomers(engine: Engine, config: ConnectionConfig, connector: Connector[Any]) -> Newcomers:
    """Those who work there and have a number, and what has a code."""
    with reading(engine) as session:
        numbers = _known(session, config.tenant, Employee, "number")
        codes = _known(session, config.tenant, CostCentre, "code")
    people = sorted({one.number for one in connector.employees() if one.active and one.number} - numbers)
    costs = {one.code: one.name for one in connector.cost_objects() if one.code and one.code not in codes}
    site = config.sites[0] if len(config.sites) == 1 else ""
    filled = [(number, "", site, *[""] * (len(EMPLOYEE_COLUMNS) - 3)) for number in people]
    return Newcomers((EMPLOYEE_COLUMNS, [*filled]), (COST_CENTRE_COLUMNS, [*sorted(costs.items())]))


def _known(session: Session, tenant: str, table: type[SQLModel], column: str) -> set[str]:
    query = select(col(getattr(table, column))).where(col(getattr(table, "tenant")) == tenant)  # noqa: B009 - mypy
    return set(session.connection().execute(query).scalars())
