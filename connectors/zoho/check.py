"""The check of a connection: from the token to the leave type, each with what to change in Zoho."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from connectors.zoho import lost_pay
from connectors.zoho.entries import entries_of
from connectors.zoho.leaves import UNPAID
from connectors.zoho.report import reported
from connectors.zoho.site import Site
from hub.check import Look, Told, findings, transport
from hub.contract import Finding, Kind, Severity
from hub.errors import SettingsWrong


@dataclass
class Check:
    """One check of a connection; `today` is any recent day."""

    site: Site
    today: date

    def findings(self) -> Iterator[Finding]:
        """Look at everything, in the order in which it is needed; the first error ends it."""
        return findings(self._steps())

    def _steps(self) -> dict[str, Look]:
        steps: dict[str, Look] = {
            "transport": self._transport,
            "employees": self._employees,
            "attendance report": self._report,
            "attendance entries": self._entries,
        }
        given = self.site.settings
        steps |= {"loss of pay": self._loss_of_pay} if Kind.DAY in given.kinds else {}
        return steps | (
            {"report of lost pay": self._report_of_lost_pay} if given.leave_type and given.pay_period else {}
        )

    def _transport(self) -> Told:
        hosts = self.site.settings.hosts
        return transport("token", hosts.accounts, hosts.people)

    def _employees(self) -> Told:
        field, people = self.site.settings.number_field, [*self.site.people.employees()]
        if people and field not in self.site.people.fields:
            raise SettingsWrong(f"Zoho's employees have no field {field}; correct number_field.")
        lacking = sum(1 for one in people if one.active and not one.number)
        if lacking:
            return Severity.WARNING, f"{lacking} active employees have no {field} in Zoho; enter it there."
        return Severity.OK, f"{len(people)} employees are seen."

    def _report(self) -> Told:
        seen = {one.employee for one in reported(self.site.client, self.today, self.today)}
        unseen = [one for one in self.site.people.employees() if one.active and one.ref not in seen]
        if unseen:
            return Severity.WARNING, (
                f"The attendance report shows {len(seen)} people and not {len(unseen)} active ones: let the one who "
                "authorised Muster see everybody, and switch attendance on for them."
            )
        return Severity.OK, f"The attendance report shows {len(seen)} people."

    def _entries(self) -> Told:
        person = next((one for one in self.site.people.employees() if one.active), None)
        if person is None:
            return Severity.WARNING, "There is no active employee to look at."
        entries_of(self.site.client, person.ref, self.today - timedelta(days=1), self.today)
        return Severity.OK, "Entries can be read one by one, and so corrected."

    def _loss_of_pay(self) -> Told:
        kind = self.site.leaves.type
        if kind.get("type") != UNPAID:
            name = self.site.settings.leave_type
            raise SettingsWrong(f"Leave type {name!r} in Zoho is {kind.get('type')}; take one of the kind Unpaid.")
        [*self.site.leaves.rows(self.today, self.today)]
        return Severity.OK, "Loss of pay can be booked; Zoho Payroll fetches it when LOP sync is set up there."

    def _report_of_lost_pay(self) -> Told:
        client = self.site.client
        period = lost_pay.period_named(client, self.site.settings.pay_period)
        first, last = lost_pay.cycle(period, self.today)
        if others := lost_pay.differing(client, self.site.leaves, period, first, last):
            return Severity.WARNING, (
                f"From {first} to {last}, Zoho's report of lost pay books other days than the leave for "
                f"{len(others)} people, such as employee record {others[0]}; see the report before the pay run."
            )
        return Severity.OK, f"From {first} to {last}, Zoho's report of lost pay books what the leave says."
