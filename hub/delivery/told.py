"""A plan for the people who approve it: whose line it is, by employee number, and its figures before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import col

from hub.database import reading
from hub.delivery.bindings import COST_CENTRE, EMPLOYEE, Bindings, bindings
from hub.delivery.connections import ConnectionConfig
from hub.delivery.figures import Words, figures
from hub.delivery.lines import CHANGES, Action, Item, number_of
from hub.delivery.outcome import Planned
from hub.records import AttendanceDay, Employee

NOTHING_TO_DO = (Action.UNCHANGED, Action.GONE)


def lines_of(engine: Engine, config: ConnectionConfig, planned: Planned) -> list[dict[str, Any]]:
    """The lines of a plan that a person should see, as they are saved and shown."""
    names = Names(engine, config, planned.first, planned.last)
    return [told(item, names) for item in planned.items if item.action not in NOTHING_TO_DO]


@dataclass
class Names:
    """What the hub calls what an ERP has ids for, and where its clocks stand."""

    engine: Engine
    config: ConnectionConfig
    first: date
    last: date

    def __post_init__(self) -> None:
        self._numbers = _Codes(bindings(self.engine, self.config, EMPLOYEE))
        self._costs = _Codes(bindings(self.engine, self.config, COST_CENTRE))

    def number(self, item: Item) -> str:
        """The employee's number; the ERP's id, marked so, of somebody whom the hub does not know."""
        known = number_of(item.key, item.work_date) or self._numbers.on(item.work_date).get(item.employee)
        return known or f"{item.employee} (id)"

    def words(self, number: str, day: date) -> Words:
        """What the images of an employee-day are read with."""
        zone = self._zones.get((number, day), self.config.timezone)
        return Words(zone, day, self._costs.on(day))

    @cached_property
    def _zones(self) -> dict[tuple[str, date], str]:
        """Zones of employee-days that are not the connection's."""
        one = AttendanceDay
        there = (col(Employee.id) == col(one.employee_id)) & (col(Employee.tenant) == col(one.tenant))
        query = select(col(Employee.number), col(one.work_date), col(one.zone)).join(Employee, there)
        query = query.where(col(one.tenant) == self.config.tenant, col(one.work_date).between(self.first, self.last))
        with reading(self.engine) as session:
            rows = session.connection().execute(query.where(col(one.zone) != self.config.timezone))
            return {(number, day): zone for number, day, zone in rows}


class _Codes:
    """Our codes by the ERP's ids, date by date."""

    def __init__(self, bound: Bindings) -> None:
        self._bound = bound
        self._found: dict[date, dict[str, str]] = {}

    def on(self, day: date) -> Mapping[str, str]:
        if day not in self._found:
            self._found[day] = {ref: code for code, ref in self._bound.on(day).items()}
        return self._found[day]


def told(item: Item, names: Names) -> dict[str, Any]:
    """A line: `employee` is the ERP's id, `number` ours; `before` and `after` are images, None for nothing."""
    number = names.number(item)
    words = names.words(number, item.work_date)
    return {
        **line_of(item),
        "number": number,
        "figures": figures(item.kind, item.before, item.after, words, changes=item.action in CHANGES),
        "before": dict(item.before) or None,
        "after": dict(item.after) or None,
    }


def line_of(item: Item) -> dict[str, Any]:
    """What of a line tells whether a plan is still true: digests, and no figures."""
    return {
        "key": item.key,
        "action": item.action,
        "employee": item.employee,
        "work_date": item.work_date.isoformat(),
        "natural_key": item.natural_key,
        "image": item.digest,
        "there": item.there,
        "reason": item.reason,
    }
