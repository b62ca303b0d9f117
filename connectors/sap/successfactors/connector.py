"""SAP SuccessFactors: attendance as time events or as external times, loss of pay and leave as absences."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property, reduce
from typing import ClassVar

from connectors.sap.successfactors import absences, access, external_time, people, time_events
from connectors.sap.successfactors.absences import Absences
from connectors.sap.successfactors.check import Check
from connectors.sap.successfactors.client import SfClient
from connectors.sap.successfactors.external_time import ExternalTime
from connectors.sap.successfactors.settings import SfSettings
from connectors.sap.successfactors.target import Target
from connectors.sap.successfactors.time_events import TimeEvents
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


class SfConnector(Connector[SfSettings]):
    """One company, with the targets that the settings choose."""

    settings_type: ClassVar[type[Settings]] = SfSettings
    capabilities: ClassVar[Capabilities] = time_events.CAPABILITIES

    def __init__(
        self,
        settings: SfSettings,
        *,
        transport: Transport | None = None,
        now: Callable[[], int] = lambda: int(time.time()),
    ) -> None:
        super().__init__(settings)
        self.capabilities = capabilities_of(settings)  # type: ignore[misc]
        self._transport = transport
        self._now = now

    def __exit__(self, *exc: object) -> None:
        """Close the connections."""
        for name in {"_client", "_events"} & vars(self).keys():
            getattr(self, name).close()

    @cached_property
    def _client(self) -> SfClient:
        """For everything but the writing of time events, whose limits count nothing else."""
        return self._opened(limited=self.settings.attendance != "time_events")

    @cached_property
    def _events(self) -> SfClient:
        return self._opened(limited=True)

    def _opened(self, *, limited: bool) -> SfClient:
        """Made at the first call: by then the hub has set the meter and the token store."""
        auth = access.oauth(self.settings, self.tokens, self._now, self._transport)
        return SfClient(self.settings, auth, meter=self.meter if limited else None, transport=self._transport)

    @cached_property
    def _targets(self) -> list[Target]:
        found: list[Target] = []
        if self.settings.attendance == "time_events":
            found.append(TimeEvents(self._client, self._events, self.settings))
        if self.settings.attendance == "external_time":
            found.append(ExternalTime(self._client, self.settings))
        if self.settings.lop_time_type or self.settings.leave_time_type:
            found.append(Absences(self._client, self.settings))
        return found

    def _target(self, kind: Kind) -> Target:
        return next(one for one in self._targets if kind in one.kinds)

    @property
    def _today(self) -> date:
        return datetime.fromtimestamp(self._now(), UTC).date()

    def check(self) -> list[Finding]:
        """Certificate, log-in, employees, and what each target needs."""
        return [*Check(self._client, self.settings, self._targets, self._today).findings()]

    def employees(self) -> Iterator[Person]:
        """Everybody with an employment; the number is in the field of the settings."""
        return people.employees(self._client, self.settings, self._today)

    def cost_objects(self) -> Iterator[CostObject]:
        """The active cost centres, where hours are booked on them."""
        return people.cost_objects(self._client) if Kind.HOURS in self.capabilities.kinds else iter(())

    def carries(self, entry: Entry) -> bool:
        """All that the chosen targets have a place for."""
        return any(entry.kind in one.kinds and one.carries(entry) for one in self._targets)

    def render(self, entry: Entry) -> Record:
        """How the entry looks in its target."""
        return self._target(entry.kind).render(entry)

    def read_back(self, scope: Scope) -> Iterator[Held]:
        """What the chosen targets hold."""
        for target in self._targets:
            if target.kinds & scope.kinds:
                yield from target.held(scope)

    def push(self, changes: Sequence[Change]) -> Iterable[Receipt]:
        """Carry the changes over, target by target."""
        for target in self._targets:
            if mine := [change for change in changes if change.kind in target.kinds]:
                yield from target.push(mine)


def capabilities_of(settings: SfSettings) -> Capabilities:
    """Those of the targets together; the limits are those of the attendance."""
    found = []
    if settings.attendance == "time_events":
        found.append(time_events.CAPABILITIES)
    if settings.attendance == "external_time":
        found.append(external_time.capabilities(settings))
    if settings.lop_time_type or settings.leave_time_type:
        found.append(absences.capabilities(settings))
    return reduce(_together, found)


def _together(one: Capabilities, other: Capabilities) -> Capabilities:
    return replace(
        one,
        kinds=one.kinds | other.kinds,
        settle_seconds=max(one.settle_seconds, other.settle_seconds),
    )
