"""Reading a window of Zoho People back: what is there of the scope, whoever wrote it."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import date, timedelta

from connectors.zoho import mapping
from connectors.zoho.entries import entries_of
from connectors.zoho.report import Reported, reported
from connectors.zoho.site import Site
from hub.contract import Held, Kind, Scope

_DAY = timedelta(days=1)
_LONGEST = timedelta(days=31)


def held(site: Site, scope: Scope) -> Iterator[Held]:
    """The records of the scope's kinds and employees."""
    if Kind.INTERVAL in scope.kinds:
        yield from attendance(site, scope)
    if Kind.DAY in scope.kinds & site.settings.kinds:
        yield from leaves(site, scope)


def attendance(site: Site, scope: Scope) -> Iterator[Held]:
    """Attendance from a day before the scope until a day after: Zoho files an entry under the day of its shift."""
    first, last = scope.first - _DAY, scope.last + _DAY
    while first <= last:
        yield from _window(site, scope, first, min(first + _LONGEST - _DAY, last))
        first += _LONGEST


def _window(site: Site, scope: Scope, first: date, last: date) -> Iterator[Held]:
    by_report = site.settings.total_hours_without_breaks
    told = {one.employee: one for one in reported(site.client, first, last)} if by_report else {}
    wanted = {first + number * _DAY for number in range((last - first).days + 1)} - {
        scope.first - _DAY,
        scope.last + _DAY,
    }
    for employee in sorted(scope.employees):
        if site.people.employee_id(employee) is not None:
            yield from _of_employee(site, employee, told.get(employee), wanted, (first, last))


def _of_employee(
    site: Site, employee: str, told: Reported | None, wanted: AbstractSet[date], window: tuple[date, date]
) -> Iterator[Held]:
    """By the report if it tells all days that are asked for; where it is silent, it may only be late."""
    if told and not told.doubtful and wanted <= told.spans.keys():
        for begun, ended in told.spans.values():
            yield mapping.interval_held(employee, begun, ended)
        return
    for entry in entries_of(site.client, employee, *window):
        yield mapping.interval_held(employee, entry.begun, entry.ended, (entry.ref,))


def leaves(site: Site, scope: Scope) -> Iterator[Held]:
    """Leave of the type of loss of pay that touches the scope's dates and was not taken back."""
    for ref, row in site.leaves.rows(scope.first, scope.last):
        found = mapping.leave_held(ref, row)
        if found and found.employee in scope.employees:
            yield found
