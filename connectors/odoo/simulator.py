"""A simulated Odoo on a loopback port, for tests and for trying a connection: `with OdooSimulator().running(): ...`.

It answers as Odoo 19.0 was recorded to answer (`version` 16 to 20 changes the protocol and the fields). It keeps what
it is told: told twice without an external id, it makes a second record, where no rule of Odoo is against it.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from fastapi import FastAPI

from connectors.odoo import spec, wire
from connectors.odoo.mapping import DAY, HALF
from connectors.odoo.simulated.database import Database, Row
from connectors.odoo.simulated.methods import Methods
from connectors.odoo.simulated.web import Web
from hub.contract import Day, Entry, Hours, Interval
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
APPS = ("hr_attendance", "hr_timesheet", "hr_holidays")


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
        return company

    def _employee(self, number: str, company: int) -> str:
        return str(self.database.add("hr.employee", name=f"Zebediah Nr{number}", barcode=number, company_id=company))

    def _account(self, code: str) -> str:
        return str(self.database.add("account.analytic.account", name=f"Centre {code}", code=code, plan_id=self.plan))

    def facts(self) -> Iterator[Fact]:
        """What it holds; marks of absence and what was taken back are no attendance."""
        self.catch_up()
        readers: dict[str, Callable[[Row], Fact | None]] = {
            "hr.attendance": _attendance, "account.analytic.line": _timesheet, "hr.leave": _leave,
        }  # fmt: skip
        for model, reader in readers.items():
            yield from filter(None, map(reader, self.database.rows(model)))

    def rated(self, pairs: Sequence[tuple[int, int]]) -> Mapping[str, Any]:
        """A day with one pair is half a day, the other half of it lost."""
        half = {"status": "HD", "payable_days": HALF, "lop_days": DAY - HALF}
        return half if len(pairs) == 1 else super().rated(pairs)

    def fact(self, entry: Entry) -> Fact | None:
        """Of a day Odoo holds the loss of pay alone."""
        if isinstance(entry.payload, Day):
            return Fact(entry.employee, entry.work_date, _lop(entry.payload.lop)) if entry.payload.lop else None
        return fact_of(entry)


def _lop(hundredths: int) -> Day:
    return Day("", 0, 0, 0, hundredths)


def _attendance(row: Row) -> Fact | None:
    if row.get("in_mode") == "technical":
        return None
    start, end = wire.seconds(row["check_in"]), wire.seconds(row["check_out"]) if row["check_out"] else 0
    return Fact(str(row["employee_id"]), date.fromisoformat(row["check_in"][:10]), Interval(start, end))


def _timesheet(row: Row) -> Fact:
    hours = wire.loads(str(row["unit_amount"]).encode())
    booked = Hours(str(row["x_plan2_id"]), wire.minutes(hours))
    return Fact(str(row["employee_id"]), date.fromisoformat(row["date"]), booked)


def _leave(row: Row) -> Fact | None:
    if row["state"] in ("refuse", "cancel"):
        return None
    amount = HALF if row["request_unit_half"] else DAY
    return Fact(str(row["employee_id"]), date.fromisoformat(row["request_date_from"]), _lop(amount))
