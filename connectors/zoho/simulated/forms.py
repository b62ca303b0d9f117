"""Forms in the simulated Zoho: the employee form, departments, custom forms, views [R]."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from connectors.zoho.simulated.state import Employee, State
from connectors.zoho.simulated.words import forms_error, forms_result, reply

Form = dict[str, str]
MOST = 200


@dataclass
class Forms:
    """The forms."""

    state: State

    def records(self, given: Form, form: str) -> Response:
        """Newest first; `sIndex` counts from 1; nothing is error 7024 [R]."""
        uri = f"/api/forms/{form}/getRecords"
        if form == "employee":
            rows = [self._employee(one) for one in self.state.employees.values()]
        elif form in self.state.forms:
            rows = self.state.forms[form]
        else:
            return forms_error(7011, f"Form name '{form}' is invalid", uri)
        begin, limit = int(given.get("sIndex", "1")) - 1, min(int(given.get("limit", MOST)), MOST)
        page = rows[::-1][begin : begin + limit]
        if not page:
            return forms_error(7024, "No records found", uri)
        return forms_result([{str(row["Zoho_ID"]): [row]} for row in page], uri)

    def _employee(self, one: Employee) -> dict[str, Any]:
        status = {"Employeestatus": "Active" if one.active else "Resigned", "Employeestatus.type": int(one.active)}
        names = {"EmployeeID": one.number, "FirstName": "Asha", "LastName": "Rao", "EmailID": one.mail}
        more = {"Department": "Assembly", "LocationName": "Pune", "Zoho_ID": int(one.ref), "ZUID": "-1"}
        return {**names, **status, **more, **one.fields}

    def view(self, given: Form, view: str) -> Response:
        """A bare list by labels; a wrong view has an envelope of its own [L]."""
        if view != "P_EmployeeView":
            return reply([{"message": "Invalid View Name", "errorcode": 7012, "Response status": 2}])
        begin, limit = int(given.get("sIndex", "1")) - 1, min(int(given.get("rec_limit", MOST)), MOST)
        rows = [
            {"recordId": one.ref, "Employee ID": one.number, "First Name": "Asha", "Last Name": "Rao"}
            for one in self.state.employees.values()
        ]
        return reply(rows[::-1][begin : begin + limit])
