"""Makes the cassettes in `zoho/`: `python make_zoho.py`.

No organisation of ours was there to be recorded. Each exchange is put together from what Zoho's pages say, or from shapes
that others recorded, with made-up people; `origin` says which. What is guessed is not in here.
"""

import json
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "zoho"
PEOPLE, ACCOUNTS = "https://people.zoho.in", "https://accounts.zoho.in"
API = "/people/api"
RECORDED = {
    "content-type": ["application/json;charset=UTF-8"],
    "content-disposition": ["attachment;filename=records"],
    "externalapicall": ["allowed"],
    "api-count-left-today": ["14831"],
    "set-cookie": ["CSRF_TOKEN=scrubbed; path=/"],
}

D, R, C = (
    "zoho.com/people/api pages",
    "shapes recorded by others on a US tenant, 2026-06",
    "as clients of others handle it; not on Zoho's pages",
)
TOKEN = {
    "access_token": "1000.scrubbed.access",
    "api_domain": "https://www.zohoapis.in",
    "token_type": "Bearer",
    "expires_in": 3600,
}


def token(body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    """An answer of the token endpoint."""
    return exchange("POST", f"{ACCOUNTS}/oauth/v2/token", body, status)


def exchange(method: str, url: str, body: Any, status: int = 200) -> dict[str, Any]:
    """One request and its answer."""
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        "request": {"method": method, "uri": url, "body": None, "headers": {}},
        "response": {
            "status": {"code": status, "message": ""},
            "headers": dict(RECORDED),
            "body": {"string": text},
        },
    }


def people(method: str, path: str, body: Any, status: int = 200) -> list[dict[str, Any]]:
    """A token, and one answer of People."""
    return [token(TOKEN), exchange(method, f"{PEOPLE}{API}{path}", body, status)]


def refused(code: int, message: str, uri: str) -> dict[str, Any]:
    """The envelope of forms."""
    errors = {"code": code, "message": message}
    return {"response": {"message": "Error occurred", "uri": uri, "errors": errors, "status": 1}}


def employee(ref: int, number: str, kind: int = 1) -> dict[str, Any]:
    """A record of the employee form."""
    status = {"Employeestatus": "Active" if kind else "Resigned", "Employeestatus.type": kind}
    fields: dict[str, Any] = {
        "EmployeeID": number,
        "FirstName": "One",
        "LastName": "Person",
        "EmailID": "one@example.org",
        **status,
        "Department": "Assembly",
        "Department.ID": "123456000000300010",
        "LocationName": "Pune",
        "Zoho_ID": ref,
        "ZUID": "-1",
        "CreatedTime": "1781483766548",
        "tabularSections": {"Work experience": [{}]},
    }
    return {str(ref): [fields]}


EMPLOYEES = {
    "response": {
        "result": [employee(123456000000300043, "E0043", 0), employee(123456000000300042, "E0042")],
        "message": "Data fetched successfully",
        "uri": "/api/forms/employee/getRecords",
        "status": 0,
    }
}
WORKED = {
    "Status": "Present",
    "ShiftName": "General",
    "FirstIn": "2026-11-02 - 09:03 AM",
    "LastOut": "2026-11-02 - 06:10 PM",
    "FirstIn_Location": "Pune",
    "LastOut_Location": "-",
    "TotalHours": "09:07",
    "WorkingHours": "09:07",
    "OverTime": "01:07",
    "entryTimezone": "",
    "responseTimezone": "Asia/Kolkata",
}
ABSENT = {
    "Status": "Absent",
    "FirstIn": "-",
    "LastOut": "-",
    "TotalHours": "00:00",
    "WorkingHours": "00:00",
    "DeviationTime": "08:00",
}
REPORT = {
    "result": [
        {
            "employeeDetails": {
                "id": "E0042",
                "erecno": "123456000000300042",
                "mail id": "one@example.org",
                "first name": "One",
                "last name": "Person",
            },
            "attendanceDetails": {
                "2026-11-03": ABSENT,
                "2026-11-02": WORKED,
                "2026-11-01": {
                    "Status": "Weekend",
                    "OverTime": "00:00",
                    "TotalHours": "00:00",
                    "WorkingHours": "08:00",
                },
            },
        }
    ],
    "message": "Success",
    "uri": "/api/attendance/getUserReport",
    "status": 0,
}
LEAVES = {
    "records": {
        "123456000000701001": {
            "Zoho.ID": 123456000000701001,
            "Employee": "One Person",
            "EmployeeId": "E0042",
            "Employee.ID": 123456000000300042,
            "Leavetype": "Loss of pay",
            "Leavetype.ID": 123456000000306600,
            "Type": "UNPAID",
            "Unit": "Days",
            "From": "03-Nov-2026",
            "To": "03-Nov-2026",
            "Days": {"03-Nov-2026": {"LeaveCount": "1.0"}},
            "ApprovalStatus": "",
            "DateOfRequest": "03-Nov-2026",
            "ZUID": -1,
            "EmployeePhoto": "viewPhoto?filename=1",
        }
    }
}
TYPES = {
    "leavetypes": [
        {"id": "123456000000306500", "name": "Annual Leave", "code": "AL", "type": "PAID", "isV2": True},
        {"id": "123456000000306600", "name": "Loss of pay", "type": "UNPAID", "isDisabled": False, "isV2": True},
    ]
}
ENTRIES = {
    "status": "success",
    "data": [
        {
            "entry_id": "123456000000555001",
            "origin_day": "02-Nov-2026",
            "is_break": False,
            "employee": {"zoho_id": "123456000000300042", "id": "E0042", "name": "One Person"},
            "punch_in": {"punch": "02-Nov-2026 09:03:11", "source": "Access Terminal", "location": "Pune"},
            "punch_out": {"punch": "02-Nov-2026 18:10:40", "source": "Web", "location": ""},
        }
    ],
}
LOP = {
    "report": {
        "123456000000300042": {
            "lopDetail": {"reason": "", "total": 1, "booked": 1, "carryOver": 0, "adjustment": 0, "lop": 1},
            "employee": {"name": "One Person", "id": "E0042", "email": "one@example.org"},
        },
        "employees": [123456000000300042],
    }
}
INSERTED = {
    "response": {
        "result": {"pkId": "123456000000317016", "message": "Successfully Added"},
        "message": "Data added successfully",
        "uri": "/api/forms/json/leave/insertRecord",
        "status": 0,
    }
}
THROTTLE = {
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "error": "Access Denied",
}
RECORDS = "/forms/employee/getRecords"
EMPLOYEE_CALLS = people("GET", RECORDS, EMPLOYEES)
INSERT = "/forms/json/leave/insertRecord"


