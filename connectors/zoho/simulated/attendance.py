"""Attendance by v1 in the simulated Zoho: single punches, the bulk import, the user report, entries of a day."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from starlette.responses import Response

from connectors.zoho.simulated.state import Employee, State
from connectors.zoho.simulated.words import (
    Refusal,
    day,
    days_between,
    forms_error,
    hours,
    long_day,
    moment,
    reply,
    twelve,
)

LONGEST_DAYS = 31
REPORT_PAGE = 100
Form = dict[str, str]


@dataclass
class Attendance:
    """What was punched, and what is shown of it.

    `dated` is whether FirstIn and LastOut bear their date: which, is not known [I]. `gaps` is whether total hours leave
    breaks out, which is a setting in Zoho. `skips` says how many people an import skips besides; a call with an item of
    the `spoiling` (Employee IDs) is refused as a whole: whether Zoho ever does that is not known [I].
    """

    state: State
    dated: bool = True
    gaps: bool = True
    skips: int = 0
    spoiling: frozenset[str] = frozenset()

    def single(self, form: Form) -> Response:
        """One employee's check-in, check-out or both [R]."""
        person = self._person(form)
        if person is None:
            return reply([{"msg": "Invalid User", "response": "failure"}])
        java = form.get("dateFormat", "dd/MM/yyyy HH:mm:ss")
        told: dict[str, Any] = {}
        for name, punch in (("checkIn", self.state.punch_in), ("checkOut", self.state.punch_out)):
            if form.get(name):
                at = moment(form[name], java)
                punch(person.ref, at)
                told = {"tdate": form[name], "dateFormat": java, "tsecs": 0}
                told["inputType_in" if name == "checkIn" else "inputType_out"] = 3
        return reply([{"response": "success", **told}])

    def bulk(self, form: Form) -> Response:
        """Many; who is not known, or does not attend, is skipped and named [C]; the rest is made up [I]."""
        try:
            items = [self._item(one, form["dateFormat"]) for one in json.loads(form["data"])]
        except (KeyError, ValueError, TypeError):
            return forms_error(7016, "Invalid input data", "/api/attendance/bulkImport")
        times = [at for _, at, _ in items]
        if times and (max(times).date() - min(times).date()).days > LONGEST_DAYS:
            return forms_error(7016, "Date range exceeds 31 days", "/api/attendance/bulkImport")  # [I]
        if self.spoiling & {number for number, _, _ in items}:
            return forms_error(7016, "Invalid input data.", "/api/attendance/bulkImport")
        skipped = self._skipped([number for number, _, _ in items])
        for number, at, is_in in items:
            person = self.state.employee(number)
            if person and number not in skipped:
                (self.state.punch_in if is_in else self.state.punch_out)(person.ref, at)
        return reply({"skippedEmpInfo": skipped, "message": "Success", "status": 0})

    def _item(self, one: dict[str, str], java: str) -> tuple[str, datetime, bool]:
        name = "checkIn" if "checkIn" in one else "checkOut"
        person = self._person(one)
        number = person.number if person else one.get("empId", "")
        return number, moment(one[name], java), name == "checkIn"

    def _skipped(self, numbers: list[str]) -> list[str]:
        some = sorted({one for one in numbers if not self._attends(one)})
        besides = [one for one in dict.fromkeys(numbers) if one not in some]
        return some + besides[: self.skips]

    def _attends(self, number: str) -> bool:
        person = self.state.employee(number)
        return person is not None and person.attends

    def _person(self, form: Form) -> Employee | None:
        """By Employee ID, mail or record id."""
        if number := form.get("empId"):
            return self.state.employee(number)
        return next(
            (
                one
                for one in self.state.employees.values()
                if one.mail == form.get("emailId") or one.ref == form.get("erecno")
            ),
            None,
        )

    def report(self, form: Form) -> Response:
        """A hundred employees from `startIndex`, which counts from 0 [R]; inactive ones are not in it [R]."""
        first, last = self._range(form)
        people = sorted((one for one in self.state.employees.values() if one.active), key=lambda one: one.ref)
        if {"empId", "emailId"} & form.keys():
            person = self._person(form)
            people = [person] if person else []
        begin = int(form.get("startIndex", "0"))
        rows = [self._row(one, days_between(first, last)) for one in people[begin : begin + REPORT_PAGE]]
        return reply({"result": rows, "message": "Success", "uri": "/api/attendance/getUserReport", "status": 0})

    def _range(self, form: Form) -> tuple[date, date]:
        try:
            return day(form["sdate"]), day(form["edate"])
        except (KeyError, ValueError) as error:
            raise Refusal(forms_error(7055, "Invalid date format", "/api/attendance/getUserReport")) from error

    def _row(self, one: Employee, days: list[date]) -> dict[str, Any]:
        names = {"first name": one.fields.get("FirstName", "Asha"), "last name": one.fields.get("LastName", "Rao")}
        details = {"id": one.number, "erecno": one.ref, "mail id": one.mail, **names}
        shown = {str(each): self._of_day(one.ref, each) for each in reversed(days)}
        return {"employeeDetails": details, "attendanceDetails": shown}

    def _of_day(self, employee: str, on: date) -> dict[str, Any]:
        entries = self.state.of_day(employee, on)
        leave = next((x for x in self.state.leaves.values() if x.employee == employee and on in x.days), None)
        nowhere = dict.fromkeys(("FirstIn_Location", "LastOut_Location", "FirstIn_Building", "LastOut_Building"), "-")
        shift = {"ShiftName": "General", "ShiftStartTime": "09:00 AM", "ShiftEndTime": "06:00 PM"}
        zones = {"entryTimezone": "", "responseTimezone": "Asia/Kolkata"}
        if not entries:
            status = "Loss of pay" if leave else "Weekend" if on.weekday() >= 5 else "Absent"
            none = {"FirstIn": "-", "LastOut": "-", "TotalHours": "00:00", "WorkingHours": "00:00"}
            return {"Status": status, **none, **shift, **nowhere, **zones}
        begun, ended = entries[0].begun, max((x.ended for x in entries if x.ended), default=None)
        total = sum((x.ended - x.begun for x in entries if x.ended and x.begun), timedelta())
        if not self.gaps and begun and ended:
            total = ended - begun
        told = {"FirstIn": self._shown(begun), "LastOut": self._shown(ended), "TotalHours": hours(total)}
        return {"Status": "Present", **told, "WorkingHours": hours(total), **shift, **nowhere, **zones}

    def _shown(self, at: datetime | None) -> str:
        if at is None:
            return "-"
        return f"{at.date()} - {twelve(at)}" if self.dated else twelve(at)

    def entries(self, form: Form) -> Response:
        """One employee-day; `status` is the day's, and two forms of time stand in one body [R]."""
        person = self._person(form)
        if person is None:
            return reply({"error": "Invalid User"})
        found = self.state.of_day(person.ref, day(form["date"]))
        rows = [
            {
                "checkIn": self._long(one.begun),
                "checkOut": self._long(one.ended),
                "checkIn_Location": "-",
                "checkOut_Location": "-",
                "sourceOfPunchIn": "API",
                "sourceOfPunchOut": "API",
            }
            for one in found
        ]
        first = found[0].begun if found else None
        last = found[-1].ended if found else None
        ends = {"firstIn": str(first or "-"), "lastOut": str(last or "-")}
        status = "Present" if found else "Absent"
        return reply({**ends, "totalHrs": "00:00", "status": status, "allowedToCheckIn": True, "entries": rows})

    def _long(self, at: datetime | None) -> str:
        return f"{long_day(at.date())} - {twelve(at)}" if at else "-"
