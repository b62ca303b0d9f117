"""What S/4HANA holds, and how it is asked for it."""

from dataclasses import replace
from datetime import date

import httpx
import pytest

from connectors.sap.s4hana import client
from connectors.sap.s4hana.connector import S4Connector
from connectors.sap.s4hana.entities import SERVICE, TIME_SHEET
from connectors.sap.s4hana.simulator import PASSWORD, USER, S4Simulator
from hub.contract import Day, Entry, Kind, Outcome, Scope
from hub.errors import ContractBroken, SettingsWrong
from tests.connectors.sap.recording import Answering, Recording, json_answer
from tests.connectors.sap.s4hana.system import DAY, EMPLOYEE, change, hours, opened, scope


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


def test_an_entry_without_cost_centre_has_empty_texts_and_is_foreign(s4: S4Simulator, connector: S4Connector) -> None:
    keys = {"PersonWorkAgreementExternalID": "1", "CompanyCode": "1710", "TimeSheetDate": DAY.isoformat()}
    fields = {"WBSElement": "P-100", "RecordedHours": "2.00"}
    made = s4.books.post({**keys, "TimeSheetOperation": "C", "TimeSheetDataFields": fields})
    unset = made["TimeSheetDataFields"]
    assert (unset["ReceiverCostCenter"], unset["TimeSheetNote"], unset["PurchaseOrderItem"]) == ("", "", "00000")
    [held] = connector.read_back(scope())
    assert held.natural_key == f"foreign:{made['TimeSheetRecord']}"
    assert held.image == {"date": DAY.isoformat(), "cost_centre": "", "hundredths": 200}


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


def test_only_hours_are_rendered(connector: S4Connector) -> None:
    with pytest.raises(SettingsWrong, match="hold hours"):
        connector.render(Entry("k", Kind.DAY, EMPLOYEE, DAY, "UTC", Day("A", 0, 0, 0, 100)))


def test_a_list_of_an_unknown_shape_is_told(s4: S4Simulator) -> None:
    with opened(s4, Answering(json_answer({"value": []}))) as connector, pytest.raises(ContractBroken):
        [*connector.read_back(scope())]
    row = {"TimeSheetRecord": "1", "TimeSheetStatus": "30"}
    with opened(s4, Answering(json_answer({"d": {"results": [row]}}))) as connector, pytest.raises(ContractBroken):
        [*connector.read_back(scope())]


@pytest.mark.parametrize("end", ["", "/"])
def test_the_address_of_the_entries_may_end_in_a_slash(s4: S4Simulator, connector: S4Connector, end: str) -> None:
    assert [*connector.push([change(connector, hours())])]
    address = f"{s4.url}{SERVICE}/{TIME_SHEET.collection}{end}"
    answer = httpx.get(address, params={"$format": "json"}, auth=(USER, PASSWORD))
    assert answer.status_code == 200
    assert len(answer.json()["d"]["results"]) == len(s4.books.entries)
