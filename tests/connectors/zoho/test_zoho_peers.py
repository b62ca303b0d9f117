"""Clients that others wrote, at the simulated Zoho: what they expect of Zoho is what it does."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from zoho_people import ZohoPeopleAuth, ZohoPeopleClient
from zoho_people import auth as sdk

from connectors.zoho.simulator import CLIENT_ID, CLIENT_SECRET, ZohoSimulator

SCRIPT = Path(__file__).parents[2] / "peers" / "zoho_crm_sdk.py"


@pytest.fixture(scope="module")
def simulator() -> Iterator[ZohoSimulator]:
    made = ZohoSimulator()
    with made.running():
        yield made


@pytest.fixture
def people(simulator: ZohoSimulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[ZohoPeopleClient]:
    """`zoho-people-sdk` in a data centre of ours."""
    simulator.reset(["E0001", "E0002"], [])
    monkeypatch.setitem(sdk.ACCOUNTS_URLS, "IN", simulator.url)
    monkeypatch.setitem(sdk.PEOPLE_BASE_URLS, "IN", simulator.url)
    auth = ZohoPeopleAuth(CLIENT_ID, CLIENT_SECRET, refresh_token=simulator.grant, data_centre="IN")
    with ZohoPeopleClient(auth=auth) as client:
        yield client


@pytest.mark.slow
def test_zohos_own_sdk_redeems_refreshes_and_revokes(simulator: ZohoSimulator, tmp_path: Path) -> None:
    code = simulator.accounts.new_code()
    command = [sys.executable, str(SCRIPT), simulator.url, CLIENT_ID, CLIENT_SECRET, code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["first"] != seen["second"]
    assert seen["kept"] == seen["refresh"]
    assert seen["domain"] == "https://www.zohoapis.in"
    assert (seen["revoked"], seen["revoked again"]) == (True, False)
    assert "invalid_code" in seen["refused"]
    assert not simulator.accounts.knows(seen["second"])


def test_the_people_sdk_checks_in_and_out(simulator: ZohoSimulator, people: Any) -> None:
    [answer] = people.attendance.checkin("05/10/2026 09:03:11", "05/10/2026 18:10:40", emp_id="E0001")
    assert answer["response"] == "success"
    assert people.attendance.checkin("05/10/2026 09:00:00", emp_id="E9999") == [
        {"msg": "Invalid User", "response": "failure"}
    ]
    [entry] = simulator.state.entries.values()
    assert (str(entry.begun), str(entry.ended)) == ("2026-10-05 09:03:11", "2026-10-05 18:10:40")


def test_the_people_sdk_imports_and_reports(people: Any) -> None:
    items = [
        {"empId": "E0001", "checkIn": "2026-10-05 09:00:00"},
        {"empId": "E0001", "checkOut": "2026-10-05 18:00:00"},
        {"empId": "E9999", "checkIn": "2026-10-05 09:00:00"},
    ]
    assert people.attendance.bulk_import(items)["skippedEmpInfo"] == ["E9999"]
    rows = people.attendance.get_user_report("2026-10-05", "2026-10-06", date_format="yyyy-MM-dd")
    assert [row["employeeDetails"]["id"] for row in rows] == ["E0001", "E0002"]
    assert rows[0]["attendanceDetails"]["2026-10-05"]["TotalHours"] == "09:00"
    assert rows[0]["attendanceDetails"]["2026-10-06"]["FirstIn"] == "-"
    one = people.attendance.get_user_report("2026-10-05", "2026-10-05", emp_id="E0002")
    assert [row["employeeDetails"]["id"] for row in one] == ["E0002"]


def test_the_people_sdk_reads_forms_and_leave(simulator: ZohoSimulator, people: Any) -> None:
    rows = people.employee.list(view_name="P_EmployeeView")
    assert {row["Employee ID"] for row in rows} == {"E0001", "E0002"}
    ref = next(iter(simulator.state.employees))
    given = {"Employee_ID": ref, "Leavetype": "300", "From": "05-Oct-2026", "To": "05-Oct-2026"}
    answer = people.post("forms/json/leave/insertRecord", data={"inputData": json.dumps(given)})
    assert answer["result"]["message"] == "Successfully Added"
    found = people.leave.get_approved_and_pending("01-Oct-2026", "31-Oct-2026", data_select="ALL")
    assert "Loss of pay" in json.dumps(found)
