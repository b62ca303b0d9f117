"""The check of a connection: from the address to the fields of each object, each with what to change in Salesforce."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from connectors.salesforce import attendance, people, sheets
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.links import Link
from connectors.salesforce.settings import SalesforceSettings
from hub.check import Look, Told, findings, transport
from hub.contract import Finding, Kind, Severity
from hub.errors import NotInstalled, NotPermitted, SettingsWrong
from hub.oauth import TokenStore

_DEPLOY = "deploy Muster's package, and assign the permission set Muster Attendance to Muster's user"
Fields = Mapping[str, Mapping[str, Any]]


@dataclass
class Check:
    """One check of a connection."""

    client: SalesforceClient
    settings: SalesforceSettings
    tokens: TokenStore
    employees: Link
    costs: Link

    def findings(self) -> Iterator[Finding]:
        """Look at everything, in the order in which it is needed; the first error ends it."""
        return findings(self._steps())

    def _steps(self) -> dict[str, Look]:
        steps: dict[str, Look] = {
            "server": self._server,
            "transport": self._transport,
            "log-in": self._log_in,
            "limits": self._limits,
            "employees": self._people,
        }
        if self.settings.target == "time_sheet":
            return {**steps, "time sheets": self._time_sheets}
        records = {attendance.OBJECTS[kind]: self._records(kind) for kind in sorted(self.settings.kinds)}
        return {
            **steps,
            **({"cost centres": self._cost_centres} if Kind.HOURS in self.settings.kinds else {}),
            **records,
        }

    def _server(self) -> Told:
        versions, pinned = self.client.versions(), self.settings.api_version
        if pinned not in versions:
            raise SettingsWrong(
                f"API versions {versions[0]} to {versions[-1]} are there, and {pinned} is not; set api_version."
            )
        return Severity.OK, f"API version {pinned} is there; the newest is {versions[-1]}."

    def _transport(self) -> Told:
        return transport("token", self.settings.url)

    def _log_in(self) -> Told:
        self.client.get("")
        token = self.tokens.load()
        told = token.extra.get("instance_url", "") if token else ""
        if told and urlsplit(told).hostname != urlsplit(self.settings.url).hostname:
            return Severity.WARNING, f"Salesforce calls the address of this org {told}; set url to it."
        return Severity.OK, f"Logged in by {self.settings.grant}."

    def _limits(self) -> Told:
        meter = self.client.meter
        if not meter.allowed:
            return Severity.WARNING, "Salesforce does not say how many API requests the org may make."
        used = f"{meter.used} of {meter.allowed} API requests in 24 hours are used"
        if meter.used * 100 >= meter.allowed * self.settings.daily_percent // 2:
            return Severity.WARNING, f"{used}; at {self.settings.daily_percent} % Muster stops."
        return Severity.OK, f"{used}."

    def _people(self) -> Told:
        settings = self.settings
        thing, name = people.employee_object(settings), settings.employee_field
        fields = self.client.fields(thing)
        if "." not in name:
            _require(
                fields, name, thing, f"name another employee_field, or give Muster's user the right to read {name}."
            )
            self._require_key(fields, name, thing, self.employees)
        numbers = [number for _, number, _ in people.rows(self.client, settings)]
        if without := numbers.count(""):
            return Severity.WARNING, f"{without} of {len(numbers)} records of {thing} have no number in {name}."
        if twice := sum(1 for times in Counter(map(str.lower, numbers)).values() if times > 1):
            return Severity.WARNING, f"{twice} numbers in {thing}.{name} are there more than once."
        return (Severity.OK if numbers else Severity.WARNING), f"{len(numbers)} records of {thing} have a number."

    def _cost_centres(self) -> Told:
        thing, name = self.settings.cost_object, self.settings.cost_field
        fields = self.client.fields(thing)
        _require(fields, name, thing, "name another cost_field.")
        self._require_key(fields, name, thing, self.costs)
        return Severity.OK, f"Cost centres are records of {thing}, known by {name}."

    @staticmethod
    def _require_key(fields: Fields, name: str, thing: str, link: Link) -> None:
        one = fields[name]
        if link.key and not (one.get("externalId") or one.get("idLookup")):
            raise SettingsWrong(
                f"{thing}.{name} is no external id: mark it as one in Salesforce, or set linked_by to id."
            )
        if link.key and not one.get("unique"):
            raise SettingsWrong(f"{thing}.{name} is not unique: one number could be two people; mark it as unique.")

    def _records(self, kind: Kind) -> Look:
        def look() -> Told:
            name = attendance.OBJECTS[kind]
            try:
                fields = self.client.fields(name)
            except NotInstalled:
                raise NotInstalled(f"Salesforce has no {name} that Muster's user may see: {_DEPLOY}.") from None
            lookups = [self.employees.lookup, *([self.costs.lookup] if kind is Kind.HOURS else [])]
            wanted = [attendance.KEY, attendance.DATE, attendance.VOID, *attendance.COLUMNS[kind], *lookups]
            for field in wanted:
                _require(fields, field, name, f"{_DEPLOY}.")
                _require_right(fields, field, name)
            key = fields[attendance.KEY]
            if not (key.get("externalId") and key.get("unique") and key.get("caseSensitive")):
                raise SettingsWrong(
                    f"{name}.{attendance.KEY} is no external id, unique and case sensitive; deploy the package."
                )
            if lacking := _lacking_statuses(fields) if kind is Kind.DAY else "":
                return Severity.WARNING, f"Add to the picklist {name}.Status__c: {lacking}; such days are refused."
            return Severity.OK, f"{name} has all fields, and Muster's user may write them."

        return look

    def _time_sheets(self) -> Told:
        for name, names in sheets.WRITTEN.items():
            fields = self.client.fields(name)
            for field in names:
                _require(fields, field, name, "switch Field Service on, and give Muster's user the right to it.")
                if not fields[field].get("createable"):
                    raise NotPermitted(
                        f"Muster's user may not write {name}.{field}; give it the right to edit the field."
                    )
        if not self.client.may_delete(sheets.ENTRY):
            raise NotPermitted(f"Muster's user may not delete {sheets.ENTRY}; corrections of punches need that.")
        return Severity.OK, "Time sheets can be written."


def _lacking_statuses(fields: Fields) -> str:
    there = {one.get("value") for one in fields["Status__c"].get("picklistValues", ()) if one.get("active")}
    return ", ".join(one for one in attendance.STATUSES if one not in there)


def _require(fields: Fields, name: str, thing: str, what_to_do: str) -> None:
    """A field that the user may not see is not there."""
    if name not in fields:
        raise NotInstalled(f"Salesforce has no {thing}.{name} that Muster's user may see: {what_to_do}")


def _require_right(fields: Fields, name: str, thing: str) -> None:
    one = fields[name]
    if not (one.get("createable") and one.get("updateable")):
        raise NotPermitted(f"Muster's user may not write {thing}.{name}: {_DEPLOY}.")
