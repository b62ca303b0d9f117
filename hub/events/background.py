"""The sender beside the API: a thread with an event loop of its own, so that neither waits for the other."""

import asyncio
import itertools
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from hub.events.sender import Sender

IDLE_SECONDS = 2
REMINDED_EVERY = 150
"""Idle rounds: five minutes."""

_log = logging.getLogger(__name__)


@contextmanager
def sending(sender: Sender) -> Iterator[None]:
    """Send whatever becomes due, until the end of the block; what is on its way then is sent again later."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(_forever(sender))
    thread = threading.Thread(target=_run, args=(loop, task), name="webhooks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
        loop.close()


def _run(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None]) -> None:
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(task)
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())


async def _forever(sender: Sender) -> None:
    for number in itertools.count():
        try:
            if number % REMINDED_EVERY == 0:
                await asyncio.to_thread(sender.remind)
            while await sender.round():
                pass
        except Exception as error:  # noqa: BLE001 - the database may be away; the API outlives that, and so do we
            # Without its text and trace: databases like to quote the row.
            _log.error("Webhooks could not be sent: %s", type(error).__name__)
        await asyncio.sleep(IDLE_SECONDS)
