"""The Odoo connector against the simulated Odoo, over real HTTP on the loopback, by both protocols."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.odoo import spec, wire
from connectors.odoo.connector import OdooConnector
from connectors.odoo.settings import OdooSettings
from connectors.odoo.simulator import OdooSimulator
from hub.contract import (
    Change,
    Day,
    Entry,
    Held,
    Hours,
    Interval,
    Kind,
    Operation,
    Outcome,
    Receipt,
    Record,
    Scope,
    SecretRef,
    Severity,
    digest,
)
from hub.errors import ContractBroken, Locked, NotInstalled, NotPermitted, Reconnect, SettingsWrong, Uncertain
from hub.testing import faults
from hub.testing.edge import Edge

ZONE = "Asia/Kolkata"
HOUR = 3600
DAY = date(2026, 10, 5)
NUMBERS = [f"E{number:03}" for number in range(1, 41)]
CREATE, UPDATE, WITHDRAW = Operation.CREATE, Operation.UPDATE, Operation.WITHDRAW


def utc(day: date, hour: int, minute: int = 0) -> int:
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC).timestamp())


class Site:
    """The simulator, what was put into it, and a connector to it."""

    def __init__(self, simulator: OdooSimulator) -> None:
        self.simulator = simulator
        self.database = simulator.database
        self.refs = simulator.reset(NUMBERS, ["CC10", "CC20"])

    def employee(self, index: int) -> str:
        return self.refs.employees[NUMBERS[index]]

    def connector(self, **settings: Any) -> OdooConnector:
        return OdooConnector(OdooSettings.model_validate({**self.simulator.settings(), **settings}))

    def made(self, model: str = "hr.attendance") -> list[dict[str, Any]]:
        return self.database.rows(model)

    def by_hand(self, index: int, begun: str, ended: str | bool, **values: Any) -> int:
        """An attendance that a person, or Odoo, made."""
        row = {"employee_id": int(self.employee(index)), "check_in": begun, "check_out": ended, "in_mode": "manual"}
        return self.database.add("hr.attendance", **{**row, "date": begun[:10], **values})


@pytest.fixture(scope="module", params=[19, 18, 17, 16])
def served(request: pytest.FixtureRequest) -> Iterator[OdooSimulator]:
    simulator = OdooSimulator(version=request.param, lop=True)
    with simulator.running():
        yield simulator


@pytest.fixture
def site(served: OdooSimulator) -> Iterator[Site]:
    yield (one := Site(served))
    one.simulator.faults = faults.none
    methods = one.simulator.methods
    methods.denied.clear()
    methods.conflicts = methods.racing = 0


@pytest.fixture
def connector(site: Site) -> Iterator[OdooConnector]:
    with site.connector() as one:
        yield one


def needs_plans(site: Site) -> None:
    if site.simulator.version == 16:
        pytest.skip("Odoo 16 has no columns of analytic plans")


def interval(employee: str, day: date = DAY, start: int = 3, length: int = 8 * HOUR) -> Entry:
    began = utc(day, start)
    key = f"t:{employee}:{day}:interval:{start}"
    return Entry(key, Kind.INTERVAL, employee, day, ZONE, Interval(began, began + length))


def hours(employee: str, account: str, minutes: int = 480, day: date = DAY) -> Entry:
    return Entry(f"t:{employee}:{day}:hours:{account}", Kind.HOURS, employee, day, ZONE, Hours(account, minutes))


def absent(employee: str, lop: int = 100, day: date = DAY) -> Entry:
    return Entry(f"t:{employee}:{day}:day:0", Kind.DAY, employee, day, ZONE, Day("A", 0, 0, 100 - lop, lop))


def record(connector: OdooConnector, entry: Entry) -> Record:
    found = connector.render(entry)
    assert found is not None
    return found


def create(connector: OdooConnector, entry: Entry) -> Change:
    one = record(connector, entry)
    return Change(entry.key, CREATE, entry.kind, entry.employee, entry.work_date, one.natural_key, one.image)


def scope(entries: Iterable[Entry]) -> Scope:
    chosen = [*entries]
    days = [one.work_date for one in chosen]
    return Scope(min(days), max(days), frozenset(Kind), frozenset(one.employee for one in chosen))


def written(connector: OdooConnector, entries: Iterable[Entry]) -> list[Receipt]:
    receipts = [*connector.push([create(connector, entry) for entry in entries])]
    assert {one.outcome for one in receipts} == {Outcome.ACCEPTED}, receipts
    return receipts


def change_of(held: Held, operation: Operation, kind: Kind = Kind.INTERVAL) -> Change:
    return Change(
        held.natural_key, operation, kind, held.employee, held.work_date, held.natural_key, held.image, held.refs
    )


def held_by_key(connector: OdooConnector, entries: Iterable[Entry]) -> dict[str, Held]:
    return {one.natural_key: one for one in connector.read_back(scope(entries))}


def test_a_healthy_connection_has_no_complaint(site: Site, connector: OdooConnector) -> None:
    found = connector.check()
    wrong = [one for one in found if one.severity is not Severity.OK]
    assert [one.subject for one in wrong] == ([] if site.simulator.version == 19 else ["server"])
    assert found[-1].subject == "loss of pay"
    assert ("JSON-2" if site.simulator.version == 19 else "JSON-RPC") in found[0].message


def test_employees_carry_their_numbers_and_whether_they_left(site: Site, connector: OdooConnector) -> None:
    site.database.put("hr.employee", {**site.database.get("hr.employee", int(site.employee(3))), "active": False})
    people = {one.number: one for one in connector.employees()}
    assert {number: one.ref for number, one in people.items()} == dict(site.refs.employees)
    assert not people[NUMBERS[3]].active
    assert people[NUMBERS[4]].active


def test_the_accounts_of_the_plan_are_the_cost_objects(site: Site, connector: OdooConnector) -> None:
    needs_plans(site)
    site.database.add("account.analytic.account", name="Other", code="CC99", plan_id=1)
    assert {one.code: one.ref for one in connector.cost_objects()} == dict(site.refs.costs)


def test_what_was_created_is_read_back_equal(site: Site, connector: OdooConnector) -> None:
    entries = [interval(site.employee(i)) for i in range(30)] + [
        absent(site.employee(31)),
        absent(site.employee(32), 50),
    ]
    if site.simulator.version > 16:
        entries += [hours(site.employee(i), site.refs.costs["CC10"], 7 + 61 * i) for i in range(20)]
    receipts = {one.key: one for one in connector.push([create(connector, one) for one in entries])}
    held = held_by_key(connector, entries)
    wanted = {one.natural_key: digest(one.image) for one in (record(connector, entry) for entry in entries)}
    assert {key: digest(one.image) for key, one in held.items()} == wanted
    assert {one.key: receipts[one.key].refs for one in entries} == {
        one.key: held[record(connector, one).natural_key].refs for one in entries
    }


def test_a_resend_after_a_lost_answer_makes_nothing_twice(site: Site, connector: OdooConnector) -> None:
    entries = [interval(site.employee(i)) for i in range(3)] + [absent(site.employee(4))]
    first = written(connector, entries)
    assert written(connector, entries) == first
    assert (len(site.made()), len(site.made("hr.leave"))) == (3, 1)


def test_moments_do_not_depend_on_the_zone_of_odoos_user(site: Site, connector: OdooConnector) -> None:
    assert site.database.user_zone == "Asia/Kolkata"
    written(connector, [interval(site.employee(0))])
    assert site.made()[0]["check_in"] == "2026-10-05 03:00:00"


def test_an_unchanged_resend_keeps_the_approval_of_overtime(site: Site, connector: OdooConnector) -> None:
    if site.simulator.version not in (18, 19):
        pytest.skip("attendances have no overtime status in this version")
    entry = interval(site.employee(0))
    written(connector, [entry])
    site.database.put("hr.attendance", {**site.made()[0], "overtime_status": "approved"})
    written(connector, [entry])
    assert site.made()[0]["overtime_status"] == "approved"


@pytest.mark.parametrize("keep", [True, False])
def test_a_correction_of_approved_overtime_is_held_back_where_wished(site: Site, keep: bool) -> None:
    if site.simulator.version not in (18, 19):
        pytest.skip("attendances have no overtime status in this version")
    company = site.made("res.company")[0]
    site.database.put("res.company", {**company, "attendance_overtime_validation": "by_manager"})
    before, after = interval(site.employee(0)), interval(site.employee(0), length=9 * HOUR)
    with site.connector(keep_approved_overtime=keep) as connector:
        [made] = written(connector, [before])
        site.database.put("hr.attendance", {**site.made()[0], "overtime_status": "approved"})
        [receipt] = connector.push([replace(create(connector, after), operation=UPDATE, refs=made.refs)])
        assert receipt.outcome is (Outcome.REJECTED if keep else Outcome.ACCEPTED)
        [withdrawn] = connector.push([replace(create(connector, after), operation=WITHDRAW, refs=made.refs)])
    assert withdrawn.outcome is receipt.outcome
    assert ("approved the overtime" in receipt.reason) is keep


def test_a_night_shift_is_found_under_its_work_date(site: Site, connector: OdooConnector) -> None:
    # 22:00 in Kolkata is the same UTC date, 00:30 the one before; both belong to the work date of the roster.
    entries = [interval(site.employee(0), start=16), interval(site.employee(1), start=3)]
    early = replace(entries[1], payload=Interval(utc(DAY, 0) - 5 * HOUR, utc(DAY, 0)))
    written(connector, [entries[0], early])
    assert set(held_by_key(connector, [entries[0]])) == {record(connector, entries[0]).natural_key}
    assert set(held_by_key(connector, [early])) == {record(connector, early).natural_key}


def test_an_update_changes_the_end_and_the_hours(site: Site, connector: OdooConnector) -> None:
    who = site.employee(0)
    before, after = [interval(who)], [interval(who, length=9 * HOUR)]
    if site.simulator.version > 16:
        before.append(hours(who, site.refs.costs["CC20"]))
        after.append(hours(who, site.refs.costs["CC20"], 541))
    refs = [one.refs for one in written(connector, before)]
    changes = [
        replace(create(connector, one), operation=UPDATE, refs=ref) for one, ref in zip(after, refs, strict=True)
    ]
    assert {one.outcome for one in connector.push(changes)} == {Outcome.ACCEPTED}
    held = held_by_key(connector, after)
    for entry, ref in zip(after, refs, strict=True):
        one = record(connector, entry)
        assert (digest(held[one.natural_key].image), held[one.natural_key].refs) == (digest(one.image), ref)


def test_corrections_that_would_overlap_in_between_all_get_through(site: Site, connector: OdooConnector) -> None:
    who = site.employee(0)
    first, second = interval(who, start=3, length=3 * HOUR), interval(who, start=7, length=HOUR)
    refs = [one.refs for one in written(connector, [first, second])]
    longer = interval(who, start=3, length=5 * HOUR)
    changes = [
        replace(create(connector, second), operation=WITHDRAW, refs=refs[1]),
        replace(create(connector, longer), operation=UPDATE, refs=refs[0]),
        create(connector, interval(who, start=9)),
    ]
    assert {one.outcome for one in connector.push(changes)} == {Outcome.ACCEPTED}
    assert sorted(row["check_in"][11:16] for row in site.made()) == ["03:00", "09:00"]


def test_a_correction_into_a_persons_attendance_names_that_one(site: Site, connector: OdooConnector) -> None:
    before, after = interval(site.employee(0)), interval(site.employee(0), length=12 * HOUR)
    [made] = written(connector, [before])
    other = site.by_hand(0, "2026-10-05 12:00:00", "2026-10-05 14:00:00")
    [receipt] = connector.push([replace(create(connector, after), operation=UPDATE, refs=made.refs)])
    assert receipt.outcome is Outcome.REJECTED
    assert f"attendance {other} in Odoo" in receipt.reason


def test_withdrawals_remove_what_is_there_and_mind_nothing_else(site: Site, connector: OdooConnector) -> None:
    entries = [interval(site.employee(i)) for i in range(5)]
    written(connector, entries)
    held = [*connector.read_back(scope(entries))]
    site.database.remove("hr.attendance", int(held[2].refs[0]))
    changes = [change_of(one, WITHDRAW) for one in held[:4]]
    assert [*connector.push(changes)] != []
    assert {one.outcome for one in connector.push(changes)} == {Outcome.ACCEPTED}
    assert [str(row["id"]) for row in site.made()] == [held[4].refs[0]]
    written(connector, entries)
    assert len(site.made()) == 5, "the external ids went with the records, so they can be made again"


def test_a_record_deleted_meanwhile_refuses_its_update(site: Site, connector: OdooConnector) -> None:
    entry = interval(site.employee(0))
    [made] = written(connector, [entry])
    site.database.remove("hr.attendance", int(made.refs[0]))
    [receipt] = connector.push([replace(create(connector, entry), operation=UPDATE, refs=made.refs)])
    assert receipt.outcome is Outcome.REJECTED
    assert "deleted in Odoo" in receipt.reason


@pytest.mark.parametrize("poison", [0, 7, 19])
def test_one_bad_row_stops_no_other(site: Site, connector: OdooConnector, poison: int) -> None:
    entries = [interval(site.employee(i)) for i in range(20)]
    site.by_hand(poison, "2026-10-05 05:00:00", "2026-10-05 06:00:00")
    receipts = [*connector.push([create(connector, one) for one in entries])]
    refused = [one for one in receipts if one.outcome is Outcome.REJECTED]
    assert [one.key for one in refused] == [entries[poison].key]
    assert "from 2026-10-05 05:00:00 to 2026-10-05 06:00:00 UTC, is in the way" in refused[0].reason
    assert len(receipts) == 20
    assert len(site.made()) == 20


def test_many_bad_rows_of_all_sorts_are_sorted_out(site: Site, connector: OdooConnector) -> None:
    entries = [interval(site.employee(i)) for i in range(40)]
    for index in range(0, 40, 3):
        site.by_hand(index, "2026-10-05 05:00:00", False)
    entries[1] = interval("999999")
    receipts = {one.key: one for one in connector.push([create(connector, one) for one in entries])}
    bad = {entries[index].key for index in [1, *range(0, 40, 3)]}
    assert {key for key, one in receipts.items() if one.outcome is Outcome.REJECTED} == bad
    assert "no such employee" in receipts[entries[1].key].reason


def test_reasons_do_not_name_people(site: Site, connector: OdooConnector) -> None:
    saturday = date(2026, 10, 3)
    who = [site.employee(i) for i in range(6)]
    changes = [
        create(connector, interval("777777")),
        create(connector, interval("abc")),
        create(connector, interval(who[1], length=-HOUR)),
        create(connector, absent(who[2], day=saturday)),
        create(connector, absent(who[3], 25)),
    ]
    parts = ["no such employee", "not an id", "ends before", "not supposed to work", "whole and half days"]
    if site.simulator.version > 16:
        gone = site.database.get("hr.employee", int(who[4]))
        site.database.put("hr.employee", {**gone, "active": False})
        changes.append(create(connector, hours(who[4], site.refs.costs["CC10"])))
        parts.append("archived")
    reasons = {one.key: one.reason for one in connector.push(changes)}
    for change, part in zip(changes, parts, strict=True):
        assert part in reasons[change.key]
        assert "Zebediah" not in reasons[change.key]


def test_a_mark_of_absence_makes_way_for_the_true_shift(site: Site) -> None:
    if site.simulator.version < 18:
        pytest.skip("no absence marks in this version")
    for index, at in enumerate(["05:30:00", "00:00:00"]):
        site.by_hand(index, f"2026-10-05 {at}", f"2026-10-05 {at[:-1]}1", in_mode="technical")
    other = site.by_hand(2, "2026-10-05 05:30:00", "2026-10-05 05:30:01", in_mode="technical")
    entries = [interval(site.employee(i)) for i in range(2)]
    with site.connector() as connector:
        written(connector, entries)
        assert other in {row["id"] for row in site.made()}
        assert len(site.made()) == 3
        assert len([*connector.read_back(scope([*entries, interval(site.employee(2))]))]) == 2
    with site.connector(remove_absence_marks=False) as connector:
        [receipt] = connector.push([create(connector, interval(site.employee(2)))])
        assert "is in the way" in receipt.reason
        [held] = connector.read_back(scope([interval(site.employee(2))]))
    assert held.natural_key == f"foreign:technical:{other}"


def test_a_lost_conflict_is_answered_200_and_changes_nothing(site: Site, connector: OdooConnector) -> None:
    site.simulator.methods.conflicts = 1
    changes = [create(connector, interval(site.employee(i))) for i in range(5)]
    with pytest.raises(Locked):
        [*connector.push(changes)]
    assert site.made() == []
    assert {one.outcome for one in connector.push(changes)} == {Outcome.ACCEPTED}


def test_loss_of_pay_can_be_taken_back_and_booked_again(site: Site, connector: OdooConnector) -> None:
    for amount in (100, 50, 100, 100):
        entry = absent(site.employee(0), amount)
        written(connector, [entry])
        [held] = connector.read_back(scope([entry]))
        one = record(connector, entry)
        assert (held.natural_key, digest(held.image)) == (one.natural_key, digest(one.image))
        [receipt] = connector.push([change_of(held, WITHDRAW, Kind.DAY)])
        assert receipt.outcome is Outcome.ACCEPTED
        assert [*connector.read_back(scope([entry]))] == []
    assert {row["state"] for row in site.made("hr.leave")} == {"refuse"}


def test_a_day_without_loss_of_pay_is_nothing_in_odoo(connector: OdooConnector) -> None:
    assert not connector.carries(absent("1", 0))


def test_a_persons_records_are_seen_and_told_apart(site: Site, connector: OdooConnector) -> None:
    mine = interval(site.employee(0))
    written(connector, [mine])
    site.by_hand(0, "2026-10-05 12:00:00", False)
    kind = site.made("hr.leave.type")[0]["id"]
    site.database.add(
        "hr.leave", employee_id=int(mine.employee), holiday_status_id=kind, request_date_from="2026-10-01",
        request_date_to="2026-10-06", state="validate", number_of_days=4.0,
    )  # fmt: skip
    held = held_by_key(connector, [mine])
    assert held[f"interval:{mine.employee}:{utc(DAY, 12)}"].image == {"start": utc(DAY, 12)}
    assert [one.image["days"] for key, one in held.items() if key.startswith("foreign:leave:")] == [400]
    assert len(held) == 3


def test_a_second_record_of_a_person_comes_back_under_the_same_key(site: Site, connector: OdooConnector) -> None:
    entry = interval(site.employee(0))
    written(connector, [entry])
    site.by_hand(0, "2026-10-05 03:00:00", "2026-10-05 11:00:00")
    held = [*connector.read_back(scope([entry]))]
    assert {one.natural_key for one in held} == {record(connector, entry).natural_key}
    assert len(held) == 2


class Counting:
    """A meter that counts."""

    def __init__(self) -> None:
        self.taken = 0

    def take(self) -> None:
        self.taken += 1

    def breached(self, after: int) -> None:
        raise AssertionError(after)

    def require(self, requests: int) -> None:
        raise AssertionError(requests)


def test_a_batch_costs_few_requests_and_all_are_metered(site: Site) -> None:
    entries = [interval(site.employee(i)) for i in range(40)]
    with site.connector(requests_per_minute=60) as connector:
        assert connector.capabilities.requests_per_minute == 60
        connector.meter = meter = Counting()
        written(connector, entries[:1])
        before = (meter.taken, site.simulator.requests)
        written(connector, entries)
    assert meter.taken - before[0] == site.simulator.requests - before[1] <= connector.capabilities.requests_per_batch


def test_only_the_chosen_records_are_touched(site: Site) -> None:
    with site.connector(project="", plan="", leave_type="") as connector:
        assert connector.capabilities.kinds == {Kind.INTERVAL}
        assert [*connector.cost_objects()] == []
        written(connector, [interval(site.employee(0))])
        assert [one.severity for one in connector.check()].count(Severity.ERROR) == 0
    assert site.made("hr.leave") == []


def test_people_of_another_company_are_left_out(site: Site) -> None:
    company = site.database.add("res.company", name="Elsewhere")
    site.database.add("hr.employee", name="Nobody", barcode="X1", company_id=company)
    with site.connector(company="Works") as connector:
        assert {one.number for one in connector.employees()} == set(NUMBERS)
    with site.connector(company="Nowhere") as connector, pytest.raises(SettingsWrong, match="company 'Nowhere'"):
        [*connector.employees()]


def test_pages_hold_all_records_once(site: Site, connector: OdooConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.odoo.client.PAGE", 7)
    assert len({one.ref for one in connector.employees()}) == len(NUMBERS)


def test_a_wrong_key_asks_for_a_new_one(site: Site, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("wrong")
    with site.connector(key=SecretRef(file=str(tmp_path / "key"))) as connector:
        with pytest.raises(Reconnect, match="API key"):
            [*connector.employees()]
        assert connector.check()[-1].subject == "key"


def test_a_wrong_database_is_a_setting_to_correct(site: Site) -> None:
    with site.connector(database="nowhere") as connector, pytest.raises(SettingsWrong, match="database"):
        [*connector.employees()]


@pytest.mark.parametrize("operation", ["create", "write", "unlink"])
def test_a_missing_right_stops_the_push_and_names_the_group(site: Site, operation: str) -> None:
    entry = interval(site.employee(0))
    with site.connector() as connector:
        change = create(connector, entry)
        if operation != "create":
            [made] = written(connector, [entry])
            change = replace(change, operation=UPDATE if operation == "write" else WITHDRAW, refs=made.refs)
        site.simulator.methods.denied.add(("hr.attendance", operation))
        with pytest.raises(NotPermitted):
            [*connector.push([change])]
        last = connector.check()[-1]
    assert (last.subject, last.severity) == ("rights", Severity.ERROR)
    assert "Manage all attendances" in last.message


@pytest.mark.parametrize(
    ("model", "values", "subject", "says"),
    [
        ("ir.module.module", {"name": "hr_attendance", "state": "uninstalled"}, "apps", "Install in Odoo"),
        ("hr.leave.type", {"leave_validation_type": "both"}, "loss of pay", "No Validation"),
        ("hr.leave.type", {"request_unit": "day"}, "loss of pay", "half days"),
    ],
)
def test_the_check_says_what_to_set_in_odoo(
    site: Site, connector: OdooConnector, model: str, values: dict[str, Any], subject: str, says: str
) -> None:
    row = next(one for one in site.made(model) if one["name"] == values.get("name", one["name"]))
    site.database.put(model, {**row, **values})
    last = connector.check()[-1]
    assert (last.subject, last.severity) == (subject, Severity.ERROR)
    assert says in last.message


def test_the_check_warns_of_what_changes_the_records(site: Site) -> None:
    site.database.put("resource.calendar", {**site.made("resource.calendar")[0], "tz": "Europe/Brussels"})
    site.database.put("hr.employee", {**site.made("hr.employee")[0], "barcode": False})
    company = {
        **site.made("res.company")[0],
        "absence_management": True,
        "attendance_overtime_validation": "by_manager",
    }
    site.database.put("res.company", company)
    with site.connector(remove_absence_marks=False, keep_approved_overtime=False) as connector:
        warned = {one.subject: one.message for one in connector.check() if one.severity is Severity.WARNING}
    assert "Europe/Brussels" in warned["schedules"]
    assert "1 of 40 employees" in warned["employees"]
    if site.simulator.version >= 18:
        assert "Absence Management" in warned["absence"]
        assert "overtime" in warned


def test_the_check_tells_when_the_key_ends(site: Site, connector: OdooConnector) -> None:
    if site.simulator.version < 18:
        pytest.skip("keys have no end in this version")
    site.database.put(
        "res.users.apikeys", {**site.made("res.users.apikeys")[0], "expiration_date": "2026-12-31 00:00:00"}
    )
    assert "2026-12-31" in next(one.message for one in connector.check() if one.subject == "key")
    site.simulator.methods.denied.add(("res.users.apikeys", "read"))
    assert {one.subject: one.severity for one in connector.check()}["key"] is Severity.OK


def test_a_namespace_that_is_a_module_is_refused(site: Site) -> None:
    with site.connector(namespace="hr_attendance") as connector:
        last = connector.check()[-1]
    assert (last.subject, last.severity) == ("namespace", Severity.ERROR)
    assert "would delete" in last.message


@pytest.mark.parametrize(
    ("project", "plan", "error", "says"),
    [
        ("Attendance hours", "Project", NotInstalled, "Odoo 17 or later"),
        ("Nothing", "Cost centres", SettingsWrong, "Nothing"),
        ("Attendance hours", "Part", SettingsWrong, "topmost"),
    ],
)
def test_hours_need_a_project_and_a_plan_that_odoo_keeps_on_timesheets(
    site: Site, project: str, plan: str, error: type[Exception], says: str
) -> None:
    site.database.add("account.analytic.plan", name="Part", parent_id=2)
    with site.connector(project=project, plan=plan) as connector, pytest.raises(error, match=says):
        _ = [*connector.cost_objects(), *connector.read_back(scope([hours("1", "1")]))]


def test_rows_that_time_rules_make_are_not_attendances() -> None:
    with (simulator := OdooSimulator(version=20)).running():
        site = Site(simulator)
        with site.connector() as connector:
            entry = interval(site.employee(0))
            written(connector, [entry])
            site.by_hand(0, "2026-10-05 10:00:00", "2026-10-05 11:00:00", is_time_rule_output=True)
            assert len([*connector.read_back(scope([entry]))]) == 1
            assert connector.check()[0].severity is Severity.WARNING


@pytest.mark.parametrize("fault", [Edge.CUT_BEFORE, Edge.CUT_AFTER, Edge.TRUNCATED, Edge.ERROR_AFTER, Edge.PAGE])
def test_a_lost_answer_is_uncertain_and_a_resend_ends_well(site: Site, fault: Edge) -> None:
    entries = [interval(site.employee(i)) for i in range(10)]
    with site.connector() as connector:
        changes = [create(connector, one) for one in entries]
        [*connector.read_back(scope(entries))]
        # Reads come before the load: the look for marks of absence, where there are any.
        reads = 1 if site.simulator.version > 16 else 0
        site.simulator.faults = faults.scripted(*[None] * reads, fault)
        with pytest.raises(Uncertain):
            [*connector.push(changes)]
        assert {one.outcome for one in connector.push(changes)} == {Outcome.ACCEPTED}
    assert len(site.made()) == 10


def test_an_answer_in_an_unknown_shape_stops_the_run(site: Site, connector: OdooConnector) -> None:
    changes = [create(connector, interval(site.employee(0)))]
    [*connector.read_back(scope([interval(site.employee(0))]))]
    site.simulator.faults = faults.scripted(*[None] * (1 if site.simulator.version > 16 else 0), Edge.STRANGE)
    with pytest.raises((ContractBroken, Uncertain)):
        [*connector.push(changes)]


def test_the_spec_is_found_and_every_setting_is_described() -> None:
    assert spec.connector is OdooConnector
    fields = OdooConnector.settings_type.model_fields
    assert all(field.description for field in fields.values()), fields


def test_timesheets_keep_whole_minutes(site: Site, connector: OdooConnector) -> None:
    needs_plans(site)
    entries = [hours(site.employee(0), site.refs.costs["CC10"], n, DAY + timedelta(days=n)) for n in range(1, 90)]
    written(connector, entries)
    held = held_by_key(connector, entries)
    assert [held[record(connector, one).natural_key].image["minutes"] for one in entries] == [*range(1, 90)]
    assert wire.minutes(wire.hours(59)) == 59
