"""Zoho's way to write things, entries as its records, and its six ways to say no. Nothing but functions."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.zoho import answers, lost_pay, mapping, wire
from connectors.zoho.answers import Problem
from connectors.zoho.centres import DOMAINS, hosts_of, require_centre
from connectors.zoho.report import _span, _worked
from connectors.zoho.settings import ZohoSettings
from hub.contract import Day, Entry, Hours, Interval, Kind
from hub.errors import ContractBroken, HubError, NotInstalled, NotPermitted, Reconnect, SettingsWrong, Throttled

DAY = date(2026, 11, 2)


def utc(hour: int, minute: int = 0, second: int = 0, day: int = 2) -> int:
    return int(datetime(2026, 11, day, hour, minute, second, tzinfo=UTC).timestamp())


def entry(payload: Any, zone: str = "Asia/Kolkata") -> Entry:
    kind = {Interval: Kind.INTERVAL, Day: Kind.DAY, Hours: Kind.HOURS}[type(payload)]
    return Entry(f"t:1:{DAY}:{kind}:0", kind, "123456000000300042", DAY, zone, payload)


def test_an_interval_is_wall_clock_minutes_of_the_site() -> None:
    record = mapping.render(entry(Interval(utc(3, 33, 11), utc(12, 40, 40))), "")
    assert record.image == {"in": "2026-11-02 09:03", "out": "2026-11-02 18:10"}
    assert record.natural_key == "interval:123456000000300042:2026-11-02 09:03"


def test_a_night_shift_keeps_its_true_dates() -> None:
    record = mapping.render(entry(Interval(utc(16, 28), utc(0, 32, day=3))), "")
    assert record.image == {"in": "2026-11-02 21:58", "out": "2026-11-03 06:02"}


def test_a_zone_that_zoho_is_told_stands_in_place_of_the_sites() -> None:
    assert mapping.render(entry(Interval(utc(9), utc(10))), "Europe/Berlin").image["in"] == "2026-11-02 10:00"
    given = {"data_centre": "in", "client_id": "1000.X", "client_secret": {"env": "A"}, "time_zone": "Europe/Berlin"}
    assert ZohoSettings.model_validate(given).told_zone == ""
    assert ZohoSettings.model_validate({**given, "new_attendance": "v3"}).told_zone == "Europe/Berlin"


def test_clocks_that_are_set_back_give_the_wall_clock() -> None:
    before, after = (int(datetime(2026, 10, 25, hour, 30, tzinfo=UTC).timestamp()) for hour in (0, 1))
    shown = [mapping.render(entry(Interval(at, at + 7200), "Europe/Berlin"), "").image["in"] for at in (before, after)]
    assert shown == ["2026-10-25 02:30"] * 2


@pytest.mark.parametrize(
    ("payload", "carried"),
    [
        (Interval(utc(9), utc(10)), True),
        (Interval(utc(9, 0, 10), utc(9, 0, 50)), False),
        (Day("A", 0, 0, 0, 100), True),
        (Day("P", 480, 0, 100, 0), False),
        (Hours("1", 60), False),
    ],
)
def test_zoho_has_a_place_for_minutes_and_for_lost_pay(payload: Any, carried: bool) -> None:
    assert mapping.carries(entry(payload), "") is carried


def test_leave_of_another_amount_is_another_leave() -> None:
    keys = {mapping.render(entry(Day("A", 0, 0, 100 - lop, lop)), "").natural_key for lop in (50, 100)}
    assert keys == {f"lop:123456000000300042:2026-11-02:{lop}" for lop in (50, 100)}
    with pytest.raises(SettingsWrong, match="no record of hours"):
        mapping.render(entry(Hours("1", 60)), "")


def leave(**more: Any) -> dict[str, Any]:
    row = {"Employee.ID": 123456000000300042, "From": "02-Nov-2026", "To": "02-Nov-2026", "Unit": "Days"}
    return {**row, "Days": {"02-Nov-2026": {"LeaveCount": "0.5"}}, "ApprovalStatus": "", **more}


def test_leave_is_read_as_it_would_be_rendered() -> None:
    held = mapping.leave_held("701001", leave())
    assert held is not None
    record = mapping.render(entry(Day("HD", 240, 0, 50, 50)), "")
    assert (held.natural_key, held.image, held.refs) == (record.natural_key, record.image, ("701001",))


@pytest.mark.parametrize("status", ["Cancelled", "REJECTED", "canceled"])
def test_leave_that_was_taken_back_is_not_there(status: str) -> None:
    assert mapping.leave_held("1", leave(ApprovalStatus=status)) is None


def test_leave_that_waits_is_not_yet_what_was_wanted() -> None:
    held = mapping.leave_held("1", leave(ApprovalStatus="Pending"))
    assert held is not None
    assert held.image["approved"] is False


@pytest.mark.parametrize(
    "more",
    [
        {"To": "03-Nov-2026", "Days": {"02-Nov-2026": {"LeaveCount": "1"}, "03-Nov-2026": {"LeaveCount": "1"}}},
        {"Unit": "Hours"},
        {"Days": {}},
    ],
)
def test_leave_over_days_or_in_hours_is_nobodys_entry(more: dict[str, Any]) -> None:
    held = mapping.leave_held("1", leave(**more))
    assert held is not None
    assert held.natural_key == "foreign:leave:1"


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("2026-11-02 09:03:11", "2026-11-02 09:03"),
        ("02-Nov-2026 09:03:11", "2026-11-02 09:03"),
        ("02-Nov-2026 - 09:03 AM", "2026-11-02 09:03"),
        ("02-NOV-2026 - 12:10 AM", "2026-11-02 00:10"),
        ("2026-11-02 - 12:10 PM", "2026-11-02 12:10"),
        ("10:05 AM", "2026-11-02 10:05"),
        ("18:10", "2026-11-02 18:10"),
    ],
)
def test_every_way_to_write_a_moment_is_read(text: str, minute: str) -> None:
    assert wire.minute_of(text, DAY) == minute


@pytest.mark.parametrize("text", ["soon", "2026-11-02", "25:00", "02-Foo-2026 10:00"])
def test_what_is_no_moment_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        wire.minute_of(text, DAY)


def test_months_are_english_whatever_the_machine_speaks() -> None:
    assert [wire.long_day(date(2026, month, 2))[3:6] for month in range(1, 13)] == [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]  # fmt: skip
    assert wire.day_of(wire.long_day(DAY)) == DAY


def test_ids_of_eighteen_digits_stay_whole() -> None:
    assert wire.loads(b'{"Zoho_ID": 123456000000300043}') == {"Zoho_ID": 123456000000300043}


WORKED = {"FirstIn": "2026-11-02 - 09:03 AM", "LastOut": "2026-11-02 - 06:10 PM", "TotalHours": "09:07"}


@pytest.mark.parametrize(
    ("day", "span"),
    [
        (WORKED, ("2026-11-02 09:03", "2026-11-02 18:10")),
        ({**WORKED, "FirstIn": "09:03 AM", "LastOut": "06:10 PM"}, ("2026-11-02 09:03", "2026-11-02 18:10")),
        ({**WORKED, "TotalHours": "08:07"}, None),
        ({**WORKED, "TotalHours": "18:14"}, None),
        ({**WORKED, "LastOut": "-"}, None),
        ({**WORKED, "FirstIn": "soon"}, None),
        ({"FirstIn": "10:00 PM", "LastOut": "06:00 AM", "TotalHours": "08:00"}, None),
    ],
)
def test_the_report_is_believed_where_the_hours_leave_no_doubt(day: dict[str, str], span: Any) -> None:
    assert _worked(day)
    assert _span(DAY, day) == span


@pytest.mark.parametrize(
    "day",
    [
        {"Status": "Absent", "FirstIn": "-", "LastOut": "-", "TotalHours": "00:00"},
        {"Status": "Annual Leave", "LeaveCode": "AL", "TotalHours": "00:00", "WorkingHours": "08:00"},
        {"Status": "", "TotalHours": "00:00"},
    ],
)
def test_days_without_attendance_are_none(day: dict[str, str]) -> None:
    assert not _worked(day)


ENVELOPES: dict[str, tuple[Any, Problem]] = {
    "forms": (
        {"response": {"errors": {"code": 7016, "message": "Invalid input"}, "status": 1}},
        Problem("7016", "Invalid input"),
    ),
    "time tracker": (
        {"response": {"errors": [{"code": 9000, "message": "Permission Denied"}], "status": 1}},
        Problem("9000", "Permission Denied"),
    ),
    "views": (
        [{"message": "Invalid View Name", "errorcode": 7012, "Response status": 2}],
        Problem("7012", "Invalid View Name"),
    ),
    "single punch": ([{"msg": "Invalid User", "response": "failure"}], Problem("", "Invalid User")),
    "flat": ({"error": "Invalid User"}, Problem("", "Invalid User")),
    "leave tracker": (
        {"error": {"code": 9001, "message": "Sorry."}, "uri": "/leavetracker/compensatory/records"},
        Problem("9001", "Sorry."),
    ),
    "v3": ({"code": "NOT_FOUND", "message": "Record not found"}, Problem("NOT_FOUND", "Record not found")),
    "errors at the top": ({"errors": {"code": 7034, "message": "Invalid"}}, Problem("7034", "Invalid")),
    "a status without errors": (
        {"response": {"message": "Error occurred", "status": 1}},
        Problem("", "Error occurred"),
    ),
}


@pytest.mark.parametrize("name", ENVELOPES)
def test_all_envelopes_of_refusals_are_known(name: str) -> None:
    body, problem = ENVELOPES[name]
    assert answers.problem_of(body) == problem


@pytest.mark.parametrize(
    "body",
    [
        {"response": {"result": [], "message": "Data fetched successfully", "status": 0}},
        {"result": [], "message": "Success", "status": 0},
        {"payperiod_settings": [], "message": "Data fetched successfully!", "status": 1},
        {"status": "success", "data": {"success_count": 1}},
        {"status": "success", "code": "OK", "message": "done"},
        {"firstIn": "-", "status": "Present", "entries": []},
        {"leavetypes": []},
        {"skippedEmpInfo": ["E9999"]},
        [{"response": "success", "tsecs": 32849}],
        [],
        None,
    ],
)
def test_good_answers_are_no_refusals_whatever_their_status(body: Any) -> None:
    assert answers.problem_of(body) is None


@pytest.mark.parametrize(
    ("problem", "error"),
    [
        (Problem("7209", "API access blocked since threshold limit exceeded."), Throttled),
        (Problem("7202", "The provided OAuth token is invalid."), Reconnect),
        (Problem("7218", "Invalid OAuth Scope"), NotPermitted),
        (Problem("9001", "Sorry."), NotPermitted),
        (Problem("7011", "Form name 'x' is invalid"), NotInstalled),
        (Problem("", "Time Tracker Tab is disabled"), NotInstalled),
        (Problem("7999", "Odd"), ContractBroken),
    ],
)
def test_a_refusal_says_what_to_do(problem: Problem, error: type[HubError]) -> None:
    said = answers.meaning(problem, "/people/api/x")
    assert type(said) is error
    assert getattr(said, "after", 300) == 300


def test_every_data_centre_has_its_hosts() -> None:
    assert len(DOMAINS) == 11
    assert hosts_of("ca").people == "https://people.zohocloud.ca"
    assert hosts_of("au").accounts == "https://accounts.zoho.com.au"
    assert hosts_of("cn").people == "https://people.zoho.com.cn"


@pytest.mark.parametrize("server", [f"https://accounts.{domain}" for domain in DOMAINS.values()])
def test_an_account_of_another_data_centre_is_told(server: str) -> None:
    ours = hosts_of("in").accounts
    if server == ours:
        assert require_centre(server + "/", "in", ours) == server
        return
    with pytest.raises(SettingsWrong, match="correct data_centre"):
        require_centre(server, "in", ours)


@pytest.mark.parametrize(
    "server",
    ["https://accounts.zoho.in.thief.example", "https://accounts.zoho.ca", "http://accounts.zoho.com", "accounts", ""],
)
def test_a_server_that_is_not_zohos_gets_no_secret(server: str) -> None:
    with pytest.raises(SettingsWrong, match="no accounts server of Zoho"):
        require_centre(server, "in", hosts_of("in").accounts)


@pytest.mark.parametrize(
    ("begins", "ends", "day", "first", "last"),
    [
        ("1", "32", date(2026, 2, 10), date(2026, 2, 1), date(2026, 2, 28)),
        ("1", "31", date(2026, 11, 30), date(2026, 11, 1), date(2026, 11, 30)),
        ("26", "25", date(2026, 11, 26), date(2026, 11, 26), date(2026, 12, 25)),
        ("26", "25", date(2026, 11, 25), date(2026, 10, 26), date(2026, 11, 25)),
        ("26", "25", date(2027, 1, 3), date(2026, 12, 26), date(2027, 1, 25)),
    ],
)
def test_a_pay_period_is_found_around_a_day(begins: str, ends: str, day: date, first: date, last: date) -> None:
    assert lost_pay.cycle({"start_date": begins, "end_date": ends}, day) == (first, last)
