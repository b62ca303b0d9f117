"""A simulated S/4HANA, and what is written to it and read from it."""

import json
from datetime import date
from typing import Any

import httpx

from connectors.sap.odata_batch import messages
from connectors.sap.s4hana.connector import S4Connector
from connectors.sap.s4hana.settings import S4Settings
from connectors.sap.s4hana.simulator import S4Simulator
from hub.contract import Change, Entry, Hours, Kind, Operation, Scope
from tests.connectors.sap.recording import Recording

DAY = date(2026, 10, 5)


NUMBERS, COSTS = [str(number) for number in range(1, 31)], ["17101904", "17101905"]


EMPLOYEE = "1710/1"


CREATE, UPDATE, WITHDRAW = Operation.CREATE, Operation.UPDATE, Operation.WITHDRAW


def opened(s4: S4Simulator, transport: httpx.BaseTransport | None = None, **settings: Any) -> S4Connector:
    return S4Connector(S4Settings.model_validate({**s4.settings(), **settings}), transport=transport)


def hours(minutes: int = 480, employee: str = EMPLOYEE, centre: str = COSTS[0], before: int = 0) -> Entry:
    return Entry(f"t:{employee}:{DAY}:{centre}", Kind.HOURS, employee, DAY, "UTC", Hours(centre, minutes, before))


def change(connector: S4Connector, entry: Entry, operation: Operation = CREATE, refs: tuple[str, ...] = ()) -> Change:
    one = connector.render(entry)
    return Change(entry.key, operation, entry.kind, entry.employee, entry.work_date, one.natural_key, one.image, refs)


def scope(*employees: str) -> Scope:
    return Scope(DAY, DAY, frozenset({Kind.HOURS}), frozenset(employees or {EMPLOYEE}))


def posted(recording: Recording) -> list[dict[str, Any]]:
    """All entries that were posted, alone or in a batch."""
    found = [json.loads(one) for one in recording.bodies("Collection")]
    for request in recording.requests:
        if request.url.path.endswith("$batch"):
            groups = messages(request.headers["content-type"], request.content)
            found += [json.loads(one.partition(b"\r\n\r\n")[2]) for group in groups for one in group]
    return found
