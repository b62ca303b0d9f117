"""Salesforce: days, hours, intervals and punches as records of our own package, or intervals on time sheets."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import ClassVar

from connectors.salesforce import access, attendance, people, reading, sheets
from connectors.salesforce.bulk import Patience
from connectors.salesforce.check import Check
from connectors.salesforce.client import CHUNK, SalesforceClient
from connectors.salesforce.limits import OrgMeter
from connectors.salesforce.links import cost_link, employee_link
from connectors.salesforce.package_push import PackagePush
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.sheet_push import SheetPush
from hub.contract import (
    Authorisation,
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

BATCH = 10_000
"""Changes of one push into the package; a bulk job is cut into batches of so many anyway."""
LOOKS = 6
"""Looks at a bulk job of that size that are reckoned with."""
READ_PAGE = 2000
CALL_SECONDS = 600
"""Salesforce ends a call after ten minutes; until then one whose answer was lost may still be carried out."""


class SalesforceConnector(Connector[SalesforceSettings]):
    """One Salesforce org."""

    settings_type: ClassVar[type[Settings]] = SalesforceSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        kinds=frozenset(attendance.OBJECTS), batch_size=BATCH, settle_seconds=CALL_SECONDS
    )

    def __init__(
        self,
        settings: SalesforceSettings,
        *,
        transport: Transport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(settings)
        batch, requests = (CHUNK, 4) if settings.target == "time_sheet" else (BATCH, _requests(settings))
        # What the settings leave out, this connection does not take.
        self.capabilities = replace(  # type: ignore[misc]
            type(self).capabilities,
            kinds=settings.carried,
            batch_size=batch,
            requests_per_batch=requests,
            requests_per_minute=settings.requests_per_minute,
            requests_per_day=settings.requests_per_day,
        )
        self._transport, self._sleep = transport, sleep
        self._employees, self._costs = employee_link(settings), cost_link(settings)

    def __exit__(self, *exc: object) -> None:
        """Close the connections."""
        self._client.close()

    @cached_property
    def _client(self) -> SalesforceClient:
        """Made at the first call: by then the hub has set the meter and the tokens."""
        meter = OrgMeter(self.meter, self.settings.daily_percent)
        auth = access.oauth(self.settings, self.tokens, self._transport)
        return SalesforceClient(self.settings, auth, meter, self._transport)

    def authorisation(self) -> Authorisation | None:
        """How a person authorises Muster, with the grant authorization_code."""
        return access.authorisation(self.settings)

    def check(self) -> list[Finding]:
        """Address, version, log-in, limits, employees, and the objects and fields that are written."""
        return [*Check(self._client, self.settings, self.tokens, self._employees, self._costs).findings()]

    def employees(self) -> Iterator[Person]:
        """Records of the object of the settings; of time sheets the service resources."""
        return people.employees(self._client, self.settings)

    def cost_objects(self) -> Iterator[CostObject]:
        """Records of the object of the settings, where hours are written."""
        return people.cost_objects(self._client, self.settings) if Kind.HOURS in self.settings.carried else iter(())

    def render(self, entry: Entry) -> Record:
        """How the entry looks in Salesforce."""
        return sheets.render(entry) if self.settings.target == "time_sheet" else attendance.render(entry)

    def read_back(self, scope: Scope) -> Iterator[Held]:
        """The records of the scope's days and employees; void ones are gone."""
        if self.settings.target == "time_sheet":
            return reading.time_sheets(self._client, scope)
        return reading.package(self._client, self.settings.carried, scope, (self._employees, self._costs))

    def push(self, changes: Sequence[Change]) -> Iterable[Receipt]:
        """Carry the changes over, in as few calls as can be."""
        if self.settings.target == "time_sheet":
            return SheetPush(self._client, self.settings).receipts(changes)
        patience = Patience(self.settings.bulk_wait_seconds, self.settings.bulk_look_seconds, self._sleep)
        push = PackagePush(self._client, self._employees, self._costs, self.settings.bulk_from, patience)
        return push.receipts(changes)


def _requests(settings: SalesforceSettings) -> int:
    """Requests of a full batch: a bulk job (open, fill, close, looks, two results) or calls of 200; pages to read."""
    calls = BATCH // CHUNK if settings.bulk_from > BATCH else 5 + LOOKS
    return calls + BATCH // READ_PAGE
