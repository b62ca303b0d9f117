"""The part of a connection's check about work entries: are there the types, and would Odoo make its own beside ours?"""

from collections import Counter

from connectors.odoo.site import Site
from hub.check import Told
from hub.contract import Severity
from hub.errors import NotPermitted, SettingsWrong

ATTENDANCES = "attendance"
"""The source by which Odoo (Enterprise) makes work entries of each attendance as it is written (read in its code)."""
_BESIDE = (
    "Odoo's own generation adds its hours to those that Muster writes, or deletes them: let nobody generate work "
    "entries for these people, or leave work_entries empty."
)


def looked_at(site: Site) -> Told:
    """Raises `SettingsWrong` where Odoo would double what Muster writes; warns where it does when it is asked to."""
    types = ", ".join(code for part, code in site.settings.work_codes.items() if site.work_types[part])
    try:
        found = [*site.client.search_read("hr.version", [], ["work_entry_source"])]
    except NotPermitted:
        return Severity.WARNING, f"Where work entries come from could not be seen. {_BESIDE}"
    sources = Counter(row["work_entry_source"] for row in found if row["work_entry_source"])
    if doubling := sources[ATTENDANCES]:
        raise SettingsWrong(
            f"{doubling} employee versions in Odoo have Attendances for their work entry source: Odoo makes work "
            "entries of the very attendances that Muster writes. Set another source there, or leave work_entries empty."
        )
    if not sources:
        return Severity.OK, f"Days are written as {types}; Odoo generates none."
    shown = ", ".join(f"{count} from {source}" for source, count in sorted(sources.items()))
    return Severity.WARNING, f"Days are written as {types}. Odoo can generate work entries too ({shown}). {_BESIDE}"
