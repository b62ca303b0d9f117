"""Loss of pay and leave as absences (EmployeeTime), one a day.

An absence is known by what it says: employee, date, time type and amount. One that is taken back is cancelled and not
deleted; its external code is not used again: what becomes of a cancelled absence that is sent anew is not documented.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from connectors.sap import odata_wire as wire
from connectors.sap.successfactors.client import SfClient
from connectors.sap.successfactors.entities import ABSENCE, TIME_TYPE
from connectors.sap.successfactors.external import code
from connectors.sap.successfactors.people import any_of, chunks
from connectors.sap.successfactors.settings import SfSettings
from connectors.sap.successfactors.target import Target, accepted, rejected
from hub.contract import (
    Capabilities,
    Change,
    Day,
    Entry,
    Finding,
    Held,
    Kind,
    Operation,
    Receipt,
    Record,
    Scope,
    Severity,
)
from hub.errors import ContractBroken, SettingsWrong

Row = dict[str, Any]
APPROVED, CANCELLED, REFUSED = "APPROVED", "CANCELLED", "REJECTED"
OVER = (CANCELLED, REFUSED)
"""Statuses of an absence that books nothing any more."""
DAY, HALF = 100, 50
_LEAVE = {"L": DAY, "HL": HALF}
"""Hundredths of a day that a status of ours is leave."""


def capabilities(settings: SfSettings) -> Capabilities:
    """What can be done; 429 is to be followed by five minutes of quiet (SAP note 3159263)."""
    return Capabilities(
        kinds=frozenset({Kind.DAY}),
        batch_size=settings.upsert_size,
        settle_seconds=300,
        lock_out_seconds=300,
        requests_per_batch=2,
    )


class Absences(Target):
    """The absences of a company of the time types that the settings name."""

    kinds = frozenset({Kind.DAY})

    def __init__(self, client: SfClient, settings: SfSettings) -> None:
        self._client = client
        self._settings = settings
        self._types = sorted({settings.lop_time_type, settings.leave_time_type} - {""})

    def carries(self, entry: Entry) -> bool:
        """Days with loss of pay, or of leave, as far as the settings name a time type for them."""
        return self._booked(entry) is not None

    def _booked(self, entry: Entry) -> tuple[str, int] | None:
        """Time type and hundredths of a day."""
        if not isinstance(entry.payload, Day):
            return None
        if entry.payload.lop:
            return (self._settings.lop_time_type, entry.payload.lop) if self._settings.lop_time_type else None
        amount = _LEAVE.get(entry.payload.status, 0)
        return (self._settings.leave_time_type, amount) if amount and self._settings.leave_time_type else None

    def render(self, entry: Entry) -> Record:
        """How a day looks as an absence."""
        booked = self._booked(entry)
        if booked is None:
            raise SettingsWrong(
                f"SuccessFactors has no absence for {entry.kind}; let this connection carry other kinds."
            )
        day, (time_type, amount) = entry.work_date.isoformat(), booked
        image = {"date": day, "time_type": time_type, "days": amount, "approved": True}
        return Record(_key(entry.employee, day, time_type, amount), image)

    def held(self, scope: Scope) -> Iterator[Held]:
        """The absences of these time types that touch the scope's days and were not taken back."""
        for row in self._rows(scope.employees, scope.first, scope.last):
            if row.get("approvalStatus") not in OVER:
                yield _held(row)

    def _rows(self, employees: frozenset[str], first: date, last: date) -> Iterator[Row]:
        for users in chunks(sorted(employees)):
            where = [
                any_of("userId", users), any_of("timeType", self._types),
                f"startDate le {wire.day_literal(last)}", f"endDate ge {wire.day_literal(first)}",
            ]  # fmt: skip
            yield from self._client.rows(ABSENCE, paging="cursor", **{"$filter": " and ".join(where)})

    def push(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Upsert all of them; one result a row."""
        good: list[Change] = []
        for change in changes:
            if wrong := _unsendable(change):
                yield rejected(change, wrong)
            else:
                good.append(change)
        for at in range(0, len(good), self._settings.upsert_size):
            yield from self._upsert(good[at : at + self._settings.upsert_size])

    def _upsert(self, changes: list[Change]) -> Iterator[Receipt]:
        used = self._used([change for change in changes if change.operation is Operation.CREATE])
        rows = [self._row(change, used) for change in changes]
        for change, row, result in zip(changes, rows, self._client.upsert(ABSENCE, rows), strict=True):
            yield rejected(change, result.reason) if result.reason else accepted(change, row["externalCode"])

    def _used(self, changes: list[Change]) -> "Counter[str]":
        """How many absences of ours were taken back, by natural key: each has kept its code."""
        if not changes:
            return Counter()
        days = [change.work_date for change in changes]
        rows = self._rows(frozenset(change.employee for change in changes), min(days), max(days))
        ours = (row for row in rows if row.get("approvalStatus") in OVER and self._is_ours(row))
        return Counter(_held(row).natural_key for row in ours)

    def _is_ours(self, row: Row) -> bool:
        return str(row.get("externalCode", "")).startswith(f"{self._settings.namespace}-")

    def _row(self, change: Change, used: "Counter[str]") -> Row:
        day, half = wire.day_json(date.fromisoformat(change.image["date"])), change.image["days"] == HALF
        again = used[change.natural_key]
        name = code(change.natural_key, self._settings.namespace)
        cancels = change.operation is Operation.WITHDRAW
        return {
            "externalCode": change.refs[0] if change.refs else f"{name}-{again}" if again else name,
            "userId": change.employee,
            "timeType": change.image["time_type"],
            "startDate": day,
            "endDate": day,
            **({"fractionQuantity": "0.5"} if half else {}),
            "approvalStatus": CANCELLED if cancels else APPROVED,
        }

    def findings(self) -> Iterator[Finding]:
        """Whether the time types are there and counted in days."""
        where = {"$filter": any_of("externalCode", self._types)}
        found = {row["externalCode"]: row for row in self._client.rows(TIME_TYPE, paging="cursor", **where)}
        for name in self._types:
            if name not in found:
                raise SettingsWrong(f"SuccessFactors has no time type {name!r} that this user may see.")
            if found[name].get("unit") != "DAYS":
                raise SettingsWrong(f"The time type {name!r} is not counted in days; choose one that is.")
        [*self._client.rows(ABSENCE, paging="cursor", **{"$filter": f"externalCode eq {wire.literal('-')}"})]
        yield Finding("absences", Severity.OK, f"Absences can be read; {', '.join(self._types)} are counted in days.")


def _key(employee: str, day: str, time_type: str, amount: int) -> str:
    return f"absence:{employee}:{day}:{time_type}:{amount}"


def _unsendable(change: Change) -> str:
    if change.image.get("days") not in (HALF, DAY):
        return "SuccessFactors books absences in whole and half days here; book this day there by hand."
    if change.operation is not Operation.CREATE and len(change.refs) != 1:
        return "it is not known which absence of SuccessFactors is meant; the next run reads them anew."
    return ""


def _held(row: Row) -> Held:
    """An absence as the hub sees it; one over several days is nobody's entry."""
    try:
        employee, ref, time_type = row["userId"], row["externalCode"], row["timeType"]
        first, last = wire.day(row["startDate"]), wire.day(row["endDate"])
        amount = DAY if row.get("fractionQuantity") is None else wire.hundredths(row["fractionQuantity"])
    except (KeyError, TypeError, ValueError) as error:
        raise ContractBroken("An absence has an unknown shape; report it.", detail=repr(error)) from error
    if first != last:
        image: Row = {"first": first.isoformat(), "last": last.isoformat(), "time_type": time_type}
        return Held(f"foreign:absence:{ref}", image, (ref,), employee, first)
    approved = row.get("approvalStatus") == APPROVED
    image = {"date": first.isoformat(), "time_type": time_type, "days": amount, "approved": approved}
    return Held(_key(employee, first.isoformat(), time_type, amount), image, (ref,), employee, first)
