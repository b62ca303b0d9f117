"""A simulated Odoo on a loopback port, for tests and for trying a connection: `with OdooSimulator().running(): ...`.

It answers as Odoo 19.0 was recorded to answer (`version` 16 to 20 changes the protocol and the fields). It keeps what
it is told: told twice without an external id, it makes a second record, where no rule of Odoo is against it.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

from fastapi import FastAPI

from connectors.odoo import spec, wire
from connectors.odoo.mapping import DAY, HALF
from connectors.odoo.simulated import facts
from connectors.odoo.simulated.database import Database
from connectors.odoo.simulated.methods import Methods
from connectors.odoo.simulated.web import Web
from hub.contract import Day, Entry
from hub.testing.clock import SimulatedClock
from hub.testing.edge import Edge
from hub.testing.simulator import Simulator
from hub.testing.target import Fact, Refs, fact_of

KEY_VARIABLE = "MUSTER_SIMULATED_ODOO_KEY"
KEY = "simulated-key"
LOGIN = "muster@example.com"
DATABASE = "works"
PROJECT = "Attendance hours"
PLAN = "Cost centres"
LEAVE_TYPE = "Loss of pay"
APPS = ("hr_attendance", "hr_timesheet", "hr_holidays", "hr_work_entry")
WORK_ENTRY_TYPES = {
    "WORK100": "Attendance",
    "OVERTIME": "Overtime Hours",
    "LEAVE90": "Unpaid",
    "LEAVE110": "Sick Time Off",
}


class OdooSimulator(Simulator):
    """One Odoo database; `lop` books loss of pay. Tests look into `database` and meddle with `methods`."""

    spec = spec
    row_faults = frozenset({Edge.PART_REFUSED})

    def __init__(self, clock: SimulatedClock | None = None, *, version: int = 19, lop: bool = True) -> None:
        super().__init__(clock)
        self.version = version
        self.lop = lop
        self.database = Database(version)
        self.methods = Methods(self.database, lambda: wire.moment(self.clock.now()))
        self.reset((), ())

    @contextmanager
    def running(self, port: int = 0) -> Iterator[None]:
        """Serve, and have the key where the settings say."""
        os.environ[KEY_VARIABLE] = KEY
        with super().running(port):
            yield

    def routes(self, app: FastAPI) -> None:
        """Odoo's doors."""
        Web(self.methods, database=DATABASE, login=LOGIN, key=KEY).routes(app)

    def settings(self) -> dict[str, Any]:
        """The settings of a connection to it."""
        access = {
            "url": self.url,
            "database": DATABASE,
            "user": LOGIN,
            "key": {"env": KEY_VARIABLE},
            "time_zone": "UTC",
            "timeout_seconds": 1,
        }
        hours = {"project": PROJECT, "plan": PLAN} if self.version > 16 else {}  # 16 has no columns of plans
        return {**access, **hours, **({"leave_type": LEAVE_TYPE} if self.lop else {})}

    def reset(self, numbers: Sequence[str], costs: Sequence[str]) -> Refs:
        """Empty it, and put in a company with these people and accounts."""
        self.forget()
        fresh = Database(self.version)
        vars(self.database).update(vars(fresh))
        company = self._furnish()
        people = {number: self._employee(number, company) for number in numbers}
        accounts = {code: self._account(code) for code in costs}
        return Refs(people, accounts)

    def _furnish(self) -> int:
        add = self.database.add
        self.plan = add("account.analytic.plan", name="Project")
        # The column of a plan bears its id: x_plan2_id.
        self.plan = add("account.analytic.plan", name=PLAN)
        company = add("res.company", name="Works", attendance_overtime_validation="no_validation")
        add("resource.calendar", name="Standard 40 hours/week", tz="UTC")
        add("project.project", name=PROJECT, allow_timesheets=True)
        add("res.users", name="Muster", login=LOGIN)
        add("res.users.apikeys", name="hub key", create_date="2026-01-01 00:00:00")
        for app in APPS:
            add("ir.module.module", name=app, state="installed")
        allocation = False if self.version >= 19 else "no"
        validation = {"requires_allocation": allocation, "leave_validation_type": "no_validation"}
        add("hr.leave.type", name=LEAVE_TYPE, request_unit="half_day", unpaid=True, **validation)
        for code, name in WORK_ENTRY_TYPES.items():
            add("hr.work.entry.type", name=name, code=code)
        return company

    def _employee(self, number: str, company: int) -> str:
        add, given = self.database.add, {"barcode": number, "company_id": company}
        employee = add("hr.employee", name=f"Zebediah Nr{number}", **given)
        add("hr.version", employee_id=employee, date_version="2026-01-01", work_entry_source="calendar")
        return str(employee)

    def _account(self, code: str) -> str:
        return str(self.database.add("account.analytic.account", name=f"Centre {code}", code=code, plan_id=self.plan))

    def facts(self) -> Iterator[Fact]:
        """What it holds."""
        self.catch_up()
        yield from (Fact(*one) for one in facts.facts(self.database))

    def rated(self, pairs: Sequence[tuple[int, int]]) -> Mapping[str, Any]:
        """A day with one pair is half a day, the other half of it lost."""
        half = {"status": "HD", "payable_days": HALF, "lop_days": DAY - HALF}
        return half if len(pairs) == 1 else super().rated(pairs)

    def fact(self, entry: Entry) -> Fact | None:
        """Of a day Odoo holds the loss of pay alone."""
        if isinstance(entry.payload, Day):
            return Fact(entry.employee, entry.work_date, facts.lop(entry.payload.lop)) if entry.payload.lop else None
        return fact_of(entry)


class WorkEntriesSimulator(OdooSimulator):
    """The same Odoo, where days are work entries: worked hours, overtime and loss of pay."""

    CODES: ClassVar[Mapping[str, str]] = {"worked": "WORK100", "overtime": "OVERTIME", "unpaid": "LEAVE90"}
    DAY_MINUTES = 480
    OVERTIME_FROM = 17 * 60
    """Minute of the UTC day after which its site pays overtime."""

    def __init__(self, clock: SimulatedClock | None = None, *, version: int = 19) -> None:
        super().__init__(clock, version=version, lop=False)

    @property
    def name(self) -> str:
        """The same connector, with other settings."""
        return "odoo_work_entries"

    def settings(self) -> dict[str, Any]:
        """The settings of a connection to it."""
        codes = {"work_entries": "worked", "overtime_entries": "overtime", "unpaid_entries": "unpaid"}
        chosen = {setting: self.CODES[part] for setting, part in codes.items()}
        return {**super().settings(), **chosen, "day_minutes": self.DAY_MINUTES}

    def facts(self) -> Iterator[Fact]:
        """What it holds, the work entries of a day together."""
        yield from super().facts()
        yield from (Fact(*one) for one in facts.worked_days(self.database, self.CODES, self.DAY_MINUTES))

    def rated(self, pairs: Sequence[tuple[int, int]]) -> Mapping[str, Any]:
        """What is worked late is overtime."""
        late = sum(max(end - max(start, self.OVERTIME_FROM), 0) for start, end in pairs)
        return {**super().rated(pairs), "ot_min": late}

    def fact(self, entry: Entry) -> Fact | None:
        """Of a day Odoo holds the hours and the loss of pay."""
        if not isinstance(entry.payload, Day):
            return fact_of(entry)
        held = replace(entry.payload, status="", payable=0)
        return Fact(entry.employee, entry.work_date, held) if held.worked_min or held.lop else None
