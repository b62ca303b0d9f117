"""Which of our employees and cost centres are which of the ERP's: equal number, equal code, or as a person said."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Engine, select
from sqlmodel import Session, SQLModel, col

from hub.contract import Connector
from hub.database import reading, writing
from hub.delivery.connections import ConnectionConfig
from hub.records import Binding, CostCentre, Employee
from hub.setup.upsert import Tally, upsert

EMPLOYEE = "employee"
COST_CENTRE = "cost_centre"


class Bound(NamedTuple):
    """One binding; it holds from one date to the other, both inclusive, without an end where there is none."""

    code: str
    ref: str
    from_date: date
    to_date: date | None
    given: bool


_NAMES = Bound._fields


@dataclass(frozen=True)
class Bindings:
    """The bindings of one kind of a connection."""

    rows: Sequence["Bound"]

    @property
    def refs(self) -> frozenset[str]:
        """The ERP's ids of all, whenever."""
        return frozenset(one.ref for one in self.rows)

    @property
    def given_refs(self) -> frozenset[str]:
        """The ERP's ids that a person gave to somebody."""
        return frozenset(one.ref for one in self._given)

    def on(self, day: date) -> dict[str, str]:
        """The ERP's id by our number or code on that date; what a person gave goes before what was found equal."""
        dated = {one.code: one.ref for one in self._given if one.from_date <= day <= (one.to_date or date.max)}
        if not dated:
            return self._found
        taken = frozenset(dated.values())
        return {code: ref for code, ref in self._found.items() if ref not in taken} | dated

    @cached_property
    def _found(self) -> dict[str, str]:
        return {one.code: one.ref for one in self.rows if not one.given}

    @cached_property
    def _given(self) -> list["Bound"]:
        return sorted((one for one in self.rows if one.given), key=lambda one: one.from_date)


def bind(engine: Engine, config: ConnectionConfig, connector: Connector[Any]) -> Tally:
    """Read the ERP's employees and cost objects and keep a binding for every number or code that is the same.

    A number that the ERP has twice among those who work there is not bound: which one is paid is for a person to
    say. Somebody who came back counts once; who left is bound as long as nobody else has the number. An id that a
    person gave to somebody is nobody else's.
    """
    theirs = {
        EMPLOYEE: _people(connector),
        COST_CENTRE: _single((one.code, one.ref) for one in connector.cost_objects()),
    }
    ours: dict[str, tuple[type[SQLModel], str]]
    ours = {EMPLOYEE: (Employee, "number"), COST_CENTRE: (CostCentre, "code")}
    taken = {kind: bindings(engine, config, kind).given_refs for kind in ours}
    with writing(engine) as session:
        rows = [
            Binding(tenant=config.tenant, connection=config.name, kind=kind, code=code, ref=theirs[kind][code])
            for kind, (table, column) in ours.items()
            for code in _codes(session, config.tenant, table, column)
            if code in theirs[kind] and theirs[kind][code] not in taken[kind]
        ]
        return upsert(session, config.tenant, Binding, rows)


def _people(connector: Connector[Any]) -> dict[str, str]:
    listed = list(connector.employees())
    working, left = (
        _single((one.number, one.ref) for one in listed if one.active is active) for active in (True, False)
    )
    doubled = {one.number for one in listed if one.active} - working.keys()
    return {number: ref for number, ref in {**left, **working}.items() if number not in doubled}


def _single(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    listed = [(code, ref) for code, ref in pairs if code]
    times = Counter(code for code, _ in listed)
    return {code: ref for code, ref in listed if times[code] == 1}


def _codes(session: Session, tenant: str, table: type[SQLModel], column: str) -> list[str]:
    query = select(col(getattr(table, column))).where(col(getattr(table, "tenant")) == tenant)  # noqa: B009 - mypy
    return sorted(session.connection().execute(query).scalars())


def bindings(engine: Engine, config: ConnectionConfig, kind: str) -> Bindings:
    """The bindings of that kind."""
    there = (col(Binding.tenant) == config.tenant, col(Binding.connection) == config.name, col(Binding.kind) == kind)
    with reading(engine) as session:
        rows = session.connection().execute(select(*(col(getattr(Binding, name)) for name in _NAMES)).where(*there))
        return Bindings([Bound(*row) for row in rows])
