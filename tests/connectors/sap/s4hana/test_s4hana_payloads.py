"""What is sent fits the vendor's metadata; what does not is refused before."""

import pytest
from pydantic import ValidationError

from connectors.sap.s4hana.connector import S4Connector
from connectors.sap.s4hana.simulator import S4Simulator
from hub.contract import Outcome
from tests.connectors.sap import vendor
from tests.connectors.sap.recording import Recording
from tests.connectors.sap.s4hana.system import UPDATE, WITHDRAW, change, hours, opened, posted


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


def test_all_that_is_sent_fits_the_vendors_metadata(s4: S4Simulator, wire_: Recording) -> None:
    kind = vendor.entity_type("s4_API_MANAGE_WORKFORCE_TIMESHEET.edmx", "TimeSheetEntry")
    with opened(s4, wire_, controlling_area="A000", data_fields={"TimeSheetTaskType": "MISC"}) as connector:
        [made] = connector.push([change(connector, hours(477))])
        [corrected] = connector.push([change(connector, hours(475), UPDATE, made.refs)])
        [*connector.push([change(connector, hours(475), WITHDRAW, corrected.refs)])]
    sent = posted(wire_)
    assert len(sent) == 3
    assert [vendor.complaints(kind, one) for one in sent] == [[], [], []]
    needed = vendor.required("s4_API_MANAGE_WORKFORCE_TIMESHEET.edmx", "TimeSheetEntry")
    assert all(needed <= one.keys() for one in sent)


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
