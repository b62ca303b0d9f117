"""From a work date to the explanation of one employee's day: by a key once, then by the page's own links."""

import re
from datetime import date
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from hub.api.security import ATTENDANCE_READ, new_key
from hub.delivery.connections import register
from hub.links import day_page
from hub.testing.crowd import fill
from hub.testing.memory import MemoryErp
from hub.testing.world import World

DAY = date(2026, 10, 5)
STRANGE = "A/1 <b>"


@pytest.fixture
def world(engine: Engine) -> World:
    """Three people's day, carried to the ERP by `books`; one of them has a number that must be escaped."""
    world = World(engine, MemoryErp())
    fill(world, world.target.reset(["1", "2", STRANGE], ["CC"]), [DAY], (480, 960))
    world.push(DAY, DAY)
    world.day("2", DAY, (480, 960), blocks=True)
    register(engine, world.config.model_copy(update={"settings": {}}))
    return world


def key_of(world: World, tenant: str) -> dict[str, str]:
    key, record = new_key(tenant, "reader", ATTENDANCE_READ)
    world.add(record)
    return {"Authorization": f"Bearer {key}"}


def test_the_page_leads_to_each_explanation_without_a_key(client: TestClient, world: World) -> None:
    answer = client.get(day_page("books", DAY), headers=key_of(world, world.tenant))
    assert answer.status_code == 200
    assert "3 confirmed" in answer.text
    assert "MISSING_OUT" in answer.text
    assert "<b>" not in answer.text
    addresses = [unescape(one) for one in re.findall('href="([^"]+)"', answer.text)]
    pages = [client.get(address) for address in addresses]
    assert [one.status_code for one in pages] == [200, 200, 200]
    assert "confirmed" in pages[0].text
    assert client.get(addresses[0].partition("?")[0]).status_code == 401


def test_programs_get_rows_without_names(client: TestClient, world: World) -> None:
    headers = {**key_of(world, world.tenant), "Accept": "application/json"}
    first, second, strange = client.get(day_page("books", DAY), headers=headers).json()
    assert first == {"employee": "1", "status": "P", "held_back": [], "entries": {"confirmed": 3}}
    assert second["held_back"] == ["MISSING_OUT"]
    assert strange["employee"] == STRANGE


def test_others_see_nothing(client: TestClient, world: World) -> None:
    path = day_page("books", DAY)
    assert client.get(path).status_code == 401
    stranger = client.get(path, headers=key_of(world, "hooli"))
    assert (stranger.status_code, "confirmed" in stranger.text) == (404, False)
