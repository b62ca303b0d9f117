"""Rows that Odoo refuses, and answers that were lost."""

from datetime import date

import pytest

from connectors.odoo.connector import OdooConnector
from hub.contract import (
    Outcome,
)
from hub.errors import ContractBroken, Locked, Uncertain
from hub.testing import faults
from hub.testing.edge import Edge
from tests.connectors.odoo.database import HOUR, Site, absent, create, hours, interval, scope, written


def test_a_resend_after_a_lost_answer_makes_nothing_twice(site: Site, connector: OdooConnector) -> None:
    entries = [interval(site.employee(i)) for i in range(3)] + [absent(site.employee(4))]
    first = written(connector, entries)
    assert written(connector, entries) == first
    assert (len(site.made()), len(site.made("hr.leave"))) == (3, 1)


def test_an_unchanged_resend_keeps_the_approval_of_overtime(site: Site, connector: OdooConnector) -> None:
    if site.simulator.version not in (18, 19):
        pytest.skip("attendances have no overtime status in this version")
    entry = interval(site.employee(0))
    written(connector, [entry])
    site.database.put("hr.attendance", {**site.made()[0], "overtime_status": "approved"})
    written(connector, [entry])
    assert site.made()[0]["overtime_status"] == "approved"


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


def test_a_lost_conflict_is_answered_200_and_changes_nothing(site: Site, connector: OdooConnector) -> None:
    site.simulator.methods.conflicts = 1
    changes = [create(connector, interval(site.employee(i))) for i in range(5)]
    with pytest.raises(Locked):
        [*connector.push(changes)]
    assert site.made() == []
    assert {one.outcome for one in connector.push(changes)} == {Outcome.ACCEPTED}


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
