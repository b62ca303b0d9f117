"""What the hub's own writers tell, each in the transaction of its cause."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from examples.demo.fortnight import write_tenant
from hub.database import reading
from hub.delivery.closing import lock
from hub.doors.punch import Refused
from hub.errors import HubError, Unavailable
from hub.events.outbox import EventKind
from hub.events.webhooks import add
from hub.intake import Delivery, Sender, store
from hub.records import OutgoingEvent, Webhook
from hub.testing.memory import MemoryConnector
from hub.token_store import TokenRows
from hub.tokens import Failure, Token
from tests.delivery import build
from tests.delivery.build import DAY, PAIR
from tests.hub import world as demo

NOW = 1_800_000_000


@dataclass
class Told:
    """The events that wait for a webhook of a tenant."""

    engine: Engine

    def listen(self, tenant: str, *kinds: str) -> None:
        hook = Webhook(
            tenant=tenant, name="app", url="https://app.example/", events=list(kinds or EventKind), made_at=NOW
        )
        add(self.engine, hook)

    def events(self, tenant: str) -> list[tuple[str, dict[str, Any]]]:
        with reading(self.engine) as session:
            rows = session.exec(select(OutgoingEvent).where(OutgoingEvent.tenant == tenant).order_by(OutgoingEvent.id))  # type: ignore[arg-type]
            bodies = [json.loads(row.body) for row in rows]
        assert all(body["data"].pop("tenant") == tenant for body in bodies)
        return [(body["type"], body["data"]) for body in bodies]


@pytest.fixture
def told(engine: Engine) -> Told:
    return Told(engine)


def test_changed_days_are_told_by_work_date(
    engine: Engine, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MUSTER_DEMO_CAMS_TOKEN", "MUSTER_DEMO_CAMS_SECRET"):
        monkeypatch.setenv(name, "word")
    write_tenant(demo.FORTNIGHT, tmp_path)
    world = demo.World(engine, tmp_path)
    world.load()
    told.listen(world.tenant)
    monday, tuesday = demo.MONDAY, demo.MONDAY + timedelta(days=1)
    world.punch(demo.KOLKATA, "1001 2026-03-23 09:00:00 0", "1001 2026-03-23 18:00:00 1")
    world.process(monday, tuesday)
    people = len({number for number, _ in world.days()})
    first = [
        ("attendance.changed", {"work_date": str(day), "change": 1, "created": people, "changed": 0})
        for day in (monday, tuesday)
    ]
    assert told.events(world.tenant) == first
    world.punch(demo.KOLKATA, "1002 2026-03-23 09:00:00 0", "1002 2026-03-23 18:00:00 1")
    world.process(monday, tuesday)
    world.process(monday, tuesday)  # nothing changed
    again = ("attendance.changed", {"work_date": str(monday), "change": 2, "created": 0, "changed": 1})
    assert told.events(world.tenant) == [*first, again]


def test_quarantine_is_told_once(engine: Engine, told: Told) -> None:
    told.listen("acme")
    told.listen("hooli")
    rows = [Refused(1, "a", "bad_time", ""), Refused(2, "b", "bad_time", ""), Refused(3, "c", "unknown_device", "")]
    delivery = Delivery(Sender("acme", 0, "json", "gate", "UTC"), NOW, refused=rows)
    store(engine, [delivery, replace(delivery, sender=replace(delivery.sender, tenant="hooli"), refused=rows[:1])])
    store(engine, [delivery])
    assert told.events("acme") == [("quarantine.added", {"rows": 3, "reasons": ["bad_time", "unknown_device"]})]
    assert told.events("hooli") == [("quarantine.added", {"rows": 1, "reasons": ["bad_time"]})]


@pytest.fixture
def world(engine: Engine, told: Told) -> build.World:
    made = build.World(engine)
    made.day("1", DAY, PAIR)
    told.listen(made.tenant)
    return made


def test_a_push_that_ended_is_told_with_its_counts(world: build.World, told: Told) -> None:
    done = world.push()
    span = {"connection": "books", "first": str(DAY), "last": str(DAY)}
    assert told.events(world.tenant) == [("delivery.finished", {**span, "counts": done.counts})]
    assert done.counts["confirmed"] > 0


def test_a_push_that_was_ended_is_told_with_the_way_back(
    world: build.World, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> Any:
        raise Unavailable("The ERP cannot be reached.")

    monkeypatch.setattr(MemoryConnector, "push", away)
    assert world.push().error is not None
    monkeypatch.setattr(MemoryConnector, "read_back", away)
    with pytest.raises(HubError):
        world.push()
    (first, during), (second, before) = told.events(world.tenant)
    assert (first, second) == ("delivery.failed", "delivery.failed")
    assert (during["way"], during["message"]) == ("wait", "The ERP cannot be reached.")
    assert during["counts"]["missing"] > 0
    assert (before["way"], before["counts"]) == ("wait", {})


def test_a_closed_period_is_told(world: build.World, told: Told) -> None:
    world.push()
    lock(world.engine, world.config, MemoryConnector(world.open().settings), (DAY, DAY), key=None, now=lambda: NOW)
    assert told.events(world.tenant)[-1] == (
        "period.closed", {"connection": "books", "first": str(DAY), "last": str(DAY)},
    )  # fmt: skip


def test_a_lost_grant_is_told_once_and_so_is_its_return(engine: Engine, told: Told) -> None:
    told.listen("acme")
    rows = TokenRows(engine, "acme", "zoho", now=lambda: NOW)
    lost, short = Failure("reconnect", "Authorise again."), Failure("wait", "Later.", NOW + 60)
    steps: list[Callable[[Any], None]] = [
        lambda one: one.save(Token("a", NOW, "r")),
        lambda one: one.failed(short),
        lambda one: one.failed(lost),
        lambda one: one.failed(lost),
        lambda one: one.save(Token("b", NOW, "r")),
        lambda one: one.save(Token("c", NOW, "r")),
    ]
    for step in steps:
        with rows.changing() as changing:
            step(changing)
    assert told.events("acme") == [
        ("connection.reconnect_needed", {"connection": "zoho", "message": "Authorise again."}),
        ("connection.recovered", {"connection": "zoho"}),
    ]
