"""Who works there: the employee form, and forms in general."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from connectors.zoho.client import ZohoClient
from connectors.zoho.settings import ZohoSettings
from hub.contract import CostObject, Person
from hub.errors import ContractBroken, NotInstalled

PAGE = 200
"""Records of one page of a form at most."""


class People:
    """The employees of the organisation: record ids, which other calls call erecno, and Employee IDs."""

    def __init__(self, client: ZohoClient, settings: ZohoSettings) -> None:
        self._client = client
        self._settings = settings

    def employees(self) -> Iterator[Person]:
        """Everybody, those who left too."""
        for ref, row in self._employees.items():
            number = str(row.get(self._settings.number_field) or "")
            yield Person(ref, number, active=_active(row))

    def cost_objects(self) -> Iterator[CostObject]:
        """The records of the form that lists cost centres."""
        given = self._settings
        for ref, row in self.records(given.cost_form):
            if given.cost_code_field not in row:
                raise NotInstalled(f"Zoho's form {given.cost_form} has no field {given.cost_code_field}; correct it.")
            yield CostObject(ref, str(row[given.cost_code_field] or ""), str(row.get(given.cost_name_field) or ""))

    def employee_id(self, ref: str) -> str | None:
        """The Employee ID, which attendance is imported by."""
        row = self._employees.get(ref)
        return str(row["EmployeeID"]) if row else None

    @property
    def fields(self) -> frozenset[str]:
        """The fields of the employee form."""
        return frozenset(name for row in self._employees.values() for name in row)

    @cached_property
    def _employees(self) -> dict[str, dict[str, Any]]:
        """Read once: who is hired while a push is under way waits for the next one."""
        return dict(self.records("employee"))

    def records(self, form: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Record id and fields of all records of a form, newest first; `sIndex` counts from 1."""
        begin = 1
        while True:
            rows = self._page(form, begin)
            yield from rows
            if len(rows) < PAGE:
                return
            begin += PAGE

    def _page(self, form: str, begin: int) -> list[tuple[str, dict[str, Any]]]:
        path = f"/people/api/forms/{form}/getRecords"
        body = self._client.read("forms", path, sIndex=str(begin), limit=str(PAGE))
        if body is None:
            return []
        try:
            return [(str(ref), fields) for row in body["response"]["result"] for ref, [fields] in row.items()]
        except (KeyError, TypeError, ValueError) as error:
            raise ContractBroken(f"Zoho's form {form} has an unknown shape; is it a form of Zoho People?") from error


def _active(row: dict[str, Any]) -> bool:
    kind = row.get("Employeestatus.type")
    return kind == 1 if isinstance(kind, int) else row.get("Employeestatus") == "Active"
