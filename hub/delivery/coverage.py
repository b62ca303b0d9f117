"""Who and what has no counterpart in the ERP on a date, and which of the ERP's might be it.

Suggestions are never applied by themselves: a person puts them into the CSV file of bindings.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine, or_, select
from sqlmodel import Session, col

from hub.contract import Connector
from hub.database import reading
from hub.delivery.bindings import COST_CENTRE, EMPLOYEE, bindings
from hub.delivery.connections import ConnectionConfig
from hub.records import CostAllocation, CostCentre, Employee, Employment

LEAST_SCORE: Final = 60
SHOWN_FOR_EACH: Final = 3
SAME: Final = 100
"""Equal but for case, blanks, punctuation and leading zeros."""


class Candidate(NamedTuple):
    """One of the ERP's that nobody has: its id, its number or code, and its name where that is told."""

    ref: str
    code: str
    name: str


class Suggestion(NamedTuple):
    """Ours might be theirs; `score` is 0 to 100."""

    kind: str
    code: str
    ref: str
    theirs: str
    score: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of one kind: how many there are, those without a counterpart, and what might be one."""

    kind: str
    total: int
    unbound: tuple[str, ...]
    unused: int
    suggestions: tuple[Suggestion, ...]


def coverage(engine: Engine, config: ConnectionConfig, connector: Connector[Any], day: date) -> list[Coverage]:
    """Employees who work at the connection's sites on that date, and the cost centres that their hours go to."""
    people = [Candidate(one.ref, one.number, "") for one in connector.employees() if one.active]
    costs = [Candidate(one.ref, one.code, one.name) for one in connector.cost_objects()]
    with reading(engine) as session:
        ours = {EMPLOYEE: _employees(session, config, day), COST_CENTRE: _cost_centres(session, config, day)}
    theirs = {EMPLOYEE: people, COST_CENTRE: costs}
    bound = {kind: bindings(engine, config, kind).on(day) for kind in ours}
    return [_of_kind(kind, ours[kind], theirs[kind], bound[kind]) for kind in ours if theirs[kind]]


def _of_kind(kind: str, ours: dict[str, str], theirs: Sequence[Candidate], bound: dict[str, str]) -> Coverage:
    unbound = tuple(sorted(ours.keys() - bound.keys()))
    free = [one for one in theirs if one.ref not in set(bound.values())]
    suggested = tuple(found for code in unbound for found in _suggestions(kind, code, ours[code], free))
    return Coverage(kind, len(ours), unbound, len(free), suggested)


def _suggestions(kind: str, code: str, name: str, free: Iterable[Candidate]) -> list[Suggestion]:
    scored = [Suggestion(kind, code, one.ref, one.code or one.name, _score(code, name, one)) for one in free]
    likely = sorted((one for one in scored if one.score >= LEAST_SCORE), key=lambda one: (-one.score, one.ref))
    return likely[:SHOWN_FOR_EACH]


def _score(code: str, name: str, one: Candidate) -> int:
    """The better of how alike numbers and names are; names count only where the ERP tells them."""
    alike = [_alike(_plain(code), _plain(one.code))]
    if name and one.name:
        alike.append(_alike(_plain(name), _plain(one.name)))
    return max(alike)


def _alike(left: str, right: str) -> int:
    if not left or not right:
        return 0
    return SAME if left == right else min(SAME - 1, round(SequenceMatcher(None, left, right).ratio() * 100))


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold())).lstrip("0")


def _employees(session: Session, config: ConnectionConfig, day: date) -> dict[str, str]:
    """Numbers; the names of people are not compared, as connectors do not tell them."""
    job = Employment
    query = (
        select(col(Employee.number))
        .join(job, (col(job.employee_id) == col(Employee.id)) & (col(job.tenant) == col(Employee.tenant)))
        .where(col(Employee.tenant) == config.tenant, col(job.site).in_(config.sites), *_on(job, day))
    )
    return dict.fromkeys(session.connection().execute(query).scalars(), "")


def _cost_centres(session: Session, config: ConnectionConfig, day: date) -> dict[str, str]:
    share = CostAllocation
    query = (
        select(col(CostCentre.code), col(CostCentre.name))
        .join(share, (col(share.cost_centre) == col(CostCentre.code)) & (col(share.tenant) == col(CostCentre.tenant)))
        .where(col(CostCentre.tenant) == config.tenant, *_on(share, day))
    )
    return {row.code: row.name for row in session.connection().execute(query)}


def _on(table: Any, day: date) -> tuple[Any, ...]:
    return col(table.from_date) <= day, or_(col(table.to_date).is_(None), col(table.to_date) >= day)
