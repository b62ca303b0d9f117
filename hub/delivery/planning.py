"""A plan, made now: attendance, journal and ERP are read, and compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine

from hub.contract import Connector, Held, Scope
from hub.delivery.connections import ConnectionConfig
from hub.delivery.known import known_entries
from hub.delivery.lines import Known, Wanted, day_of
from hub.delivery.narrow import concerned
from hub.delivery.outcome import Planned
from hub.delivery.periods import respect
from hub.delivery.plan import Circumstances, plan
from hub.delivery.wanted import Desired, desired

NEIGHBOURS = timedelta(days=2)
"""An ERP may date a night shift by its end, and a pair may move to the work date before or after."""


@dataclass(frozen=True, slots=True)
class Planning:
    """Plans of one connection, whose connector is open."""

    engine: Engine
    config: ConnectionConfig
    connector: Connector[Any]
    now: Callable[[], int]

    def plan(self, first: date, last: date, only: frozenset[str] | None = None) -> Planned:
        """Desired state against the ERP's present state, of all days; or, given `only`, of these and what changed."""
        first = max(first, self.config.starts_on)
        wished = desired(self.engine, self.config, self.connector, first, last)
        around = self.around(first, last)
        known = {key: one for key, one in around.items() if first <= one.work_date <= last}
        if only is not None:
            only = concerned(wished.wanted, known, wished.keep, only)
            wished, known = _narrowed(wished, known, only)
        given = Circumstances(
            self.connector.capabilities,
            self.now(),
            wished.keep,
            {one.natural_key: one for key, one in around.items() if key not in known},
        )
        span = (first, last) if only is None else _span([*wished.wanted, *known.values()])
        items = plan(wished.wanted, known, self._held(wished, known, *span), given)
        planned = Planned(first, last, tuple(items), wished.blocked, known, wished.bound, only)
        return respect(self.engine, self.config, planned)

    def known(self, first: date, last: date) -> dict[str, Known]:
        """The journal of the kinds that the connection carries; of others nothing is read back."""
        kinds = self.connector.capabilities.kinds
        known = known_entries(self.engine, self.config, first, last)
        return {key: one for key, one in known.items() if one.kind in kinds}

    def around(self, first: date, last: date) -> dict[str, Known]:
        """The same with the neighbouring dates."""
        return self.known(first - NEIGHBOURS, last + NEIGHBOURS)

    def _held(self, wished: Desired, known: dict[str, Known], first: date, last: date) -> list[Held]:
        employees = wished.employees | {one.employee for one in known.values()}
        if not employees:
            return []
        scope = Scope(first, last, self.connector.capabilities.kinds, employees)
        ours = {one.natural_key for one in wished.wanted} | {one.natural_key for one in known.values()}
        held = self.connector.read_back(scope)
        return [one for one in held if one.natural_key in ours or first <= one.work_date <= last]


def _narrowed(wished: Desired, known: dict[str, Known], only: frozenset[str]) -> tuple[Desired, dict[str, Known]]:
    wanted = tuple(one for one in wished.wanted if day_of(one) in only)
    employees = frozenset(one.employee for one in wanted)
    return replace(wished, wanted=wanted, employees=employees), {
        key: one for key, one in known.items() if day_of(one) in only
    }


def _span(lines: Sequence[Wanted | Known]) -> tuple[date, date]:
    days = [one.work_date for one in lines]
    return min(days, default=date.min), max(days, default=date.min)
