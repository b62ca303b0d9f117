"""Webhooks: set up, listed, taken away, switched on again. Their secrets are sealed beside the stored ones."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from hub.database import reading, writing
from hub.errors import SettingsWrong
from hub.events.addresses import parts_of
from hub.events.outbox import EventKind
from hub.events.signing import new_secret
from hub.records import OutgoingEvent, SealedSecret, Webhook
from hub.sealing import ring_from_environment
from hub.vault import StoredSecrets

_NAME = re.compile(r"^[a-z][a-z0-9_]*$")


@dataclass(frozen=True, slots=True)
class Listed:
    """A webhook and how many messages wait for it."""

    webhook: Webhook
    waiting: int


def add(engine: Engine, webhook: Webhook) -> str:
    """Set it up; its secret, which is told once. Raises `SettingsWrong` when something of it is wrong."""
    unknown = sorted(set(webhook.events) - {kind.value for kind in EventKind})
    if unknown or not webhook.events:
        kinds = ", ".join(EventKind)
        raise SettingsWrong(f"Not an event: {', '.join(unknown) or 'nothing'}. Events: {kinds}.")
    if not _NAME.match(webhook.name):
        raise SettingsWrong(f"{webhook.name!r} is no name for a webhook; use small letters, digits, underscores.")
    parts_of(webhook.url)
    if any(one.webhook.name == webhook.name for one in listed(engine, webhook.tenant)):
        raise SettingsWrong(_taken(webhook))
    ring_from_environment().first  # noqa: B018 - raises while there is no key to keep the secret with
    try:
        with writing(engine) as session:
            session.add(webhook)
    except IntegrityError:
        raise SettingsWrong(_taken(webhook)) from None
    # Only now: of two who set up the same one, the second must not replace the secret of the first.
    secret = new_secret()
    StoredSecrets(engine, webhook.tenant).store(secret_name(webhook.name), secret, webhook.made_at)
    return secret


def _taken(webhook: Webhook) -> str:
    return f"{webhook.tenant} has a webhook {webhook.name} already; remove it first, or choose another name."


def secret_name(webhook: str) -> str:
    """Under which its secret is stored; with a sign that no secret of settings can have in its name."""
    return f"webhook:{webhook}"


def listed(engine: Engine, tenant: str) -> Sequence[Listed]:
    """Those of a tenant, by name."""
    one, event = Webhook, OutgoingEvent
    waiting = select(func.count()).where(col(event.tenant) == col(one.tenant), col(event.webhook_id) == col(one.id))
    query = select(one, waiting.scalar_subquery()).where(col(one.tenant) == tenant).order_by(col(one.name))
    with reading(engine) as session:
        return [Listed(webhook, count) for webhook, count in session.execute(query)]


def named(engine: Engine, tenant: str, name: str) -> Webhook:
    """The webhook of that name; raises `LookupError`."""
    found = [one.webhook for one in listed(engine, tenant)]
    for one in found:
        if one.name == name:
            return one
    raise LookupError(f"There is no webhook {name!r}. Webhooks: {', '.join(one.name for one in found) or 'none'}.")


def remove(engine: Engine, webhook: Webhook) -> None:
    """Take it away, with what waits for it and its secret."""
    tenant, name = webhook.tenant, secret_name(webhook.name)
    with writing(engine) as session:
        for table, there in (
            (OutgoingEvent, col(OutgoingEvent.webhook_id) == webhook.id),
            (Webhook, col(Webhook.id) == webhook.id),
            (SealedSecret, col(SealedSecret.name) == name),
        ):
            session.connection().execute(delete(table).where(col(table.tenant) == tenant, there))


def resume(engine: Engine, webhook: Webhook) -> None:
    """Switch it on again: what waited is sent first. What happened while it was off was not written for it."""
    there = (col(Webhook.tenant) == webhook.tenant, col(Webhook.id) == webhook.id)
    anew = {"off_at": 0, "reason": "", "failures": 0, "failing_since": 0, "next_at": 0}
    with writing(engine) as session:
        session.connection().execute(update(Webhook).where(*there).values(anew))
