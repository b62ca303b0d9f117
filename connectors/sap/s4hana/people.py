"""Who and where: work agreements from a file or from the availability service, cost centres from their own.

S/4HANA has no released interface that lists work agreements. A file that the personnel department exports is the plain
way; the availability service has a row an employee and day, and so names everybody who is employed on a day.
"""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from connectors.sap import odata_wire as wire
from connectors.sap.s4hana.client import S4Client
from connectors.sap.s4hana.entities import AVAILABILITY, COST_CENTRE, COST_CENTRES, DAY_OVERVIEW
from connectors.sap.s4hana.mapping import employee_ref, plain
from connectors.sap.s4hana.settings import S4Settings
from hub.contract import CostObject, Person
from hub.errors import ContractBroken, SettingsWrong

NUMBER, AGREEMENT, COMPANY = "number", "work_agreement", "company_code"


def employees(client: S4Client, settings: S4Settings, today: date) -> Iterator[Person]:
    """Everybody whom time can be booked for; raises `SettingsWrong` when the file is not as it should be."""
    if settings.work_agreements is not None:
        yield from _of_file(settings.work_agreements, settings.company_code)
        return
    seen = set()
    where = f"Companycode eq {wire.literal(settings.company_code)} and Calendardate eq {wire.day_literal(today)}"
    path = f"{AVAILABILITY}/{DAY_OVERVIEW.collection}"
    query = {"$filter": where, "$orderby": "Personworkagreementexternalid"}
    for row in client.all_rows(path, "the availability of the workforce", **query):
        agreement = row.get("Personworkagreementexternalid")
        if not isinstance(agreement, str):
            raise ContractBroken("A row of the availability service has no work agreement; name a file instead.")
        if agreement and agreement not in seen:
            seen.add(agreement)
            yield Person(employee_ref(settings.company_code, agreement), agreement)


def _of_file(path: Path, company: str) -> Iterator[Person]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [*csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsWrong(f"{path} cannot be read; make it a CSV file in UTF-8.", detail=repr(error)) from error
    if rows and not {NUMBER, AGREEMENT} <= rows[0].keys():
        raise SettingsWrong(f"{path} needs the columns {NUMBER} and {AGREEMENT}.")
    for line, row in enumerate(rows, 2):
        number, agreement = (row[NUMBER] or "").strip(), (row[AGREEMENT] or "").strip()
        if not number or not agreement or len(agreement) > 20:
            raise SettingsWrong(f"{path} line {line}: a number and a work agreement of at most 20 characters, please.")
        yield Person(employee_ref((row.get(COMPANY) or company).strip(), agreement), number)


def cost_objects(client: S4Client, settings: S4Settings, today: date) -> Iterator[CostObject]:
    """The cost centres of the company code that are valid and open for hours; the code has no zeros before it."""
    where = [
        f"CompanyCode eq {wire.literal(settings.company_code)}",
        f"ValidityEndDate ge {wire.day_literal(today)}",
        f"ValidityStartDate le {wire.day_literal(today)}",
    ]
    if settings.controlling_area:
        where.append(f"ControllingArea eq {wire.literal(settings.controlling_area)}")
    path = f"{COST_CENTRES}/{COST_CENTRE.collection}"
    query = {"$filter": " and ".join(where), "$expand": "to_Text", "$orderby": "ControllingArea,CostCenter"}
    for row in client.all_rows(path, "cost centres", **query):
        if row.get("IsBlkdForPrimaryCostsPosting") != "X":
            code = plain(str(row.get("CostCenter", "")))
            yield CostObject(code, code, _name(row))


def _name(row: dict[str, object]) -> str:
    """The English name, else any."""
    match row.get("to_Text"):
        case {"results": [*texts]}:
            names = {str(one.get("Language")): str(one.get("CostCenterName", "")) for one in texts}
            return names.get("EN") or next(iter(names.values()), "")
    return ""
