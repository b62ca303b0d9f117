"""The check of a connection: from the address to the settings of Odoo, each with what to change in Odoo."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from connectors.odoo.client import JSON2_SINCE
from connectors.odoo.generation import looked_at
from connectors.odoo.settings import ATTENDANCE, LEAVE, TIMESHEET, WORK_ENTRY
from connectors.odoo.site import Site
from hub.check import Look, Told, findings, transport
from hub.contract import Finding, Severity
from hub.errors import NotInstalled, NotPermitted, SettingsWrong

KNOWN = 19
APPS = {
    ATTENDANCE: "hr_attendance",
    TIMESHEET: "hr_timesheet",
    LEAVE: "hr_holidays",
    WORK_ENTRY: "hr_work_entry",
}
GROUPS = {
    ATTENDANCE: "Attendances: Officer, Manage all attendances",
    TIMESHEET: "Timesheets: User, all timesheets",
    LEAVE: "Time Off: Officer, Manage all requests",
    WORK_ENTRY: "Employees: Administrator",
}
"""Groups that give the rights (19.0); Odoo 17 and 18 have Administrator in place of the first."""


@dataclass
class Check:
    """One check of a connection."""

    site: Site

    def findings(self) -> Iterator[Finding]:
        """Look at everything, in the order in which it is needed; the first error ends it."""
        return findings(self._steps())

    def _steps(self) -> dict[str, Look]:
        models = self.site.settings.models.values()
        steps: dict[str, Look] = {
            "server": self._server,
            "transport": self._transport,
            "key": self._key,
            "apps": self._apps,
            "namespace": self._namespace,
            "employees": self._employees,
            "rights": self._rights,
            "schedules": self._schedules,
            "overtime": self._overtime,
            "absence": self._absence,
        }
        more: dict[str, tuple[str, Look]] = {
            TIMESHEET: ("timesheets", self._timesheets),
            LEAVE: ("loss of pay", self._loss_of_pay),
            WORK_ENTRY: ("work entries", lambda: looked_at(self.site)),
        }
        return steps | dict(more[model] for model in models if model in more)

    def _server(self) -> Told:
        version = self.site.client.version
        protocol = "JSON-2" if version.major >= JSON2_SINCE else "JSON-RPC"
        if version.major == KNOWN:
            return Severity.OK, f"Odoo {version.text} answers; Muster speaks {protocol} with it."
        return (
            Severity.WARNING,
            f"It is Odoo {version.text} ({protocol}); this connector was measured on 19.0. Try a copy.",
        )

    def _transport(self) -> Told:
        return transport("key", self.site.settings.url)

    def _key(self) -> Told:
        self.site.client.read("res.users", "context_get")
        try:
            ends = self._ends()
        except NotPermitted:
            return Severity.OK, "The key is accepted; note for yourself when it ends."
        if ends:
            return (
                Severity.OK,
                f"The key is accepted. Of the user's keys the first ends on {ends[0]}; replace it before.",
            )
        return Severity.OK, "The key is accepted, and does not expire."

    def _ends(self) -> list[str]:
        """The last days of the user's keys; they have none before 18."""
        if "expiration_date" not in self.site.client.fields("res.users.apikeys"):
            return []
        keys = self.site.client.search_read("res.users.apikeys", [], ["expiration_date"])
        return sorted(one["expiration_date"][:10] for one in keys if one["expiration_date"])

    def _apps(self) -> Told:
        wanted = {APPS[model] for model in self.site.settings.models.values()}
        domain = [["name", "in", sorted(wanted)], ["state", "=", "installed"]]
        there = {one["name"] for one in self.site.client.search_read("ir.module.module", domain, ["name"])}
        if missing := sorted(wanted - there):
            raise NotInstalled(f"Install in Odoo (Apps): {', '.join(missing)}.")
        return Severity.OK, f"Installed: {', '.join(sorted(there))}."

    def _namespace(self) -> Told:
        name = self.site.settings.namespace
        if [*self.site.client.search_read("ir.module.module", [["name", "=", name]], ["name"])]:
            raise SettingsWrong(
                f"Odoo has a module called {name!r}: at its upgrade Odoo would delete what Muster wrote under that "
                "namespace. Choose another one before anything is sent."
            )
        return Severity.OK, f"No module of Odoo is called {name!r}."

    def _employees(self) -> Told:
        field = self.site.settings.number_field
        if field not in self.site.client.fields("hr.employee"):
            raise SettingsWrong(f"Odoo's employees have no field {field!r} that this user may read; see number_field.")
        people = [*self.site.client.search_read("hr.employee", self.site.of_company(), [field])]
        without = sum(1 for one in people if not one[field])
        if without or not people:
            return Severity.WARNING, f"{without} of {len(people)} employees have no employee number in {field!r}."
        return Severity.OK, f"All {len(people)} employees have a number in {field!r}."

    def _rights(self) -> Told:
        may = self.site.client.may
        models = self.site.settings.models.values()
        for model in models:
            wanted = ("read", "create", "write") + (("unlink",) if model != LEAVE else ())
            lacking = [right for right in wanted if not may(model, right)]
            if lacking:
                raise NotPermitted(
                    f'The Odoo user may not {", ".join(lacking)} {model}; put it into "{GROUPS[model]}" in Odoo.'
                )
        return Severity.OK, f"The user may write {', '.join(models)}."

    def _schedules(self) -> Told:
        zone = self.site.settings.time_zone
        if not zone:
            return Severity.WARNING, "Set time_zone: Odoo dates attendances by the zone of its working schedules."
        found: list[dict[str, Any]] = [*self.site.client.search_read("resource.calendar", [], ["name", "tz"])]
        if other := sorted(f"{one['name']} ({one['tz']})" for one in found if one["tz"] != zone):
            return Severity.WARNING, (
                f"Odoo dates attendances by the working schedule: set the time zone {zone} on {', '.join(other)}."
            )
        return Severity.OK, f"All working schedules are in {zone}."

    def _overtime(self) -> Told:
        if not self.site.approves:
            return Severity.OK, "Odoo's overtime needs no approval."
        if self.site.settings.keep_approved_overtime:
            return Severity.OK, "Managers approve overtime; corrections of approved attendances are held back."
        return Severity.WARNING, "Managers approve overtime, and corrections undo that: approve anew after corrections."

    def _absence(self) -> Told:
        if not any(one.get("absence_management") for one in self.site.companies):
            return Severity.OK, "Odoo makes no attendances for absent people."
        if self.site.settings.remove_absence_marks:
            return Severity.OK, "Odoo marks absent people; Muster removes the mark where somebody was there after all."
        return Severity.WARNING, (
            "Odoo marks absent people with a technical attendance, and refuses the true one over it: "
            "switch Absence Management off in Odoo, or remove_absence_marks on."
        )

    def _timesheets(self) -> Told:
        site = self.site
        return Severity.OK, f"Hours go to project {site.project['id']}, cost centres to {site.column}."

    def _loss_of_pay(self) -> Told:
        type_ = self.site.leave_type
        wrong = [sentence for sentence, is_wrong in _LEAVE.items() if is_wrong(type_)]
        if wrong:
            raise SettingsWrong(f"Time off type {self.site.settings.leave_type!r} in Odoo: {'; '.join(wrong)}.")
        return Severity.OK, "Loss of pay is booked at once, without allocation."


_LEAVE: dict[str, Callable[[dict[str, Any]], bool]] = {
    'set Approval to "No Validation"': lambda one: one["leave_validation_type"] != "no_validation",
    # True since 19, "yes" before.
    "let it need no allocation": lambda one: one["requires_allocation"] in (True, "yes"),
    "let it be taken in half days": lambda one: one["request_unit"] != "half_day",
    "mark it as unpaid": lambda one: not one["unpaid"],
}
"""What a time off type must not be, with what to set."""
