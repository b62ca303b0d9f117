"""SuccessFactors: people and cost centres as of today, pages, errors in all their forms, the check."""

import datetime as dt
from datetime import date
from typing import Any

import httpx
import pyodata  # type: ignore[import-untyped]
import pytest
import requests

from connectors.sap.successfactors import entities, faults
from connectors.sap.successfactors.connector import SfConnector
from connectors.sap.successfactors.people import profiles
from connectors.sap.successfactors.settings import SfSettings
from connectors.sap.successfactors.simulator import USER, ExternalTimeSimulator, key_pair
from hub.contract import Severity
from hub.errors import ContractBroken, NotInstalled, NotPermitted, SettingsWrong, Unavailable
from tests.connectors.sap import vendor
from tests.connectors.sap.company import opened
from tests.connectors.sap.recording import Recording


class Answers(Recording):
    """Lets tokens through and gives one answer to everything else."""

    answer = httpx.Response(200)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/oauth"):
            return super().handle_request(request)
        return httpx.Response(self.answer.status_code, content=self.answer.content)


def answering(status: int, content: bytes | str) -> Recording:
    found = Answers()
    found.answer = httpx.Response(status, content=content)
    return found


def test_employees_are_active_while_they_work(sf: ExternalTimeSimulator) -> None:
    sf.company.users["2"]["status"] = "f"
    sf.company.employments[2]["endDate"] = date(2026, 1, 31)
    sf.company.hire("4")
    sf.company.jobs = [row for row in sf.company.jobs if row["userId"] != "4"]
    with opened(sf) as connector:
        found = {one.number: one.active for one in connector.employees()}
    assert found == {"1": True, "2": False, "3": False, "4": False}


@pytest.mark.parametrize(
    ("field", "number"), [("person_id", "1"), ("user_id", "1"), ("emp_id", "1"), ("username", "u1")]
)
def test_the_employee_number_is_in_the_field_of_the_settings(
    sf: ExternalTimeSimulator, field: str, number: str
) -> None:
    with opened(sf, number_field=field) as connector:
        assert number in {one.number for one in connector.employees()}


def test_somebody_who_came_back_has_two_employments(sf: ExternalTimeSimulator) -> None:
    sf.company.hire("1b")
    sf.company.employments[-1]["personIdExternal"] = "1"
    sf.company.employments[0]["endDate"] = date(2025, 6, 30)
    with opened(sf) as connector:
        found = [(one.ref, one.active) for one in connector.employees() if one.number == "1"]
    assert sorted(found) == [("1", False), ("1b", True)]


def test_the_last_change_of_a_day_counts_and_jobs_are_those_of_the_day(sf: ExternalTimeSimulator) -> None:
    with opened(sf) as connector:
        assert profiles(connector._client, ["1"], date(2026, 10, 5)) == {"1": "POSITIVE"}
        assert profiles(connector._client, ["1"], date(2019, 12, 31)) == {}


def test_cost_centres_are_the_active_ones(sf: ExternalTimeSimulator) -> None:
    sf.company.add_centre("OLD", "I")
    sf.company.centres[0]["endDate"] = date(2025, 12, 31)
    with opened(sf) as connector:
        assert [(one.ref, one.code, one.name) for one in connector.cost_objects()] == [("CC20", "CC20", "Centre CC20")]


def test_pages_are_followed_as_they_are_given(sf: ExternalTimeSimulator) -> None:
    for number in range(10, 40):
        sf.company.hire(str(number))
    sf.odata.page = 4
    recording = Recording()
    with opened(sf, recording) as connector:
        assert len([*connector.employees()]) == 33
    asked = [one for one in recording.requests if one.url.path == "/odata/v2/User"]
    assert len(asked) == 9
    assert all(one.url.params["paging"] == "snapshot" for one in asked)
    assert all("$top" not in one.url.params and "$skip" not in one.url.params for one in asked)


def test_the_token_is_not_carried_to_another_host(sf: ExternalTimeSimulator) -> None:
    body = '{"d":{"results":[],"__next":"https://elsewhere.invalid/odata/v2/User?$skiptoken=1"}}'
    with opened(sf, answering(200, body)) as connector, pytest.raises(ContractBroken, match=r"elsewhere\.invalid"):
        [*connector.employees()]


XML = '<?xml version="1.0"?><error><code>{}</code><message xml:lang="en-US">[{}]No.</message></error>'


@pytest.mark.parametrize(
    ("status", "content", "error", "said"),
    [
        (403, XML.format("LGN0008", "LGN0008"), SettingsWrong, "company_id"),
        (403, XML.format("LGN0010", "LGN0010"), NotPermitted, "LGN0010"),
        (403, '{"error":{"code":"COE_GENERAL_FORBIDDEN","message":{"value":"No"}}}', NotPermitted, "permissions"),
        (400, '{"error":{"code":"COE_PROPERTY_NOT_FOUND","message":{"value":"x"}}}', NotInstalled, "does not have all"),
        (400, '{"error":{"code":"COE_ENTITY_NOT_FOUND","message":{"value":"x"}}}', NotInstalled, "does not have all"),
        (400, '{"error":{"code":"BadRequestException","message":{"value":"odd"}}}', ContractBroken, "odd"),
        (404, "not here", SettingsWrong, "correct the address"),
        (200, "<html>Maintenance</html>", ContractBroken, "unknown shape"),
        (200, '{"d":[]}', ContractBroken, "unknown shape"),
        (200, '{"d":{"results":[{"userId":null}]}}', ContractBroken, "no user id"),
        (500, '{"error":{"code":"ServerErrorException","message":{"value":"Failed"}}}', Unavailable, "HTTP 500"),
        (503, "", Unavailable, "HTTP 503"),
    ],
)
def test_errors_say_the_way_back(
    sf: ExternalTimeSimulator, status: int, content: str, error: type[Exception], said: str
) -> None:
    with opened(sf, answering(status, content)) as connector, pytest.raises(error, match=said):
        [*connector.employees()]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"error":{"code":"A","message":{"lang":"en","value":"b"}}}', ("A", "b")),
        (b'{"error":{"code":"A","message":"b"}}', ("A", "b")),
        (b'{"status":"BAD_REQUEST","message":"m","errors":["x","y"]}', ("BAD_REQUEST", "m; x; y")),
        (b'{"status":"Bad Request","message":"m","deletedCount":0}', ("Bad Request", "m")),
        (XML.format("LGN0003", "LGN0003").encode(), ("LGN0003", "[LGN0003]No.")),
        (b"<html>", ("", "")),
        (b"[1]", ("", "")),
    ],
)
def test_error_bodies_of_every_form_are_read(body: bytes, found: tuple[str, str]) -> None:
    assert faults.said(body) == found


