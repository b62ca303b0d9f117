"""Making records by `load` with external ids, insert-only: what is there already is left as it is.

In the mode `update` with `noupdate`, Odoo returns the id that the external id has and changes nothing; a unique index
keeps two senders from making two. So a change whose answer was lost can be sent again. Called without that mode,
`load` would write unchanged rows anew and with that undo approvals of overtime (recorded on 19.0).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from connectors.odoo import mapping, messages, obstacles, reading, work_entries
from connectors.odoo.faults import RowRefusedError
from connectors.odoo.settings import ATTENDANCE, LEAVE, PARTS, WORK_ENTRY
from connectors.odoo.site import Site
from hub.contract import Change, Kind
from hub.errors import ContractBroken, Locked, NotPermitted

CHUNK = 250
"""Rows of one `load`: beyond, nothing is gained, and the search for a bad row takes too long (2 s, 9 s)."""
INSERT_ONLY = {
    "noupdate": True,
    "mode": "update",
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
}

Made = tuple[Change, tuple[str, ...], str]
"""A change, Odoo's ids of its record's parts, or Odoo's text when it was refused."""


def create(site: Site, changes: Sequence[Change]) -> Iterator[Made]:
    """Make the records of changes of one kind; the good ones are made, whatever else is among them.

    Raises `Locked` when Odoo lost a conflict: nothing of what was not yielded yet has been made.
    """
    model = site.settings.models[changes[0].kind]
    again = _refused_before(site, changes) if model == LEAVE else Counter()
    size = CHUNK // len(PARTS) if model == WORK_ENTRY else CHUNK
    for at in range(0, len(changes), size):
        chunk = changes[at : at + size]
        if model == ATTENDANCE:
            obstacles.remove_absence_marks(site, chunk)
        yield from _carry(site, chunk, again)


def _refused_before(site: Site, changes: Sequence[Change]) -> "Counter[tuple[str, str]]":
    """How often a leave of ours was taken back, by employee and date: each has kept its external id."""
    days = [change.image["date"] for change in changes]
    domain = [
        ["holiday_status_id", "=", site.leave_type["id"]],
        ["employee_id", "in", sorted({int(change.employee) for change in changes})],
        ["request_date_from", ">=", min(days)],
        ["request_date_from", "<=", max(days)],
        ["state", "in", [*reading.ENDED]],
    ]
    found = site.client.search_read("hr.leave", domain, ["employee_id", "request_date_from"])
    return Counter((str(row["employee_id"]), row["request_date_from"]) for row in found)


def _carry(site: Site, changes: Sequence[Change], again: "Counter[tuple[str, str]]") -> Iterator[Made]:
    rows = [_rows(site, change, again) for change in changes]
    ids, found = _load(site, site.settings.models[changes[0].kind], [*chain(*rows)])
    if ids:
        left = iter(ids)
        yield from (
            (change, tuple(str(next(left)) for _ in own), "") for change, own in zip(changes, rows, strict=True)
        )
        return
    if messages.is_conflict(found):
        raise Locked("Odoo was busy with the same records, and nothing was made; it is tried again later.", after=30)
    owners = [at for at, own in enumerate(rows) for _ in own]
    bad = {owners[row]: text for row, text in messages.blamed(found).items() if 0 <= row < len(owners)}
    if not bad and len(changes) == 1:
        bad = {0: found[0][1] if found else ""}
    yield from _part(site, changes, bad, again)


def _part(
    site: Site, changes: Sequence[Change], bad: dict[int, str], again: "Counter[tuple[str, str]]"
) -> Iterator[Made]:
    """All but the bad ones, whose texts are given by their place; where none is known to be bad, by halves."""
    if not bad:
        middle = len(changes) // 2
        yield from _carry(site, changes[:middle], again)
        yield from _carry(site, changes[middle:], again)
        return
    _require_right(site, changes[0].kind)
    rest = [change for at, change in enumerate(changes) if at not in bad]
    if rest:
        yield from _carry(site, rest, again)
    yield from ((changes[at], (), text or "without a reason") for at, text in bad.items())


def _require_right(site: Site, kind: Kind) -> None:
    # A user without the right gets this told row by row: it is the user, and not the rows.
    model = site.settings.models[kind]
    if not site.client.may(model, "create"):
        raise NotPermitted(f"The Odoo user may not make {model}; give it the groups that the check names.")


def _rows(site: Site, change: Change, again: "Counter[tuple[str, str]]") -> list[mapping.Row]:
    model = site.settings.models[change.kind]
    times = again[change.employee, change.image["date"]] if model == LEAVE else 0
    external = mapping.external_id(site.settings.namespace, change, times)
    if model == WORK_ENTRY:
        return work_entries.rows(change, external, site)
    return [mapping.ROWS[change.kind](change, external, site)]


def _load(site: Site, model: str, rows: list[mapping.Row]) -> tuple[list[int], list[tuple[int | None, str]]]:
    """The ids, or what was wrong."""
    fields = [*rows[0]]
    data = [[row[name] for name in fields] for row in rows]
    try:
        answer: Any = site.client.write(model, "load", fields=fields, data=data, context=INSERT_ONLY)
    except RowRefusedError as refusal:
        return [], [(None, refusal.text)]
    match answer:
        case {"ids": [*ids]} if len(ids) == len(rows) and all(isinstance(one, int) for one in ids):
            return ids, []
        case {"ids": False | None, "messages": [*said]}:
            return [], messages.errors(said)
    raise ContractBroken(f"Odoo's answer to {model}/load has an unknown shape; report it with the version of Odoo.")
