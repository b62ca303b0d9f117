"""Attendance entries of v3 in the simulated Zoho: form fields in, "success" out [D parameters, C answers]."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from connectors.zoho.simulated.state import Entry, State
from connectors.zoho.simulated.words import day, long_day, moment, reply

Form = dict[str, str]
PAGE = 100


def not_found() -> Response:
    """A record that is not there [D]."""
    return reply({"code": "NOT_FOUND", "message": "Record not found"}, 404)


@dataclass
class Entries:
    """The entries; `base` is where offsets begin to count [I]."""

    state: State
    base: int = 1

    def listed(self, form: Form) -> Response:
        """Of one employee, or of all [I], from `offset`."""
        first, last = day(form["from_date"]), day(form["to_date"])
        employee = form.get("employee_zoho_id")
        found = [
            one for one in self.state.entries.values() if employee in (None, one.employee) and first <= one.day <= last
        ]
        begin = int(form.get("offset", self.base)) - self.base
        return reply({"status": "success", "data": [self._row(one) for one in found[begin : begin + PAGE]]})

    def _row(self, one: Entry) -> dict[str, Any]:
        person = self.state.employees[one.employee]
        punches = {
            name: {"punch": f"{long_day(at.date())} {at:%H:%M:%S}", "source": "API", "location": ""} if at else {}
            for name, at in (("punch_in", one.begun), ("punch_out", one.ended))
        }
        who = {"zoho_id": person.ref, "id": person.number, "name": "Asha Rao"}
        return {
            "entry_id": one.ref,
            "origin_day": long_day(one.day),
            "is_break": False,
            "employee": who,
            **punches,
        }

    def add(self, form: Form) -> Response:
        """Many; those of unknown people are not counted, and not named [I]."""
        done = 0
        for one in json.loads(form["punch_details"]):
            person = self.state.employee(one["employee_id"])
            if person is None:
                continue
            begun, ended = (moment(one[name], form["datetime_format"]) for name in ("punch_in", "punch_out"))
            ref = self.state.new()
            self.state.entries[ref] = Entry(ref, person.ref, begun, ended)
            done += 1
        message = "Record(s) added successfully."
        return reply({"status": "success", "message": message, "data": {"success_count": done}})

    def delete(self, _form: Form, ref: str) -> Response:
        """One entry."""
        if self.state.entries.pop(ref, None) is None:
            return not_found()
        return reply({"message": "Request processed successfully.", "status": "success"})
