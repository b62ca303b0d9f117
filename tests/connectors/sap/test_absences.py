"""Absences: loss of pay and leave, taken back and booked again, without ever using a code twice."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine

from connectors.sap.successfactors.entities import ABSENCE
from connectors.sap.successfactors.simulated.company import UNPAID
from connectors.sap.successfactors.simulator import EmployeeTimeSimulator
from hub.contract import Kind, Outcome
from hub.delivery.lines import Action
from hub.errors import SettingsWrong
from hub.testing.world import World
from tests.connectors.sap import vendor
from tests.connectors.sap.company import DAY, UPDATE, WITHDRAW, absent, change, hours, opened, scope, sent
from tests.connectors.sap.recording import Recording


@pytest.fixture(scope="module")
def served() -> Iterator[EmployeeTimeSimulator]:
    simulator = EmployeeTimeSimulator()
    with simulator.running():
        yield simulator


@pytest.fixture
def sf(served: EmployeeTimeSimulator) -> Iterator[EmployeeTimeSimulator]:
    served.reset(["1", "2", "3"], [])
    yield served
    served.company.revives = False


def test_loss_of_pay_is_an_absence_of_a_whole_or_half_day(sf: EmployeeTimeSimulator) -> None:
    with opened(sf) as connector:
        entries = [absent(100), absent(50, employee="2")]
        receipts = [*connector.push([change(connector, one) for one in entries])]
        assert {one.outcome for one in receipts} == {Outcome.ACCEPTED}
        held = {one.natural_key: one.image for one in connector.read_back(scope(*entries))}
        assert held == {(record := connector.render(one)).natural_key: record.image for one in entries}
    assert [row["fractionQuantity"] for row in sf.company.absences.values()] == [None, "0.5"]
    assert {row["approvalStatus"] for row in sf.company.absences.values()} == {"APPROVED"}


def test_leave_goes_by_its_own_time_type_and_only_where_one_is_named(sf: EmployeeTimeSimulator) -> None:
    sf.company.types.append({"externalCode": "PAID_LEAVE", "unit": "DAYS", "category": "ABSENCE"})
    leave, half, worked = absent(0, status="L"), absent(0, status="HL"), absent(0, status="P")
    with opened(sf) as connector:
        assert not any(map(connector.carries, (leave, half, worked)))
    with opened(sf, leave_time_type="PAID_LEAVE") as connector:
        assert [connector.carries(one) for one in (leave, half, worked)] == [True, True, False]
        assert connector.render(half).image == {
            "date": "2026-10-05", "time_type": "PAID_LEAVE", "days": 50, "approved": True,
        }  # fmt: skip
        assert connector.render(absent(50, status="HL")).image["time_type"] == UNPAID
        with pytest.raises(SettingsWrong):
            connector.render(worked)
        assert not connector.carries(hours())


@pytest.mark.parametrize("revives", [True, False])
def test_an_absence_that_was_taken_back_can_be_booked_again(sf: EmployeeTimeSimulator, revives: bool) -> None:
    sf.company.revives = revives
    with opened(sf) as connector:
        for _ in range(3):
            [made] = connector.push([change(connector, absent())])
            assert made.outcome is Outcome.ACCEPTED, made.reason
            [same] = connector.push([change(connector, absent())])
            assert same.refs == made.refs  # a repeat is the same absence
            [gone] = connector.push([change(connector, absent(), WITHDRAW, made.refs)])
            assert gone.outcome is Outcome.ACCEPTED
            assert [*connector.read_back(scope(absent()))] == []
    codes = [f"muster-1-2026-10-05-{UNPAID}-100{end}" for end in ("", "-1", "-2")]
    assert [*sf.company.absences] == codes
    assert {row["approvalStatus"] for row in sf.company.absences.values()} == {"CANCELLED"}


def test_another_amount_is_another_absence(sf: EmployeeTimeSimulator, sqlite_hub: Engine) -> None:
    world = World(sqlite_hub, sf)
    world.bind_all(sf.reset(["1"], []))
    for amount in (100, 50, 100):
        world.day("1", DAY, status="A", payable_days=100 - amount, lop_days=amount)
        assert world.push(DAY, DAY).delivered
    assert sorted(row["approvalStatus"] for row in sf.company.absences.values()) == [
        "APPROVED",
        "CANCELLED",
        "CANCELLED",
    ]


def test_a_collision_is_told_and_stops_nobody_else(sf: EmployeeTimeSimulator) -> None:
    other = {"externalCode": "x", "userId": "1", "timeType": UNPAID, "startDate": DAY, "endDate": date(2026, 10, 7)}
    sf.company.put("EmployeeTime", {**other, "approvalStatus": "PENDING"})
    with opened(sf) as connector:
        entries = [absent(), absent(employee="2")]
        receipts = [*connector.push([change(connector, one) for one in entries])]
        assert [one.outcome for one in receipts] == [Outcome.REJECTED, Outcome.ACCEPTED]
        assert "collides" in receipts[0].reason
        assert "index" not in receipts[0].reason
        foreign = [one for one in connector.read_back(scope(*entries)) if one.employee == "1"]
    assert [one.natural_key for one in foreign] == ["foreign:absence:x"]


def test_an_absence_that_waits_for_approval_is_not_delivered(sf: EmployeeTimeSimulator, sqlite_hub: Engine) -> None:
    world = World(sqlite_hub, sf)
    world.bind_all(sf.reset(["1"], []))
    world.day("1", DAY, status="A", payable_days=0, lop_days=100)
    assert world.push(DAY, DAY).delivered
    [row] = sf.company.absences.values()
    row["approvalStatus"] = "PENDING_CANCELLATION"
    assert world.plan(DAY, DAY).count(Action.DRIFTED) == 1


def test_what_cannot_be_booked_is_refused_before(sf: EmployeeTimeSimulator) -> None:
    recording = Recording()
    with opened(sf, recording) as connector:
        [odd] = connector.push([change(connector, absent(25))])
        [unknown] = connector.push([change(connector, absent(), UPDATE)])
    assert "whole and half days" in odd.reason
    assert "not known which absence" in unknown.reason
    assert recording.requests == []


def test_the_check_looks_at_the_time_types(sf: EmployeeTimeSimulator) -> None:
    with opened(sf) as connector:
        assert [one.severity for one in connector.check()] == ["ok"] * 4
    with opened(sf, lop_time_type="HOURLY_LEAVE") as connector:
        assert "not counted in days" in connector.check()[-1].message
    with opened(sf, lop_time_type="NO_SUCH") as connector:
        assert "no time type 'NO_SUCH'" in connector.check()[-1].message


def test_all_that_is_sent_fits_the_vendor_s_metadata(sf: EmployeeTimeSimulator) -> None:
    kind = vendor.entity_type("sf_ECTimeOff.edmx", "EmployeeTime")
    recording = Recording()
    with opened(sf, recording) as connector:
        [made] = connector.push([change(connector, absent(50))])
        [*connector.push([change(connector, absent(50), WITHDRAW, made.refs)])]
    rows = [row for body in sent(recording, "upsert") for row in body]
    assert len(rows) == 2
    for row in rows:
        assert vendor.complaints(kind, row) == []
        # What a metadata document does not say: whose it is, and what for.
        assert vendor.required("sf_ECTimeOff.edmx", "EmployeeTime") | {"userId", "timeType"} <= row.keys()
    for one in ABSENCE.properties:
        theirs = kind.proprty(one.name)
        assert (theirs.typ.name, theirs.max_length or 0) == (one.type, one.length), one.name


def test_absences_and_attendance_can_share_a_connection(sf: EmployeeTimeSimulator) -> None:
    with opened(sf, attendance="external_time") as connector:
        assert connector.capabilities.kinds == {Kind.HOURS, Kind.DAY}
        receipts = [*connector.push([change(connector, hours(centre="CC")), change(connector, absent(employee="2"))])]
    assert {one.outcome for one in receipts} == {Outcome.ACCEPTED}
    assert (len(sf.company.external), len(sf.company.absences)) == (1, 1)
    with opened(sf, attendance="time_events") as connector:
        assert connector.capabilities.kinds == {Kind.PUNCH, Kind.DAY}
        assert connector.capabilities.requests_per_day == 300


def test_a_connection_that_writes_nothing_is_refused(sf: EmployeeTimeSimulator) -> None:
    with pytest.raises(ValueError, match="nothing would be written"):
        opened(sf, lop_time_type="")
