"""What is made, corrected and taken back, alone and in batches."""

import httpx
import pytest

from connectors.sap.s4hana.connector import S4Connector
from connectors.sap.s4hana.simulator import S4Simulator
from hub.contract import Outcome
from hub.errors import Uncertain
from hub.testing import faults
from hub.testing.edge import Edge
from tests.connectors.sap.recording import Answering, Recording, json_answer
from tests.connectors.sap.s4hana.system import COSTS, UPDATE, WITHDRAW, change, hours, opened, posted, scope


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


class OneAtATime(Recording):
    under_way = most = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            return super().handle_request(request)
        finally:
            self.under_way -= 1


@pytest.mark.parametrize("batches", [True, False])
def test_no_two_requests_are_under_way_that_could_meet_a_person_s_lock(s4: S4Simulator, batches: bool) -> None:
    transport = OneAtATime()
    with opened(s4, transport, batches=batches) as connector:
        entries = [hours(60, employee=f"1710/{at % 3 + 1}", centre=COSTS[at % 2]) for at in range(6)]
        receipts = [*connector.push([change(connector, one) for one in entries])]
        [*connector.read_back(scope(*(one.employee for one in entries)))]
    assert [one.outcome for one in receipts] == [Outcome.ACCEPTED] * 6
    assert transport.most == 1


def test_what_is_not_set_is_an_empty_text_or_left_out_and_never_null(connector: S4Connector, wire_: Recording) -> None:
    [made] = connector.push([change(connector, hours())])
    [corrected] = connector.push([change(connector, hours(475), UPDATE, made.refs)])
    [*connector.push([change(connector, hours(475), WITHDRAW, corrected.refs)])]
    sent = posted(wire_)
    assert [one["TimeSheetRecord"] for one in sent] == ["", *made.refs, *corrected.refs]
    values = [value for one in sent for value in (*one.values(), *one["TimeSheetDataFields"].values())]
    assert None not in values