def test_a_row_s_reason_has_no_position_and_an_empty_one_says_so() -> None:
    text = "Expected return date must be one day later than end date. with the index 0"
    assert faults.reason(text) == "SuccessFactors refused it: Expected return date must be one day later than end date."
    assert faults.reason(None) == faults.reason("") == "SuccessFactors refused it without a reason."


def test_a_healthy_connection_has_no_complaint(sf: ExternalTimeSimulator) -> None:
    with opened(sf, recording_profiles=["POSITIVE"]) as connector:
        found = connector.check()
    assert {one.subject for one in found} == {
        "transport", "certificate", "employees", "time recording", "time sheets",
    }  # fmt: skip
    assert {one.severity for one in found} == {Severity.OK}


def test_the_check_warns_of_time_sheets_that_are_not_read(sf: ExternalTimeSimulator) -> None:
    with opened(sf, time_sheet="unread") as connector:
        assert connector.check()[-1].severity is Severity.WARNING


@pytest.mark.parametrize(("ahead", "severity"), [(0, "ok"), (340, "warning"), (400, "error")])
def test_the_end_of_the_certificate_is_told_in_time(sf: ExternalTimeSimulator, ahead: int, severity: str) -> None:
    now = int(dt.datetime.now(dt.UTC).timestamp())
    made = SfConnector(SfSettings.model_validate(sf.settings()), now=lambda: now + ahead * 86_400)
    finding = next(one for one in made.check() if one.subject == "certificate")
    assert finding.severity == severity
    made.__exit__()


def test_the_check_tells_of_people_without_numbers_and_of_nobody(sf: ExternalTimeSimulator) -> None:
    sf.company.employments[0]["personIdExternal"] = None
    with opened(sf) as connector:
        finding = next(one for one in connector.check() if one.subject == "employees")
    assert (finding.severity, finding.message) == (
        "warning",
        "3 active employees, 1 of them without an employee number.",
    )
    sf.company.employments.clear()
    with opened(sf) as connector:
        assert "No active employee" in connector.check()[2].message


def test_what_we_know_of_people_and_cost_centres_is_what_the_vendor_says() -> None:
    for name, ours in (
        ("sf_ECEmploymentInformation.edmx", entities.EMPLOYMENT),
        ("sf_ECEmploymentInformation.edmx", entities.JOB),
        ("sf_ECFoundationOrganization.edmx", entities.COST_CENTRE),
        ("sf_ECTimeOff.edmx", entities.TIME_TYPE),
    ):
        theirs = vendor.entity_type(name, ours.name)
        for one in ours.properties:
            found = theirs.proprty(one.name)
            assert (found.typ.name, found.max_length or 0) == (one.type, one.length), f"{ours.name}.{one.name}"
    user = vendor.document("sf_spec_PLTUserManagement.json")["definitions"]["SFOData.User"]["properties"]
    assert all(one.name in user for one in entities.USER.properties)


def test_pyodata_reads_the_metadata_and_queries(sf: ExternalTimeSimulator) -> None:
    token, _ = sf.tokens._of(USER, fresh=True)
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        client = pyodata.Client(f"{sf.url}/odata/v2/", session)
        found = client.entity_sets.EmpJob.get_entities().filter("userId eq '1'").execute()
        assert {one.timeRecordingProfileCode for one in found} == {"OLD", "POSITIVE"}


def test_no_setting_takes_a_secret_itself(sf: ExternalTimeSimulator) -> None:
    given: dict[str, Any] = {**sf.settings(), "private_key": key_pair()[0]}
    with pytest.raises(ValueError, match="private_key"):
        SfSettings.model_validate(given)


def test_a_day_and_a_stretch_of_days_exclude_each_other(sf: ExternalTimeSimulator) -> None:
    with opened(sf) as connector, pytest.raises(ContractBroken, match="exclude each other"):
        list(connector._client.rows(entities.JOB, paging="snapshot", asOfDate="2026-10-05", fromDate="2026-10-05"))


def test_no_date_is_today_and_a_stretch_shows_all_that_was_in_it(sf: ExternalTimeSimulator) -> None:
    [*before] = sf.company.jobs
    for row in before:
        row["endDate"] = date(2026, 1, 31)
    sf.company.jobs += [{**row, "startDate": date(2026, 2, 1), "endDate": date(9999, 12, 31)} for row in before]
    with opened(sf) as connector:
        told = {
            asked: sorted(
                {row["startDate"] for row in connector._client.rows(entities.JOB, paging="snapshot", **query)}
            )
            for asked, query in {
                "today": {},
                "then": {"asOfDate": "2026-01-31"},
                "ever": {"fromDate": "1900-01-01"},
            }.items()
        }
    [later] = told["today"]
    [earlier] = told["then"]
    assert told["ever"] == sorted([earlier, later])
