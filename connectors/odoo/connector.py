"""Odoo 16 and later: intervals as attendances, hours as timesheets, days as time off or as work entries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import ClassVar

from connectors.odoo import mapping, reading, work_entries
from connectors.odoo.check import Check
from connectors.odoo.client import OdooClient
from connectors.odoo.creating import CHUNK
from connectors.odoo.protocol import Access
from connectors.odoo.push import Push
from connectors.odoo.settings import OdooSettings
from connectors.odoo.site import Site
from hub.contract import (
    Capabilities,
    Change,
    Connector,
    CostObject,
    Day,
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


class OdooConnector(Connector[OdooSettings]):
    """One Odoo database, or one company of it."""

    settings_type: ClassVar[type[Settings]] = OdooSettings
    # Odoo goes on with a request whose caller went away, until its own limit of 120 s ends it.
    capabilities: ClassVar[Capabilities] = Capabilities(
        kinds=frozenset({Kind.INTERVAL, Kind.HOURS, Kind.DAY}),
        batch_size=CHUNK,
        settle_seconds=120,
        requests_per_batch=4,
    )

    def __init__(self, settings: OdooSettings, *, transport: Transport | None = None) -> None:
        super().__init__(settings)
        # What the settings leave out, this connection does not take.
        self.capabilities = replace(  # type: ignore[misc]
            type(self).capabilities, kinds=settings.kinds, requests_per_minute=settings.requests_per_minute
        )
        self._transport = transport

    def __exit__(self, *exc: object) -> None:
        """Close the connections."""
        self._client.close()

    @cached_property
    def _client(self) -> OdooClient:
        """Made at the first call: by then the hub has set the meter."""
        given = self.settings
        access = Access(given.database, given.user, given.key)
        return OdooClient(
            given.url,
            access,
            timeout_seconds=given.timeout_seconds,
            transport=self._transport,
            meter=self.meter,
        )

    @cached_property
    def _site(self) -> Site:
        return Site(self._client, self.settings)

    def check(self) -> list[Finding]:
        """Address, version, key, apps, rights, and the settings of Odoo that change what was sent."""
        return [*Check(self._site).findings()]

    def employees(self) -> Iterator[Person]:
        """The employees that the user may see, archived ones too; the number is in the field of the settings."""
        field = self.settings.number_field
        domain = self._site.of_company()
        for found in self._client.search_read("hr.employee", domain, [field, "active"], active_test=False):
            yield Person(str(found["id"]), str(found[field] or ""), active=found["active"])

    def cost_objects(self) -> Iterator[CostObject]:
        """The analytic accounts of the plan."""
        if Kind.HOURS not in self.settings.kinds:
            return
        domain: list[object] = [["plan_id", "child_of", self._site.plan]]
        if self._site.company:
            domain.append(["company_id", "in", [self._site.company["id"], False]])
        for found in self._client.search_read("account.analytic.account", domain, ["code", "name"]):
            yield CostObject(str(found["id"]), found["code"] or "", found["name"])

    def carries(self, entry: Entry) -> bool:
        """All but days without loss of pay, or without any hours to be work entries."""
        if isinstance(entry.payload, Day) and self.settings.work_entries:
            return bool(work_entries.parts(entry.payload, self.settings))
        return mapping.carries(entry)

    def render(self, entry: Entry) -> Record:
        """How the entry looks in Odoo."""
        if isinstance(entry.payload, Day) and self.settings.work_entries:
            return work_entries.render(entry, self.settings)
        return mapping.render(entry)

    def read_back(self, scope: Scope) -> Iterator[Held]:
        """The attendances around the scope's days, the timesheets, the loss of pay and the work entries of its days."""
        return reading.held(self._site, scope)

    def push(self, changes: Sequence[Change]) -> Iterable[Receipt]:
        """Carry the changes over, in as few calls as can be."""
        return Push(self._site).receipts(changes)
