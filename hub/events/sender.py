"""Sends what waits: in order for each webhook, webhooks side by side, one sender for a tenant at a time.

At least once: who dies between the answer and its note sends that message again, with the same id.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from hub.errors import HubError, SettingsWrong
from hub.events.addresses import parts_of, resolved
from hub.events.queue import Answer, due_tenants, due_webhooks, next_message, off_tenants, settle
from hub.events.signing import headers_of
from hub.events.switched_off import tell_of_off
from hub.events.webhooks import secret_name
from hub.http import tell
from hub.lease import Held, LeaseTaken, lease
from hub.records import Webhook
from hub.vault import StoredSecrets

LEASE = "webhooks"
SECONDS = 15
"""How long a receiver may take; the specification recommends 15 to 30."""
TURN_SECONDS = 60
"""A webhook with many messages lets the others begin anew after that."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends for all tenants of a database; `now` gives UTC seconds."""

    engine: Engine
    now: Callable[[], int]
    seconds: int = SECONDS

    async def round(self) -> int:
        """Send what is due; how many messages were taken."""
        tenants = due_tenants(self.engine, self.now())
        return sum(await asyncio.gather(*map(self._tenant, tenants)))

    def remind(self) -> None:
        """Tell of what is switched off wherever people could not be told before."""
        for tenant in off_tenants(self.engine):
            tell_of_off(self.engine, tenant, self.now())

    async def _tenant(self, tenant: str) -> int:
        try:
            with lease(self.engine, tenant, LEASE, self.now) as held:
                webhooks = due_webhooks(self.engine, tenant, self.now())
                taken = sum(await asyncio.gather(*(self._webhook(held, one) for one in webhooks)))
        except LeaseTaken:
            return 0
        await asyncio.to_thread(tell_of_off, self.engine, tenant, self.now())
        return taken

    async def _webhook(self, held: Held, webhook: Webhook) -> int:
        taken, until = 0, self.now() + TURN_SECONDS
        while self.now() < until and (message := next_message(self.engine, webhook)):
            answer = await self.attempt(webhook, message.message, message.body)
            try:
                settle(self.engine, held, webhook, message, answer)
            except LeaseTaken:
                return taken
            if not answer.taken:
                _log.warning("Webhook %s of %s: %s", webhook.name, webhook.tenant, answer.reason)
                return taken
            taken += 1
        return taken

    async def attempt(self, webhook: Webhook, message: str, body: str) -> Answer:
        """Sign and send one message, once; whatever prevents it is in the answer."""
        try:
            parts = parts_of(webhook.url)
            secret = StoredSecrets(self.engine, webhook.tenant).reveal(secret_name(webhook.name))
            if not secret:
                raise SettingsWrong(f"Webhook {webhook.name} has no secret any more; remove it and set it up again.")
            headers = headers_of(secret, message, self.now(), body.encode())
            async with asyncio.timeout(self.seconds):
                address = await resolved(parts)
            told = await tell(webhook.url, address, headers, body.encode(), self.seconds)
        except TimeoutError:
            return Answer(0, "The name of the receiver was not found in time.")
        except HubError as error:
            return Answer(0, error.message)
        return Answer(told.status, f"The receiver answered HTTP {told.status}.", told.after)
