"""The Tryton connector against a real Tryton 8.2."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.tryton import spec
from connectors.tryton.connector import TrytonConnector
from connectors.tryton.provision import user
from hub.contract import (
    Change,
    Entry,
    Held,
    Hours,
    Interval,
    Kind,
    Operation,
    Outcome,
    Receipt,
    Scope,
    SecretRef,
    Severity,
    digest,
)
from hub.errors import NotPermitted, Reconnect, SettingsWrong, Unavailable, Uncertain
from tests.connectors.conftest import LATE, LEFT, Counting, Tryton

pytestmark = [pytest.mark.tryton, pytest.mark.slow, pytest.mark.xdist_group("tryton")]

ZONE = "Asia/Kolkata"
HOUR = 3600


def utc(day: date, hour: int, minute: int = 0) -> int:
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC).timestamp())


def interval(employee: str, day: date, start: int = 3, length: int = 8 * HOUR) -> Entry:
    began = utc(day, start)
    key = f"t:{employee}:{day}:interval:{start}"
    return Entry(key, Kind.INTERVAL, employee, day, ZONE, Interval(began, began + length))


def hours(employee: str, day: date, work: str, minutes: int = 480) -> Entry:
    return Entry(f"t:{employee}:{day}:hours:{work}", Kind.HOURS, employee, day, ZONE, Hours(work, minutes))


def create(connector: TrytonConnector, entry: Entry) -> Change:
    record = connector.render(entry)
    return Change(
        entry.key, Operation.CREATE, entry.kind, entry.employee, entry.work_date, record.natural_key, record.image
    )


def scope(entries: Iterable[Entry], days: tuple[date, date] | None = None) -> Scope:
    chosen = [*entries]
    first, last = days or (min(one.work_date for one in chosen), max(one.work_date for one in chosen))
    return Scope(first, last, frozenset(Kind), frozenset(one.employee for one in chosen))


def written(connector: TrytonConnector, entries: Iterable[Entry]) -> list[Receipt]:
    receipts = [*connector.push([create(connector, entry) for entry in entries])]
    assert {one.outcome for one in receipts} == {Outcome.ACCEPTED}
    return receipts


def change_of(held: Held, operation: Operation, kind: Kind = Kind.INTERVAL) -> Change:
    return Change(
        held.natural_key, operation, kind, held.employee, held.work_date, held.natural_key, held.image, held.refs
    )


@pytest.fixture
def connector(tryton: Tryton) -> Iterator[TrytonConnector]:
    with tryton.connector() as one:
        yield one


def test_a_healthy_connection_has_no_complaint(connector: TrytonConnector) -> None:
    found = connector.check()
    assert {one.severity for one in found} == {Severity.OK}
    assert [one.subject for one in found] == [
        "server", "transport", "log-in", "modules", "company", "rights", "periods",
    ]  # fmt: skip


def test_employees_carry_their_numbers_and_whether_they_left(tryton: Tryton, connector: TrytonConnector) -> None:
    people = {one.number: one for one in connector.employees()}
    assert {number: people[number].ref for number in tryton.site.employees} == tryton.site.employees
    assert people["1001"].active
    assert not people[LEFT].active


def test_works_are_cost_objects(tryton: Tryton, connector: TrytonConnector) -> None:
    works = {one.code: one for one in connector.cost_objects()}
    assert works["CC20"].ref == tryton.site.works["CC20"]
    assert works["CC20"].name == "Paint shop"


def test_what_was_created_is_read_back_equal_in_few_requests(tryton: Tryton) -> None:
    day = date(2026, 1, 5)
    work = tryton.site.works["CC10"]
    entries = [interval(tryton.employee(i), day) for i in range(40)]
    entries += [hours(tryton.employee(i), day, work) for i in range(20)]
    counting = Counting()
    with tryton.connector(counting) as connector:
        receipts = [*connector.push([create(connector, one) for one in entries])]
        assert {one.key for one in receipts} == {one.key for one in entries}
        held = {one.natural_key: one for one in connector.read_back(scope(entries))}
        wanted = {record.natural_key: digest(record.image) for record in map(connector.render, entries)}
    assert {key: digest(one.image) for key, one in held.items()} == wanted
    assert {one.key: one.refs for one in receipts} == {
        one.key: held[connector.render(one).natural_key].refs for one in entries
    }
    assert counting.methods == [
        "common.db.login",
        "model.company.company.search_read",
        "model.attendance.line.create",
        "model.timesheet.line.create",
        "model.attendance.line.search_read",
        "model.timesheet.line.search_read",
        "common.db.logout",
    ]


def test_a_night_shift_is_found_under_its_work_date_whatever_date_tryton_gives_it(
    tryton: Tryton, connector: TrytonConnector
) -> None:
    day = date(2026, 1, 6)
    # 20:00 UTC is 01:30 of the next day in Kolkata; Tryton dates the lines by that.
    night = interval(tryton.employee(41), day, start=20)
    written(connector, [night])
    [held] = connector.read_back(scope([night]))
    record = connector.render(night)
    assert (held.natural_key, digest(held.image)) == (record.natural_key, digest(record.image))
    assert held.work_date == day + timedelta(days=1)


def test_a_withdrawal_removes_exactly_its_lines(tryton: Tryton, connector: TrytonConnector) -> None:
    day = date(2026, 1, 7)
    who = tryton.employee(42)
    kept, gone = interval(who, day, 3, 4 * HOUR), interval(who, day, 8, 4 * HOUR)
    booked = hours(who, day, tryton.site.works["CC10"])
    written(connector, [kept, gone, booked])
    held = {one.natural_key: one for one in connector.read_back(scope([kept]))}
    change = change_of(held[connector.render(gone).natural_key], Operation.WITHDRAW)
    assert [*connector.push([change])] == [Receipt(change.key, Outcome.ACCEPTED)]
    left = {one.natural_key for one in connector.read_back(scope([kept]))}
    assert left == {connector.render(kept).natural_key, connector.render(booked).natural_key}
    # Done already, by us or by a person: the wanted state is there.
    assert [*connector.push([change])] == [Receipt(change.key, Outcome.ACCEPTED)]


def test_a_withdrawal_takes_what_a_person_left_of_it(tryton: Tryton, connector: TrytonConnector) -> None:
    entry = interval(tryton.employee(43), date(2026, 1, 7))
    written(connector, [entry])
    [held] = connector.read_back(scope([entry]))
    tryton.admin.write("model.attendance.line.delete", [int(held.refs[1])])
    [receipt] = connector.push([change_of(held, Operation.WITHDRAW)])
    assert receipt.outcome is Outcome.ACCEPTED
    assert [*connector.read_back(scope([entry]))] == []


def test_an_update_changes_the_end_and_the_duration(tryton: Tryton, connector: TrytonConnector) -> None:
    day = date(2026, 1, 8)
    who, work = tryton.employee(44), tryton.site.works["CC10"]
    written(connector, [interval(who, day), hours(who, day, work)])
    after = [interval(who, day, length=9 * HOUR), hours(who, day, work, minutes=541)]
    held = {one.natural_key: one for one in connector.read_back(scope(after))}
    changes = [
        replace(create(connector, one), operation=Operation.UPDATE, refs=held[connector.render(one).natural_key].refs)
        for one in after
    ]
    assert {one.outcome for one in connector.push(changes)} == {Outcome.ACCEPTED}
    now = {one.natural_key: one for one in connector.read_back(scope(after))}
    for entry in after:
        record = connector.render(entry)
        assert digest(now[record.natural_key].image) == digest(record.image)
        assert now[record.natural_key].refs == held[record.natural_key].refs


def test_an_interval_that_lost_its_out_line_is_seen_and_mended(tryton: Tryton, connector: TrytonConnector) -> None:
    entry = interval(tryton.employee(45), date(2026, 1, 8))
    written(connector, [entry])
    [whole] = connector.read_back(scope([entry]))
    tryton.admin.write("model.attendance.line.delete", [int(whole.refs[1])])
    [lone] = connector.read_back(scope([entry]))
    assert lone.natural_key == whole.natural_key
    assert lone.image == {"start": whole.image["start"]}
    [receipt] = connector.push([replace(create(connector, entry), operation=Operation.UPDATE, refs=lone.refs)])
    [mended] = connector.read_back(scope([entry]))
    assert digest(mended.image) == digest(whole.image)
    assert receipt.refs == mended.refs


def test_a_record_deleted_meanwhile_refuses_its_update(tryton: Tryton, connector: TrytonConnector) -> None:
    entry = hours(tryton.employee(46), date(2026, 1, 8), tryton.site.works["CC10"])
    written(connector, [entry])
    [held] = connector.read_back(scope([entry]))
    tryton.admin.write("model.timesheet.line.delete", [int(held.refs[0])])
    [receipt] = connector.push([change_of(held, Operation.UPDATE, Kind.HOURS)])
    assert receipt.outcome is Outcome.REJECTED
    assert "deleted in Tryton" in receipt.reason


@pytest.mark.parametrize("poison", [0, 7, 19])
def test_one_bad_row_stops_no_other(tryton: Tryton, connector: TrytonConnector, poison: int) -> None:
    day = date(2026, 2, 2) + timedelta(days=poison)
    entries = [interval(tryton.employee(i), day) for i in range(20)]
    entries[poison] = interval(tryton.site.employees[LATE], day)
    receipts = {one.key: one for one in connector.push([create(connector, one) for one in entries])}
    assert len(receipts) == 20
    refused = [one for one in receipts.values() if one.outcome is Outcome.REJECTED]
    assert [one.key for one in refused] == [entries[poison].key]
    assert "starts in Tryton on 2030-01-01" in refused[0].reason
    assert len([*connector.read_back(scope(entries))]) == 19


def test_reasons_do_not_name_people(tryton: Tryton, connector: TrytonConnector) -> None:
    day = date(2026, 2, 1)
    changes = [
        create(connector, interval(tryton.site.employees[LEFT], day)),
        create(connector, interval("999999", day)),
        create(connector, hours(tryton.employee(1), day, "888888")),
        create(connector, hours(tryton.employee(2), day, "CC10")),
        create(connector, interval(tryton.employee(3), day, length=0)),
        create(connector, hours(tryton.employee(4), day, tryton.site.works["CC10"], minutes=-1)),
    ]
    reasons = {one.key: one.reason for one in connector.push(changes)}
    said = [reasons[change.key] for change in changes]
    for reason, part in zip(
        said,
        [
            "left in Tryton on 2020-01-01",
            "no such employee",
            'for field "Work"',
            "not an id",
            "ends before",
            "Duration",
        ],
        strict=True,
    ):
        assert part in reason
        assert "Zebediah" not in reason


def test_a_duplicate_comes_back_twice_under_one_key(tryton: Tryton, connector: TrytonConnector) -> None:
    day = date(2026, 3, 2)
    entries = [interval(tryton.employee(47), day), hours(tryton.employee(47), day, tryton.site.works["CC10"])]
    written(connector, entries)
    written(connector, entries)
    held = [*connector.read_back(scope(entries))]
    keys = sorted(one.natural_key for one in held)
    assert keys == sorted([connector.render(one).natural_key for one in entries] * 2)
    assert len({ref for one in held for ref in one.refs}) == 6


def test_a_persons_lines_are_foreign_and_only_those_of_the_days_asked_for(
    tryton: Tryton, connector: TrytonConnector
) -> None:
    day, who = date(2026, 3, 3), tryton.employee(48)
    work = tryton.site.works["CC10"]
    mine = hours(who, day, work)
    written(connector, [mine])
    by_hand = {"company": tryton.site.company_id, "employee": int(who), "work": int(work)}
    rows = [by_hand | {"date": one, "duration": timedelta(hours=2)} for one in (day, day + timedelta(days=1))]
    tryton.admin.write("model.timesheet.line.create", rows)
    line = {"company": tryton.site.company_id, "employee": int(who), "type": "out"}
    outs = [datetime(2026, 3, 3, 9), datetime(2026, 3, 4, 9)]
    tryton.admin.write("model.attendance.line.create", [line | {"at": at, "date": at.date()} for at in outs])
    held = [*connector.read_back(scope([mine]))]
    assert connector.render(mine).natural_key in {one.natural_key for one in held}
    foreign = [one for one in held if one.natural_key.startswith("foreign:")]
    assert len(foreign) == 2
    assert {one.work_date for one in foreign} == {day}


def test_what_a_person_adds_behind_the_label_changes_nothing(tryton: Tryton, connector: TrytonConnector) -> None:
    entry = hours(tryton.employee(49), date(2026, 3, 3), tryton.site.works["CC20"])
    written(connector, [entry])
    [held] = connector.read_back(scope([entry]))
    tryton.admin.write("model.timesheet.line.write", [int(held.refs[0])], {"description": "Muster - looked at"})
    [again] = connector.read_back(scope([entry]))
    assert again == held


def test_a_closed_period_refuses_its_rows_and_no_others(tryton: Tryton) -> None:
    old, new = date(2019, 6, 3), date(2026, 4, 1)
    [period] = tryton.admin.write(
        "model.attendance.period.create", [{"company": tryton.site.company_id, "ends_at": datetime(2019, 12, 31)}]
    )
    counting = Counting()
    with tryton.connector(counting) as connector:
        written(connector, [interval(tryton.employee(50), old)])
        tryton.admin.write("model.attendance.period.close", [period])
        assert "closed up to 2019-12-31 00:00 UTC" in connector.check()[-1].message
        [there] = connector.read_back(scope([interval(tryton.employee(50), old)]))
        entries = [interval(tryton.employee(i), old if i < 60 else new) for i in range(51, 70)]
        changes = [
            change_of(there, Operation.WITHDRAW),
            replace(
                change_of(there, Operation.UPDATE), key="update", image={**there.image, "end": there.image["end"] + 60}
            ),
            *[create(connector, one) for one in entries],
        ]
        counting.methods.clear()
        receipts = {one.key: one for one in connector.push(changes)}
        assert [receipts[change.key].outcome for change in changes] == [Outcome.REJECTED] * 11 + [Outcome.ACCEPTED] * 10
        assert "reopen the period" in receipts[changes[0].key].reason
        # Four calls that write (the last without the closed rows), and one look at the periods.
        assert len(counting.methods) == 5
    tryton.admin.write("model.attendance.period.draft", [period])


def test_a_wrong_password_is_a_setting_to_correct(tryton: Tryton, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not-the-password")
    with tryton.connector(password=SecretRef(file=str(wrong))) as connector:
        with pytest.raises(SettingsWrong, match="refuses the user or its password"):
            [*connector.employees()]
        assert connector.check()[-1].severity is Severity.ERROR


@pytest.mark.parametrize(
    ("settings", "subject"), [({"database": "elsewhere"}, "log-in"), ({"company": "Nobody Ltd"}, "company")]
)
def test_the_check_names_the_wrong_setting(tryton: Tryton, settings: dict[str, Any], subject: str) -> None:
    with tryton.connector(**settings) as connector:
        last = connector.check()[-1]
    assert (last.subject, last.severity) == (subject, Severity.ERROR)


def test_a_server_that_is_not_there_is_unavailable(tryton: Tryton) -> None:
    with tryton.connector(url="http://127.0.0.1:9") as connector:
        with pytest.raises(Unavailable):
            [*connector.employees()]
        assert connector.check()[0].severity is Severity.ERROR


def test_a_user_without_rights_is_told_which_group_it_needs(tryton: Tryton, connector: TrytonConnector) -> None:
    user(tryton.admin, "plain", tryton.sandbox.secret("plain"), tryton.site.company_id, groups=())
    entries = [interval(tryton.employee(i), date(2026, 5, 4)) for i in range(3)]
    with tryton.connector(user="plain") as plain:
        last = plain.check()[-1]
        assert (last.subject, last.severity) == ("rights", Severity.ERROR)
        assert "Attendance Administration" in last.message
        assert "Timesheet Administration" in last.message
        with pytest.raises(NotPermitted, match="Attendance Administration"):
            [*plain.push([create(plain, one) for one in entries])]
        written(connector, entries)
        held = [*connector.read_back(scope(entries))]
        with pytest.raises(NotPermitted):
            [*plain.push([change_of(one, Operation.WITHDRAW) for one in held])]
        with pytest.raises(NotPermitted):
            [*plain.push([replace(change_of(held[0], Operation.UPDATE), image={"start": 0, "end": 60})])]
        assert [*connector.read_back(scope(entries))] == held


def test_an_administrator_is_warned_of(tryton: Tryton) -> None:
    with tryton.connector(user="admin") as connector:
        found = {one.subject: one.severity for one in connector.check()}
    assert found["log-in"] is Severity.WARNING


def test_only_the_chosen_records_are_touched(tryton: Tryton) -> None:
    day = date(2026, 7, 1)
    counting = Counting()
    with tryton.connector(counting, records=frozenset({"attendance"})) as connector:
        assert connector.capabilities.kinds == {Kind.INTERVAL}
        assert [*connector.cost_objects()] == []
        assert [*connector.read_back(scope([interval(tryton.employee(0), day)]))] == []
        assert all(one.severity is Severity.OK for one in connector.check())
    assert not [method for method in counting.methods if "timesheet" in method]


def test_a_session_that_was_ended_is_opened_once_more(tryton: Tryton) -> None:
    counting = Counting()
    with tryton.sandbox.client("muster") as other, tryton.connector(counting) as connector:
        other.login()
        [*connector.employees()]
        connector._client._session = other._session
        other.close()
        [*connector.employees()]
    assert counting.methods.count("common.db.login") == 2


class Lost(Counting):
    """The server does the work, and its answer to a create is lost on the way."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if self.methods[-1] == "model.timesheet.line.create":
            response.close()
            raise httpx.ReadError("cut", request=request)
        return response


