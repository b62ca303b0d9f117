"""What waits for webhooks: who has something due, which message is next, and what came of an attempt."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, delete, select, update
from sqlmodel import col

from hub.database import reading, writing
from hub.lease import Held
from hub.records import OutgoingEvent, Webhook

FIRST_WAIT, GROWS, LONGEST_WAIT = 5, 4, 6 * 3600
"""Seconds: 5, 20, 80 and so on, up to six hours."""

GIVES_UP_SECONDS = 3 * 86_400
GONE = 410
"""HTTP 410: the specification's way to say that nothing is wanted any more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt: HTTP status (0: no answer), why it failed, and how long it asks to wait."""

    status: int
    reason: str = ""
    after: int = 0

    @property
    def taken(self) -> bool:
        """Any 2xx."""
        return 200 <= self.status < 300


def due_tenants(engine: Engine, now: int) -> list[str]:
    """Tenants with a message for a webhook that is on and need not wait."""
    one, event = Webhook, OutgoingEvent
    waits = select(col(event.id)).where(col(event.tenant) == col(one.tenant), col(event.webhook_id) == col(one.id))
    query = select(col(one.tenant)).distinct().where(col(one.tenant) != "", *_on(now), waits.exists())
    with reading(engine) as session:
        return sorted(session.connection().execute(query).scalars())


def off_tenants(engine: Engine) -> list[str]:
    """Tenants with a webhook that was switched off."""
    one = Webhook
    query = select(col(one.tenant)).distinct().where(col(one.tenant) != "", col(one.off_at) > 0)
    with reading(engine) as session:
        return sorted(session.connection().execute(query).scalars())


def due_webhooks(engine: Engine, tenant: str, now: int) -> list[Webhook]:
    """The tenant's webhooks that are on and need not wait."""
    query = select(Webhook).where(col(Webhook.tenant) == tenant, *_on(now)).order_by(col(Webhook.id))
    with reading(engine) as session:
        return list(session.execute(query).scalars())


def _on(now: int) -> tuple[Any, ...]:
    return col(Webhook.off_at) == 0, col(Webhook.next_at) <= now


def next_message(engine: Engine, webhook: Webhook) -> OutgoingEvent | None:
    """The oldest that waits."""
    one = OutgoingEvent
    query = select(one).where(col(one.tenant) == webhook.tenant, col(one.webhook_id) == webhook.id)
    with reading(engine) as session:
        return session.execute(query.order_by(col(one.id)).limit(1)).scalars().first()


def settle(engine: Engine, held: Held, webhook: Webhook, message: OutgoingEvent, answer: Answer) -> None:
    """Write down what came of the attempt; raises `LeaseTaken` when another sender took over meanwhile."""
    now = held.now()
    with writing(engine) as session:
        held.renew(session)
        connection = session.connection()
        if answer.taken:
            there = (col(OutgoingEvent.tenant) == webhook.tenant, col(OutgoingEvent.id) == message.id)
            connection.execute(delete(OutgoingEvent).where(*there))
        ours = (col(Webhook.tenant) == webhook.tenant, col(Webhook.id) == webhook.id)
        connection.execute(update(Webhook).where(*ours).values(after(webhook, answer, now)))


def after(webhook: Webhook, answer: Answer, now: int) -> dict[str, int | str]:
    """The columns of the webhook after an attempt at `now` (UTC seconds)."""
    if answer.taken:
        return {"failures": 0, "failing_since": 0, "next_at": 0, "reason": "", "taken_at": now}
    since = webhook.failing_since or now
    wait = max(answer.after, min(FIRST_WAIT * GROWS ** min(webhook.failures, 9), LONGEST_WAIT))
    over = answer.status == GONE or now - since >= GIVES_UP_SECONDS
    return {
        "failures": webhook.failures + 1,
        "failing_since": since,
        "next_at": now + wait,
        "reason": answer.reason,
        "off_at": now if over else 0,
    }
