import json
from typing import Any

import pytest

from hub import records, replay
from hub.database import writing
from hub.doors.json_punches import refused
from hub.intake import Delivery, Sender, store
from tests.hub.world import MONDAY, NOW, World, seconds

ARRIVED = seconds("2026-03-23T18:00:01+05:30")
ROW = {"device": "gate", "user": "1001", "time": "2026-03-23 13:00:00", "direction": "in"}


def hold(world: World, *rows: dict[str, Any], serial: str = "gate", tenant: str = "") -> None:
    """What the API keeps of an unknown device's rows."""
    held = [refused(number, row, "unknown_device", "Claim it.") for number, row in enumerate(rows, 1)]
    store(world.engine, [Delivery(Sender(tenant or world.tenant, 0, "json", serial, "UTC"), ARRIVED, refused=held)])


def claim(world: World, serial: str = "gate") -> None:
    with writing(world.engine) as session:
        session.add(
            records.Device(tenant=world.tenant, door="json", serial=serial, site="kolkata", badge_group="kolkata")
        )


def waiting(world: World) -> list[str]:
    return sorted(row.reason for row in world.rows(records.Quarantine) if row.released_at is None)


def test_rows_wait_until_their_device_is_claimed_and_then_go_through_once(world: World) -> None:
    hold(world, ROW, ROW | {"time": "2026-03-23 18:00:00", "direction": "out"})
    assert replay.replay(world.engine, world.tenant, NOW) == 0
    claim(world)
    assert replay.replay(world.engine, world.tenant, NOW) == 2
    assert replay.replay(world.engine, world.tenant, NOW) == 0
    assert waiting(world) == []
    assert {row.released_at for row in world.rows(records.Quarantine)} == {NOW}
    assert {punch.t_utc for punch in world.rows(records.Punch)} == {
        seconds("2026-03-23T13:00:00+05:30"),
        seconds("2026-03-23T18:00:00+05:30"),
    }


def test_their_work_dates_are_computed_again(world: World) -> None:
    hold(world, ROW)
    world.process()
    claim(world)
    replay.replay(world.engine, world.tenant, NOW)
    assert (MONDAY, "LATE_PUNCH") in world.dirty()


def test_a_row_that_is_wrong_besides_stays_with_its_own_reason(world: World) -> None:
    hold(world, ROW, ROW | {"time": "yesterday"})
    claim(world)
    assert replay.replay(world.engine, world.tenant, NOW) == 1
    assert waiting(world) == ["unparsable_time"]


def test_a_row_that_was_cut_says_that_it_is_to_be_sent_again(world: World) -> None:
    hold(world, ROW | {"work_code": [["x" * 100] * 10] * 10})
    claim(world)
    assert replay.replay(world.engine, world.tenant, NOW) == 0
    assert waiting(world) == ["not_kept_whole"]


def test_rows_of_other_devices_and_tenants_stay(world: World) -> None:
    hold(world, ROW)
    hold(world, ROW | {"device": "yard"}, serial="yard")
    hold(world, ROW, tenant=f"{world.tenant}-2")
    claim(world)
    assert replay.replay(world.engine, world.tenant, NOW) == 1
    assert [json.loads(row.raw)["device"] for row in world.rows(records.Quarantine) if row.released_at is None] == [
        "yard"
    ]
    assert replay.replay(world.engine, f"{world.tenant}-2", NOW) == 0


def test_more_rows_than_fit_one_statement_go_through(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "MANY", 10)
    hold(world, *(ROW | {"time": f"2026-03-23 13:00:{at:02}"} for at in range(35)))
    claim(world)
    assert replay.replay(world.engine, world.tenant, NOW) == 35
    assert waiting(world) == []
