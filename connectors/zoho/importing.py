"""New attendance by the bulk import, or by API v3: many entries a call, at most 31 days from first to last.

The import answers for employees and not for entries: it names those it skipped. A call that is refused as a whole is
sent again in halves, until the bad entry is alone and all others are in.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from connectors.zoho import wire
from connectors.zoho.client import RefusedError
from connectors.zoho.entries import PATH as ENTRIES
from connectors.zoho.site import Site
from hub.contract import Change
from hub.errors import ContractBroken, Uncertain

IMPORT = "/people/api/attendance/bulkImport"
LONGEST_DAYS = 31
HOPELESS = 1 + 2 + 4
"""Refusals of all, of both halves and of all quarters."""
SKIPPED = (
    "Zoho skipped this employee: attendance is not switched on for them there, or they have no biometric mapping, no "
    "log-in or no shift; see Attendance settings in Zoho."
)
Verdict = tuple[Change, str]
"""A change, and why it was refused, or nothing."""
Send = Callable[[Site, list[Change]], Iterator[Verdict]]


def create(site: Site, changes: Sequence[Change]) -> Iterator[Verdict]:
    """Send new entries; verdicts come as they are earned."""
    send = _import if site.settings.new_attendance == "bulk_import" else _add
    for group in _spans(changes):
        yield from _sent(site, group, send)


def _spans(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Groups that span no more days than one call may."""
    group: list[Change] = []
    for change in sorted(changes, key=lambda one: str(one.image["in"])):
        begun = wire.day_of(group[0].image["in"]) if group else None
        if begun and (wire.day_of(change.image["out"]) - begun).days >= LONGEST_DAYS:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _sent(site: Site, group: list[Change], send: Send) -> Iterator[Verdict]:
    """Raises `ContractBroken` when not even a quarter is taken: then it is not for some entry."""
    waiting, refusals, taken = deque([group]), 0, False
    while waiting:
        some = waiting.popleft()
        try:
            verdicts = [*send(site, some)]
        except RefusedError as refused:
            refusals += 1
            if refusals >= HOPELESS and not taken:
                raise ContractBroken(f"Zoho refuses every import: {said(refused)}.") from refused
            if len(some) == 1:
                yield some[0], f"Zoho refused it: {said(refused)}."
            else:
                waiting += (some[: len(some) // 2], some[len(some) // 2 :])
        else:
            taken = True
            yield from verdicts


def said(refused: RefusedError) -> str:
    """Zoho's words, cut to a length that reads."""
    return refused.problem.text.strip(" .")[:200] or refused.problem.code


def _import(site: Site, group: list[Change]) -> Iterator[Verdict]:
    """Check-in and check-out as items of their own, as Zoho's page has it; no location: that is one of the company."""
    items = [
        {"empId": site.people.employee_id(one.employee), item: wire.imported(one.image[end])}
        for one in group
        for item, end in (("checkIn", "in"), ("checkOut", "out"))
    ]
    body = site.client.write("", "POST", IMPORT, dateFormat=wire.IMPORT_PATTERN, data=wire.dumps(items))
    skipped = {str(one) for one in body.get("skippedEmpInfo") or ()} if isinstance(body, dict) else set()
    for change in group:
        yield change, SKIPPED if site.people.employee_id(change.employee) in skipped else ""


def _add(site: Site, group: list[Change]) -> Iterator[Verdict]:
    """Zoho tells how many went in and not which: when it is not all, a read-back must tell."""
    items = [
        {
            "employee_id": site.people.employee_id(one.employee),
            "punch_in": wire.imported(one.image["in"]),
            "punch_out": wire.imported(one.image["out"]),
        }
        for one in group
    ]
    zone = site.settings.told_zone
    zones = {"entries_timezone": zone, "storage_timezone": zone} if zone else {}
    form = {"punch_details": wire.dumps(items), "datetime_format": wire.IMPORT_PATTERN, **zones}
    body = site.client.write("", "POST", ENTRIES, **form)
    data = body.get("data") if isinstance(body, dict) else None
    done = data.get("success_count") if isinstance(data, dict) else None
    if done != len(group):
        raise Uncertain(f"Zoho took {done} of {len(group)} entries and does not say which.")
    for change in group:
        yield change, ""
