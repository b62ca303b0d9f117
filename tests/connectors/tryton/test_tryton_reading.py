"""What Tryton holds: people, works, and lines of whoever made them."""

from datetime import date, datetime, timedelta

from connectors.tryton.connector import TrytonConnector
from hub.contract import (
    Kind,
    Severity,
    digest,
)
from tests.connectors.conftest import LEFT, Counting, Tryton
from tests.connectors.tryton.company import create, hours, interval, scope, written


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


def test_only_the_chosen_records_are_touched(tryton: Tryton) -> None:
    day = date(2026, 7, 1)
    counting = Counting()
    with tryton.connector(counting, records=frozenset({"attendance"})) as connector:
        assert connector.capabilities.kinds == {Kind.INTERVAL}
        assert [*connector.cost_objects()] == []
        assert [*connector.read_back(scope([interval(tryton.employee(0), day)]))] == []
        assert all(one.severity is Severity.OK for one in connector.check())
    assert not [method for method in counting.methods if "timesheet" in method]
