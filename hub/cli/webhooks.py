"""Commands for webhooks: applications that are told of what happened."""

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from hub.cli.base import DONE, LEFT, AsJson, app, engine, engine_of, err, now, out, print_json, say
from hub.events import webhooks
from hub.events.outbox import EventKind, body_of
from hub.events.queue import Answer, due_tenants
from hub.events.sender import Sender
from hub.events.switched_off import tell_of_off
from hub.records import Webhook

TEST = "webhook.test"

webhook = typer.Typer(no_args_is_help=True, help="Tell applications of what happened, by signed webhooks.")
app.add_typer(webhook, name="webhook")


@webhook.command()
def add(
    tenant: str,
    name: str,
    url: str,
    events: Annotated[str, typer.Option(help="Which ones, separated by blanks; all without it.")] = " ".join(EventKind),
) -> None:
    """Set a webhook up and print its secret, which is shown once and cannot be read again.

    TENANT is the slug of the tenant, NAME what the webhook is called here, URL its https:// address.
    """
    made = Webhook(tenant=tenant, name=name, url=url, events=sorted(set(events.split())), made_at=now())
    say(webhooks.add(engine_of(tenant), made))
    err.print("Give it to the receiver; docs/api.md says how it checks signatures.", markup=False, highlight=False)


@webhook.command("list")
def list_webhooks(tenant: str, *, as_json: AsJson = False) -> None:
    """List webhooks and how they stand. Exit code 1: one is failing or was switched off.

    TENANT is the slug of the tenant.
    """
    found = webhooks.listed(engine_of(tenant), tenant)
    if as_json:
        hidden = {"id", "tenant"}
        print_json([{**one.webhook.model_dump(exclude=hidden), "waiting": one.waiting} for one in found])
    else:
        table = Table("webhook", "address", "events", "waiting", "last taken (UTC)", "state")
        for one in found:
            table.add_row(*_row(one))
        out.print(table)
    raise typer.Exit(LEFT if any(one.webhook.failures for one in found) else DONE)


def _row(one: webhooks.Listed) -> list[str]:
    hook = one.webhook
    state = "off" if hook.off_at else "fails" if hook.failures else "on"
    taken = f"{datetime.fromtimestamp(hook.taken_at, UTC):%Y-%m-%d %H:%M}" if hook.taken_at else ""
    told = f"{state}: {hook.reason}" if hook.reason else state
    return [hook.name, hook.url, ", ".join(hook.events), str(one.waiting), taken, told]


@webhook.command()
def remove(tenant: str, name: str) -> None:
    """Take a webhook away, with what waits for it.

    TENANT is the slug of the tenant, NAME that of the webhook.
    """
    hub = engine_of(tenant)
    webhooks.remove(hub, webhooks.named(hub, tenant, name))
    tell_of_off(hub, tenant, now())
    say(f"Webhook {name} is removed.")


@webhook.command()
def resume(tenant: str, name: str) -> None:
    """Switch a webhook on again, and try at once again where one fails. What waits for it is sent first.

    TENANT is the slug of the tenant, NAME that of the webhook.
    """
    hub = engine_of(tenant)
    webhooks.resume(hub, webhooks.named(hub, tenant, name))
    tell_of_off(hub, tenant, now())
    say(f"Webhook {name} is on.")


@webhook.command()
def test(tenant: str, name: str) -> None:
    """Send a message of type `webhook.test` now and say what came of it.

    TENANT is the slug of the tenant, NAME that of the webhook.
    """
    hub = engine_of(tenant)
    there = webhooks.named(hub, tenant, name)
    message = f"msg_{uuid.uuid4().hex}"
    attempt = Sender(hub, now).attempt(there, message, body_of(tenant, TEST, now(), {"webhook": name}))
    answer: Answer = asyncio.run(attempt)
    say(f"Message {message} was taken." if answer.taken else answer.reason)
    raise typer.Exit(DONE if answer.taken else LEFT)


@webhook.command()
def deliver() -> None:
    """Send what waits, of all tenants, and end. For cron where `muster serve` does not run; both may."""
    hub = engine()
    sender = Sender(hub, now)
    taken = asyncio.run(_until_idle(sender))
    sender.remind()
    say(f"{taken} messages were taken.")
    raise typer.Exit(LEFT if due_tenants(hub, now()) else DONE)


async def _until_idle(sender: Sender) -> int:
    total = 0
    while taken := await sender.round():
        total += taken
    return total
