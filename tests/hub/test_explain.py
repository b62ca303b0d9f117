"""From a number in the ERP back to its punches."""

from dataclasses import replace
from typing import Any

import pytest

from hub.contract import Kind
from hub.delivery.bindings import bind
from hub.delivery.connections import ConnectionConfig
from hub.delivery.push import Delivery
from hub.explain import day_of_record, explain
from hub.testing.memory import MemoryConnector, MemoryErp, MemorySettings
from tests.hub.world import KOLKATA, MONDAY, World

PUNCHES = ("1001 2026-03-23 09:00:00 0", "1001 2026-03-23 09:00:20 0", "1001 2026-03-23 18:00:00 1")


@pytest.fixture
def erp(world: World) -> MemoryErp:
    """An ERP to which the day of K001 was pushed."""
    erp = MemoryErp()
    erp.reset(["K001"], ["ASSEMBLY"])
    erp.capabilities = replace(erp.capabilities, kinds=frozenset({Kind.INTERVAL}))
    config = ConnectionConfig(
        tenant=world.tenant, name="books", connector="memory", settings={}, sites=("kolkata",), starts_on=MONDAY
    )
    world.punch(KOLKATA, *PUNCHES)
    world.process()
    connector = MemoryConnector(MemorySettings(erp=erp.token))
    bind(world.engine, config, connector)
    Delivery(world.engine, config, connector).push(MONDAY, MONDAY)
    return erp


def test_a_record_leads_to_its_day(world: World, erp: MemoryErp) -> None:
    [ref] = erp.rows
    assert day_of_record(world.engine, world.tenant, "books", ref) == ("K001", MONDAY)


def test_a_record_that_is_not_ours_is_said_to_be_none_of_ours(world: World, erp: MemoryErp) -> None:
    with pytest.raises(LookupError, match="not one that Muster made"):
        day_of_record(world.engine, world.tenant, "books", "4711")


def test_a_day_is_explained_from_the_erp_down_to_the_device(world: World, erp: MemoryErp) -> None:
    found: dict[str, Any] = explain(world.engine, world.tenant, "K001", MONDAY)
    [entry] = found["entries"]
    assert (entry["state"], entry["refs"]) == ("confirmed", list(erp.rows))
    assert [receipt["outcome"] for receipt in entry["receipts"]] == ["accepted", "confirmed"]
    assert found["day"]["worked_min"] == 480
    assert found["same_when_computed_again"] is True
    assert [(one["became"], one["device"], one["device_said"]) for one in found["punches"]] == [
        ("paired_in", KOLKATA, "2026-03-23 09:00:00"),
        ("duplicate", KOLKATA, "2026-03-23 09:00:20"),
        ("paired_out", KOLKATA, "2026-03-23 18:00:00"),
    ]
    [pair] = found["pairs"]
    assert pair["out_at"] - pair["in_at"] == 9 * 3600


def test_a_day_without_anything_is_explained_too(world: World) -> None:
    found = explain(world.engine, world.tenant, "K001", MONDAY)
    assert (found["day"], found["entries"], found["punches"]) == (None, [], [])


def test_an_unknown_employee_is_named(world: World) -> None:
    with pytest.raises(LookupError, match="no employee 'X1'"):
        explain(world.engine, world.tenant, "X1", MONDAY)
