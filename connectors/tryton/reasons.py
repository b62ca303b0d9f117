"""Why Tryton refused a row, for the person who must act; no names of people.

Tryton's texts name records, and attendance lines are named after their employee. So the causes that can be looked up
are looked up, and of Tryton's text what stands in quotes is left out, except the names of fields.
"""

import re
from datetime import date

from connectors.tryton.client import TrytonClient
from connectors.tryton.faults import RowRefusedError
from connectors.tryton.mapping import moment
from hub.contract import Change

_QUOTED = re.compile(r'(?P<before>field )?["“«„](?P<text>[^"”»“]*)["”»“]')


def closed(until: int) -> str:
    """The row lies in a closed attendance period."""
    return (
        f"attendance is closed in Tryton up to {moment(until):%Y-%m-%d %H:%M} UTC; "
        "reopen the period in Tryton, or book the change in an open period."
    )


def reason(client: TrytonClient, change: Change, refusal: RowRefusedError) -> str:
    """The sentence for the receipt."""
    people = client.read(
        "model.company.employee.search_read",
        [["id", "=", int(change.employee) if change.employee.isdecimal() else 0]],
        0,
        1,
        None,
        ["start_date", "end_date", "party.name"],
    )
    if not people:
        return "there is no such employee in this company of Tryton; correct the mapping."
    [person] = people
    return _contract(person["start_date"], person["end_date"], change.work_date) or (
        f"Tryton refused it: {scrubbed(refusal.text, person['party.']['name'])}"
    )


def _contract(first: date | None, last: date | None, day: date) -> str:
    if first and day < first:
        return f"the employee starts in Tryton on {first.isoformat()}; correct the start date there, or the punches."
    if last and day > last:
        return f"the employee left in Tryton on {last.isoformat()}; correct the end date there, or the punches."
    return ""


def scrubbed(text: str, name: str) -> str:
    """Tryton's text without the names of records and without this name."""
    without = text.replace(name, "the employee") if name else text
    return _QUOTED.sub(lambda found: found[0] if found["before"] else "…", " ".join(without.split()))
