"""Days as work entries: hours by type, beside an Odoo that may make its own, and a payroll that has them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy import Engine

from connectors.odoo import work_entries
from connectors.odoo.connector import OdooConnector
from connectors.odoo.settings import WORK_ENTRY, OdooSettings
from connectors.odoo.simulator import DATABASE, KEY, OdooSimulator, WorkEntriesSimulator
from hub.contract import Change, Day, Entry, Held, Kind, Outcome, Receipt, SecretRef, Severity
from hub.errors import NotInstalled, SettingsWrong
from hub.testing import faults
from hub.testing.connector_contract import ConnectorContract
from hub.testing.edge import Edge
from hub.testing.world import World
from tests.connectors.odoo.database import DAY, WITHDRAW, ZONE, Site, create, scope, written

CODES = {"work_entries": "WORK100", "overtime_entries": "OVERTIME", "unpaid_entries": "LEAVE90"}


class TestContract(ConnectorContract):
    target = WorkEntriesSimulator
    seeds = 8


@pytest.fixture(scope="module")
def served() -> Iterator[OdooSimulator]:
    with (simulator := WorkEntriesSimulator()).running():
        yield simulator


@pytest.fixture
def site(served: OdooSimulator) -> Iterator[Site]:
    yield (one := Site(served))
    served.faults = faults.none
    one.simulator.methods.denied.clear()


@pytest.fixture
def connector(site: Site) -> Iterator[OdooConnector]:
    with site.connector() as one:
        yield one


def day(employee: str, worked: int = 480, overtime: int = 0, lop: int = 0) -> Entry:
    payload = Day("P", worked, overtime, 100 - lop, lop)
    return Entry(f"t:{employee}:{DAY}:day:0", Kind.DAY, employee, DAY, ZONE, payload)


def booked(site: Site, *, states: tuple[str, ...] = ("draft",)) -> list[tuple[str, Any]]:
    codes = {row["id"]: row["code"] for row in site.made("hr.work.entry.type")}
    rows = [row for row in site.made(WORK_ENTRY) if row["state"] in states]
    return sorted((codes[row["work_entry_type_id"]], row["duration"]) for row in rows)


def held(connector: OdooConnector, entry: Entry) -> list[Held]:
    return [one for one in connector.read_back(scope([entry])) if not one.natural_key.startswith("interval")]


def withdrawal(one: Held) -> Change:
    return Change("k", WITHDRAW, Kind.DAY, one.employee, one.work_date, one.natural_key, one.image, one.refs)


def set_state(site: Site, state: str) -> None:
    for row in site.made(WORK_ENTRY):
        site.database.put(WORK_ENTRY, {**row, "state": state, "active": state != "cancelled"})


def by_hand(site: Site, hours: float = 8.0, code: str = "WORK100", state: str = "draft") -> int:
    kind = next(row["id"] for row in site.made("hr.work.entry.type") if row["code"] == code)
    given = {"employee_id": int(site.employee(0)), "date": DAY.isoformat(), "state": state}
    return site.database.add(WORK_ENTRY, work_entry_type_id=kind, duration=hours, **given)


def refused(receipts: Any) -> Receipt:
    [one] = receipts
    assert isinstance(one, Receipt)
    assert one.outcome is Outcome.REJECTED
    return one


def call(site: Site, model: str, method: str, **body: Any) -> Any:
    headers = {"Authorization": f"bearer {KEY}", "X-Odoo-Database": DATABASE}
    url = f"{site.simulator.url}/json/2/{model}/{method}"
    response = httpx.post(url, json=body, headers=headers, trust_env=False)
    return response.json() if response.is_success else (response.status_code, response.json()["message"])


def generate(site: Site, **more: Any) -> Any:
    ids, span = [int(site.employee(0))], {"date_start": DAY.isoformat(), "date_stop": DAY.isoformat()}
    return call(site, "hr.employee", "generate_work_entries", ids=ids, **span, **more)


def test_a_day_becomes_a_work_entry_of_each_type(site: Site, connector: OdooConnector) -> None:
    entry = day(site.employee(0), worked=545, overtime=65, lop=25)
    [receipt] = written(connector, [entry])
    assert booked(site) == [("LEAVE90", 2.0), ("OVERTIME", 1.083333), ("WORK100", 8.0)]
    [there] = held(connector, entry)
    assert dict(there.image) == {"date": "2026-10-05", "worked": 480, "overtime": 65, "unpaid": 120}
    assert (there.image, set(there.refs)) == (connector.render(entry).image, set(receipt.refs))
    assert {row["version_id"] for row in site.made(WORK_ENTRY)} <= {row["id"] for row in site.made("hr.version")}


def test_whole_minutes_survive_odoos_floats(site: Site, connector: OdooConnector) -> None:
    entries = [day(site.employee(index), worked=index + 1, overtime=0) for index in range(40)]
    written(connector, entries)
    found = {one.employee: one.image["worked"] for entry in entries for one in held(connector, entry)}
    assert found == {site.employee(index): index + 1 for index in range(40)}


def test_nothing_is_made_of_a_day_without_hours(site: Site, connector: OdooConnector) -> None:
    assert not connector.carries(day("1", worked=0))
    assert connector.carries(day("1", worked=0, lop=50))
    with site.connector(unpaid_entries="") as other:
        assert not other.carries(day("1", worked=0, lop=100))


def test_without_a_type_overtime_is_among_the_hours_worked(site: Site) -> None:
    with site.connector(overtime_entries="", unpaid_entries="") as connector:
        written(connector, [day(site.employee(0), worked=540, overtime=60, lop=50)])
    assert booked(site) == [("WORK100", 9.0)]


def test_a_second_push_makes_nothing_and_a_lost_answer_neither(site: Site, connector: OdooConnector) -> None:
    entry = day(site.employee(0), overtime=60)
    first = written(connector, [entry])
    assert written(connector, [entry]) == first
    assert len(site.made(WORK_ENTRY)) == 2


def test_a_withdrawal_takes_all_parts_in_one_call(site: Site, connector: OdooConnector) -> None:
    entry = day(site.employee(0), overtime=60, lop=50)
    written(connector, [entry])
    [there] = held(connector, entry)
    before = site.simulator.requests
    [receipt] = connector.push([withdrawal(there)])
    assert (receipt.outcome, receipt.refs, site.made(WORK_ENTRY)) == (Outcome.ACCEPTED, (), [])
    assert site.simulator.requests - before == 2


def test_what_is_left_of_a_day_goes_when_a_part_is_gone(site: Site, connector: OdooConnector) -> None:
    entry = day(site.employee(0), overtime=60)
    written(connector, [entry])
    [there] = held(connector, entry)
    site.database.remove(WORK_ENTRY, int(there.refs[0]))
    [receipt] = connector.push([withdrawal(there)])
    assert (receipt.outcome, site.made(WORK_ENTRY)) == (Outcome.ACCEPTED, [])


def test_other_hours_are_another_record_that_waits_for_the_old_one(site: Site, connector: OdooConnector) -> None:
    entry = day(site.employee(0))
    later = replace(entry, payload=Day("P", 420, 0, 100, 0))
    assert connector.render(entry).natural_key != connector.render(later).natural_key
    written(connector, [entry])
    [there] = held(connector, entry)
    assert there.refs[0] in refused(connector.push([create(connector, later)])).reason
    receipts = connector.push([withdrawal(there), create(connector, later)])
    assert [one.outcome for one in receipts] == [Outcome.ACCEPTED] * 2
    assert booked(site) == [("WORK100", 7.0)]


def test_what_is_in_a_payslip_stays_as_it_is(site: Site, connector: OdooConnector) -> None:
    entry = day(site.employee(0), overtime=60)
    other = replace(day(site.employee(1)), key="other")
    written(connector, [entry, other])
    [mine], [theirs] = held(connector, entry), held(connector, other)
    site.database.put(WORK_ENTRY, {**site.database.get(WORK_ENTRY, int(mine.refs[0])), "state": "validated"})
    receipts = {one.key: one for one in connector.push([withdrawal(mine), withdrawal(theirs)._replace(key="other")])}
    assert "payslip" in refused([receipts["k"]]).reason
    assert mine.refs[0] in receipts["k"].reason
    assert receipts["other"].outcome is Outcome.ACCEPTED
    assert len(site.made(WORK_ENTRY)) == 2
    assert held(connector, entry) == [mine]


def test_what_was_cancelled_books_nothing_and_is_not_made_anew_beside_it(site: Site, connector: OdooConnector) -> None:
    entry = day(site.employee(0))
    written(connector, [entry])
    set_state(site, "cancelled")
    assert held(connector, entry) == []
    assert "cancelled" in refused(connector.push([create(connector, entry)])).reason
    assert booked(site) == []


@pytest.mark.parametrize("state", ["draft", "conflict", "validated"])
def test_a_day_that_odoo_has_hours_of_is_not_paid_twice(site: Site, connector: OdooConnector, state: str) -> None:
    ref = by_hand(site, state=state)
    entries = [day(site.employee(0), worked=450), replace(day(site.employee(1)), key="other")]
    receipts = {one.key: one for one in connector.push([create(connector, entry) for entry in entries])}
    assert f"work entry {ref} on that day" in refused([receipts[entries[0].key]]).reason
    assert receipts["other"].outcome is Outcome.ACCEPTED
    assert len(site.made(WORK_ENTRY)) == 2


def test_what_is_cancelled_or_of_another_type_is_in_nobodys_way(site: Site, connector: OdooConnector) -> None:
    by_hand(site, state="cancelled")
    by_hand(site, hours=4.0, code="LEAVE110")
    entry = day(site.employee(0), worked=240)
    written(connector, [entry])
    assert [dict(one.image) for one in held(connector, entry)] == [{"date": "2026-10-05", "worked": 240}]


def test_generation_doubles_what_was_pushed_and_that_shows(site: Site, connector: OdooConnector) -> None:
    """Trap 13: its eight hours are added to ours, and `force` deletes ours."""
    entry = day(site.employee(0), overtime=60)
    written(connector, [entry])
    assert len(generate(site)) == 1
    found = held(connector, entry)
    assert {one.natural_key for one in found} == {connector.render(entry).natural_key}
    assert [dict(one.image) for one in found][1] == {"date": "2026-10-05", "worked": 480}
    assert len(found) == 2
    assert len([*site.simulator.facts()]) == 2
    generate(site, force=True)
    assert booked(site) == [("WORK100", 8.0)]


def test_generation_leaves_what_is_validated(site: Site, connector: OdooConnector) -> None:
    written(connector, [day(site.employee(0), worked=450)])
    set_state(site, "validated")
    generate(site, force=True)
    assert booked(site, states=("draft", "validated")) == [("WORK100", 7.5), ("WORK100", 8.0)]


@pytest.mark.parametrize("duration", [0, -1, 24.5, None])
def test_odoo_takes_hours_of_one_day(site: Site, duration: float | None) -> None:
    row = {"employee_id": int(site.employee(0)), "date": DAY.isoformat(), "duration": duration}
    answer = call(site, WORK_ENTRY, "create", vals_list=[row])
    assert answer == (422, "Duration must be positive and cannot exceed 24 hours.")


def test_odoo_keeps_equal_work_entries_and_knows_its_states(site: Site) -> None:
    row = {"employee_id": int(site.employee(0)), "date": DAY.isoformat(), "duration": 8}
    assert len(call(site, WORK_ENTRY, "create", vals_list=[row, row])) == 2
    status, text = call(site, WORK_ENTRY, "create", vals_list=[{**row, "state": "done"}])
    assert (status, text) == (500, "Wrong value for hr.work.entry.state: 'done'")


def test_more_than_a_day_is_not_sent(site: Site, connector: OdooConnector) -> None:
    before = site.simulator.requests
    assert "24 hours" in refused(connector.push([create(connector, day(site.employee(0), worked=1441))])).reason
    assert site.simulator.requests == before


def test_a_row_that_is_refused_takes_its_whole_day_and_no_other(site: Site, connector: OdooConnector) -> None:
    entries = [replace(day(site.employee(index), overtime=60), key=str(index)) for index in range(3)]
    changes = [create(connector, entry) for entry in entries]
    held(connector, entries[0])  # what is asked once is asked by now: the days are looked at, and then comes the load
    site.simulator.faults = faults.scripted(None, Edge.PART_REFUSED)
    receipts = {one.key: one for one in connector.push(changes)}
    assert [key for key, one in receipts.items() if one.outcome is Outcome.REJECTED] == ["1"]
    assert "extension" in receipts["1"].reason
    assert [row["employee_id"] for row in site.made(WORK_ENTRY)] == [
        int(site.employee(index)) for index in (0, 0, 2, 2)
    ]


def test_batches_of_many_parts_stay_within_what_odoo_takes(
    site: Site, connector: OdooConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.odoo.creating.CHUNK", 9)
    entries = [day(site.employee(index), overtime=60, lop=50) for index in range(10)]
    sent: list[int] = []
    load = site.simulator.methods.do_load

    def counted(model: str, context: Any, fields: list[str], data: list[Any]) -> Any:
        sent.append(len(data))
        return load(model, context, fields, data)

    monkeypatch.setattr(site.simulator.methods, "do_load", counted)
    written(connector, entries)
    assert sent == [9, 9, 9, 3]


@pytest.fixture
def world(sqlite_hub: Engine, site: Site) -> World:
    world = World(sqlite_hub, site.simulator)
    world.bind_all(site.simulator.reset(["1001"], ["CC"]))
    return world


WHOLE, LONGER = (8 * 60, 16 * 60), (8 * 60, 18 * 60)


def test_a_corrected_day_is_removed_and_made_anew_in_one_push(site: Site, world: World) -> None:
    for pairs, hours in ([WHOLE], [("WORK100", 8.0)]), ([LONGER], [("OVERTIME", 1.0), ("WORK100", 9.0)]), ([], []):
        world.day("1001", DAY, *pairs, ot_min=60 if pairs == [LONGER] else 0)
        assert world.push(DAY, DAY).error is None
        assert booked(site) == hours


def test_a_corrected_day_that_is_in_a_payslip_waits_for_a_person(site: Site, world: World) -> None:
    world.day("1001", DAY, WHOLE)
    world.push(DAY, DAY)
    set_state(site, "validated")
    before = site.made(WORK_ENTRY)
    world.day("1001", DAY, LONGER)
    for _ in range(3):
        world.push(DAY, DAY)
    assert site.made(WORK_ENTRY) == before
    reasons = [row.reason for row in world.journal().values() if row.kind == "day"]
    assert len(reasons) == 1
    assert "payslip" in reasons[0]
    set_state(site, "draft")
    world.push(DAY, DAY)
    assert booked(site) == [("WORK100", 10.0)]


def test_what_odoo_generated_alike_counts_as_written(site: Site, world: World) -> None:
    kind = next(row["id"] for row in site.made("hr.work.entry.type") if row["code"] == "WORK100")
    given = {"employee_id": int(world.bound["1001"]), "date": DAY.isoformat(), "duration": 8.0, "state": "draft"}
    site.database.add(WORK_ENTRY, work_entry_type_id=kind, **given)
    world.day("1001", DAY, WHOLE)
    world.push(DAY, DAY)
    assert booked(site) == [("WORK100", 8.0)]
    assert [row.state for row in world.journal().values() if row.kind == "day"] == ["confirmed"]


def looked_at(connector: OdooConnector) -> tuple[Severity, str]:
    last = connector.check()[-1]
    assert last.subject == "work entries"
    return last.severity, last.message


def test_the_check_warns_of_odoos_own_generation(site: Site, connector: OdooConnector) -> None:
    severity, message = looked_at(connector)
    assert severity is Severity.WARNING
    assert "40 from calendar" in message
    for row in site.made("hr.version"):
        site.database.put("hr.version", {**row, "work_entry_source": False})
    assert looked_at(connector) == (Severity.OK, "Days are written as WORK100, OVERTIME, LEAVE90; Odoo generates none.")
    site.simulator.methods.denied.add(("hr.version", "read"))
    severity, message = looked_at(connector)
    assert severity is Severity.WARNING
    assert "could not be seen" in message


def test_the_check_refuses_an_odoo_that_makes_work_entries_of_attendances(site: Site, connector: OdooConnector) -> None:
    site.database.put("hr.version", {**site.made("hr.version")[0], "work_entry_source": "attendance"})
    severity, message = looked_at(connector)
    assert severity is Severity.ERROR
    assert message.startswith("1 employee versions")


def test_the_check_names_the_type_that_is_missing_and_the_app_and_the_group(site: Site) -> None:
    with site.connector(overtime_entries="OT2") as connector:
        severity, message = looked_at(connector)
        assert (severity, "'OT2'" in message) == (Severity.ERROR, True)
        with pytest.raises(SettingsWrong, match="OT2"):
            held(connector, day(site.employee(0)))
        site.simulator.methods.denied.add((WORK_ENTRY, "unlink"))
        assert "Employees: Administrator" in connector.check()[-1].message
        app = next(row for row in site.made("ir.module.module") if row["name"] == "hr_work_entry")
        site.database.put("ir.module.module", {**app, "state": "uninstalled"})
        assert "hr_work_entry" in connector.check()[-1].message


def test_before_19_there_are_no_hours_of_a_date() -> None:
    with (simulator := WorkEntriesSimulator(version=18)).running():
        site = Site(simulator)
        with site.connector() as connector:
            severity, message = looked_at(connector)
            assert (severity, "Odoo 19" in message) == (Severity.ERROR, True)
            with pytest.raises(NotInstalled, match="Odoo 19"):
                [*connector.push([create(connector, day(site.employee(0)))])]
    assert site.made(WORK_ENTRY) == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({**CODES, "leave_type": "Loss of pay"}, "unpaid_entries, not leave_type"),
        ({"overtime_entries": "OVERTIME"}, "go with work_entries"),
        ({"unpaid_entries": "LEAVE90"}, "go with work_entries"),
        ({**CODES, "overtime_entries": "WORK100"}, "different types"),
        ({**CODES, "work_entries": "WORK 100"}, "work_entries"),
        ({**CODES, "day_minutes": 0}, "day_minutes"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any], says: str) -> None:
    good = {"url": "https://odoo.example.com", "database": "works", "key": SecretRef(env="KEY")}
    assert OdooSettings.model_validate({**good, **CODES}).models[Kind.DAY] == WORK_ENTRY
    assert Kind.DAY not in OdooSettings.model_validate(good).models
    with pytest.raises(ValidationError, match=says):
        OdooSettings.model_validate({**good, **wrong})


def test_an_image_is_plain_and_loss_of_pay_is_rounded_to_minutes() -> None:
    given = {"url": "https://odoo.example.com", "database": "works", "key": SecretRef(env="KEY"), "day_minutes": 455}
    settings = OdooSettings.model_validate({**given, **CODES})
    record = work_entries.render(day("2", worked=100, overtime=120, lop=50), settings)
    assert json.loads(json.dumps(record.image)) == {"date": "2026-10-05", "overtime": 120, "unpaid": 228}
    assert record.natural_key == "work:2:2026-10-05:0-120-228"
