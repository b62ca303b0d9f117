"""A simulated org, and what is written to it and read from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from connectors.salesforce.connector import SalesforceConnector
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.simulated.calls import Call, Reply
from connectors.salesforce.simulator import SalesforceSimulator
from hub.contract import Change, Day, Entry, Kind, Operation, Receipt, Scope
from hub.errors import (
    HubError,
)

WORK_DATE = date(2026, 10, 5)


DAY = "Attendance_Day__c"


class Counted(SalesforceSimulator):
    """Writes down what is asked of it; `instead` answers in its place."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.instead: dict[str, Reply] = {}
        super().__init__()
        answer = self.web._answer

        def noted(call: Call) -> Reply:
            path = f"{call.method} {call.path.replace('/services/data/v66.0', '')}"
            self.asked.append(path)
            return self.instead.pop(path, None) or answer(call)

        self.web._answer = noted  # type: ignore[method-assign]


@contextmanager
def connected(org: SalesforceSimulator, **settings: Any) -> Iterator[SalesforceConnector]:
    given = SalesforceSettings.model_validate({**org.settings(), "bulk_from": 2000, **settings})
    with SalesforceConnector(given, sleep=lambda _seconds: None) as connector:
        yield connector


def changes(
    connector: SalesforceConnector,
    *numbers: int,
    operation: Operation = Operation.CREATE,
    ref: str = "",
    **payload: Any,
) -> list[Change]:
    found = []
    for number in numbers:
        day = replace(Day("P", 480, 30, 100, 0), **payload)
        entry = Entry(f"t:{number}:{WORK_DATE}:day:0", Kind.DAY, f"E{number}", WORK_DATE, "UTC", day)
        record = connector.render(entry)
        refs = (ref,) if ref else ()
        found.append(
            Change(entry.key, operation, entry.kind, entry.employee, WORK_DATE, record.natural_key, record.image, refs)
        )
    return found


def told(connector: SalesforceConnector, some: list[Change]) -> tuple[list[Receipt], HubError | None]:
    """The receipts, and the error that ended the push."""
    receipts: list[Receipt] = []
    try:
        receipts.extend(connector.push(some))
    except HubError as error:
        return receipts, error
    return receipts, None


def outcomes(receipts: list[Receipt]) -> list[str]:
    return [one.outcome.value for one in receipts]


def data(org: Counted) -> list[str]:
    return [one for one in org.asked if "oauth2" not in one]


def scope(*employees: str) -> Scope:
    return Scope(WORK_DATE, WORK_DATE, frozenset(Kind), frozenset(employees))


def api(status: int, code: str, text: str = "because") -> Reply:
    return Reply(status, [{"errorCode": code, "message": text}])