def after(calls: list[dict[str, Any]], *more: tuple[str, str, Any]) -> list[dict[str, Any]]:
    """The calls, and more of the same session."""
    return [*calls, *(exchange(method, f"{PEOPLE}{API}{path}", body) for method, path, body in more)]


CASSETTES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "token_refused": ("C: a revoked refresh token", [token({"error": "invalid_code"})]),
    "token_throttled": ("C: the eleventh token in ten minutes", [token(THROTTLE, 400)]),
    "employees": (R, EMPLOYEE_CALLS),
    "nobody": (R, people("GET", RECORDS, refused(7024, "No records found", f"/api{RECORDS}"))),
    "token_ended": (
        "L: 7202 comes with 400",
        [
            *people("GET", RECORDS, refused(7202, "The provided OAuth token is invalid.", f"/api{RECORDS}"), 400),
            *EMPLOYEE_CALLS,
        ],
    ),
    "no_scope": (D, people("GET", RECORDS, refused(7218, "Invalid OAuth Scope", f"/api{RECORDS}"))),
    "threshold": (
        "the text of a thread of 2018 in Zoho's community; its status is not known",
        people(
            "GET",
            RECORDS,
            refused(7209, "API access blocked since threshold limit exceeded. Please try after some time", ""),
        ),
    ),
    "report": (
        f"{R}; the form of FirstIn is not known",
        after(people("GET", "/attendance/getUserReport", REPORT), ("GET", RECORDS, EMPLOYEES)),
    ),
    "entries": (C, after(EMPLOYEE_CALLS, ("GET", "/v3/attendance/entries", ENTRIES))),
    "leaves": (
        f"{R}; types without an envelope, ids as numbers",
        after(people("GET", "/v2/leavetracker/leavetypes", TYPES), ("GET", "/v2/leavetracker/leaves/records", LEAVES)),
    ),
    "import_skipped": (
        C,
        after(EMPLOYEE_CALLS, ("POST", "/attendance/bulkImport", {"skippedEmpInfo": ["E0042"]})),
    ),
    "import_empty": ("D: the page shows no answer", after(EMPLOYEE_CALLS, ("POST", "/attendance/bulkImport", ""))),
    "leave_inserted": (
        R,
        after(EMPLOYEE_CALLS, ("GET", "/v2/leavetracker/leavetypes", TYPES), ("POST", INSERT, INSERTED)),
    ),
    "leave_overlaps": (
        D,
        after(
            EMPLOYEE_CALLS,
            ("GET", "/v2/leavetracker/leavetypes", TYPES),
            ("POST", INSERT, refused(7109, "Leave already taken", f"/api{INSERT}")),
        ),
    ),
    "lost_pay": (D, people("GET", "/v2/leavetracker/reports/lop", LOP)),
}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, (origin, interactions) in CASSETTES.items():
        made = {"origin": origin, "interactions": interactions, "version": 1}
        (FOLDER / f"{name}.yaml").write_text(yaml.safe_dump(made, sort_keys=False, width=120), encoding="utf-8")
