"""Work entries that payroll has, or that Odoo or a person made: never changed, and never doubled.

Odoo knows no uniqueness of work entries, and its generation looks for none: it adds its hours to those that are there
already (recorded on 19.0). Whether it keeps validated ones from being deleted is not known, so that is looked at here.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from connectors.odoo import mapping, work_entries
from connectors.odoo.settings import WORK_ENTRY
from connectors.odoo.site import Site
from hub.contract import Change
from hub.errors import ContractBroken

VALIDATED, CANCELLED = "validated", "cancelled"
_ALL = {"active_test": False}  # Odoo archives what is cancelled


def states(site: Site, changes: Sequence[Change]) -> dict[str, str]:
    """The state of each work entry of the changes that is there, by id."""
    ids = sorted(int(ref) for change in changes for ref in change.refs)
    found = site.client.search_read(WORK_ENTRY, [["id", "in", ids]], ["state"], **_ALL)
    return {str(row["id"]): row["state"] for row in found}


def doubled(site: Site, changes: Sequence[Change]) -> dict[str, str]:
    """By change key, why the day must not be made: Odoo has hours of that date already."""
    found: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in _on_their_days(site, changes):
        found[str(row["employee_id"]), row["date"]].append(row)
    ours = _external_ids(site, [row["id"] for rows in found.values() for row in rows])
    told = {}
    for change in changes:
        names = work_entries.names(change, mapping.external_id(site.settings.namespace, change)).values()
        for row in found[change.employee, change.image["date"]]:
            if reason := _reason(row, ours=ours[row["id"]] in names):
                told[change.key] = reason
    return told


def _on_their_days(site: Site, changes: Sequence[Change]) -> list[dict[str, Any]]:
    days = [change.image["date"] for change in changes]
    domain = [
        ["employee_id", "in", sorted({int(change.employee) for change in changes})],
        ["date", ">=", min(days)], ["date", "<=", max(days)],
        ["work_entry_type_id", "in", sorted(site.work_types.values())],
    ]  # fmt: skip
    return [*site.client.search_read(WORK_ENTRY, domain, ["employee_id", "date", "state"], **_ALL)]


def _external_ids(site: Site, ids: list[int]) -> dict[int, str]:
    if not ids:
        return {}
    answer = site.client.read(WORK_ENTRY, "get_external_id", ids)
    if not isinstance(answer, dict) or not all(str(ref) in answer for ref in ids):
        raise ContractBroken("Odoo's external ids have an unknown shape; check what stands in front of it.")
    return {ref: answer[str(ref)] for ref in ids}


def _reason(row: dict[str, Any], *, ours: bool) -> str:
    if row["state"] == CANCELLED:
        again = f"work entry {row['id']} of Muster was cancelled in Odoo; delete it there, and it is made again."
        return again if ours else ""
    if ours:
        return ""
    return (
        f"Odoo has work entry {row['id']} on that day, which Muster did not make; the hours would be paid twice. "
        "Delete it in Odoo, and let Odoo generate none."
    )


def in_payslip(change: Change, now: dict[str, str]) -> str:
    """Why the day must stay, given the states of its work entries; or nothing."""
    refs = [ref for ref in change.refs if now.get(ref) == VALIDATED]
    if not refs:
        return ""
    return f"work entry {', '.join(refs)} is in a payslip; correct the pay in Odoo, or set it back to draft there."
