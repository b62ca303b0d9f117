"""Attendance by bulk import and, where chosen, by API v3."""

from datetime import timedelta

import pytest
from starlette.responses import Response

from connectors.zoho.connector import ZohoConnector
from connectors.zoho.simulated.words import forms_error, reply
from hub.contract import (
    Outcome,
)
from hub.errors import (
    ContractBroken,
    Uncertain,
)
from hub.testing import faults
from hub.testing.edge import Edge
from tests.connectors.zoho.organisation import DAY, IMPORT, NUMBERS, Site, change, held, interval, pushed


def test_the_import_is_a_form_body_of_separate_items_in_wall_clock(site: Site, connector: ZohoConnector) -> None:
    [receipt] = pushed(connector, interval(site.ref()))
    assert receipt.outcome is Outcome.ACCEPTED
    [form] = site.forms(IMPORT)
    assert form == {
        "dateFormat": "yyyy-MM-dd HH:mm:ss",
        "data": '[{"empId":"E0001","checkIn":"2026-10-05 09:00:00"},{"empId":"E0001","checkOut":"2026-10-05 18:00:00"}]',
    }
    request = next(one for one in site.seen.requests if one.url.path.endswith(IMPORT))
    assert request.url.query == b""
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["authorization"].startswith("Zoho-oauthtoken 1000.")
    assert "cookie" not in request.headers


def test_fifty_entries_are_one_call_of_a_hundred_items(site: Site, connector: ZohoConnector) -> None:
    entries = [interval(site.ref(index)) for index in range(connector.capabilities.batch_size)]
    assert {one.outcome for one in pushed(connector, *entries)} == {Outcome.ACCEPTED}
    [form] = site.forms(IMPORT)
    assert form["data"].count("empId") == 100
    assert len(held(connector, *entries)) == 50


def test_no_call_spans_more_than_31_days(site: Site, connector: ZohoConnector) -> None:
    entries = [interval(site.ref(), day=DAY + timedelta(days=offset)) for offset in (0, 30, 31, 40)]
    assert {one.outcome for one in pushed(connector, *entries)} == {Outcome.ACCEPTED}
    assert len(site.forms(IMPORT)) == 2
    assert len(held(connector, *entries)) == 4


def test_skipped_employees_are_told_and_the_others_are_in(site: Site, connector: ZohoConnector) -> None:
    site.state.employees[site.ref(1)].attends = False
    entries = [interval(site.ref(index), start) for index in (0, 1) for start in (9, 14)]
    outcomes = {one.key: one for one in pushed(connector, *entries)}
    assert [outcomes[one.key].outcome for one in entries] == [Outcome.ACCEPTED] * 2 + [Outcome.REJECTED] * 2
    assert "Zoho skipped this employee" in outcomes[entries[2].key].reason
    assert not any(name in outcomes[entries[2].key].reason for name in ("Asha", "E0002"))


def test_who_is_not_there_is_told_before_anything_is_sent(site: Site, connector: ZohoConnector) -> None:
    receipts = pushed(connector, interval("999"), interval(site.ref()))
    assert {one.outcome for one in receipts} == {Outcome.REJECTED, Outcome.ACCEPTED}
    assert "no such employee" in receipts[0].reason


@pytest.mark.parametrize("body", [b"", b"[]", b'{"message": "Success", "status": 0}', b'{"skippedEmpInfo": []}'])
def test_whatever_zoho_says_when_all_is_well(site: Site, connector: ZohoConnector, body: bytes) -> None:
    site.web.answers[IMPORT] = [Response(body, media_type="application/json")]
    assert [one.outcome for one in pushed(connector, interval(site.ref()))] == [Outcome.ACCEPTED]


def test_a_call_refused_as_a_whole_is_sent_in_halves(site: Site, connector: ZohoConnector) -> None:
    """That Zoho refuses all for one bad entry is the worst that is possible."""
    site.web.attendance.spoiling = frozenset({"E0003", "E0041"})
    entries = [interval(site.ref(index)) for index in range(50)]
    receipts = {one.key: one for one in pushed(connector, *entries)}
    refused = {key: one.reason for key, one in receipts.items() if one.outcome is Outcome.REJECTED}
    assert refused.keys() == {entries[2].key, entries[40].key}
    assert all(reason.endswith("Zoho refused it: Invalid input data.") for reason in refused.values())
    assert (len(receipts), len(site.state.entries)) == (50, 48)


def test_what_is_refused_down_to_every_quarter_is_not_for_some_entry(site: Site, connector: ZohoConnector) -> None:
    site.web.attendance.spoiling = frozenset(NUMBERS)
    with pytest.raises(ContractBroken, match=r"refuses every import: Invalid input data\."):
        pushed(connector, *[interval(site.ref(index)) for index in range(50)])
    assert site.calls(IMPORT) == 7
    receipts = pushed(connector, interval(site.ref(0)), interval(site.ref(1)))
    assert [one.outcome for one in receipts] == [Outcome.REJECTED] * 2


def test_a_page_in_place_of_an_answer_leaves_it_open(site: Site, connector: ZohoConnector) -> None:
    site.web.answers[IMPORT] = [Response("<html>Sorry</html>", media_type="text/html")]
    with pytest.raises(Uncertain, match="the change may have been made"):
        pushed(connector, interval(site.ref()))


def test_a_failure_inside_zoho_leaves_it_open(site: Site, connector: ZohoConnector) -> None:
    site.web.answers[IMPORT] = [forms_error(7200, "API invocation failure")]
    with pytest.raises(Uncertain, match="7200"):
        pushed(connector, interval(site.ref()))


def test_a_lost_answer_is_uncertain_and_what_was_done_before_it_is_kept(site: Site, connector: ZohoConnector) -> None:
    entries = [interval(site.ref(), day=DAY), interval(site.ref(), day=DAY + timedelta(days=60))]
    [*connector.employees()]
    site.simulator.faults = faults.scripted(None, Edge.CUT_AFTER)
    receipts = connector.push([change(connector, one) for one in entries])
    done = iter(receipts)
    assert next(done).outcome is Outcome.ACCEPTED
    with pytest.raises(Uncertain):
        next(done)


def test_v3_is_told_the_zone_and_tells_how_many(site: Site) -> None:
    with site.connector(new_attendance="v3", time_zone="Asia/Kolkata") as connector:
        [receipt] = pushed(connector, interval(site.ref()))
        assert receipt.outcome is Outcome.ACCEPTED
        assert held(connector, interval(site.ref())) == {
            f"interval:{site.ref()}:2026-10-05 14:30": {"in": "2026-10-05 14:30", "out": "2026-10-05 23:30"}
        }
    assert site.forms("v3/attendance/entries") == [
        {
            "punch_details": '[{"employee_id":"E0001","punch_in":"2026-10-05 14:30:00","punch_out":"2026-10-05 23:30:00"}]',
            "datetime_format": "yyyy-MM-dd HH:mm:ss",
            "entries_timezone": "Asia/Kolkata",
            "storage_timezone": "Asia/Kolkata",
        }
    ]


def test_v3_that_took_some_does_not_say_which(site: Site) -> None:
    body = {"status": "success", "message": "Record(s) added successfully.", "data": {"success_count": 1}}
    site.web.answers["v3/attendance/entries"] = [reply(body)]
    with site.connector(new_attendance="v3") as connector, pytest.raises(Uncertain, match="took 1 of 2"):
        pushed(connector, interval(site.ref(0)), interval(site.ref(1)))
