"""The Zoho connector against the simulated Zoho People, over real HTTP on the loopback."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from starlette.responses import Response

from connectors.zoho.client import RefusedError
from connectors.zoho.connector import ZohoConnector
from connectors.zoho.settings import ZohoSettings
from connectors.zoho.simulated.state import Leave
from connectors.zoho.simulated.words import forms_error, reply
from connectors.zoho.simulator import TOKEN_VARIABLE, ZohoSimulator
from hub.contract import (
    Change,
    Day,
    Entry,
    Interval,
    Kind,
    Operation,
    Outcome,
    Person,
    Receipt,
    Scope,
    Severity,
)
from hub.errors import (
    ContractBroken,
    HubError,
    NotInstalled,
    NotPermitted,
    Reconnect,
    SettingsWrong,
    Throttled,
    Unavailable,
    Uncertain,
)
from hub.testing import faults
from hub.testing.edge import Edge

DAY = date(2026, 10, 5)
NUMBERS = [f"E{number:04}" for number in range(1, 121)]
IMPORT = "attendance/bulkImport"


class Seen(httpx.HTTPTransport):
    """A real transport that keeps the requests."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return super().handle_request(request)


class Site:
    """The simulator, what was put into it, and a connector to it."""

    def __init__(self, simulator: ZohoSimulator) -> None:
        self.simulator = simulator
        self.state, self.web = simulator.state, simulator.web
        self.refs = simulator.reset(NUMBERS, ["CC10", "CC20"])
        self.seen = Seen()

    def ref(self, index: int = 0) -> str:
        return self.refs.employees[NUMBERS[index]]

    def connector(self, **settings: Any) -> ZohoConnector:
        given = ZohoSettings.model_validate(
            {**self.simulator.settings(), "total_hours_without_breaks": False, **settings}
        )
        return ZohoConnector(given, transport=self.seen, today=lambda: DAY)

    def forms(self, path: str) -> list[dict[str, str]]:
        """What was sent to a path, as form fields."""
        sent = [one for one in self.seen.requests if one.url.path.endswith(path) and one.method == "POST"]
        return [{name: value for name, [value] in parse_qs(one.content.decode()).items()} for one in sent]

    def calls(self, path: str) -> int:
        return sum(path in call for call in self.web.calls)


@pytest.fixture(scope="module")
def simulator() -> Iterator[ZohoSimulator]:
    made = ZohoSimulator()
    with made.running():
        yield made


@pytest.fixture
def site(simulator: ZohoSimulator) -> Iterator[Site]:
    yield (one := Site(simulator))
    one.seen.close()
    simulator.faults = faults.none
    simulator.web.attendance.dated = simulator.web.attendance.gaps = True
    simulator.web.leave.pending = False
    simulator.web.leave.base = simulator.web.entries.base = 1
    simulator.web.attendance.spoiling = frozenset()
    simulator.web.limits.left_today = 15_000


@pytest.fixture
def connector(site: Site) -> Iterator[ZohoConnector]:
    with site.connector() as one:
        yield one


def utc(hour: int, minute: int = 0, day: date = DAY) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + hour * 3600 + minute * 60


def interval(ref: str, start: int = 9, end: int = 18, day: date = DAY) -> Entry:
    payload = Interval(utc(start, day=day), utc(end, day=day))
    return Entry(f"t:{ref}:{day}:interval:{start}", Kind.INTERVAL, ref, day, "UTC", payload)


def absent(ref: str, lop: int = 100, day: date = DAY) -> Entry:
    return Entry(f"t:{ref}:{day}:day:0", Kind.DAY, ref, day, "UTC", Day("A", 0, 0, 100 - lop, lop))


def change(connector: ZohoConnector, entry: Entry, operation: Operation = Operation.CREATE, *refs: str) -> Change:
    record = connector.render(entry)
    return Change(
        entry.key, operation, entry.kind, entry.employee, entry.work_date, record.natural_key, record.image, refs
    )


def pushed(connector: ZohoConnector, *entries: Entry) -> list[Receipt]:
    return [*connector.push([change(connector, entry) for entry in entries])]


