"""Leave in the simulated Zoho: types and records of v2, insertion by v1, deletion by v3, and the report of lost pay."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from connectors.zoho.simulated.entries import not_found
from connectors.zoho.simulated.state import PAID_TYPE, UNPAID_TYPE, Leave, State
from connectors.zoho.simulated.words import day, days_between, forms_error, forms_result, long_day, reply

Form = dict[str, str]
INSERT = "/api/forms/json/leave/insertRecord"
TYPES: list[dict[str, Any]] = [
    {"id": PAID_TYPE, "name": "Annual Leave", "code": "AL", "type": "PAID", "isV2": True},
    {"id": UNPAID_TYPE, "name": "Loss of pay", "code": "LOP", "type": "UNPAID", "isV2": True},
]
PERIOD = "900"


@dataclass
class Leaves:
    """`pending`: whether new leave waits for somebody's approval; `base`: where indices begin to count [R: 1, D: 0]."""

    state: State
    pending: bool = False
    base: int = 1

    def types(self, _form: Form) -> Response:
        """No envelope [R]."""
        return reply({"leavetypes": TYPES})

    def records(self, form: Form) -> Response:
        """A map and no list, ids as numbers, no status [R]."""
        first, last = day(form["from"]), day(form["to"])
        kinds = json.loads(form.get("leavetype", "[]"))
        found = [
            one
            for one in self.state.leaves.values()
            if one.first <= last and one.last >= first and (not kinds or one.kind in kinds)
        ]
        begin, limit = int(form.get("startIndex", self.base)) - self.base, int(form.get("limit", "200"))
        return reply({"records": {one.ref: self._row(one) for one in found[begin : begin + limit]}})

    def _row(self, one: Leave) -> dict[str, Any]:
        person = self.state.employees[one.employee]
        kind = next(each for each in TYPES if each["id"] == one.kind)
        return {
            "Zoho.ID": int(one.ref),
            "Employee": "Asha Rao",
            "EmployeeId": person.number,
            "Employee.ID": int(person.ref),
            "Leavetype": kind["name"],
            "Leavetype.ID": int(one.kind),
            "Type": kind["type"],
            "Unit": "Days",
            "From": long_day(one.first),
            "To": long_day(one.last),
            "Days": {long_day(on): {"LeaveCount": count} for on, count in one.days.items()},
            "ApprovalStatus": one.status,
            "ZUID": -1,
        }

    def insert(self, form: Form) -> Response:
        """By v1 [R]; leave over leave is refused [D]."""
        given = json.loads(form["inputData"])
        employee, first, last = given["Employee_ID"], day(given["From"]), day(given["To"])
        if employee not in self.state.employees:
            return forms_error(7048, "No such user", INSERT)
        taken = [one for one in self.state.leaves.values() if one.employee == employee and one.status != "Cancelled"]
        if any(one.first <= last and one.last >= first for one in taken):
            return forms_error(7109, "Leave already taken for this day", INSERT)
        ref = self.state.new()
        status = "Pending" if self.pending else ""
        days = self._days(given.get("days", {}), first, last)
        self.state.leaves[ref] = Leave(ref, employee, given["Leavetype"], first, last, days, status)
        result = {"pkId": ref, "message": "Successfully Added"}
        return forms_result(result, INSERT, "Data added successfully")

    def _days(self, given: dict[str, Any], first: date, last: date) -> dict[date, str]:
        asked = {day(on): Decimal(str(said["LeaveCount"])) for on, said in given.items()}
        return {on: f"{float(asked.get(on, 1)):.1f}" for on in days_between(first, last)}

    def delete(self, _form: Form, ref: str) -> Response:
        """By v3 [D]."""
        if self.state.leaves.pop(ref, None) is None:
            return not_found()
        return reply({"message": "Request processed successfully.", "status": "success"})

    def periods(self, _form: Form) -> Response:
        """Pay periods; a status of 1 is good here [D]."""
        row = {"id": PERIOD, "name": "India", "period": "Monthly", "type": 1, "start_date": "1", "end_date": "32"}
        done = {"message": "Data fetched successfully!", "uri": "/api/payperiod/settings", "status": 1}
        return reply({"payperiod_settings": [{**row, "closure_date": "28", "locations": {}}], **done})

    def lost(self, form: Form) -> Response:
        """Lost pay by employee; among the ids stands the word `employees` [D]."""
        if form.get("payPeriodSettingId") != PERIOD:
            return forms_error(7019, "Parameter missing", "/api/v2/leavetracker/reports/lop")
        first, last = day(form["from"]), day(form["to"])
        people = sorted(self.state.employees)
        begin, limit = int(form.get("startIndex", "0")), int(form.get("limit", "200"))
        report: dict[str, Any] = {ref: self._lost(ref, first, last) for ref in people[begin : begin + limit]}
        return reply({"report": {**report, "employees": [int(ref) for ref in report]}})

    def _lost(self, employee: str, first: date, last: date) -> dict[str, Any]:
        mine = [one for one in self.state.leaves.values() if (one.employee, one.kind) == (employee, UNPAID_TYPE)]
        total = sum((Decimal(part) for one in mine for on, part in one.days.items() if first <= on <= last), Decimal())
        number = int(total) if total == int(total) else float(total)
        lost = {"reason": "", "total": number, "booked": number, "carryOver": 0, "adjustment": 0, "lop": number}
        person = self.state.employees[employee]
        who = {"name": "Asha Rao", "id": person.number, "email": person.mail}
        return {"lopDetail": {**lost, "PreviousPayPeriodBalance": 0}, "employee": who}
