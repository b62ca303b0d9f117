"""A simulated Salesforce org on a loopback port: `with SalesforceSimulator().running(): ...`.

Written from the vendor's documentation and from recorded answers (`simulated.guesses` has the rest). It keeps what
it is told: rows without an external id that are told twice are there twice.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from fastapi import FastAPI

from connectors.salesforce import attendance, sheets, spec
from connectors.salesforce.simulated.collecting import Collecting
from connectors.salesforce.simulated.guesses import Guesses
from connectors.salesforce.simulated.jobs import Jobs
from connectors.salesforce.simulated.org import Org
from connectors.salesforce.simulated.rest import Rest
from connectors.salesforce.simulated.saving import Saving
from connectors.salesforce.simulated.sessions import ClientApp, Sessions
from connectors.salesforce.simulated.tables import Row
from connectors.salesforce.simulated.web import Usage, Web
from hub.contract import Day, Hours, Interval, Kind, Punch
from hub.testing.clock import SimulatedClock
from hub.testing.edge import Edge
from hub.testing.simulator import Simulator
from hub.testing.target import Fact, Refs

VARIABLE = "MUSTER_SIMULATED_SALESFORCE_SECRET"
SECRET = "simulated-secret"  # noqa: S105 - of the simulator
CLIENT_ID = "3MVG9.simulated"
USER = "muster@works.example"
BULK_FROM = 3
"""Few enough for the small batches of the conformance kit: some of them go as bulk jobs."""


Payload = Day | Hours | Interval | Punch


class SalesforceSimulator(Simulator):
    """One org with Muster's package. Tests look into `org` and meddle with `saving`, `jobs`, `sessions`, `usage`."""

    spec = spec
    row_faults = frozenset({Edge.PART_REFUSED})

    def __init__(self, clock: SimulatedClock | None = None, guesses: Guesses | None = None) -> None:
        super().__init__(clock)
        self.guesses = guesses or Guesses()
        self.org = Org(lambda: self.clock.true)
        self.app_known = ClientApp(CLIENT_ID, SECRET, USER)
        self._assemble()
        self.reset((), ())

    def _assemble(self) -> None:
        def now() -> int:
            return self.clock.true

        self.saving = Saving(self.org, self.guesses)
        self.usage = Usage(now)
        self.sessions = Sessions(self.app_known, now, lambda: self.url, same_token=self.guesses.same_token)
        self.collecting = Collecting(self.org, self.saving)
        self.jobs = Jobs(self.org, self.collecting, now)
        self.rest = Rest(self.org, self.saving, lambda: (self.usage.used, self.usage.allowed))
        self.web = Web(self.sessions, self.usage, self.rest, self.collecting, self.jobs)

    @contextmanager
    def running(self, port: int = 0) -> Iterator[None]:
        """Serve, and have the secret where the settings say."""
        os.environ[VARIABLE] = SECRET
        with super().running(port):
            yield

    def routes(self, app: FastAPI) -> None:
        """Salesforce's doors."""
        self.web.routes(app)

    def settings(self) -> dict[str, Any]:
        """The settings of a connection to it."""
        return {
            "url": self.url,
            "client_id": CLIENT_ID,
            "client_secret": {"env": VARIABLE},
            "kinds": sorted(attendance.OBJECTS),
            "bulk_from": BULK_FROM,
            "bulk_look_seconds": 0,
            "timeout_seconds": 1,
        }

    def reset(self, numbers: Sequence[str], costs: Sequence[str]) -> Refs:
        """Empty it, and put in these people and cost centres."""
        self.forget()
        fresh = Org(self.org.now, self.org.things)
        vars(self.org).update(vars(fresh))
        self.jobs.jobs.clear()
        self.usage.hours.clear()
        self.sessions.expire()
        self.org.add("Organization", Name="Works", OrganizationType="Developer Edition")
        return Refs(*self._furnish(numbers, costs))

    def _furnish(self, numbers: Sequence[str], costs: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        for number in numbers:
            self.org.add("Worker__c", Name=f"Zebediah Nr{number}", Employee_Number__c=f"E{number}")
        for code in costs:
            self.org.add("Cost_Center__c", Name=f"Centre {code}", Code__c=code)
        return {number: f"E{number}" for number in numbers}, {code: code for code in costs}

    def facts(self) -> Iterator[Fact]:
        """What it holds; void records are no attendance."""
        self.catch_up()
        self.jobs.carry_out_due()
        readers: dict[Kind, Callable[[Row], Payload]] = {
            Kind.DAY: _day, Kind.HOURS: self._hours, Kind.INTERVAL: _interval, Kind.PUNCH: _punch,
        }  # fmt: skip
        for kind, reader in readers.items():
            for row in self.org.rows(attendance.OBJECTS[kind]).values():
                if not row["Is_Void__c"]:
                    employee = self._named("Worker__c", row["Worker__c"], "Employee_Number__c")
                    yield Fact(employee, _day_of(row), reader(row))

    def _hours(self, row: Row) -> Hours:
        return Hours(self._named("Cost_Center__c", row["Cost_Center__c"], "Code__c"), int(row["Minutes__c"]))

    def _named(self, name: str, ref: str | None, field: str) -> str:
        found = self.org.get(name, ref) if ref else None
        return str(found[field]) if found else ""


class TimeSheetSimulator(SalesforceSimulator):
    """The same org with Field Service: intervals go on time sheets."""

    @property
    def name(self) -> str:
        """The same connector, with other settings."""
        return "salesforce_timesheet"

    def settings(self) -> dict[str, Any]:
        """The settings of a connection to it."""
        given = super().settings()
        return {**given, "target": "time_sheet"}

    def _furnish(self, numbers: Sequence[str], costs: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        super()._furnish((), costs)
        add = self.org.add
        people = {
            number: add(
                "ServiceResource", Name=f"Zebediah Nr{number}", ResourceType="T", Employee_Number__c=f"E{number}"
            )
            for number in numbers
        }
        return people, {code: code for code in costs}

    def facts(self) -> Iterator[Fact]:
        """The entries of all time sheets."""
        self.catch_up()
        for row in self.org.rows(sheets.ENTRY).values():
            sheet = self.org.get(sheets.SHEET, row["TimeSheetId"])
            employee = sheet["ServiceResourceId"] if sheet else ""
            yield Fact(employee, _date(row["StartTime"]), Interval(row["StartTime"], row["EndTime"]))


def _date(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()


def _day(row: Row) -> Day:
    paid, lost = (int((row[name] or 0) * Decimal(100)) for name in ("Payable_Days__c", "LOP_Days__c"))
    worked, overtime = (int(row[name] or 0) for name in ("Worked_Minutes__c", "Overtime_Minutes__c"))
    return Day(row["Status__c"], worked, overtime, paid, lost)


def _interval(row: Row) -> Interval:
    return Interval(row["Start__c"], row["End__c"])


def _punch(row: Row) -> Punch:
    return Punch(row["Punched_At__c"], row["Direction__c"])


def _day_of(row: Row) -> date:
    """The work date, or the UTC date of what says when it was."""
    at = row.get("Start__c") or row.get("Punched_At__c")
    return _date(at) if at else date.fromisoformat(row["Work_Date__c"])