def scope(entries: Iterable[Entry]) -> Scope:
    given = [*entries]
    days = [one.work_date for one in given]
    return Scope(min(days), max(days), frozenset(Kind), frozenset(one.employee for one in given))


def held(connector: ZohoConnector, *entries: Entry) -> dict[str, dict[str, Any]]:
    return {one.natural_key: dict(one.image) for one in connector.read_back(scope(entries))}


# Looking around.


def test_a_healthy_connection_has_no_complaint(connector: ZohoConnector) -> None:
    found = connector.check()
    assert [one.message for one in found if one.severity is not Severity.OK] == []
    assert "LOP sync" in found[-1].message


def test_everybody_is_listed_page_by_page(site: Site, connector: ZohoConnector) -> None:
    for number in range(1000, 1300):
        site.state.hire(str(number))
    site.state.employees[site.ref(3)].active = False
    people = [*connector.employees()]
    assert len({one.ref for one in people}) == len(people) == 420
    assert people[-4:] == [
        Person(site.ref(3), "E0004", active=False), *(Person(site.ref(at), NUMBERS[at]) for at in (2, 1, 0)),
    ]  # fmt: skip


def test_a_full_last_page_ends_with_no_records_found(site: Site, connector: ZohoConnector) -> None:
    for number in range(80):
        site.state.hire(f"N{number}")
    assert len([*connector.employees()]) == 200
    assert site.calls("forms/employee/getRecords") == 2


def test_an_empty_organisation_is_not_an_error(site: Site, connector: ZohoConnector) -> None:
    site.state.employees.clear()
    assert [*connector.employees()] == []


def test_the_number_may_stand_in_a_field_of_ones_own(site: Site) -> None:
    site.state.employees[site.ref()].fields["Badge"] = "4711"
    with site.connector(number_field="Badge") as connector:
        assert {one.number for one in connector.employees()} == {"4711", ""}
        assert "119 active employees have no Badge" in connector.check()[1].message
    with site.connector(number_field="Nothing") as connector:
        assert "correct number_field" in connector.check()[-1].message


def test_cost_centres_are_departments_or_another_form(site: Site, connector: ZohoConnector) -> None:
    assert {(one.ref, one.code, one.name) for one in connector.cost_objects()} == {
        (site.refs.costs[code], code, f"Centre {code}") for code in ("CC10", "CC20")
    }
    site.state.forms["Cost_Centre"] = [{"Code": "K1", "Title": "Press", "Zoho_ID": 7}]
    given = {"cost_form": "Cost_Centre", "cost_code_field": "Code", "cost_name_field": "Title"}
    with site.connector(**given) as other:
        assert [(one.ref, one.code, one.name) for one in other.cost_objects()] == [("7", "K1", "Press")]
    with site.connector(cost_form="Nowhere") as other, pytest.raises(NotInstalled, match="no such form"):
        [*other.cost_objects()]
    with site.connector(cost_code_field="Nothing") as other, pytest.raises(NotInstalled, match="no field Nothing"):
        [*other.cost_objects()]


def test_the_check_says_whom_the_report_does_not_show(site: Site, connector: ZohoConnector) -> None:
    site.web.answers["attendance/getUserReport"] = [reply({"result": [], "message": "Success", "status": 0})]
    [finding] = [one for one in connector.check() if one.severity is Severity.WARNING]
    assert "shows 0 people and not 120 active ones" in finding.message


def test_the_check_knows_a_leave_type_that_is_none_or_paid(site: Site) -> None:
    for name, words in (("Nothing", "Unpaid types: Loss of pay"), ("Annual Leave", "is PAID; take one of the kind")):
        with site.connector(leave_type=name) as connector:
            assert words in connector.check()[-1].message


def test_the_report_of_lost_pay_is_compared_with_the_leave(site: Site) -> None:
    with site.connector(pay_period="India") as connector:
        pushed(connector, absent(site.ref(0)), absent(site.ref(1), 50))
        assert "books what the leave says" in connector.check()[-1].message
        site.web.answers["v2/leavetracker/reports/lop"] = [
            reply({"report": {site.ref(0): {"lopDetail": {"booked": 2}, "employee": {}}, "employees": [1]}})
        ]
        assert "other days than the leave for 2 people" in connector.check()[-1].message
    with site.connector(pay_period="Mars") as connector:
        assert "Pay periods: India" in connector.check()[-1].message


