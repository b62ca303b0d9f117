"""A simulated S/4HANA on a loopback port, for tests and for trying a connection.

It keeps what it is told: told twice, it makes a second entry. `approves`, `one_operation` and `sandbox` are the
choices that the documentation leaves open, or that differ between tenants.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fastapi import FastAPI

from connectors.sap import odata_wire as wire
from connectors.sap.s4hana import spec
from connectors.sap.s4hana.entities import AVAILABILITY, COST_CENTRE, COST_CENTRES, DAY_OVERVIEW, SERVICE, TIME_SHEET
from connectors.sap.s4hana.mapping import employee_ref
from connectors.sap.s4hana.simulated.books import CANCELLED, Books
from connectors.sap.s4hana.simulated.gateway import Gateway, Service
from hub.contract import Hours
from hub.testing.clock import SimulatedClock
from hub.testing.edge import Edge
from hub.testing.simulator import Simulator
from hub.testing.target import Fact, Refs

PASSWORD_VARIABLE = "MUSTER_SIMULATED_S4_PASSWORD"  # noqa: S105 - the name of a variable
KEY_VARIABLE = "MUSTER_SIMULATED_S4_API_KEY"
PASSWORD, USER, API_KEY = "simulated password", "MUSTER_COMM", "simulated-key"
COMPANY, AREA = "1710", "A000"


class S4Simulator(Simulator):
    """One tenant with one company code. Tests look into `books` and meddle with `gateway`."""

    spec = spec
    row_faults = frozenset({Edge.PART_REFUSED})

    def __init__(
        self,
        clock: SimulatedClock | None = None,
        *,
        approves: bool = True,
        one_operation: bool = True,
        sandbox: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(clock)
        self.options = options
        self.sandbox = sandbox
        self.books = Books(approves=approves)
        self.gateway = Gateway(
            [
                Service(SERVICE, {TIME_SHEET.collection: (TIME_SHEET, self._entries)}, self.books),
                Service(COST_CENTRES, {COST_CENTRE.collection: (COST_CENTRE, self._centres)}),
                Service(AVAILABILITY, {DAY_OVERVIEW.collection: (DAY_OVERVIEW, self._overview)}),
            ],
            USER,
            PASSWORD,
            lambda: self.now,
            api_key=API_KEY if sandbox else "",
            one_operation=one_operation,
        )

    @contextmanager
    def running(self, port: int = 0) -> Iterator[None]:
        """Serve, and have the secrets where the settings say."""
        os.environ |= {PASSWORD_VARIABLE: PASSWORD, KEY_VARIABLE: API_KEY}
        with super().running(port):
            yield

    def routes(self, app: FastAPI) -> None:
        """SAP Gateway."""
        self.gateway.routes(app)

    def settings(self) -> dict[str, Any]:
        """The settings of a connection to it."""
        access: dict[str, Any] = {"user": USER, "password": {"env": PASSWORD_VARIABLE}}
        if self.sandbox:
            access = {"api_key": {"env": KEY_VARIABLE}}
        return {"url": self.url, "company_code": COMPANY, "timeout_seconds": 1, **access, **self.options}

    def reset(self, numbers: Sequence[str], costs: Sequence[str]) -> Refs:
        """Empty it, and make these work agreements and cost centres."""
        self.forget()
        self.gateway.sessions.clear()
        fresh = Books(self.books.approves, dict.fromkeys(numbers, COMPANY), set(costs))
        vars(self.books).update(vars(fresh))
        return Refs({number: employee_ref(COMPANY, number) for number in numbers}, {code: code for code in costs})

    def facts(self) -> Iterator[Fact]:
        """What is booked; minutes are told from the hundredths that they were rounded to."""
        self.catch_up()
        for row in self.books.entries.values():
            if row["TimeSheetStatus"] != CANCELLED:
                fields = row["TimeSheetDataFields"]
                minutes = wire.minutes(wire.hundredths(fields["RecordedHours"]))
                employee = employee_ref(row["CompanyCode"], row["PersonWorkAgreementExternalID"])
                yield Fact(employee, row["TimeSheetDate"], Hours(fields["ReceiverCostCenter"], minutes))

    def _entries(self) -> list[dict[str, Any]]:
        return [*self.books.entries.values()]

    def _centres(self) -> list[dict[str, Any]]:
        validity = {"ValidityEndDate": date(9999, 12, 31), "ValidityStartDate": date(2016, 1, 1)}
        blocked = {"IsBlkdForPrimaryCostsPosting": "", "CompanyCode": COMPANY, "ControllingArea": AREA}
        texts = {
            "results": [{"Language": "DE", "CostCenterName": "Halle"}, {"Language": "EN", "CostCenterName": "Hall"}]
        }
        return [{**validity, **blocked, "CostCenter": code, "to_Text": texts} for code in sorted(self.books.centres)]

    def _overview(self) -> list[dict[str, Any]]:
        """A row a person and day, of the days that somebody may mean who asks for today."""
        today = datetime.now(UTC).date()
        same = {"Companycode": COMPANY, "Personworkagreement": "50000485"}
        return [
            {**same, "Personworkagreementexternalid": number, "Calendardate": today + timedelta(days)}
            for number in sorted(self.books.agreements)
            for days in (-1, 0, 1)
        ]
