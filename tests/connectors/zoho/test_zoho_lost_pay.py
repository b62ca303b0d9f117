"""Loss of pay as unpaid leave."""

import json
from datetime import timedelta

from connectors.zoho.connector import ZohoConnector
from connectors.zoho.simulated.state import Leave
from hub.contract import (
    Kind,
    Operation,
    Outcome,
)
from tests.connectors.zoho.organisation import (
    DAY,
    Site,
    absent,
    change,
    held,
    pushed,
)


def test_lost_pay_is_unpaid_leave_of_a_whole_or_half_day(site: Site, connector: ZohoConnector) -> None:
    entries = [absent(site.ref(0)), absent(site.ref(1), 50)]
    receipts = pushed(connector, *entries)
    assert all(one.outcome is Outcome.ACCEPTED and one.refs for one in receipts)
    assert held(connector, *entries) == {
        connector.render(one).natural_key: connector.render(one).image for one in entries
    }
    when = {"From": "05-Oct-2026", "To": "05-Oct-2026"}
    assert [json.loads(form["inputData"]) for form in site.forms("leave/insertRecord")] == [
        {"Employee_ID": site.ref(0), "Leavetype": "300", **when, "days": {"05-Oct-2026": {"LeaveCount": "1"}}},
        {
            "Employee_ID": site.ref(1),
            "Leavetype": "300",
            **when,
            "days": {"05-Oct-2026": {"LeaveCount": "0.5", "Session": 1}},
        },
    ]


def test_other_parts_of_a_day_are_for_a_person(site: Site, connector: ZohoConnector) -> None:
    [receipt] = pushed(connector, absent(site.ref(), 25))
    assert (receipt.outcome, "by hand" in receipt.reason) == (Outcome.REJECTED, True)


def test_leave_over_leave_is_refused_and_stops_nobody(site: Site, connector: ZohoConnector) -> None:
    site.state.leaves["7"] = Leave("7", site.ref(0), "301", DAY, DAY, {DAY: "1.0"})
    receipts = pushed(connector, absent(site.ref(0)), absent(site.ref(1)))
    assert [one.outcome for one in receipts] == [Outcome.REJECTED, Outcome.ACCEPTED]
    assert "Leave already taken" in receipts[0].reason


def test_leave_that_waits_for_approval_is_not_confirmed(site: Site, connector: ZohoConnector) -> None:
    site.web.leave.pending = True
    pushed(connector, absent(site.ref()))
    [image] = held(connector, absent(site.ref())).values()
    assert image["approved"] is False


def test_leave_of_others_kinds_and_people_is_not_ours(site: Site, connector: ZohoConnector) -> None:
    site.state.leaves["7"] = Leave("7", site.ref(0), "301", DAY, DAY, {DAY: "1.0"})
    site.state.leaves["8"] = Leave("8", site.ref(5), "300", DAY, DAY, {DAY: "1.0"})
    after = DAY + timedelta(days=1)
    site.state.leaves["9"] = Leave("9", site.ref(0), "300", DAY, after, {DAY: "1.0", after: "1.0"})
    assert held(connector, absent(site.ref(0))).keys() == {"foreign:leave:9"}


def test_lost_pay_is_taken_back(site: Site, connector: ZohoConnector) -> None:
    entry = absent(site.ref())
    [receipt] = pushed(connector, entry)
    [done] = connector.push([change(connector, entry, Operation.WITHDRAW, *receipt.refs)])
    assert (done.outcome, held(connector, entry)) == (Outcome.ACCEPTED, {})


def test_without_a_leave_type_only_attendance_goes(site: Site) -> None:
    with site.connector(leave_type="") as connector:
        assert connector.capabilities.kinds == {Kind.INTERVAL}
        assert "loss of pay" not in {one.subject for one in connector.check()}
