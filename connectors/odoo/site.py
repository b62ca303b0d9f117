"""What is looked up once in the Odoo database: ids of the things that settings name, and which fields there are.

Fields differ between versions and installations, so they are asked for and not derived from the version.
"""

from functools import cached_property
from typing import Any

from connectors.odoo.client import OdooClient
from connectors.odoo.settings import WORK_ENTRY, OdooSettings
from hub.errors import NotInstalled, SettingsWrong

BY_MANAGER = "by_manager"


class Site:
    """One database as the settings see it; every property may raise `SettingsWrong` or `NotInstalled`."""

    def __init__(self, client: OdooClient, settings: OdooSettings) -> None:
        self.client = client
        self.settings = settings

    def only(self, model: str, domain: list[Any], fields: list[str], what: str) -> dict[str, Any]:
        """The one record; raises `SettingsWrong` when there is none or several; `what` is how a person calls it."""
        found = [*self.client.search_read(model, domain, fields)]
        if len(found) != 1:
            many = "several entries" if found else "nothing"
            raise SettingsWrong(f"Odoo has {many} for {what} that this user may see; correct the settings, or Odoo.")
        return found[0]

    @cached_property
    def company(self) -> dict[str, Any] | None:
        """The company of the settings, if one is named."""
        if not (name := self.settings.company):
            return None
        return self.only("res.company", [["name", "=", name]], ["id"], f"the company {name!r}")

    def of_company(self) -> list[Any]:
        """The domain that keeps to the company, or none."""
        return [["company_id", "=", self.company["id"]]] if self.company else []

    @cached_property
    def attendance(self) -> frozenset[str]:
        """The fields of an attendance."""
        return frozenset(self.client.fields("hr.attendance"))

    @property
    def mode(self) -> bool:
        """Whether attendances say how they were made (17 and later)."""
        return "in_mode" in self.attendance

    @property
    def real(self) -> list[Any]:
        """The domain without the rows that Odoo 20's time rules make of attendances."""
        return [["is_time_rule_output", "=", False]] if "is_time_rule_output" in self.attendance else []

    @cached_property
    def companies(self) -> list[dict[str, Any]]:
        """Attendance settings of the companies concerned; what this version does not have is left out."""
        wished = ("attendance_overtime_validation", "absence_management")
        there = [name for name in wished if name in self.client.fields("res.company")]
        domain = [["id", "=", self.company["id"]]] if self.company else []
        return [*self.client.search_read("res.company", domain, ["id", *there])]

    @property
    def approves(self) -> bool:
        """Whether a manager approves overtime (18 and later): such approvals are lost when an attendance changes."""
        by_hand = any(one.get("attendance_overtime_validation") == BY_MANAGER for one in self.companies)
        return by_hand and "overtime_status" in self.attendance

    @cached_property
    def project(self) -> dict[str, Any]:
        """The project that takes the hours."""
        name = self.settings.project
        domain = [["name", "=", name], ["allow_timesheets", "=", True]]
        if self.company:
            domain.append(["company_id", "in", [self.company["id"], False]])
        return self.only("project.project", domain, ["id"], f"a project {name!r} with timesheets")

    @cached_property
    def plan(self) -> int:
        """The analytic plan of the cost centres."""
        name = self.settings.plan
        found = self.only(
            "account.analytic.plan", [["name", "=", name]], ["id", "parent_id"], f"the analytic plan {name!r}"
        )
        if found["parent_id"]:
            raise SettingsWrong(
                f"The analytic plan {name!r} is part of another; name the topmost plan in the settings."
            )
        return int(found["id"])

    @cached_property
    def column(self) -> str:
        """The field of a timesheet that holds the cost centre; each plan has its own (17 and later)."""
        name = f"x_plan{self.plan}_id"
        found = self.client.fields("account.analytic.line", "type", "relation").get(name, {})
        if found.get("relation") != "account.analytic.account":
            raise NotInstalled(
                f"Odoo has no column for the analytic plan {self.settings.plan!r} on timesheets: it needs Odoo 17 or "
                "later, and a plan other than the one of the projects."
            )
        return name

    @cached_property
    def leave_type(self) -> dict[str, Any]:
        """The time off type of loss of pay."""
        name = self.settings.leave_type
        fields = ["id", "requires_allocation", "leave_validation_type", "request_unit", "unpaid"]
        domain: list[Any] = [["name", "=", name]]
        if self.company:
            domain.append(["company_id", "in", [self.company["id"], False]])
        return self.only("hr.leave.type", domain, fields, f"the time off type {name!r}")

    @cached_property
    def leave(self) -> frozenset[str]:
        """The fields of a leave."""
        return frozenset(self.client.fields("hr.leave"))

    @cached_property
    def work_types(self) -> dict[str, int]:
        """The ids of the work entry types, by the part of a day that each takes."""
        if not {"date", "version_id"} <= self.client.fields(WORK_ENTRY).keys():
            raise NotInstalled(
                "Work entries before Odoo 19 are spans within a contract and no hours of a date; leave work_entries "
                "empty, or upgrade Odoo."
            )
        return {
            part: self.only(
                "hr.work.entry.type", [["code", "=", code]], ["id"], f"a work entry type with code {code!r}"
            )["id"]
            for part, code in self.settings.work_codes.items()
        }

    @property
    def halves(self) -> bool:
        """Whether a half day is said by its two ends (19 and later) instead of a tick."""
        return "request_date_to_period" in self.leave
