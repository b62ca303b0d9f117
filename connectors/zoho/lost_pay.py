"""Zoho's own report of lost pay for a pay period: what Zoho Payroll fetches. Compared with the leave that is booked."""

import calendar
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from connectors.zoho import mapping, wire
from connectors.zoho.client import ZohoClient
from connectors.zoho.leaves import Leaves
from hub.errors import ContractBroken, SettingsWrong

PERIODS = "/people/api/payperiod/settings"
REPORT = "/people/api/v2/leavetracker/reports/lop"
PAGE = 200


def period_named(client: ZohoClient, name: str) -> dict[str, Any]:
    """The pay period setting of that name; raises `SettingsWrong` naming those there are."""
    body = client.read("forms", PERIODS)
    rows = body.get("payperiod_settings", []) if isinstance(body, dict) else []
    for row in rows:
        if row.get("name") == name:
            return dict(row)
    there = ", ".join(sorted(str(row.get("name")) for row in rows)) or "none"
    raise SettingsWrong(f"Zoho has no pay period {name!r}. Pay periods: {there}.")


def cycle(period: dict[str, Any], day: date) -> tuple[date, date]:
    """First and last day of the monthly period around a day; 32 stands for the last of a month."""
    begins, ends = int(period["start_date"]), int(period["end_date"])
    first = _in_month(day, begins)
    if first > day:
        first = _in_month(day.replace(day=1) - timedelta(days=1), begins)
    last = _in_month(first, ends)
    return first, last if last >= first else _in_month(first.replace(day=28) + timedelta(days=7), ends)


def _in_month(day: date, number: int) -> date:
    return day.replace(day=min(number, calendar.monthrange(day.year, day.month)[1]))


def differing(client: ZohoClient, leaves: Leaves, period: dict[str, Any], first: date, last: date) -> list[str]:
    """The employees (record ids) for whom the report books another number of days than their leave does."""
    booked = _of_leave(leaves, first, last)
    reported = dict(_reported(client, str(period["id"]), first, last))
    people = booked.keys() | reported.keys()
    return sorted(one for one in people if booked[one] != reported.get(one, 0))


def _of_leave(leaves: Leaves, first: date, last: date) -> Counter[str]:
    """Hundredths of a day by employee."""
    found: Counter[str] = Counter()
    for _, row in leaves.rows(first, last):
        if str(row.get("ApprovalStatus") or "").lower() not in mapping.GONE:
            days = {wire.day_of(on): said for on, said in (row.get("Days") or {}).items()}
            counted = (wire.hundredths(said["LeaveCount"]) for on, said in days.items() if first <= on <= last)
            found[str(row["Employee.ID"])] += sum(counted)
    return found


def _reported(client: ZohoClient, period: str, first: date, last: date) -> Iterator[tuple[str, int]]:
    """Pages count from 0; among the ids stands the word `employees`."""
    begin = 0
    while True:
        days = {"from": first.isoformat(), "to": last.isoformat(), "dateFormat": wire.DAY_PATTERN, "unit": "Day"}
        body = client.read("leaves", REPORT, payPeriodSettingId=period, **days, startIndex=str(begin), limit=str(PAGE))
        rows = body.get("report") if isinstance(body, dict) else {}
        if not isinstance(rows, dict):
            raise ContractBroken("Zoho's report of lost pay has an unknown shape; is it the API of Zoho People?")
        people = {ref: row for ref, row in rows.items() if ref.isdecimal()}
        yield from ((ref, wire.hundredths(row["lopDetail"]["booked"])) for ref, row in people.items())
        if len(people) < PAGE:
            return
        begin += PAGE
