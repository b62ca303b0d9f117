"""Attendances of Odoo that stand in the way of ours: marks of absence, and what people recorded themselves."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from connectors.odoo import wire
from connectors.odoo.faults import RowRefusedError
from connectors.odoo.mapping import TECHNICAL
from connectors.odoo.site import Site
from hub.contract import Change

Span = tuple[int, int | None, int]
"""Start, end (None: still open) in UTC seconds, and Odoo's id."""


def remove_absence_marks(site: Site, changes: Sequence[Change]) -> None:
    """Remove Odoo's marks of absence of people and days that have attendance after all.

    The absence cron of Odoo 18 and later makes them, a second long, at midnight or, as it takes local time for UTC,
    in the middle of the day (recorded on 19.0): there the true shift would be refused as overlapping. A mark that
    cannot be removed shows in the refusal of the row that it is in the way of.
    """
    if not (site.settings.remove_absence_marks and site.mode and changes):
        return
    days = {(change.employee, change.work_date.isoformat()) for change in changes}
    marks = [
        row["id"]
        for row in _around(site, changes, [["in_mode", "=", TECHNICAL]])
        if (str(row["employee_id"]), row["check_in"][:10]) in days or _hits(row, changes)
    ]
    if marks:
        _remove(site, marks)


def _remove(site: Site, marks: list[int]) -> None:
    try:
        site.client.write("hr.attendance", "unlink", marks)
    except RowRefusedError:
        for mark in marks if len(marks) > 1 else ():
            _remove(site, [mark])


def _around(site: Site, changes: Sequence[Change], more: list[Any]) -> list[dict[str, Any]]:
    people = sorted({int(change.employee) for change in changes})
    first = min(change.image["start"] for change in changes)
    last = max(change.image["end"] for change in changes)
    day = 86_400 if more else 0  # a mark may lie elsewhere on the day
    domain = [
        ["employee_id", "in", people], ["check_in", "<", wire.moment(last + day)], *more, *site.real,
        "|", ["check_out", ">", wire.moment(first - day)], ["check_out", "=", False],
    ]  # fmt: skip
    return [*site.client.search_read("hr.attendance", domain, ["employee_id", "check_in", "check_out"])]


def _hits(row: dict[str, Any], changes: Sequence[Change]) -> bool:
    start, end, _ = _span(row)
    theirs = [one.image for one in changes if one.employee == str(row["employee_id"])]
    return any(start < image["end"] and (end is None or end > image["start"]) for image in theirs)


def _span(row: dict[str, Any]) -> Span:
    return wire.seconds(row["check_in"]), wire.seconds(row["check_out"]) if row["check_out"] else None, row["id"]


def overlapping(site: Site, changes: Sequence[Change]) -> dict[str, Span]:
    """By change key, another attendance in Odoo that overlaps it."""
    if not changes:
        return {}
    of_employee: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _around(site, changes, []):
        of_employee[str(row["employee_id"])].append(row)
    found = {}
    for change in changes:
        others = [row for row in of_employee[change.employee] if str(row["id"]) not in change.refs]
        hits = [row for row in others if _hits(row, [change])]
        if hits:
            found[change.key] = _span(hits[0])
    return found
