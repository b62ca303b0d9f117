"""Fills a sandbox with one company through Tryton's own RPC, as its client would do it; a call per model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.tryton.client import TrytonClient
from connectors.tryton.sandbox import HUB_USER, Sandbox
from hub.contract import SecretRef

GROUPS = (("attendance", "group_attendance_admin"), ("timesheet", "group_timesheet_admin"))
"""The groups (module, XML id) that let a user write lines of any employee; see their rules in the two modules."""


@dataclass(frozen=True, slots=True)
class Site:
    """What to make: a company, employees by number, works (cost centres) by code.

    An employee can have a first and a last day (`contracts`, by number); lines outside them are refused by Tryton.
    """

    company: str = "Muster Works"
    currency: str = "INR"
    timezone: str = "Asia/Kolkata"
    employees: Mapping[str, str] = field(default_factory=dict)
    works: Mapping[str, str] = field(default_factory=dict)
    contracts: Mapping[str, tuple[date | None, date | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Provisioned:
    """The ids that Tryton gave: employees by number, works by code."""

    company: str
    company_id: int
    employees: Mapping[str, str]
    works: Mapping[str, str]


def provision(sandbox: Sandbox, site: Site) -> Provisioned:
    """Make the company, its people and works, and the user that Muster writes as."""
    with sandbox.client() as admin:
        currency = {"code": site.currency, "name": site.currency, "symbol": site.currency, "rounding": Decimal("0.01")}
        [currency_id] = _create(admin, "currency.currency", [currency])
        [party] = _create(admin, "party.party", [{"name": site.company}])
        company = {"party": party, "currency": currency_id, "timezone": site.timezone}
        [company_id] = _create(admin, "company.company", [company])
        # The administrator, too, sees only the records of its current company.
        [me, *_] = admin.read("model.res.user.search", [["login", "=", "admin"]], 0, None, None)
        admin.write("model.res.user.write", [me], {"companies": [["add", [company_id]]], "company": company_id})
        admin.context |= {"company": company_id}
        user(admin, HUB_USER, sandbox.secret(HUB_USER), company_id)
        return Provisioned(
            company=site.company,
            company_id=company_id,
            employees=_employees(admin, site, company_id),
            works=_works(admin, site, company_id),
        )


def user(
    admin: TrytonClient, login: str, password: SecretRef, company: int, groups: tuple[tuple[str, str], ...] = GROUPS
) -> int:
    """Make a user of the company with these groups."""
    ids = [admin.read("model.ir.model.data.get_id", module, xml_id) for module, xml_id in groups]
    values = {"name": f"User {login}", "login": login, "password": password.reveal(), "company": company}
    links = {"companies": [["add", [company]]], "groups": [["add", ids]]}
    [made] = _create(admin, "res.user", [values | links])
    return made


def _employees(admin: TrytonClient, site: Site, company: int) -> dict[str, str]:
    # Company.employee has no number of its own; the party's code is shown next to the name everywhere.
    parties = [{"code": number, "name": name} for number, name in site.employees.items()]
    ids = _create(admin, "party.party", parties)
    rows = []
    for number, party in zip(site.employees, ids, strict=True):
        first, last = site.contracts.get(number, (None, None))
        rows.append({"party": party, "company": company, "start_date": first, "end_date": last})
    return _by(site.employees, _create(admin, "company.employee", rows))


def _works(admin: TrytonClient, site: Site, company: int) -> dict[str, str]:
    # Timesheet.work has a name and nothing else that could hold a code.
    rows = [{"name": f"{code} {name}", "company": company} for code, name in site.works.items()]
    return _by(site.works, _create(admin, "timesheet.work", rows))


def _create(admin: TrytonClient, model: str, rows: list[dict[str, Any]]) -> list[int]:
    made: list[int] = admin.write(f"model.{model}.create", rows) if rows else []
    return made


def _by(keys: Mapping[str, str], ids: list[int]) -> dict[str, str]:
    return {key: str(id_) for key, id_ in zip(keys, ids, strict=True)}
