"""Zoho People: intervals as attendance entries, loss of pay as unpaid leave."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import ClassVar

from connectors.zoho import access, mapping, reading
from connectors.zoho.answers import LOCK_SECONDS
from connectors.zoho.check import Check
from connectors.zoho.client import LANES, WRITES_PER_MINUTE, ZohoClient
from connectors.zoho.push import Push
from connectors.zoho.settings import ZohoSettings
from connectors.zoho.site import Site
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

BATCH = 50
"""Entries of one import, two items each: how many it takes is not documented, 100 items were seen to work often."""


def _today() -> date:
    return datetime.now(UTC).date()


class ZohoConnector(Connector[ZohoSettings]):
    """One Zoho People organisation."""

    settings_type: ClassVar[type[Settings]] = ZohoSettings
    # Requests are limited by the minute and by call; who breaks a limit waits five minutes. Reads have their own.
    capabilities: ClassVar[Capabilities] = Capabilities(
        kinds=frozenset({Kind.INTERVAL, Kind.DAY}),
        batch_size=BATCH,
        settle_seconds=120,
        updates=False,
        lock_out_seconds=LOCK_SECONDS,
        seconds_between_requests=60 // WRITES_PER_MINUTE,
        reads_counted=False,
        lanes=LANES,
    )

    def __init__(
        self, settings: ZohoSettings, *, transport: Transport | None = None, today: Callable[[], date] = _today
    ) -> None:
        super().__init__(settings)
        # What the settings leave out, this connection does not take.
        self.capabilities = replace(  # type: ignore[misc]
            type(self).capabilities,
            kinds=settings.kinds,
            withdraws=settings.corrections,
            # One request a second (60 a minute) for each look at a person; the report tells of a hundred at once.
            reading_seconds_per_employee=1 if settings.total_hours_without_breaks else 2,
        )
        self._transport = transport
        self._today = today

    def __exit__(self, *exc: object) -> None:
        """Close the connections."""
        self._site.client.close()

    @cached_property
    def _site(self) -> Site:
        """Made at the first call: by then the hub has set meter and tokens."""
        client = ZohoClient(self, accounts=self._transport, people=self._transport)
        return Site(client, self.settings)

    def authorisation(self) -> Authorisation | None:
        """By a person in a browser, unless there is the refresh token of a self client."""
        return access.authorisation(self.settings)

    def check(self) -> list[Finding]:
        """Token, employees, what the one who authorised sees, and the leave type."""
        return [*Check(self._site, self._today()).findings()]

    def employees(self) -> Iterator[Person]:
        """The records of the employee form, those who left too."""
        return self._site.people.employees()

    def cost_objects(self) -> Iterator[CostObject]:
        """The departments, or the records of another form; hours are not booked on them."""
        return self._site.people.cost_objects()

    def carries(self, entry: Entry) -> bool:
        """All but days without loss of pay and intervals of less than a minute."""
        return mapping.carries(entry, self.settings.told_zone)

    def render(self, entry: Entry) -> Record:
        """How the entry looks in Zoho."""
        return mapping.render(entry, self.settings.told_zone)

    def read_back(self, scope: Scope) -> Iterator[Held]:
        """The attendance around the scope's days, and the loss of pay of its days."""
        return reading.held(self._site, scope)

    def push(self, changes: Sequence[Change]) -> Iterable[Receipt]:
        """Carry the changes over, in as few calls as can be."""
        return Push(self._site).receipts(changes)
