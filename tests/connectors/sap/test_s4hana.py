"""The S/4HANA connector against its simulator, over real HTTP on the loopback."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from connectors.sap.odata_batch import messages
from connectors.sap.s4hana import client, spec
from connectors.sap.s4hana.connector import S4Connector
from connectors.sap.s4hana.settings import S4Settings
from connectors.sap.s4hana.simulator import PASSWORD_VARIABLE, S4Simulator
from hub.contract import Change, Day, Entry, Hours, Kind, Operation, Outcome, Scope, Severity
from hub.errors import ContractBroken, NotInstalled, NotPermitted, Reconnect, SettingsWrong, Unavailable, Uncertain
from hub.testing import faults
from hub.testing.edge import Edge
from tests.connectors.sap import vendor
from tests.connectors.sap.recording import Answering, Recording, json_answer

DAY = date(2026, 10, 5)
NUMBERS, COSTS = [str(number) for number in range(1, 31)], ["17101904", "17101905"]
EMPLOYEE = "1710/1"
CREATE, UPDATE, WITHDRAW = Operation.CREATE, Operation.UPDATE, Operation.WITHDRAW


@pytest.fixture(scope="module")
def served() -> Iterator[S4Simulator]:
    simulator = S4Simulator()
    with simulator.running():
        yield simulator


@pytest.fixture
def s4(served: S4Simulator) -> Iterator[S4Simulator]:
    served.reset(NUMBERS, COSTS)
    yield served
    served.faults = faults.none
    served.books.approves, served.gateway.one_operation, served.gateway.session_seconds = True, True, 1800


@pytest.fixture
def wire_() -> Recording:
    return Recording()


@pytest.fixture
def connector(s4: S4Simulator, wire_: Recording) -> Iterator[S4Connector]:
    with opened(s4, wire_) as one:
        yield one


def opened(s4: S4Simulator, transport: httpx.BaseTransport | None = None, **settings: Any) -> S4Connector:
    return S4Connector(S4Settings.model_validate({**s4.settings(), **settings}), transport=transport)


def hours(minutes: int = 480, employee: str = EMPLOYEE, centre: str = COSTS[0], before: int = 0) -> Entry:
    return Entry(f"t:{employee}:{DAY}:{centre}", Kind.HOURS, employee, DAY, "UTC", Hours(centre, minutes, before))


def change(connector: S4Connector, entry: Entry, operation: Operation = CREATE, refs: tuple[str, ...] = ()) -> Change:
    one = connector.render(entry)
    return Change(entry.key, operation, entry.kind, entry.employee, entry.work_date, one.natural_key, one.image, refs)


def scope(*employees: str) -> Scope:
    return Scope(DAY, DAY, frozenset({Kind.HOURS}), frozenset(employees or {EMPLOYEE}))


def posted(recording: Recording) -> list[dict[str, Any]]:
    """All entries that were posted, alone or in a batch."""
    found = [json.loads(one) for one in recording.bodies("Collection")]
    for request in recording.requests:
        if request.url.path.endswith("$batch"):
            groups = messages(request.headers["content-type"], request.content)
            found += [json.loads(one.partition(b"\r\n\r\n")[2]) for group in groups for one in group]
    return found


def test_what_was_created_is_read_back_equal(connector: S4Connector) -> None:
    entries = [hours(7 + 61 * at, f"1710/{at + 1}") for at in range(20)]
    receipts = [*connector.push([change(connector, one) for one in entries])]
    assert {one.outcome for one in receipts} == {Outcome.ACCEPTED}, receipts
    held = {one.natural_key: one for one in connector.read_back(scope(*(one.employee for one in entries)))}
    for entry, receipt in zip(entries, receipts, strict=True):
        record = connector.render(entry)
        assert (held[record.natural_key].image, held[record.natural_key].refs) == (record.image, receipt.refs)


@pytest.mark.parametrize("batches", [True, False])
def test_one_bad_entry_stops_no_other(s4: S4Simulator, batches: bool) -> None:
    entries = [hours(employee=f"1710/{at + 1}") for at in range(10)]
    entries[3] = hours(employee="1710/999")
    entries[6] = hours(centre="99999999", employee="1710/7")
    entries[8] = hours(minutes=25 * 60, employee="1710/9")
    s4.books.locked.add("10")
    with opened(s4, batches=batches) as connector:
        receipts = [*connector.push([change(connector, one) for one in entries])]
    refused = {at: one.reason for at, one in enumerate(receipts) if one.outcome is Outcome.REJECTED}
    assert sorted(refused) == [3, 6, 8, 9]
    assert "Work agreement 1710/999, 2026-10-05: S/4HANA refused it" in refused[3]
    assert "24 hours" in refused[8]
    assert "is locked by another user; the next run tries again" in refused[9]
    assert "JDOE" not in refused[9]
    assert len(s4.books.entries) == 6


@pytest.mark.parametrize("one_operation", [True, False])
def test_changesets_of_several_are_sent_again_alone_when_they_are_refused(s4: S4Simulator, one_operation: bool) -> None:
    s4.gateway.one_operation = one_operation
    recording = Recording()
    entries = [hours(employee=f"1710/{at + 1}") for at in range(9)]
    entries[4] = hours(employee="1710/999")
    with opened(s4, recording, operations_per_changeset=3) as connector:
        receipts = [*connector.push([change(connector, one) for one in entries])]
    outcomes = {one.key: one.outcome for one in receipts}
    assert [one.key for one in receipts if one.outcome is Outcome.REJECTED] == [entries[4].key]
    assert len(outcomes) == 9
    assert len(s4.books.entries) == 8
    assert len(recording.bodies("$batch")) == 2


def test_every_write_names_its_operation_and_all_its_data(connector: S4Connector, wire_: Recording) -> None:
    [made] = connector.push([change(connector, hours())])
    [_] = connector.push([change(connector, hours(475), UPDATE, made.refs)])
    [held] = connector.read_back(scope())
    [_] = connector.push([change(connector, hours(475), WITHDRAW, held.refs)])
    operations = [one["TimeSheetOperation"] for one in posted(wire_)]
    assert operations == ["C", "U", "D"]
    created, updated, _ = posted(wire_)
    assert created["TimeSheetDataFields"].keys() == updated["TimeSheetDataFields"].keys()
    assert updated["TimeSheetDataFields"]["RecordedHours"] == "7.92"
    assert updated["TimeSheetDataFields"]["RecordedQuantity"] == "7.920"
    assert created["TimeSheetDate"] == "/Date(1791158400000)/"


@pytest.mark.parametrize("approves", [True, False])
def test_a_correction_of_an_approved_entry_is_another_record(
    s4: S4Simulator, connector: S4Connector, approves: bool
) -> None:
    s4.books.approves = approves
    [made] = connector.push([change(connector, hours())])
    [corrected] = connector.push([change(connector, hours(475), UPDATE, made.refs)])
    assert (corrected.refs != made.refs) is approves
    [held] = connector.read_back(scope())
    assert held.refs == corrected.refs
    assert held.image == connector.render(hours(475)).image


@pytest.mark.parametrize("approves", [True, False])
def test_what_is_withdrawn_is_deleted_or_cancelled_and_gone(
    s4: S4Simulator, connector: S4Connector, approves: bool
) -> None:
    s4.books.approves = approves
    [made] = connector.push([change(connector, hours())])
    [gone] = connector.push([change(connector, hours(), WITHDRAW, made.refs)])
    assert gone.outcome is Outcome.ACCEPTED
    assert [*connector.read_back(scope())] == []
    assert len(s4.books.entries) == int(approves)


def test_201_with_nothing_saved_is_no_success(s4: S4Simulator, connector: S4Connector) -> None:
    answer = json_answer({"d": {"TimeSheetRecord": ""}}, 201)
    given = Answering(httpx.Response(200, headers={"x-csrf-token": "t"}), answer)
    with opened(s4, given, batches=False) as one:
        [receipt] = one.push([change(one, hours())])
    assert receipt.outcome is Outcome.REJECTED
    assert "saved nothing" in receipt.reason


def test_the_token_goes_with_its_cookies_and_is_kept(connector: S4Connector, wire_: Recording) -> None:
    for at in range(3):
        assert [*connector.push([change(connector, hours(employee=f"1710/{at + 1}"))])]
    assert wire_.paths("HEAD") == ["/sap/opu/odata/sap/API_MANAGE_WORKFORCE_TIMESHEET/"]
    cookies = wire_.requests[-1].headers["cookie"]
    assert "SAP_SESSIONID_SIM_100=" in cookies
    assert "sap-usercontext=sap-client=100" in cookies


def test_a_session_that_ended_is_begun_anew_and_nothing_is_made_twice(
    s4: S4Simulator, connector: S4Connector, wire_: Recording
) -> None:
    assert [*connector.push([change(connector, hours())])]
    s4.clock.sleep(1801)
    [receipt] = connector.push([change(connector, hours(employee="1710/2"))])
    assert receipt.outcome is Outcome.ACCEPTED
    assert len(wire_.paths("HEAD")) == 2
    assert len(s4.books.entries) == 2


def test_a_session_that_never_holds_is_told(s4: S4Simulator, connector: S4Connector, wire_: Recording) -> None:
    s4.gateway.session_seconds = 0
    with pytest.raises(NotPermitted, match="let cookies pass"):
        [*connector.push([change(connector, hours())])]
    assert len(wire_.paths("HEAD")) == 2


@pytest.mark.parametrize("word", ["Required", "", "fetch"])
def test_a_word_in_place_of_a_token_is_none(s4: S4Simulator, word: str) -> None:
    given = Answering(httpx.Response(200, headers={"x-csrf-token": word}))
    with opened(s4, given) as connector, pytest.raises(Unavailable, match="nothing was sent"):
        [*connector.push([change(connector, hours())])]


def test_a_wrong_password_is_tried_once(s4: S4Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "something else")
    recording = Recording()
    with opened(s4, recording) as connector:
        with pytest.raises(Reconnect, match="lock it"):
            [*connector.read_back(scope())]
        assert len(recording.requests) == 1
        with pytest.raises(Reconnect):
            [*connector.push([change(connector, hours())])]
    assert [one.method for one in recording.requests] == ["GET", "HEAD"]


def test_the_sandbox_is_read_and_never_written() -> None:
    simulator = S4Simulator(sandbox=True)
    with simulator.running():
        simulator.reset(NUMBERS, COSTS)
        recording = Recording()
        with opened(simulator, recording) as connector:
            assert len([*connector.employees()]) == len(NUMBERS)
            assert [*connector.read_back(scope())] == []
            findings = {one.subject: one.severity for one in connector.check()}
            assert findings["writing"] is Severity.WARNING
            with pytest.raises(SettingsWrong, match="sandbox takes no entries"):
                [*connector.push([change(connector, hours())])]
        assert {one.headers["apikey"] for one in recording.requests} == {"simulated-key"}
        assert {one.method for one in recording.requests} == {"GET"}


def test_a_healthy_connection_has_no_complaint(connector: S4Connector) -> None:
    assert [(one.subject, one.severity) for one in connector.check()] == [
        (subject, Severity.OK) for subject in ("transport", "time sheets", "writing", "cost centres", "employees")
    ]


def test_a_service_that_is_not_activated_is_named(s4: S4Simulator) -> None:
    body = {"error": {"code": "/IWFND/MED/170", "message": {"lang": "en", "value": "No service found"}}}
    with opened(s4, Answering(json_answer(body, 403))) as connector, pytest.raises(NotInstalled, match="scenario"):
        [*connector.read_back(scope())]


def test_work_agreements_come_from_a_file(s4: S4Simulator, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("number,work_agreement,company_code\nK1,E100023,1710\nK2,E100024,2000\n", encoding="utf-8-sig")
    with opened(s4, work_agreements=str(file)) as connector:
        assert [(one.number, one.ref) for one in connector.employees()] == [
            ("K1", "1710/E100023"),
            ("K2", "2000/E100024"),
        ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("number,name\n1,A\n", "needs the columns"),
        ("number,work_agreement\n1,\n", "line 2"),
        (f"number,work_agreement\n1,{'E' * 21}\n", "at most 20"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_told(
    s4: S4Simulator, tmp_path: Path, content: str | None, said: str
) -> None:
    file = tmp_path / "people.csv"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with opened(s4, work_agreements=str(file)) as connector, pytest.raises(SettingsWrong, match=said):
        [*connector.employees()]


def test_the_availability_service_names_everybody_once(connector: S4Connector, wire_: Recording) -> None:
    assert sorted(one.number for one in connector.employees()) == sorted(NUMBERS)
    assert wire_.paths("GET") == ["/sap/opu/odata/shcm/API_MANAGE_WF_AVAILABILITY/TimeOverviewSet"]


def test_cost_centres_are_those_that_are_valid_and_without_zeros_before_them(
    s4: S4Simulator, connector: S4Connector
) -> None:
    s4.books.centres = {"0000004711", "17101904"}
    found = [*connector.cost_objects()]
    assert [(one.ref, one.code, one.name) for one in found] == [
        ("4711", "4711", "Hall"),
        ("17101904", "17101904", "Hall"),
    ]


def test_an_entry_without_our_note_is_foreign_and_a_copied_one_too(s4: S4Simulator, connector: S4Connector) -> None:
    [made] = connector.push([change(connector, hours(240))])
    ours = s4.books.entries[made.refs[0]]
    by_hand = {
        **ours,
        "TimeSheetRecord": "",
        "TimeSheetDataFields": {**ours["TimeSheetDataFields"], "TimeSheetNote": ""},
    }
    copied = {**ours, "TimeSheetRecord": "", "TimeSheetDate": date(2026, 10, 6)}
    s4.books._create(by_hand)
    s4.books._create(copied)
    both = Scope(DAY, date(2026, 10, 6), frozenset({Kind.HOURS}), frozenset({EMPLOYEE}))
    keys = sorted(one.natural_key for one in connector.read_back(both))
    assert [key.partition(":")[0] for key in keys] == ["foreign", "foreign", "hours"]


def test_a_rejected_entry_is_not_delivered(s4: S4Simulator, connector: S4Connector) -> None:
    [made] = connector.push([change(connector, hours())])
    s4.books.entries[made.refs[0]]["TimeSheetStatus"] = "40"
    [held] = connector.read_back(scope())
    assert held.image != connector.render(hours()).image
    assert held.natural_key == connector.render(hours()).natural_key


def test_an_answer_that_may_be_cut_is_asked_for_in_halves(
    s4: S4Simulator, connector: S4Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [date(2026, 10, 1 + at) for at in range(8)]
    people = [f"1710/{at + 1}" for at in range(4)]
    for day in days:
        entries = [replace(hours(employee=one), work_date=day, key=f"{one}:{day}") for one in people]
        assert {one.outcome for one in connector.push([change(connector, one) for one in entries])} == {
            Outcome.ACCEPTED
        }
    monkeypatch.setattr(client, "PAGE", 5)
    monkeypatch.setattr("connectors.sap.s4hana.reading.PAGE", 5)
    wide = Scope(days[0], days[-1], frozenset({Kind.HOURS}), frozenset(people))
    assert len({one.refs for one in connector.read_back(wide)}) == 32


def test_dates_are_asked_for_by_ge_and_le_alone(connector: S4Connector, wire_: Recording) -> None:
    [*connector.read_back(scope())]
    asked = wire_.requests[-1].url.params
    assert " ge datetime'2026-10-05T00:00:00' and TimeSheetDate le datetime'2026-10-05T00:00:00'" in asked["$filter"]
    assert not {"$orderby", "$inlinecount", "$skip"} & asked.keys()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ActivityType": "T001", "TimeSheetTaskType": "MISC"}, None),
        ({"TaskType": "MISC"}, "has no field TaskType"),
        ({"TimeSheetTaskType": "MISCELLANEOUS"}, "13 characters of 4"),
        ({"RecordedHours": "8.00"}, "filled from attendance"),
    ],
)
def test_further_fields_are_checked_by_the_metadata(s4: S4Simulator, given: dict[str, str], said: str | None) -> None:
    if said is None:
        with opened(s4, data_fields=given) as connector:
            [receipt] = connector.push([change(connector, hours())])
        assert given.items() <= s4.books.entries[receipt.refs[0]]["TimeSheetDataFields"].items()
        return
    with pytest.raises(ValidationError, match=said):
        opened(s4, data_fields=given)


def test_there_is_one_way_to_log_in(s4: S4Simulator) -> None:
    with pytest.raises(ValidationError, match="one way to log in"):
        opened(s4, api_key={"env": "X"})


def test_what_cannot_be_sent_is_refused_before(connector: S4Connector, wire_: Recording) -> None:
    entries = [hours(employee="1710"), hours(employee=f"1710/{'E' * 21}"), hours(minutes=6000, employee="1710/3")]
    receipts = [*connector.push([change(connector, one) for one in entries])]
    assert [one.outcome for one in receipts] == [Outcome.REJECTED] * 3
    assert "no work agreement" in receipts[0].reason
    assert "20 at most" in receipts[1].reason
    assert "RecordedHours does not fit" in receipts[2].reason
    assert wire_.requests == []
    [receipt] = connector.push([change(connector, hours(), UPDATE)])
    assert "not known which entry" in receipt.reason


@pytest.mark.parametrize("fault", [Edge.PAGE, Edge.STRANGE, Edge.TRUNCATED, Edge.ERROR_AFTER])
def test_an_answer_that_is_none_leaves_it_open(s4: S4Simulator, connector: S4Connector, fault: Edge) -> None:
    connector._client.begin()
    s4.faults = faults.scripted(fault)
    with pytest.raises(Uncertain):
        [*connector.push([change(connector, hours())])]
    assert len(s4.books.entries) == 1


def test_a_failure_inside_one_entry_leaves_that_one_open(s4: S4Simulator) -> None:
    content = (
        b"--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 500 Internal\r\n\r\n{}\r\n"
        b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: application/http\r\n\r\n"
        b'HTTP/1.1 201 Created\r\n\r\n{"d":{"TimeSheetRecord":"7"}}\r\n--c--\r\n\r\n--b--\r\n'
    )
    answer = httpx.Response(202, content=content, headers={"content-type": "multipart/mixed; boundary=b"})
    given = Answering(httpx.Response(200, headers={"x-csrf-token": "t"}), answer)
    with opened(s4, given) as connector:
        receipts = iter(connector.push([change(connector, hours()), change(connector, hours(employee="1710/2"))]))
        assert next(receipts).refs == ("7",)
        with pytest.raises(Uncertain, match="1 entries"):
            next(receipts)


def test_only_hours_are_rendered(connector: S4Connector) -> None:
    with pytest.raises(SettingsWrong, match="hold hours"):
        connector.render(Entry("k", Kind.DAY, EMPLOYEE, DAY, "UTC", Day("A", 0, 0, 0, 100)))


def test_a_list_of_an_unknown_shape_is_told(s4: S4Simulator) -> None:
    with opened(s4, Answering(json_answer({"value": []}))) as connector, pytest.raises(ContractBroken):
        [*connector.read_back(scope())]
    row = {"TimeSheetRecord": "1", "TimeSheetStatus": "30"}
    with opened(s4, Answering(json_answer({"d": {"results": [row]}}))) as connector, pytest.raises(ContractBroken):
        [*connector.read_back(scope())]


def test_all_that_is_sent_fits_the_vendors_metadata(s4: S4Simulator, wire_: Recording) -> None:
    kind = vendor.entity_type("s4_API_MANAGE_WORKFORCE_TIMESHEET.edmx", "TimeSheetEntry")
    with opened(s4, wire_, controlling_area="A000", data_fields={"TimeSheetTaskType": "MISC"}) as connector:
        [made] = connector.push([change(connector, hours(477))])
        [corrected] = connector.push([change(connector, hours(475), UPDATE, made.refs)])
        [*connector.push([change(connector, hours(475), WITHDRAW, corrected.refs)])]
    sent = posted(wire_)
    assert len(sent) == 3
    assert [vendor.complaints(kind, one) for one in sent] == [[], [], []]
    for one in sent:
        assert {"PersonWorkAgreementExternalID", "CompanyCode", "TimeSheetRecord", "TimeSheetDataFields"} <= one.keys()


def test_what_we_know_of_the_services_is_what_the_vendor_says() -> None:
    from connectors.sap.s4hana.entities import COST_CENTRE, TIME_SHEET

    for name, ours in (
        ("s4_API_MANAGE_WORKFORCE_TIMESHEET.edmx", TIME_SHEET),
        ("s4_API_COSTCENTER_SRV.edmx", COST_CENTRE),
    ):
        theirs = vendor.entity_type(name, ours.name)
        for one in ours.properties:
            property_ = theirs.proprty(one.name)
            inner = [(field, property_.typ.proprty(field.name)) for field in one.fields] or [(one, property_)]
            for field, found in inner:
                assert (found.typ.name, found.max_length or 0) == (field.type, field.length), field.name
                assert (field.precision, field.scale) in ((found.precision, found.scale), (0, 0)), field.name


def test_client_credentials_are_asked_for_a_token_once(s4: S4Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    class Issuing(Recording):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.host != "tokens.invalid":
                return super().handle_request(request)
            self.requests.append(request)
            return json_answer({"access_token": "t1", "token_type": "Bearer", "expires_in": 3600})

    monkeypatch.setenv("S4_SECRET", "s3cret")
    monkeypatch.setattr(s4.gateway, "tokens", lambda given: given == "t1")
    recording = Issuing()
    way = {"token_url": "https://tokens.invalid/oauth/token", "client_id": "c", "client_secret": {"env": "S4_SECRET"}}
    with opened(s4, recording, user="", password=None, **way) as connector:
        [receipt] = connector.push([change(connector, hours())])
        assert len([*connector.read_back(scope())]) == 1
    assert receipt.outcome is Outcome.ACCEPTED
    [asked] = [one for one in recording.requests if one.url.host == "tokens.invalid"]
    assert asked.headers["authorization"].startswith("Basic ")
    assert asked.content == b"grant_type=client_credentials"


def test_a_missing_secret_is_named_and_nothing_else_goes_wrong(
    s4: S4Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PASSWORD_VARIABLE)
    with pytest.raises(SettingsWrong, match=PASSWORD_VARIABLE), opened(s4) as connector:
        [*connector.employees()]


def test_the_connector_is_installed() -> None:
    assert spec.name == "sap_s4hana"