# Attendance in.


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


# Attendance in by API v3.


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


# Reading back.


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("gaps", [True, False])
@pytest.mark.parametrize("by_report", [True, False])
def test_what_is_there_is_read_whatever_the_report_looks_like(
    site: Site, dated: bool, gaps: bool, by_report: bool
) -> None:
    if by_report and not gaps:
        pytest.skip("the setting says that total hours leave breaks out")
    site.web.attendance.dated, site.web.attendance.gaps = dated, gaps
    one, broken, night = (
        interval(site.ref(0)),
        [interval(site.ref(1), 9, 12), interval(site.ref(1), 13)],
        interval(site.ref(2), 22, 30),
    )
    with site.connector(total_hours_without_breaks=by_report) as connector:
        pushed(connector, one, *broken, night)
        assert held(connector, one, *broken, night) == {
            connector.render(entry).natural_key: connector.render(entry).image for entry in (one, *broken, night)
        }


def test_the_report_confirms_most_days_where_it_can(site: Site) -> None:
    plain = [interval(site.ref(index)) for index in range(100)]
    broken = [interval(site.ref(110), 9, 12), interval(site.ref(110), 13)]
    for by_report, requests in ((True, 1), (False, 101)):
        with site.connector(total_hours_without_breaks=by_report) as connector:
            site.simulator.reset(NUMBERS, [])
            entries = [interval(ref, start, end) for ref, start, end in _again(site, plain, broken)]
            pushed(connector, *entries)
            site.web.calls.clear()
            assert len(held(connector, *entries)) == 102
            assert site.calls("v3/attendance/entries") == requests
            assert site.calls("getUserReport") == (2 if by_report else 0)


