"""Who is who in the ERP: found equal, given by people from date to date, suggested and never assumed."""

import csv
import io
from datetime import date

import pytest
from sqlalchemy import Engine

from hub.contract import CostObject, Person
from hub.delivery.binding_file import BindingFileError, taken, written
from hub.delivery.bindings import COST_CENTRE, EMPLOYEE, bind, bindings
from hub.delivery.coverage import coverage
from hub.delivery.newcomers import newcomers
from hub.records import CostCentre, Employment
from hub.testing.memory import MemoryConnector, MemoryErp, MemorySettings
from hub.testing.world import World

OCT, NOV = date(2026, 10, 5), date(2026, 11, 5)
DATED = "kind,code,ref,from_date,to_date,given\n"


@pytest.fixture
def world(engine: Engine) -> World:
    """Two people and a cost centre of ours, nobody bound."""
    world = World(engine, MemoryErp())
    for number in ("K001", "K002"):
        world.add(
            Employment(
                tenant=world.tenant, employee_id=world.employee(number, "CC10"), from_date=date(2020, 1, 1), site="hq",
                department="", policy="default", weekly_off="",
            )
        )  # fmt: skip
    world.add(CostCentre(tenant=world.tenant, code="CC10", name="Assembly line"))
    return world


def erp(world: World) -> MemoryErp:
    assert isinstance(world.target, MemoryErp)
    return world.target


def connector(world: World) -> MemoryConnector:
    return MemoryConnector(MemorySettings(erp=erp(world).token))


def on(world: World, day: date, kind: str = EMPLOYEE) -> dict[str, str]:
    return bindings(world.engine, world.config, kind).on(day)


def test_equal_numbers_are_bound_and_doubled_ones_are_not(world: World) -> None:
    erp(world).people = [Person("1", "K001"), Person("2", "K002"), Person("3", "K002")]
    bind(world.engine, world.config, connector(world))
    assert on(world, OCT) == {"K001": "1"}


def test_a_given_binding_holds_between_its_dates_and_the_found_one_around_them(world: World) -> None:
    erp(world).people = [Person("1", "K001"), Person("2", "K002")]
    bind(world.engine, world.config, connector(world))
    taken(world.engine, world.config, f"{DATED}employee,K001,9,2026-10-01,2026-10-31,yes\n")
    bind(world.engine, world.config, connector(world))
    assert (on(world, OCT)["K001"], on(world, NOV)["K001"]) == ("9", "1")


def test_an_id_that_was_given_to_one_is_not_another_ones_at_the_same_time(world: World) -> None:
    erp(world).people = [Person("1", "K001"), Person("2", "K002")]
    bind(world.engine, world.config, connector(world))
    taken(world.engine, world.config, f"{DATED}employee,K001,2,,,yes\n")
    assert on(world, OCT) == {"K001": "2"}


def test_a_file_that_goes_out_and_comes_in_changes_nothing(world: World) -> None:
    erp(world).people, erp(world).costs = [Person("1", "K001"), Person("2", "K002")], [CostObject("w1", "CC10", "x")]
    bind(world.engine, world.config, connector(world))
    taken(world.engine, world.config, f"{DATED}employee,K002,7,2026-10-01,,yes\n")
    out = written(world.engine, world.config)
    tally = taken(world.engine, world.config, out)
    assert (tally.created, tally.changed, tally.removed) == (0, 0, 0)
    assert written(world.engine, world.config) == out
    assert len(list(csv.DictReader(io.StringIO(out)))) == 4


def test_a_given_row_that_the_file_lacks_is_taken_out(world: World) -> None:
    taken(world.engine, world.config, f"{DATED}employee,K001,7,,,yes\ncost_centre,CC10,w,,,yes\n")
    assert taken(world.engine, world.config, f"{DATED}cost_centre,CC10,w,,,yes\n").removed == 1
    assert (on(world, OCT), on(world, OCT, COST_CENTRE)) == ({}, {"CC10": "w"})


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("worker,K001,7,,,yes", "line 2: kind is 'worker'"),
        ("employee,K001,,,,yes", "line 2: code and ref must both be there"),
        ("employee,K001,7,2026-10-31,2026-10-01,yes", "line 2: 2026-10-01 lies before 2026-10-31"),
        ("employee,K001,7,yesterday,,yes", "line 2: Invalid isoformat"),
        ("employee,K001,7,,,yes\nemployee,K001,8,2026-10-01,,yes", "employee K001: two bindings on 2026-10-01"),
    ],
)
def test_a_wrong_row_is_told_and_nothing_is_changed(world: World, row: str, sentence: str) -> None:
    before = written(world.engine, world.config)
    with pytest.raises(BindingFileError, match=sentence):
        taken(world.engine, world.config, f"{DATED}{row}\n")
    assert written(world.engine, world.config) == before


def test_a_file_without_its_columns_is_told(world: World) -> None:
    with pytest.raises(BindingFileError, match="no column ref"):
        taken(world.engine, world.config, "kind,code\nemployee,K001\n")


def test_who_has_no_counterpart_is_listed_with_who_might_be_one(world: World) -> None:
    erp(world).people = [Person("1", "K001"), Person("2", "k-002"), Person("3", "X9")]
    erp(world).costs = [CostObject("w1", "10", "Assembly Line")]
    bind(world.engine, world.config, connector(world))
    people, costs = coverage(world.engine, world.config, connector(world), OCT)
    assert (people.total, people.unbound, people.unused) == (2, ("K002",), 2)
    assert [(one.ref, one.score) for one in people.suggestions] == [("2", 100)]
    assert [(one.code, one.ref, one.score) for one in costs.suggestions] == [("CC10", "w1", 100)]
    assert on(world, OCT) == {"K001": "1"}  # a suggestion binds nobody


def test_what_the_hub_does_not_know_becomes_rows_to_complete(world: World) -> None:
    erp(world).people = [Person("1", "K001"), Person("2", "K777"), Person("3", "K888", active=False), Person("4", "")]
    erp(world).costs = [CostObject("w1", "CC10", "x"), CostObject("w2", "CC20", "Paint")]
    found = newcomers(world.engine, world.config, connector(world))
    assert [row[:3] for row in found.employees[1]] == [("K777", "", "hq")]
    assert found.cost_centres[1] == [("CC20", "Paint")]


def test_a_day_is_sent_to_whoever_was_bound_on_it(world: World) -> None:
    erp(world).people = [Person("1", "K001"), Person("2", "K002")]
    erp(world).costs = [CostObject("w1", "CC10", "x")]
    bind(world.engine, world.config, connector(world))
    taken(world.engine, world.config, f"{DATED}employee,K001,9,2026-10-06,,yes\n")
    for day in (OCT, date(2026, 10, 6)):
        world.day("K001", day, (480, 960))
    world.delivery(connector(world)).push(OCT, date(2026, 10, 6))
    assert {row.employee for row in erp(world).rows.values()} == {"1", "9"}
