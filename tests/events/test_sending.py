"""Webhooks against a receiver that takes, refuses, hangs and comes back."""

import asyncio
import time
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import col

from hub.database import writing
from hub.events import webhooks
from hub.events.background import sending
from hub.events.outbox import EventKind
from hub.events.queue import GIVES_UP_SECONDS, LONGEST_WAIT
from hub.events.sender import LEASE, Sender
from hub.lease import lease
from hub.records import Lease
from tests.events.conftest import NOW, Clock, Hub, Receiver


def send(sender: Sender) -> int:
    return asyncio.run(sender.round())


def test_a_receiver_verifies_what_it_was_sent(hub: Hub, receiver: Receiver, engine: Engine) -> None:
    """By the package that the makers of the specification publish."""
    standard = pytest.importorskip("standardwebhooks", reason="pip install standardwebhooks")
    secret = hub.webhook(receiver.url)
    hub.happen(1)
    assert send(Sender(engine, lambda: int(time.time()))) == 1
    [(headers, body)] = receiver.got
    payload = standard.Webhook(secret).verify(body, headers)
    assert payload == {
        "type": "quarantine.added",
        "timestamp": "2027-01-15T08:00:00Z",
        "data": {"tenant": "acme", "n": 1},
    }
    with pytest.raises(standard.webhooks.WebhookVerificationError):
        standard.Webhook(secret).verify(body.replace(b"acme", b"evil"), headers)
    assert headers["content-type"] == "application/json"


def test_messages_come_in_order_and_once(hub: Hub, receiver: Receiver, sender: Sender) -> None:
    hub.webhook(receiver.url)
    for number in range(5):
        hub.happen(number, number + 100)
    assert send(sender) == 10
    assert receiver.numbers == [0, 100, 1, 101, 2, 102, 3, 103, 4, 104]
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 10
    assert (send(sender), len(receiver.got), hub.state().waiting) == (0, 10, 0)


def test_what_is_refused_is_sent_again_with_the_same_id_and_nothing_overtakes_it(
    hub: Hub, receiver: Receiver, sender: Sender, clock: Clock
) -> None:
    hub.webhook(receiver.url)
    hub.happen(1, 2)
    receiver.status = 500
    waits = []
    for _ in range(10):
        assert send(sender) == 0
        waits.append(hub.state().webhook.next_at - clock.at)
        assert send(sender) == 0  # not due yet
        clock.at = hub.state().webhook.next_at
    assert waits == [5, 20, 80, 320, 1280, 5120, 20480, *[LONGEST_WAIT] * 3]
    assert len(receiver.got) == 10
    receiver.status = 200
    assert send(sender) == 2
    assert receiver.numbers == [1] * 11 + [2]
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert (len(set(ids[:11])), len(set(ids))) == (1, 2)
    stamps = [int(headers["webhook-timestamp"]) for headers, _ in receiver.got]
    assert stamps[:3] == [NOW, NOW + 5, NOW + 25]
    state = hub.state().webhook
    assert (state.failures, state.failing_since, state.reason) == (0, 0, "")


def test_after_three_days_it_is_switched_off_and_people_are_told(
    hub: Hub, receiver: Receiver, sender: Sender, clock: Clock, engine: Engine
) -> None:
    hub.webhook(receiver.url)
    hub.happen(1)
    receiver.status = 400
    while not hub.state().webhook.off_at:
        assert clock.at <= NOW + GIVES_UP_SECONDS + LONGEST_WAIT
        send(sender)
        clock.at = max(clock.at, hub.state().webhook.next_at)
    assert hub.state().webhook.reason == "The receiver answered HTTP 400."
    assert hub.told() == [("webhook:app", False)]
    before = len(receiver.got)
    hub.happen(2)  # nobody is there for it
    assert (send(sender), len(receiver.got), hub.state().waiting) == (0, before, 1)
    receiver.status = 200
    webhooks.resume(engine, hub.state().webhook)
    assert send(sender) == 1
    assert hub.told() == [("webhook:app", True)]


def test_a_receiver_that_is_gone_is_switched_off_at_once(hub: Hub, receiver: Receiver, sender: Sender) -> None:
    hub.webhook(receiver.url)
    hub.happen(1)
    receiver.status = 410
    send(sender)
    assert hub.state().webhook.off_at == NOW


