"""What is made, corrected and taken back, and what it costs."""

from datetime import timedelta

import pytest

from connectors.odoo import wire
from connectors.odoo.connector import OdooConnector
from hub.contract import (
    Kind,
    Outcome,
    Severity,
    digest,
)
from tests.connectors.odoo.database import (
    DAY,
    HOUR,
    UPDATE,
    WITHDRAW,
    Site,
    absent,
    change_of,
    create,
    held_by_key,
    hours,
    interval,
    needs_plans,
    record,
    scope,
    written,
)


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
        [receipt] = connector.push([create(connector, after)._replace(operation=UPDATE, refs=made.refs)])
        assert receipt.outcome is (Outcome.REJECTED if keep else Outcome.ACCEPTED)
        [withdrawn] = connector.push([create(connector, after)._replace(operation=WITHDRAW, refs=made.refs)])
    assert withdrawn.outcome is receipt.outcome
    assert ("approved the overtime" in receipt.reason) is keep


def test_an_update_changes_the_end_and_the_hours(site: Site, connector: OdooConnector) -> None:
    who = site.employee(0)
    before, after = [interval(who)], [interval(who, length=9 * HOUR)]
    if site.simulator.version > 16:
        before.append(hours(who, site.refs.costs["CC20"]))
        after.append(hours(who, site.refs.costs["CC20"], 541))
    refs = [one.refs for one in written(connector, before)]
    changes = [
        create(connector, one)._replace(operation=UPDATE, refs=ref) for one, ref in zip(after, refs, strict=True)
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
        create(connector, second)._replace(operation=WITHDRAW, refs=refs[1]),
        create(connector, longer)._replace(operation=UPDATE, refs=refs[0]),
        create(connector, interval(who, start=9)),
    ]
    assert {one.outcome for one in connector.push(changes)} == {Outcome.ACCEPTED}
    assert sorted(row["check_in"][11:16] for row in site.made()) == ["03:00", "09:00"]


def test_a_correction_into_a_persons_attendance_names_that_one(site: Site, connector: OdooConnector) -> None:
    before, after = interval(site.employee(0)), interval(site.employee(0), length=12 * HOUR)
    [made] = written(connector, [before])
    other = site.by_hand(0, "2026-10-05 12:00:00", "2026-10-05 14:00:00")
    [receipt] = connector.push([create(connector, after)._replace(operation=UPDATE, refs=made.refs)])
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
    [receipt] = connector.push([create(connector, entry)._replace(operation=UPDATE, refs=made.refs)])
    assert receipt.outcome is Outcome.REJECTED
    assert "deleted in Odoo" in receipt.reason


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


def test_timesheets_keep_whole_minutes(site: Site, connector: OdooConnector) -> None:
    needs_plans(site)
    entries = [hours(site.employee(0), site.refs.costs["CC10"], n, DAY + timedelta(days=n)) for n in range(1, 90)]
    written(connector, entries)
    held = held_by_key(connector, entries)
    assert [held[record(connector, one).natural_key].image["minutes"] for one in entries] == [*range(1, 90)]
    assert wire.minutes(wire.hours(59)) == 59
