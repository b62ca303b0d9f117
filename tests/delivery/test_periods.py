"""Closed periods: what was delivered is signed, and what changes afterwards is listed and not sent."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import Engine

from hub.contract import SecretRef
from hub.delivery.closing import closed, genuine, lock, require_complete
from hub.delivery.periods import adjustments
from hub.delivery.status import status_of
from hub.errors import Fix, SettingsWrong
from hub.records import Adjustment, Period
from hub.testing.faults import Fault, scripted
from hub.testing.memory import MemoryConnector, MemorySettings
from tests.delivery.build import DAY, NEXT, PAIR, World

LATER = (PAIR[0], PAIR[1] + 30)


@pytest.fixture
def world(engine: Engine) -> World:
    made = World(engine)
    for number in ("1", "2"):
        made.day(number, DAY, PAIR)
        made.day(number, NEXT, PAIR)
    return made


def close(world: World, key: SecretRef | None = None) -> Period:
    connector = MemoryConnector(MemorySettings(erp=world.erp.token))
    return lock(world.engine, world.config, connector, (DAY, DAY), key=key, now=lambda: 1_760_000_000)


@pytest.fixture
def late(world: World) -> World:
    """A day that was delivered, closed, and changed by half an hour since."""
    world.push(DAY, NEXT)
    close(world)
    world.day("1", DAY, LATER)
    world.erp.calls.clear()
    return world


def listed(world: World) -> dict[str, tuple[str, int, int]]:
    found = adjustments(world.engine, world.config.tenant)
    return {one.entry_key.split(":", 3)[3]: (one.action, one.minutes, one.days) for one in found}


def test_a_late_change_of_a_closed_day_is_listed_and_not_sent(late: World):
    before = late.erp.contents()
    done = late.push(DAY, NEXT)
    assert late.erp.contents() == before
    assert late.erp.calls == []
    assert done.delivered
    hours = [amounts for key, amounts in listed(late).items() if key.startswith("hours")]
    assert hours == [("update", 30, 0)]
    assert [row for row in status_of(late.engine, late.config.tenant)["adjustments"] if "hours" in row]


def test_other_days_are_sent_as_ever(late: World):
    late.day("2", NEXT, LATER)
    late.push(DAY, NEXT)
    assert {change.work_date for call in late.erp.calls for change in call} == {NEXT}


def test_a_day_that_is_new_in_a_closed_period_counts_in_full(late: World):
    late.day("3", DAY, PAIR)
    late.push(DAY)
    assert ("create", 480, 0) in listed(late).values()


def test_a_late_change_that_is_taken_back_is_settled(late: World):
    late.push(DAY)
    late.day("1", DAY, PAIR)
    late.push(DAY)
    assert listed(late) == {}
    assert {row.state for row in late.rows(Adjustment)} == {"settled"}


def test_the_manifest_lists_what_was_confirmed_and_is_signed(world: World, tmp_path: Path):
    private = Ed25519PrivateKey.generate()
    path = tmp_path / "key.pem"
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    world.push(DAY, NEXT)
    close(world, SecretRef(file=str(path)))
    [period] = closed(world.engine, world.config)
    said = json.loads(period.manifest)
    assert (said["first"], said["last"], said["connection"]) == (str(DAY), str(DAY), world.config.name)
    assert sum(one["minutes"] for one in said["entries"] if ":hours:" in one["key"]) == 960
    assert genuine(period, public)
    period.manifest = period.manifest.replace("480", "481", 1)
    assert not genuine(period, public)


def test_a_key_that_is_none_is_told_before_anything_is_locked(world: World, tmp_path: Path):
    (tmp_path / "key.pem").write_text("no key")
    world.push(DAY)
    with pytest.raises(SettingsWrong, match="openssl genpkey -algorithm ed25519"):
        close(world, SecretRef(file=str(tmp_path / "key.pem")))
    assert closed(world.engine, world.config) == []


def test_a_period_is_not_closed_twice(late: World):
    with pytest.raises(Fix, match="has a closed period between"):
        close(late)


def test_a_period_with_something_undelivered_stays_open(world: World):
    world.erp.faults = scripted(None, Fault.DENIED)
    with pytest.raises(Fix):
        require_complete(world.push(DAY))
    world.erp.faults = scripted()
    world.day("2", DAY, PAIR, blocks=True)
    with pytest.raises(Fix, match="and 1 are held back"):
        require_complete(world.push(DAY))


def test_an_entry_that_was_never_confirmed_keeps_the_period_open(world: World):
    world.erp.refuses = lambda _change: "closed"
    world.push(DAY)
    with pytest.raises(Fix, match="6 entries are not confirmed"):
        close(world)
