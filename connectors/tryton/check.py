"""The check of a connection: from the address to the rights, each with what to change in Tryton."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from connectors.tryton.client import TrytonClient
from connectors.tryton.mapping import Company, moment
from connectors.tryton.push import closed_until
from connectors.tryton.settings import TrytonSettings
from hub.check import Look, Told, findings, transport
from hub.contract import Finding, Severity
from hub.errors import NotInstalled, NotPermitted, SettingsWrong

KNOWN = "8.2"
GROUPS = {
    "attendance.line": ("attendance", "group_attendance_admin", "Attendance Administration"),
    "timesheet.line": ("timesheet", "group_timesheet_admin", "Timesheet Administration"),
}
"""Groups whose record rules allow lines of any employee (the modules' XML); without, only one's own may be written."""


def find_company(client: TrytonClient, name: str) -> Company:
    """The company of that name; raises `SettingsWrong` when there is not exactly one."""
    found = [*client.search_read("company.company", [["party.name", "=", name]], ["timezone"])]
    if len(found) != 1:
        many = "several companies" if found else "no company"
        raise SettingsWrong(f"Tryton has {many} called {name!r} that this user may see; correct the settings.")
    [company] = found
    return Company(company["id"], ZoneInfo(company["timezone"]) if company["timezone"] else None)


@dataclass
class Check:
    """One check of a connection."""

    client: TrytonClient
    settings: TrytonSettings

    def findings(self) -> Iterator[Finding]:
        """Look at everything, in the order in which it is needed; the first error ends it."""
        steps: dict[str, Look] = {
            "server": self._server,
            "transport": self._transport,
            "log-in": self._login,
            "modules": self._modules,
            "company": self._company,
            "rights": self._rights,
            "periods": self._periods,
        }
        return findings(steps)

    @cached_property
    def company(self) -> Company:
        """The company of the settings."""
        return find_company(self.client, self.settings.company)

    @cached_property
    def preferences(self) -> dict[str, Any]:
        """The user's companies and groups, as Tryton tells them to its clients."""
        found: dict[str, Any] = self.client.read("model.res.user.get_preferences", True)
        return found

    def _server(self) -> Told:
        version = self.client.version()
        if version == KNOWN:
            return Severity.OK, f"Tryton {version} answers."
        return Severity.WARNING, f"It is Tryton {version}; this connector is tested with {KNOWN}. Try it on a copy."

    def _transport(self) -> Told:
        return transport("password", self.settings.url)

    def _login(self) -> Told:
        self.client.login()
        if self.preferences["administrator"]:
            return Severity.WARNING, "The user is a Tryton administrator; make an ordinary user for Muster."
        return Severity.OK, "The user logs in."

    def _modules(self) -> Told:
        domain = [["name", "in", [*self.settings.records]], ["state", "=", "activated"]]
        active = {module["name"] for module in self.client.search_read("ir.module", domain, ["name"])}
        if missing := sorted(self.settings.records - active):
            raise NotInstalled(f"Activate in Tryton (Administration, Modules): {', '.join(missing)}.")
        return Severity.OK, f"Activated: {', '.join(sorted(active))}."

    def _company(self) -> Told:
        # Record rules let a user see its current company, or all of its companies (module company, res.user).
        user, name = self.preferences, self.settings.company
        seen = user["companies"] if user["company_filter"] == "all" else [user.get("company")]
        if self.company.ref not in seen:
            raise SettingsWrong(f'Set "Current Company" of the Tryton user to {name!r}.')
        zone = self.company.zone.key if self.company.zone else "UTC, as none is set"
        return Severity.OK, f"{name}; its days are those of {zone}."

    def _rights(self) -> Told:
        models = self.settings.models
        access = self.client.read("model.ir.model.access.get_access", [*models])
        for model in models:
            lacking = [right for right in ("read", "create", "write", "delete") if not access[model][right]]
            if lacking:
                raise NotPermitted(f'Give the Tryton user the right to {", ".join(lacking)} on "{model}".')
        if lacking := [GROUPS[model][2] for model in models if not self._in_group(*GROUPS[model][:2])]:
            names = " and ".join(f'"{name}"' for name in lacking)
            raise NotPermitted(f"Put the Tryton user into {names}; without, it may write only its own lines.")
        return Severity.OK, "The user may create, change and delete lines of every employee."

    def _in_group(self, module: str, xml_id: str) -> bool:
        return self.client.read("model.ir.model.data.get_id", module, xml_id) in self.preferences["groups"]

    def _periods(self) -> Told:
        until = closed_until(self.client, self.company) if "attendance" in self.settings.records else 0
        if not until:
            return Severity.OK, "No attendance period is closed."
        return Severity.OK, f"Attendance is closed up to {moment(until):%Y-%m-%d %H:%M} UTC; earlier lines are refused."
