"""Changing and removing records, each change by itself or as many together as Odoo takes.

A refused call has changed nothing; its records are tried again in halves until the bad one stands alone.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from connectors.odoo import payroll, reasons, wire
from connectors.odoo.faults import RowRefusedError
from connectors.odoo.settings import ATTENDANCE, LEAVE, WORK_ENTRY
from connectors.odoo.site import Site
from hub.contract import Change, Kind
from hub.errors import NotPermitted

Done = tuple[Change, str | None, bool]
"""A change, Odoo's text or None when it was done, and whether the text is our own sentence."""

_OPERATIONS = {"unlink": "unlink", "write": "write", "action_refuse": "write"}


def withdraw(site: Site, changes: Sequence[Change]) -> Iterator[Done]:
    """Remove the records; one that is gone already is as it should be."""
    model = site.settings.models[changes[0].kind]
    stay = _to_stay(site, model, changes)
    yield from ((change, stay[change.key], True) for change in changes if change.key in stay)
    left = [change for change in changes if change.key not in stay]
    # An approved leave may be deleted by administrators only; refused, it books nothing any more.
    if left:
        yield from _remove(site, left, "action_refuse" if model == LEAVE else "unlink")


def _to_stay(site: Site, model: str, changes: Sequence[Change]) -> dict[str, str]:
    """By change key, why it must not be removed."""
    if model == ATTENDANCE:
        there = _there(site, changes)
        return {change.key: reasons.APPROVED for change in changes if _is_approved(site, there.get(change.refs[0]))}
    if model == WORK_ENTRY:
        states = payroll.states(site, changes)
        return {change.key: reason for change in changes if (reason := payroll.in_payslip(change, states))}
    return {}


def _remove(site: Site, changes: list[Change], method: str) -> Iterator[Done]:
    try:
        model = site.settings.models[changes[0].kind]
        site.client.write(model, method, [int(ref) for change in changes for ref in change.refs])
    except RowRefusedError as refusal:
        if len(changes) > 1:
            middle = len(changes) // 2
            yield from _remove(site, changes[:middle], method)
            yield from _remove(site, changes[middle:], method)
            return
        if refusal.missing and len(changes[0].refs) > 1:
            yield _remove_the_rest(site, changes[0], method)
            return
        _require_right(site, changes[0], method, refusal)
        yield changes[0], None if refusal.missing else refusal.text, False
        return
    yield from ((change, None, False) for change in changes)


def _remove_the_rest(site: Site, change: Change, method: str) -> Done:
    """Of a record in several parts one is gone already."""
    parts = [change._replace(refs=(ref,)) for ref in change.refs]
    texts = [text for part in parts for _, text, _ in _remove(site, [part], method)]
    return change, next((text for text in texts if text is not None), None), False


def update(site: Site, changes: Sequence[Change]) -> Iterator[Done]:
    """Write what differs: of an attendance its end, of a timesheet line its hours; the rest is the natural key.

    Attendances that shrink come first and those that grow last: Odoo looks for overlaps after each of them.
    """
    if changes[0].kind is Kind.DAY:
        wrong = 'it waits for approval in Odoo; approve it, and set "No Validation" on the time off type.'
        yield from ((change, wrong, True) for change in changes)
        return
    if changes[0].kind is Kind.HOURS:
        for change in changes:
            yield _write(site, change, {"unit_amount": wire.hours(change.image["minutes"])})
        return
    there = _there(site, changes)
    for change in sorted(changes, key=lambda one: _growth(one, there.get(one.refs[0]))):
        yield _correct(site, change, there.get(change.refs[0]))


def _correct(site: Site, change: Change, row: dict[str, Any] | None) -> Done:
    if row is None:
        return change, reasons.MISSING, True
    if _is_approved(site, row):
        return change, reasons.APPROVED, True
    return _write(site, change, {"check_out": wire.moment(change.image["end"])})


def _growth(change: Change, row: dict[str, Any] | None) -> int:
    """By how many seconds it grows; an open attendance has no end that could grow: it comes first."""
    if row is None or not row["check_out"]:
        return -int(change.image["end"])
    return int(change.image["end"]) - wire.seconds(row["check_out"])


def _write(site: Site, change: Change, values: dict[str, Any]) -> Done:
    try:
        site.client.write(site.settings.models[change.kind], "write", [int(ref) for ref in change.refs], vals=values)
    except RowRefusedError as refusal:
        _require_right(site, change, "write", refusal)
        return change, reasons.MISSING if refusal.missing else refusal.text, refusal.missing
    return change, None, False


def _require_right(site: Site, change: Change, method: str, refusal: RowRefusedError) -> None:
    model, operation = site.settings.models[change.kind], _OPERATIONS[method]
    if refusal.denied and not site.client.may(model, operation):
        raise NotPermitted(f"The Odoo user may not {operation} {model}; give it the groups that the check names.")


def _there(site: Site, changes: Sequence[Change]) -> dict[str, dict[str, Any]]:
    """The attendances as they are now, by id."""
    ids = sorted(int(ref) for change in changes for ref in change.refs)
    fields = ["check_out", *(["overtime_status"] if "overtime_status" in site.attendance else [])]
    return {str(row["id"]): row for row in site.client.search_read("hr.attendance", [["id", "in", ids]], fields)}


def _is_approved(site: Site, row: dict[str, Any] | None) -> bool:
    if row is None or not site.settings.keep_approved_overtime:
        return False
    return row.get("overtime_status") == "approved" and site.approves
