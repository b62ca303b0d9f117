"""Attendance entries by API v3: read one by one, with their ids, and deleted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.zoho import wire
from connectors.zoho.client import ZohoClient
from hub.errors import ContractBroken

PATH = "/people/api/v3/attendance/entries"
FEW = 30
"""A page with fewer entries is taken for the last one; how many fit one is not documented."""


@dataclass(frozen=True, slots=True)
class AttendanceEntry:
    """One entry; moments as wall-clock minutes, `ended` None while it is open."""

    ref: str
    begun: str
    ended: str | None


def entries_of(client: ZohoClient, employee: str, first: date, last: date) -> list[AttendanceEntry]:
    """The entries of an employee (record id) whose day in Zoho lies between; breaks are none."""
    days = {"from_date": wire.long_day(first), "to_date": wire.long_day(last)}
    found: dict[str, AttendanceEntry] = {}
    while True:
        # Whether offsets count from 0 or 1 is not documented: pages that overlap by one entry are whole either way.
        where = {"offset": str(len(found))} if found else {}
        body = client.read("entries", PATH, employee_zoho_id=employee, **days, **where)
        if body is not None and not (isinstance(body, dict) and "data" in body):
            raise ContractBroken("Zoho's attendance entries have an unknown shape; is it the API of Zoho People?")
        page = {one.ref: one for one in _entries(body)}
        new = page.keys() - found.keys()
        found |= page
        if len(page) < FEW or not new:
            return [*found.values()]


def delete(client: ZohoClient, ref: str) -> None:
    """Delete an entry; may raise `client.RefusedError`."""
    client.write("changing", "DELETE", f"{PATH}/{ref}")


def _entries(body: Any) -> Iterator[AttendanceEntry]:
    """Wherever they stand: grouping nests them."""
    if isinstance(body, list):
        for one in body:
            yield from _entries(one)
    elif isinstance(body, dict) and "entry_id" in body:
        if not body.get("is_break"):
            yield from _entry(body)
    elif isinstance(body, dict):
        yield from _entries([*body.values()])


def _entry(row: dict[str, Any]) -> Iterator[AttendanceEntry]:
    begun, ended = (_punch(row, name) for name in ("punch_in", "punch_out"))
    if begun or ended:
        yield AttendanceEntry(str(row["entry_id"]), begun or ended or "", ended if begun else None)


def _punch(row: dict[str, Any], name: str) -> str | None:
    said = (row.get(name) or {}).get("punch")
    try:
        return None if said in wire.NONE else wire.minute_of(str(said))
    except ValueError as error:
        raise ContractBroken("Zoho shows the time of an attendance entry in an unknown form.") from error
