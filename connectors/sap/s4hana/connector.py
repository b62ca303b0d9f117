"""SAP S/4HANA, cloud and on premise: hours by cost centre as time sheet entries."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import ClassVar

from connectors.sap.s4hana import mapping, people, reading
from connectors.sap.s4hana.check import Check
from connectors.sap.s4hana.client import S4Client
from connectors.sap.s4hana.push import Push
from connectors.sap.s4hana.settings import S4Settings
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


def _today() -> date:
    return datetime.now(UTC).date()


class S4Connector(Connector[S4Settings]):
    """One company code of one S/4HANA tenant."""

    settings_type: ClassVar[type[Settings]] = S4Settings
    # The cloud's front gives a request up after some minutes, and S/4HANA goes on with it.
    capabilities: ClassVar[Capabilities] = Capabilities(
        kinds=frozenset({Kind.HOURS}), batch_size=50, settle_seconds=300
    )

    def __init__(
        self, settings: S4Settings, *, transport: Transport | None = None, today: Callable[[], date] = _today
    ) -> None:
        super().__init__(settings)
        self._transport = transport
        self._today = today

    def __exit__(self, *exc: object) -> None:
        """Close the connections."""
        if "_client" in vars(self):
            self._client.close()

    @cached_property
    def _client(self) -> S4Client:
        """Made at the first call: by then the hub has set the meter and the token store."""
        return S4Client(self.settings, tokens=self.tokens, meter=self.meter, transport=self._transport)

    def check(self) -> list[Finding]:
        """Address, log-in, communication scenarios, cost centres, employees."""
        return [*Check(self._client, self.settings, self._today()).findings()]

    def employees(self) -> Iterator[Person]:
        """The work agreements, from the file of the settings or from the availability service."""
        return people.employees(self._client, self.settings, self._today())

    def cost_objects(self) -> Iterator[CostObject]:
        """The cost centres that are valid today."""
        return people.cost_objects(self._client, self.settings, self._today())

    def render(self, entry: Entry) -> Record:
        """How the entry looks in a time sheet."""
        return mapping.render(entry)

    def read_back(self, scope: Scope) -> Iterator[Held]:
        """The entries of the scope's days that book something."""
        if Kind.HOURS in scope.kinds:
            yield from reading.held(self._client, self.settings.mark, scope)

    def push(self, changes: Sequence[Change]) -> Iterable[Receipt]:
        """Carry the changes over, many in a request."""
        return Push(self._client, self.settings).receipts(changes)
