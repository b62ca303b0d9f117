"""Why Odoo refused rows, for the person who must act; no names of people.

The causes that can be looked up are looked up. Of Odoo's own text the first line is passed on, without the employee's
name: lists of people follow in later lines, and moments in it are in the zone of Odoo's user.
"""

from collections.abc import Iterable
from typing import Any

from connectors.odoo import obstacles, wire
from connectors.odoo.obstacles import Span
from connectors.odoo.site import Site
from hub.contract import Change, Kind

LONGEST = 200
MISSING = "it was deleted in Odoo meanwhile; the next run reads anew."
APPROVED = (
    "a manager approved the overtime of this attendance, and the correction would undo that; take the approval back in "
    "Odoo, or allow it in the settings (keep_approved_overtime)."
)


def refused(site: Site, rows: Iterable[tuple[Change, str]]) -> dict[str, str]:
    """A sentence for each change, by key; `rows` are changes with Odoo's text."""
    given = [*rows]
    people = _people(site, [change for change, _ in given])
    added = [change for change, _ in given if change.kind is Kind.INTERVAL and "end" in change.image]
    spans = obstacles.overlapping(site, added)
    return {change.key: _reason(change, text, people.get(change.employee), spans) for change, text in given}


def _people(site: Site, changes: list[Change]) -> dict[str, dict[str, Any]]:
    ids = sorted({int(change.employee) for change in changes})
    found = site.client.search_read("hr.employee", [["id", "in", ids]], ["name", "active"], active_test=False)
    return {str(one["id"]): one for one in found}


def _reason(change: Change, text: str, person: dict[str, Any] | None, spans: dict[str, Span]) -> str:
    if person is None:
        return "Odoo has no such employee, or does not show it to Muster's user; correct the mapping or its companies."
    if change.kind is Kind.HOURS and not person["active"]:
        return "the employee is archived in Odoo, and takes no timesheets; restore the employee, or book by hand."
    if span := spans.get(change.key):
        return _in_the_way(*span)
    return f"Odoo refused it: {scrubbed(text, str(person['name'] or ''))}"


def _in_the_way(start: int, end: int | None, ref: int) -> str:
    until = f"to {wire.moment(end)} UTC" if end is not None else "and still open"
    return (
        f"attendance {ref} in Odoo, from {wire.moment(start)} {until}, is in the way; "
        "correct or delete it in Odoo, or correct the punches."
    )


def scrubbed(text: str, name: str) -> str:
    """The first line of Odoo's text without this name, cut to a length that reads."""
    line = text.strip().partition("\n")[0]
    without = line.replace(name, "the employee") if name else line
    return " ".join(without.split())[:LONGEST]