def test_a_receiver_may_ask_to_wait(hub: Hub, receiver: Receiver, sender: Sender) -> None:
    hub.webhook(receiver.url)
    hub.happen(1)
    receiver.status, receiver.headers = 429, {"retry-after": "3600"}
    send(sender)
    assert hub.state().webhook.next_at == NOW + 3600


def test_a_redirect_is_not_followed(hub: Hub, receivers: Callable[[], Receiver], sender: Sender) -> None:
    first, elsewhere = receivers(), receivers()
    hub.webhook(first.url)
    hub.happen(1)
    first.status, first.headers = 307, {"location": elsewhere.url}
    assert send(sender) == 0
    assert (len(first.got), len(elsewhere.got)) == (1, 0)
    assert hub.state().webhook.reason == "The receiver answered HTTP 307."


def test_one_that_hangs_and_one_that_is_away_keep_nothing_from_the_others(
    hub: Hub, receivers: Callable[[], Receiver], engine: Engine, clock: Clock
) -> None:
    hanging, good = receivers(), receivers()
    hanging.hangs = Event()
    hub.webhook(hanging.url, name="hanging")
    hub.webhook(good.url, name="good")
    hub.webhook("http://127.0.0.1:1/", name="away")
    hub.happen(1, 2)
    assert send(Sender(engine, clock, seconds=1)) == 2
    assert good.numbers == [1, 2]
    assert hub.state("hanging").webhook.reason == "127.0.0.1 did not answer (TimeoutError)."
    assert hub.state("away").webhook.reason == "127.0.0.1 did not answer (ConnectError)."
    hanging.hangs.set()
    hanging.hangs, clock.at = None, clock.at + 5
    assert send(Sender(engine, clock, seconds=1)) == 2
    assert hanging.numbers == [1, 1, 2]


def test_each_gets_what_it_asked_for_of_its_own_tenant(
    hub: Hub, receivers: Callable[[], Receiver], sender: Sender
) -> None:
    closed, rows, other = receivers(), receivers(), receivers()
    hub.webhook(closed.url, EventKind.PERIOD_CLOSED, name="closed")
    hub.webhook(rows.url, EventKind.QUARANTINE_ADDED, name="rows")
    hub.webhook(other.url, name="other", tenant="hooli")
    hub.happen(1)
    hub.happen(2, kind=EventKind.PERIOD_CLOSED)
    hub.happen(3, tenant="hooli")
    send(sender)
    assert (closed.numbers, rows.numbers, other.numbers) == ([2], [1], [3])
    assert other.bodies[0]["data"]["tenant"] == "hooli"


def test_while_another_process_sends_nobody_else_does(
    hub: Hub, receiver: Receiver, sender: Sender, engine: Engine, clock: Clock
) -> None:
    hub.webhook(receiver.url)
    hub.happen(1)
    with lease(engine, "acme", LEASE, clock):
        assert send(sender) == 0
    assert send(sender) == 1


def test_a_sender_that_lost_its_turn_notes_nothing(
    hub: Hub, receiver: Receiver, sender: Sender, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was sent; whoever took over sends it again: at least once."""
    hub.webhook(receiver.url)
    hub.happen(1, 2)
    attempt = Sender.attempt

    async def too_long(self: Sender, *given: Any) -> Any:
        answer = await attempt(self, *given)
        with writing(engine) as session:
            session.connection().execute(delete(Lease).where(col(Lease.tenant) == "acme"))
        return answer

    monkeypatch.setattr(Sender, "attempt", too_long)
    assert send(sender) == 0
    monkeypatch.undo()
    assert hub.state().waiting == 2


def test_what_is_undone_is_not_told(hub: Hub, receiver: Receiver, engine: Engine, sender: Sender) -> None:
    hub.webhook(receiver.url)

    def fail() -> None:
        with writing(engine) as session:
            from hub.events.outbox import emit

            emit(session.connection(), "acme", EventKind.QUARANTINE_ADDED, NOW, {"n": 1})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert send(sender) == 0


def test_beside_the_api_messages_are_sent_by_themselves(hub: Hub, receiver: Receiver, engine: Engine) -> None:
    hub.webhook(receiver.url)
    hub.happen(1)
    with sending(Sender(engine, lambda: int(time.time()))):
        for _ in range(500):
            if receiver.got and not hub.state().waiting:
                break
            time.sleep(0.02)
    assert receiver.numbers == [1]
