"""The check of a connection: from the address to the employees, each with what to change in S/4HANA."""

from collections.abc import Iterator
from datetime import date

from connectors.sap.s4hana import people
from connectors.sap.s4hana.client import S4Client
from connectors.sap.s4hana.entities import SERVICE, TIME_SHEET
from connectors.sap.s4hana.settings import S4Settings
from hub.check import Look, Told, findings, transport
from hub.contract import Finding, Severity


class Check:
    """One check of a connection."""

    def __init__(self, client: S4Client, settings: S4Settings, today: date) -> None:
        self._client = client
        self._settings = settings
        self._today = today

    def findings(self) -> Iterator[Finding]:
        """Look at everything, in the order in which it is needed; the first error ends it."""
        steps: dict[str, Look] = {
            "transport": self._transport,
            "time sheets": self._time_sheets,
            "writing": self._writing,
            "cost centres": self._cost_centres,
            "employees": self._employees,
        }
        return findings(steps)

    def _transport(self) -> Told:
        return transport("log-in", self._settings.url)

    def _time_sheets(self) -> Told:
        self._client.rows(f"{SERVICE}/{TIME_SHEET.collection}", "time sheets", **{"$top": "1"})
        return Severity.OK, "Time sheets can be read (scenario SAP_COM_0027)."

    def _writing(self) -> Told:
        if self._settings.api_key:
            return Severity.WARNING, "It is SAP's sandbox: it can be read, and nothing can be sent to it."
        self._client.begin()
        how = "released for approval" if self._settings.release else "kept as drafts"
        return Severity.OK, f"A session for writing is given; entries are {how}."

    def _cost_centres(self) -> Told:
        found = [*people.cost_objects(self._client, self._settings, self._today)]
        if not found:
            return Severity.WARNING, f"Company code {self._settings.company_code} has no valid cost centre."
        return Severity.OK, f"{len(found)} cost centres are valid today."

    def _employees(self) -> Told:
        found = [*people.employees(self._client, self._settings, self._today)]
        where = self._settings.work_agreements or "the availability service"
        if not found:
            return Severity.WARNING, f"There is no work agreement in {where}."
        return Severity.OK, f"{len(found)} work agreements from {where}."