def _again(site: Site, *groups: list[Entry]) -> Iterator[tuple[str, int, int]]:
    """The same entries for the people after a reset."""
    by_number = {one.number: ref for ref, one in site.state.employees.items()}
    number_of = {ref: number for number, ref in site.refs.employees.items()}
    for entry in (one for group in groups for one in group):
        assert isinstance(entry.payload, Interval)
        start, end = ((at - utc(0)) // 3600 for at in (entry.payload.start, entry.payload.end))
        yield by_number[number_of[entry.employee]], start, end


def test_where_the_report_is_silent_it_may_only_be_late(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever believed it would send everything again."""
    entries = [interval(site.ref(0)), interval(site.ref(1)), interval(site.ref(1), day=DAY - timedelta(days=1))]
    with site.connector(total_hours_without_breaks=True) as connector:
        pushed(connector, *entries)
        site.state.employees[site.ref(0)].active = False  # who left is not in the report
        shown = site.web.attendance._of_day
        late = {"FirstIn": "-", "LastOut": "-", "TotalHours": "00:00"}
        monkeypatch.setattr(site.web.attendance, "_of_day", lambda who, on: late if on == DAY else shown(who, on))
        found = [*connector.read_back(scope(entries[:2]))]
    assert {one.natural_key for one in found} == {connector.render(one).natural_key for one in entries}


def test_two_of_a_kind_are_seen_as_two(site: Site) -> None:
    entry = interval(site.ref())
    for by_report in (True, False):
        with site.connector(total_hours_without_breaks=by_report) as connector:
            pushed(connector, entry)
    with site.connector(total_hours_without_breaks=True) as connector:
        found = [one.natural_key for one in connector.read_back(scope([entry]))]
    assert found == [connector.render(entry).natural_key] * 2


def test_open_entries_and_breaks_and_neighbours(site: Site, connector: ZohoConnector) -> None:
    """An open entry has no end, one of the day before is seen, and one of other people or weeks is not."""
    begun = datetime(2026, 10, 5, 9, 3, 11)
    site.state.punch_in(site.ref(), begun)
    site.state.punch_in(site.ref(), begun - timedelta(days=1))
    site.state.punch_in(site.ref(), begun - timedelta(days=9))
    site.state.punch_in(site.ref(5), begun)
    site.state.punch_out(site.ref(6), begun)
    found = [*connector.read_back(Scope(DAY, DAY, frozenset({Kind.INTERVAL}), frozenset({site.ref(), site.ref(6)})))]
    assert [(one.employee, one.work_date, dict(one.image)) for one in found] == [
        (site.ref(), DAY, {"in": "2026-10-05 09:03"}),
        (site.ref(), DAY - timedelta(days=1), {"in": "2026-10-04 09:03"}),
        (site.ref(6), DAY, {"in": "2026-10-05 09:03"}),
    ]


@pytest.mark.parametrize("base", [0, 1])
def test_many_entries_of_one_person_come_in_pages(site: Site, connector: ZohoConnector, base: int) -> None:
    site.web.entries.base = base
    for number in range(130):
        at = datetime(2026, 10, 5) + timedelta(minutes=10 * number)
        site.state.punch_in(site.ref(), at)
        site.state.punch_out(site.ref(), at + timedelta(minutes=5))
    assert len(held(connector, interval(site.ref()))) == 130


def test_a_long_range_is_read_month_by_month(site: Site) -> None:
    entries = [interval(site.ref(), day=DAY + timedelta(days=offset)) for offset in (0, 31, 62)]
    with site.connector(total_hours_without_breaks=True) as connector:
        pushed(connector, *entries)
        site.web.calls.clear()
        assert len(held(connector, *entries)) == 3
    assert site.calls("getUserReport") == 3 * 2  # of two pages each
    assert site.calls("v3/attendance/entries") == 3


@pytest.mark.parametrize("base", [0, 1])
def test_much_leave_comes_in_pages(site: Site, connector: ZohoConnector, base: int) -> None:
    site.web.leave.base = base
    for number in range(450):
        site.state.leaves[str(7000 + number)] = Leave(str(7000 + number), site.ref(), "300", DAY, DAY, {DAY: "1.0"})
    found = [*connector.read_back(scope([absent(site.ref())]))]
    assert len({one.refs for one in found}) == len(found) == 450
    assert site.calls("leaves/records") == 3


# Corrections.


@pytest.mark.parametrize("by_report", [True, False])
def test_a_withdrawn_entry_is_found_and_deleted_alone(site: Site, by_report: bool) -> None:
    entries = [interval(site.ref(), 9, 12), interval(site.ref(), 13)]
    other = interval(site.ref(1))
    with site.connector(total_hours_without_breaks=by_report) as connector:
        pushed(connector, *entries, other)
        for gone in (entries[0], other):
            [there] = [
                one
                for one in connector.read_back(scope([gone]))
                if one.natural_key == connector.render(gone).natural_key
            ]
            [receipt] = connector.push([change(connector, gone, Operation.WITHDRAW, *there.refs)])
            assert receipt.outcome is Outcome.ACCEPTED
        assert held(connector, *entries, other).keys() == {connector.render(entries[1]).natural_key}


def test_what_is_gone_already_is_withdrawn(site: Site, connector: ZohoConnector) -> None:
    for entry in (interval(site.ref()), absent(site.ref())):
        [receipt] = connector.push([change(connector, entry, Operation.WITHDRAW, "123456000000999999")])
        assert receipt.outcome is Outcome.ACCEPTED
    [receipt] = connector.push([change(connector, interval(site.ref()), Operation.WITHDRAW)])
    assert receipt.outcome is Outcome.ACCEPTED


def test_without_corrections_nothing_is_ever_deleted(site: Site) -> None:
    with site.connector(corrections=False) as connector:
        assert not connector.capabilities.withdraws
        assert not connector.capabilities.updates


# Loss of pay.


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


# What goes wrong.


@pytest.mark.parametrize("status", [200, 400])
def test_a_token_refused_in_the_body_is_renewed_once(site: Site, connector: ZohoConnector, status: int) -> None:
    [*connector.employees()]
    before = site.simulator.accounts.refreshes
    site.web.answers[IMPORT] = [forms_error(7202, "The provided OAuth token is invalid.", status=status)]
    assert pushed(connector, interval(site.ref()))[0].outcome is Outcome.ACCEPTED
    assert site.simulator.accounts.refreshes == before + 1
    assert len(site.state.entries) == 1


def test_a_revoked_grant_needs_a_person(site: Site, connector: ZohoConnector) -> None:
    site.simulator.accounts.end(site.simulator.grant)
    with pytest.raises(Reconnect, match="authorise the connection again"):
        pushed(connector, interval(site.ref()))
    assert site.web.calls == []


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (forms_error(7209, "API access blocked since threshold limit exceeded.", status=200), Throttled, "locked"),
        (forms_error(7209, "API access blocked since threshold limit exceeded.", status=429), Throttled, "slow down"),
        (forms_error(7218, "Invalid OAuth Scope"), NotPermitted, "lacks a scope"),
        (forms_error(7038, "No permission to add"), NotPermitted, "give that person the role"),
        (Response("Incorrect URL", 404), SettingsWrong, "No Zoho People answers"),
    ],
)
def test_refusals_of_a_write_change_nothing_and_say_what_to_do(
    site: Site, connector: ZohoConnector, answer: Response, error: type[HubError], words: str
) -> None:
    site.web.answers[IMPORT] = [answer]
    breached: list[int] = []
    connector.meter = _Meter(breached)
    with pytest.raises(error, match=words):
        pushed(connector, interval(site.ref()))
    assert bool(breached) is (error is Throttled)


class _Meter:
    def __init__(self, breached: list[int]) -> None:
        self.after = breached

    def take(self) -> None: ...

    def breached(self, after: int) -> None:
        self.after.append(after)

    def require(self, requests: int) -> None: ...


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("attendance/getUserReport", {"odd": [1]}),
        ("attendance/getUserReport", {"result": [{"odd": 1}]}),
        ("v3/attendance/entries", {"odd": [1]}),
        ("forms/employee/getRecords", {"odd": [1]}),
        ("v2/leavetracker/leaves/records", {"odd": [1]}),
    ],
)
def test_answers_of_unknown_shape_are_told_and_not_taken_for_nothing(
    site: Site, connector: ZohoConnector, path: str, body: dict[str, Any]
) -> None:
    entries = [interval(site.ref()), absent(site.ref())]
    pushed(connector, *entries)
    site.web.answers[path] = [reply(body)]
    with (
        site.connector(total_hours_without_breaks="Report" in path) as other,
        pytest.raises(ContractBroken, match="unknown shape"),
    ):
        [*other.employees()] if path.startswith("forms") else held(other, *entries)


def test_a_page_in_place_of_data_is_waited_for(site: Site, connector: ZohoConnector) -> None:
    site.web.answers["v3/attendance/entries"] = [Response("<html>Sorry</html>", media_type="text/html")]
    with pytest.raises(Unavailable, match="page instead of data"):
        held(connector, interval(site.ref()))


def test_a_failure_inside_zoho_while_reading_is_waited_for(site: Site, connector: ZohoConnector) -> None:
    site.web.answers["forms/employee/getRecords"] = [forms_error(7200, "API invocation failure")]
    with pytest.raises(Unavailable, match="7200"):
        [*connector.employees()]


def test_the_last_requests_of_the_day_are_left_to_others(site: Site, connector: ZohoConnector) -> None:
    site.web.limits.left_today = 502
    [*connector.employees()]
    pushed(connector, interval(site.ref()))
    with pytest.raises(Throttled, match=r"500 requests left today, and 500 are kept"):
        pushed(connector, interval(site.ref(1)))
    assert len(site.state.entries) == 1


def test_a_refusal_is_a_value_on_its_way(site: Site, connector: ZohoConnector) -> None:
    site.web.answers[IMPORT] = [forms_error(7016, "Invalid input data")]
    with pytest.raises(RefusedError, match="Invalid input data"):
        connector._site.client.write("", "POST", "/people/api/attendance/bulkImport", data="[]")


def test_no_secret_is_in_what_goes_wrong(site: Site, connector: ZohoConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "1000.hunter2.hunter2")
    with pytest.raises(HubError) as caught:
        [*connector.employees()]
    assert "hunter2" not in f"{caught.value!r} {caught.value.detail} {caught.value.__cause__!r}"
