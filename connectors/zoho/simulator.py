"""A simulated Zoho People with its Accounts on a loopback port: `with ZohoSimulator().running(): ...`.

It does what Zoho's pages, recordings and clients of others say; what is guessed stands in `simulated` as such, and can
be switched. It keeps what it is told: told twice, it has it twice.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from connectors.zoho import spec, wire
from connectors.zoho.simulated.accounts import Accounts
from connectors.zoho.simulated.limits import Limits
from connectors.zoho.simulated.state import State
from connectors.zoho.simulated.web import Web
from hub.contract import Day, Entry, Interval
from hub.testing.clock import SimulatedClock
from hub.testing.edge import Edge
from hub.testing.simulator import Simulator
from hub.testing.target import Fact, Refs, fact_of

SECRET_VARIABLE, TOKEN_VARIABLE = "MUSTER_SIMULATED_ZOHO_SECRET", "MUSTER_SIMULATED_ZOHO_TOKEN"
CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN = "1000.SIMULATED", "simulated-secret", "1000.simulated.refresh"
LEAVE_TYPE = "Loss of pay"
MINUTE = 60


class ZohoSimulator(Simulator):
    """One organisation in India. With `limits`, its limits by the minute are kept; tests look into `web`."""

    spec = spec
    row_faults = frozenset({Edge.PART_REFUSED})
    new_attendance: ClassVar[str] = "bulk_import"
    by_report: ClassVar[bool] = True

    def __init__(self, clock: SimulatedClock | None = None, *, limits: bool = False) -> None:
        super().__init__(clock)
        self.state = State()
        self.accounts = Accounts(self._now, CLIENT_ID, CLIENT_SECRET, "in", limited=limits)
        self.web = Web(self.state, self.accounts, Limits(self._now, on=limits))
        self.grant = REFRESH_TOKEN

    def _now(self) -> int:
        return self.clock.true

    @contextmanager
    def running(self, port: int = 0) -> Iterator[None]:
        """Serve, and have secret and refresh token where the settings say."""
        self._authorise()
        with super().running(port):
            yield

    def _authorise(self) -> None:
        self.accounts.grants[self.grant] = []
        os.environ[SECRET_VARIABLE], os.environ[TOKEN_VARIABLE] = CLIENT_SECRET, self.grant

    def routes(self, app: FastAPI) -> None:
        """The doors of Accounts and of People."""
        self.accounts.routes(app)
        self.web.routes(app)

    def settings(self) -> dict[str, Any]:
        """The settings of a connection to it."""
        return {
            "data_centre": "in",
            "client_id": CLIENT_ID,
            "client_secret": {"env": SECRET_VARIABLE},
            "refresh_token": {"env": TOKEN_VARIABLE},
            "leave_type": LEAVE_TYPE,
            "new_attendance": self.new_attendance,
            "total_hours_without_breaks": self.by_report,
            "url": self.url,
            "accounts_url": self.url,
            "timeout_seconds": 1,
        }

    def reset(self, numbers: Sequence[str], costs: Sequence[str]) -> Refs:
        """Empty it, and put in these people and departments."""
        self.forget()
        vars(self.state).update(vars(State()))
        self.web.limits.renew()
        self.web.calls.clear()
        self.web.answers.clear()
        self._authorise()
        people = {number: self.state.hire(number) for number in numbers}
        self.state.forms["department"] = [
            {"Department": f"Centre {code}", "ZP_Department_Code": code, "Zoho_ID": int(self.state.new())}
            for code in costs
        ]
        departments = {row["ZP_Department_Code"]: str(row["Zoho_ID"]) for row in self.state.forms["department"]}
        return Refs(people, departments)

    def facts(self) -> Iterator[Fact]:
        """What it holds, by the clock of everybody's place."""
        self.catch_up()
        place = ZoneInfo(self.zone)
        for one in self.state.entries.values():
            begun, ended = (int(at.replace(tzinfo=place).timestamp()) if at else 0 for at in (one.begun, one.ended))
            yield Fact(one.employee, one.day, Interval(begun, ended))
        for leave in self.state.leaves.values():
            for day, part in leave.days.items():
                yield Fact(leave.employee, day, Day("", 0, 0, 0, wire.hundredths(part)))

    def fact(self, entry: Entry) -> Fact | None:
        """Of a day Zoho holds the loss of pay alone, of an interval whole minutes."""
        match entry.payload:
            case Day(lop=lop):
                return Fact(entry.employee, entry.work_date, Day("", 0, 0, 0, lop)) if lop else None
            case Interval(start, end):
                fact = fact_of(entry)
                return Fact(fact.employee, fact.day, Interval(start - start % MINUTE, end - end % MINUTE))
            case _:
                return None


class ZohoV3Simulator(ZohoSimulator):
    """The same, for a connection whose new attendance goes by API v3, and which reads every entry."""

    new_attendance = "v3"
    by_report = False

    @property
    def name(self) -> str:
        """What a report calls it."""
        return "zoho_v3"
