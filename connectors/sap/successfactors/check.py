"""The check of a connection: from the certificate to the targets, each with what to change in SuccessFactors."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from connectors.sap.successfactors import assertion, people
from connectors.sap.successfactors.client import SfClient
from connectors.sap.successfactors.entities import JOB
from connectors.sap.successfactors.settings import SfSettings
from connectors.sap.successfactors.target import Target
from hub.check import ended, transport
from hub.contract import Finding, Severity
from hub.errors import HubError, SettingsWrong

_SOON = timedelta(days=30)


class Check:
    """One check of a connection."""

    def __init__(self, client: SfClient, settings: SfSettings, targets: Sequence[Target], today: date) -> None:
        self._client = client
        self._settings = settings
        self._targets = targets
        self._today = today

    def findings(self) -> Iterator[Finding]:
        """Look at everything, in the order in which it is needed; the first error ends it."""
        steps: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
            ("transport", self._transport),
            ("certificate", self._certificate),
            ("employees", self._employees),
            ("time recording", self._profiles),
            *((type(one).__name__, one.findings) for one in self._targets),
        ]
        for subject, look in steps:
            try:
                yield from look()
            except HubError as error:
                yield ended(subject, error)
                return

    def _transport(self) -> Iterator[Finding]:
        yield Finding("transport", *transport("token", self._settings.url))

    def _certificate(self) -> Iterator[Finding]:
        _, found = assertion.pair(self._settings.private_key, self._settings.certificate)
        ends = found.not_valid_after_utc.date()
        if ends < self._today:
            raise SettingsWrong(f"The certificate ended on {ends}; make a new pair and register its certificate.")
        severity = Severity.WARNING if ends - self._today < _SOON else Severity.OK
        text = f"The certificate ends on {ends}: then every log-in fails. Register a new one before."
        yield Finding("certificate", severity, text)

    def _employees(self) -> Iterator[Finding]:
        found = [*people.employees(self._client, self._settings, self._today)]
        active = [one for one in found if one.active]
        without = sum(1 for one in active if not one.number)
        if not active:
            text = "No active employee with a job can be seen; give the user the permissions that the page lists."
            yield Finding("employees", Severity.WARNING, text)
        else:
            severity = Severity.WARNING if without else Severity.OK
            text = f"{len(active)} active employees, {without} of them without an employee number."
            yield Finding("employees", severity, text)

    def _profiles(self) -> Iterator[Finding]:
        """Whom external times would be sent for in vain."""
        if self._settings.attendance != "external_time" or not self._settings.recording_profiles:
            return
        jobs = people.jobs(self._client.rows(JOB, paging="snapshot")).values()
        others = [one for one in jobs if one.get("timeRecordingProfileCode") not in self._settings.recording_profiles]
        severity = Severity.WARNING if others else Severity.OK
        text = f"{len(others)} of {len(jobs)} employees have another time recording profile; their hours are refused."
        yield Finding("time recording", severity, text)
