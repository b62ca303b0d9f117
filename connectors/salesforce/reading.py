"""Reading a window of Salesforce back: what is there of the scope, whoever wrote it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from connectors.salesforce import attendance, sheets, soql, wire
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.links import Link
from hub.contract import Held, Kind, Scope

# A work date begins and ends in its site's zone, up to 14 hours away from UTC, and a night shift starts late in it.
_BEFORE = timedelta(days=1)
_AFTER = timedelta(days=2)


def package(client: SalesforceClient, kinds: frozenset[Kind], scope: Scope, links: tuple[Link, Link]) -> Iterator[Held]:
    """The records of our package that are not void."""
    employees, costs = links
    for kind in attendance.OBJECTS:
        if kind not in kinds & scope.kinds:
            continue
        fields = [attendance.KEY, attendance.DATE, employees.column, *attendance.columns(kind, costs)]
        wanted = [f"{attendance.VOID} = false", soql.between(attendance.DATE, scope.first, scope.last)]
        for row in _of_people(client, attendance.OBJECTS[kind], fields, wanted, (employees.column, scope.employees)):
            yield attendance.held(kind, row, employees, costs)


def time_sheets(client: SalesforceClient, scope: Scope) -> Iterator[Held]:
    """Time sheet entries whose start may lie on the scope's work dates; those without times are nobody's."""
    if Kind.INTERVAL not in scope.kinds:
        return
    first, end = _midnight(scope.first - _BEFORE), _midnight(scope.last + _AFTER)
    fields = ["StartTime", "EndTime", sheets.OWNER]
    wanted = [f"StartTime >= {first}", f"StartTime < {end}"]
    for row in _of_people(client, sheets.ENTRY, fields, wanted, (sheets.OWNER, scope.employees)):
        yield sheets.held(row)


def _midnight(day: date) -> str:
    return wire.moment(int(datetime.combine(day, time(), UTC).timestamp()))


def _of_people(
    client: SalesforceClient, thing: str, fields: list[str], wanted: list[str], people: tuple[str, frozenset[str]]
) -> Iterator[dict[str, Any]]:
    """The rows of these people: named in the query while that is short enough, else picked out of everybody's."""
    column, refs = people
    if not refs:
        return
    narrowed = soql.select(["Id", *fields], thing, *wanted, soql.among(column, refs))
    query = narrowed if soql.fits(narrowed) else soql.select(["Id", *fields], thing, *wanted)
    yield from (row for row in client.query(query) if wire.cell_of(row, column) in refs)
