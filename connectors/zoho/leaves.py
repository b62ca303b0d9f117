"""Loss of pay as leave of one unpaid type: read by v2, booked by v1, deleted by v3; each can what others cannot."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any

from connectors.zoho import wire
from connectors.zoho.client import ZohoClient
from hub.errors import ContractBroken, SettingsWrong

TYPES = "/people/api/v2/leavetracker/leavetypes"
RECORDS = "/people/api/v2/leavetracker/leaves/records"
INSERT = "/people/api/forms/json/leave/insertRecord"
ONE = "/people/api/v3/leave-tracker/leaves"
PAGE = 200
UNPAID = "UNPAID"


class Leaves:
    """Leave of the type of the settings."""

    def __init__(self, client: ZohoClient, leave_type: str) -> None:
        self._client = client
        self._name = leave_type

    @cached_property
    def type(self) -> dict[str, Any]:
        """The leave type; raises `SettingsWrong` naming those there are."""
        body = self._client.read("leaves", TYPES)
        rows = body.get("leavetypes") if isinstance(body, dict) else []
        unpaid = sorted(one["name"] for one in rows or [] if one.get("type") == UNPAID)
        for one in rows or []:
            if one.get("name") == self._name:
                return dict(one)
        there = ", ".join(unpaid) or "none"
        raise SettingsWrong(f"Zoho People has no leave type {self._name!r}. Unpaid types: {there}.")

    def rows(self, first: date, last: date) -> Iterator[tuple[str, dict[str, Any]]]:
        """Record id and fields of everybody's leave that touches the days.

        `startIndex` counts from 1 as recorded, from 0 as documented: pages that overlap by one are whole either way.
        """
        found: dict[str, dict[str, Any]] = {}
        while True:
            page = self._page(first, last, len(found))
            new = page.keys() - found.keys()
            found |= page
            if len(page) < PAGE or not new:
                yield from found.items()
                return

    def _page(self, first: date, last: date, begin: int) -> dict[str, dict[str, Any]]:
        where = {"startIndex": str(begin)} if begin else {}
        days = {"from": wire.long_day(first), "to": wire.long_day(last)}
        which = {"leavetype": wire.dumps([self.type["id"]]), "dataSelect": "ALL"}
        body = self._client.read("leaves", RECORDS, **days, **which, **where, limit=str(PAGE))
        records = body.get("records", {}) if isinstance(body, dict) else {}
        if not isinstance(records, dict) or (body is not None and "records" not in body):
            raise ContractBroken("Zoho's leave records have an unknown shape; is it the API of Zoho People?")
        return records

    def book(self, employee: str, day: date, hundredths: int) -> tuple[str, ...]:
        """Book a whole or half day (as its first half: the hub does not say which); the record's id.

        May raise `client.RefusedError`.
        """
        when = wire.long_day(day)
        amount = {"LeaveCount": "1"} if hundredths == 100 else {"LeaveCount": "0.5", "Session": 1}
        given = {"Employee_ID": employee, "Leavetype": str(self.type["id"]), "From": when, "To": when}
        body = self._client.write("leave", "POST", INSERT, inputData=wire.dumps({**given, "days": {when: amount}}))
        try:
            return (str(body["response"]["result"]["pkId"]),)
        except (KeyError, TypeError):
            return ()  # it was not refused; what became of it is read back

    def delete(self, ref: str) -> None:
        """Delete a leave; may raise `client.RefusedError`."""
        self._client.write("leaves", "DELETE", f"{ONE}/{ref}")