def test_a_lost_answer_keeps_the_receipts_earned_before_it(tryton: Tryton) -> None:
    day, who = date(2026, 6, 1), tryton.employee(70)
    entries = [interval(who, day), hours(who, day, tryton.site.works["CC10"])]
    earned: list[Receipt] = []
    with tryton.connector(Lost()) as connector:
        with pytest.raises(Uncertain):
            earned.extend(connector.push([create(connector, one) for one in entries]))
        held = [*connector.read_back(scope(entries))]
    assert [one.key for one in earned] == [entries[0].key]
    assert len(held) == 2, "the server did carry it out: only reading back tells"


def test_a_changed_password_takes_the_grant_away(tryton: Tryton) -> None:
    user(tryton.admin, "leaver", tryton.sandbox.secret("leaver"), tryton.site.company_id)
    with tryton.sandbox.client("leaver") as client:
        client.login()
        [found] = tryton.admin.read("model.res.user.search", [["login", "=", "leaver"]], 0, None, None)
        tryton.admin.write("model.res.user.write", [found], {"password": "another-Pass-2026"})
        client._session = "Session bGVhdmVyOjE6eA=="
        with pytest.raises(Reconnect):
            client.read("model.res.user.get_preferences", True)


def test_the_spec_is_found_and_every_setting_is_described() -> None:
    assert spec.connector is TrytonConnector
    fields = TrytonConnector.settings_type.model_fields
    assert all(field.description for field in fields.values()), fields
