"""The same days once more, to ERPs that nobody can install for a demo: simulators written from their documentation.

They run in this process and on a clock of their own, so that waiting for a limit or an import costs no time.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.table import Table
from sqlalchemy import Engine

from hub.delivery.binding_file import COLUMNS, taken
from hub.delivery.bindings import COST_CENTRE, EMPLOYEE
from hub.delivery.budget import Budget
from hub.delivery.clock import Clock
from hub.delivery.connections import ConnectionConfig, connector_of, register
from hub.delivery.push import Delivery
from hub.testing.target import Refs, Target
from hub.testing.targets import target_of

TITLES = {
    "salesforce": "Salesforce, package of our own",
    "zoho": "Zoho People",
    "sap_s4hana": "SAP S/4HANA, time sheet",
    "sap_time_events": "SAP SuccessFactors, time events",
}
SITES = ("kolkata", "berlin")


@dataclass(frozen=True, slots=True)
class Carried:
    """What came of one connection: its counts, and how many things the ERP itself tells of."""

    title: str
    counts: dict[str, int]
    facts: int
    delivered: bool


def carry(engine: Engine, tenant: str, people: Sequence[str], costs: Sequence[str], days: list[date]) -> list[Carried]:
    """Push the work dates to each of them, and look at what it holds."""
    carried = []
    for name in TITLES:
        target = target_of(name)
        with target.running():
            refs = target.reset(people, costs)
            carried.append(_carried(engine, tenant, target, refs, days))
    return carried


def _carried(engine: Engine, tenant: str, target: Target, refs: Refs, days: list[date]) -> Carried:
    config = ConnectionConfig(
        tenant=tenant,
        name=f"simulated_{target.name}",
        connector=target.spec.name,
        settings=target.settings(),
        sites=SITES,
        starts_on=days[0],
    )
    register(engine, config)
    taken(engine, config, _bindings(refs))
    with _opened(engine, config, target) as connector:
        clock = Clock(target.clock.now, target.clock.steady, target.clock.sleep)
        done = Delivery(engine, config, connector, clock).push(days[0], days[-1])
    return Carried(TITLES[target.name], done.counts, len(list(target.facts())), done.delivered)


def _bindings(refs: Refs) -> str:
    """Who is who there, as a file of bindings: these ERPs have numbers of their own."""
    rows = [(EMPLOYEE, *one) for one in refs.employees.items()] + [(COST_CENTRE, *one) for one in refs.costs.items()]
    return "\n".join([",".join(COLUMNS), *(f"{kind},{code},{ref},,,yes" for kind, code, ref in rows)])


@contextmanager
def _opened(engine: Engine, config: ConnectionConfig, target: Target) -> Iterator[Any]:
    connector, clock = connector_of(config), target.clock
    connector.meter = Budget(engine, config.tenant, config.name, connector.capabilities, clock.now, clock.sleep)
    with connector as opened:
        yield opened


def table(carried: list[Carried]) -> Table:
    """A row for each."""
    shown = Table("simulated ERP", "entries", "confirmed", "blocked days", "held by the ERP")
    for one in carried:
        counts = (one.counts[name] for name in ("entries", "confirmed", "blocked_days"))
        shown.add_row(one.title, *map(str, counts), str(one.facts))
    return shown
