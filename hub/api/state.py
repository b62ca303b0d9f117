"""What the routes share: the database, the intake, the known devices and the clock."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine
from starlette.requests import Request

from hub.api.failures import told
from hub.api.metrics import PUNCHES, QUARANTINED, REFUSED, STORE_SECONDS
from hub.api.problems import Problem
from hub.doors.adms_lines import printable
from hub.doors.punch import Parsed
from hub.intake import Delivery, Intake
from hub.senders import Caller, Senders

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hub:
    """One running API process. `now` gives UTC seconds."""

    engine: Engine
    intake: Intake
    senders: Senders
    now: Callable[[], int]

    async def caller(self, door: str, tenant: str | None, serial: str) -> Caller:
        """The claimed device that is calling; 403 and a note for those who claim devices when nobody claimed it."""
        serial, tenant = printable(serial), tenant and printable(tenant)
        kept = self.senders.kept(door, tenant, serial)
        caller = kept or await asyncio.to_thread(self.senders.find, door, tenant, serial)
        if caller is None:
            REFUSED.labels(door, "unclaimed").inc()
            await asyncio.to_thread(self.senders.turn_away, door, tenant, serial[:64], self.now())
            raise Problem(403, "This device is not claimed. Claim its serial for a tenant; it will send again.")
        return caller

    async def keep(self, caller: Caller, received: int, parsed: Parsed) -> None:
        """Commit what a request brought; 503 when the database cannot take it, so that the sender keeps it."""
        await self.keep_all(Delivery(caller.sender, received, parsed.punches, parsed.refused, parsed.events))

    async def keep_all(self, *deliveries: Delivery) -> None:
        """Commit several deliveries of one request."""
        started = time.perf_counter()
        try:
            await self.intake.submit(*deliveries)
        except Exception as error:
            REFUSED.labels(deliveries[0].sender.door, "not_stored").inc()
            _log.error("Punches could not be stored: %s", told(error))  # no traceback: it would quote data
            raise Problem(503, "The punches could not be stored and are not acknowledged; send them again.") from error
        STORE_SECONDS.observe(time.perf_counter() - started)
        for one in deliveries:
            PUNCHES.labels(one.sender.door).inc(len(one.punches))
            for row in one.refused:
                QUARANTINED.labels(one.sender.door, row.reason).inc()


def hub_of(request: Request) -> Hub:
    """The hub that serves this request."""
    hub = request.app.state.hub
    assert isinstance(hub, Hub)
    return hub
