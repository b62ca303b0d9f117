"""Tryton 8.2: intervals as attendance lines, hours as timesheet lines."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import ClassVar

from connectors.tryton import mapping, pairing
from connectors.tryton.check import Check, find_company
from connectors.tryton.client import TrytonClient
from connectors.tryton.mapping import Company
from connectors.tryton.push import Push
from connectors.tryton.settings import TrytonSettings
from hub.contract import (
    Capabilities,
    Change,
    Connector,
    CostObject,
    Entry,
    Finding,
    Held,
    Kind,
    Person,
    Receipt,
    Record,
    Scope,
    Settings,
)
from hub.http import Transport


class TrytonConnector(Connector[TrytonSettings]):
    """One company of one Tryton database."""

    settings_type: ClassVar[type[Settings]] = TrytonSettings
    # A call with 200 intervals takes trytond a third of a second; an abandoned one ends within its own retries.
    capabilities: ClassVar[Capabilities] = Capabilities(
        kinds=frozenset({Kind.INTERVAL, Kind.HOURS}), batch_size=200, settle_seconds=30
    )

    def __init__(self, settings: TrytonSettings, *, transport: Transport | None = None) -> None:
        super().__init__(settings)
        # What the settings leave out, this connection does not take.
        self.capabilities = replace(type(self).capabilities, kinds=settings.kinds)  # type: ignore[misc]
        self._transport = transport

    def __exit__(self, *exc: object) -> None:
        """Log out."""
        self._client.close()

    @cached_property
    def _client(self) -> TrytonClient:
        one = self.settings
        return TrytonClient(
            one.url,
            one.database,
            one.user,
            one.password,
            transport=self._transport,
            meter=self.meter,
            timeout_seconds=one.timeout_seconds,
        )

    @cached_property
    def _company(self) -> Company:
        return find_company(self._client, self.settings.company)

    def check(self) -> list[Finding]:
        """Address, log-in, modules, company, rights, closed periods."""
        return [*Check(self._client, self.settings).findings()]

    def employees(self) -> Iterator[Person]:
        """The company's employees, those who left too; the employee number is the code of the employee's party."""
        domain = [["company", "=", self._company.ref]]
        for found in self._client.search_read("company.employee", domain, ["party.code", "active"]):
            yield Person(str(found["id"]), found["party."]["code"] or "", active=found["active"])

    def cost_objects(self) -> Iterator[CostObject]:
        """The company's works; a work has no code, so the first word of its name is taken for it."""
        if Kind.HOURS not in self.settings.kinds:
            return
        domain = [["company", "=", self._company.ref]]
        for found in self._client.search_read("timesheet.work", domain, ["rec_name"]):
            code, _, name = found["rec_name"].partition(" ")
            yield CostObject(str(found["id"]), code, name or code)

    def render(self, entry: Entry) -> Record:
        """How the entry looks in Tryton."""
        return mapping.render(entry)

    def read_back(self, scope: Scope) -> Iterator[Held]:
        """The intervals around the scope's days and the hours of its days."""
        kinds = scope.kinds & self.settings.kinds
        if Kind.INTERVAL in kinds:
            first, end = pairing.window(scope)
            domain = [*self._of(scope), ["at", ">=", first], ["at", "<", end]]
            yield from pairing.held(
                self._client.search_read("attendance.line", domain, pairing.ATTENDANCE_FIELDS), scope
            )
        if Kind.HOURS in kinds:
            domain = [*self._of(scope), ["date", ">=", scope.first], ["date", "<=", scope.last]]
            for line in self._client.search_read("timesheet.line", domain, mapping.TIMESHEET_FIELDS):
                yield mapping.timesheet_held(line, self.settings.label)

    def _of(self, scope: Scope) -> list[list[object]]:
        ids = sorted(int(employee) for employee in scope.employees if employee.isdecimal())
        return [["company", "=", self._company.ref], ["employee", "in", ids]]

    def push(self, changes: Sequence[Change]) -> Iterable[Receipt]:
        """Carry the changes over, in as few calls as can be."""
        return Push(self._client, self._company, self.settings.label).receipts(changes)
