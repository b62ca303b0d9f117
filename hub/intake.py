"""The durable, grouped, idempotent writer: nothing is acknowledged that is not committed.

Requests that arrive together share one transaction (group commit): one flush of the disk serves them all, and each
is answered after it. A resent punch meets its own key and changes nothing. When a group cannot be written, its
requests are written one by one, so that a poisoned one fails alone; unless the database itself failed, and would again.
"""

import asyncio
import hashlib
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

import psycopg
from sqlalchemy import Connection, Engine, exc, insert

from hub.bulk import Row, insert_new
from hub.doors.punch import DeviceEvent, RawPunch, Refused
from hub.events.causes import quarantine_added
from hub.records import DeviceEvent as DeviceEventRow
from hub.records import Dirty, Punch, Quarantine
from hub.zones import local_date

GROUP_PUNCHES = 5_000
"""A transaction takes no further request once it holds this many punches."""

SWITCH_SECONDS = 0.0005
"""How long the event loop may keep a writer from the next step of its transaction. Python's own 5 ms are longer than
most of those steps take, and there are eight in each."""

NOON, QUARTER = 43_200, 900

# COPY goes past SQLAlchemy, and with it its wrapping of errors.
_OF_DATABASE = (
    *(exc.OperationalError, exc.InterfaceError, exc.TimeoutError, OSError),
    *(psycopg.OperationalError, psycopg.InterfaceError),
)

# The fields of a `RawPunch`, in their order, then what its delivery says of all of them.
_PUNCH_COLUMNS = (
    "dedupe_key", "user_id", "local_text", "tz_rule", "t_utc", "direction", "state_raw", "method", "verify_raw",
    "work_code", "vendor_id", "flags", "raw", "line", "tenant", "device_id", "received_at",
)  # fmt: skip
_QUARANTINE_COLUMNS = (
    "fingerprint", "tenant", "door", "serial", "received_at", "line", "raw", "reason", "detail",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sender:
    """A claimed device, as far as storing its punches needs it."""

    tenant: str
    device_id: int
    door: str
    serial: str
    zone: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one request brought. `received_at` is UTC seconds."""

    sender: Sender
    received_at: int
    punches: Sequence[RawPunch] = ()
    refused: Sequence[Refused] = ()
    events: Sequence[DeviceEvent] = ()


def of_database(error: Exception) -> bool:
    """Whether the database itself failed (gone, full, locked), whatever it was given; its text then holds no data."""
    return isinstance(error, _OF_DATABASE)


def store(engine: Engine, deliveries: Sequence[Delivery]) -> int:
    """Write the deliveries in one transaction; returns how many punches were new. Raises what the database raises."""
    with engine.begin() as connection:
        new = insert_new(connection, Punch, _PUNCH_COLUMNS, _punch_rows(deliveries))
        _insert_refused(connection, [one for one in deliveries if one.refused])
        _insert_events(connection, deliveries)
        if new:
            _mark_late(connection, deliveries)
    return new


def _punch_rows(deliveries: Sequence[Delivery]) -> list[Row]:
    rows: list[Row] = []
    for one in deliveries:
        of_delivery = (one.sender.tenant, one.sender.device_id, one.received_at)
        rows += [punch + of_delivery for punch in one.punches]
    return rows


def _insert_refused(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    for tenant in sorted({one.sender.tenant for one in deliveries}):
        theirs = [(one, row) for one in deliveries if one.sender.tenant == tenant for row in one.refused]
        rows = [_quarantine_row(*pair) for pair in theirs]
        if new := insert_new(connection, Quarantine, _QUARANTINE_COLUMNS, rows):
            at = max(one.received_at for one, _ in theirs)
            quarantine_added(connection, tenant, at, new, {row.reason for _, row in theirs})


def _quarantine_row(one: Delivery, row: Refused) -> Row:
    """A refused row as stored; the same row sent again has the same fingerprint and is kept once."""
    sender, raw = one.sender, row.raw.replace("\x00", "\ufffd")
    mark = hashlib.blake2b(f"{sender.door}|{sender.serial}|{row.reason}|{row.raw}".encode(), digest_size=16)
    where = (mark.hexdigest(), sender.tenant, sender.door, sender.serial)
    return (*where, one.received_at, row.line, raw, row.reason, row.detail)


def _insert_events(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    events = [
        {"tenant": one.sender.tenant, "device_id": one.sender.device_id, "received_at": one.received_at,
         "kind": event.kind, "raw": event.raw.replace("\x00", "\ufffd")}
        for one in deliveries
        for event in one.events
    ]  # fmt: skip
    if events:
        connection.execute(insert(DeviceEventRow), events)


def _mark_late(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    dirty = sorted({(*late, one.received_at) for one in deliveries for late in late_dates(one)})
    if dirty:
        rows = [{"tenant": tenant, "day": day, "reason": "LATE_PUNCH", "marked_at": at} for tenant, day, at in dirty]
        connection.execute(insert(Dirty), rows)


def late_dates(one: Delivery) -> set[tuple[str, date]]:
    """Past work dates that these punches may change: their own, and before noon the one before (night shifts)."""
    if not one.punches:
        return set()
    zone, today = one.sender.zone, local_date(one.sender.zone, one.received_at)
    first = local_date(zone, min(p.t_utc for p in one.punches) - NOON)
    if first >= today:
        return set()
    # Every zone's offset is whole quarters of an hour, so all punches of a quarter have one date.
    quarters = {p.t_utc // QUARTER * QUARTER for p in one.punches}
    days = {local_date(zone, t) for quarter in quarters for t in (quarter - NOON, quarter)}
    return {(one.sender.tenant, day) for day in days if day < today and day >= today - timedelta(days=400)}


@dataclass(frozen=True, slots=True)
class _Waiting:
    """One request: its deliveries, stored together or not at all, and the promise to answer."""

    deliveries: Sequence[Delivery]
    done: asyncio.Future[None]

    def answer(self, error: Exception | None) -> None:
        if self.done.cancelled():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


class Intake:
    """The writer of a process. `submit` returns when the deliveries are on disk, or raises what prevented it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # The second transaction is prepared while the server works on the first; SQLite has one writer at a time.
        self._writers = 2 if engine.dialect.name == "postgresql" else 1
        self._queue: asyncio.Queue[_Waiting | None] = asyncio.Queue()
        self._threads = ThreadPoolExecutor(self._writers, thread_name_prefix="intake")
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to write; call inside the event loop."""
        sys.setswitchinterval(SWITCH_SECONDS)
        self._tasks = [asyncio.create_task(self._run(), name="intake") for _ in range(self._writers)]

    async def stop(self) -> None:
        """Write what is queued, then end."""
        for _ in self._tasks:
            self._queue.put_nowait(None)
        await asyncio.gather(*self._tasks)
        self._threads.shutdown()

    async def submit(self, *deliveries: Delivery) -> None:
        """Store the deliveries of one request durably, together with whatever else arrives meanwhile."""
        waiting = _Waiting(deliveries, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(waiting)
        await waiting.done

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while group := await self._next_group():
            errors = await loop.run_in_executor(self._threads, self._write, [one.deliveries for one in group])
            for waiting, error in zip(group, errors, strict=True):
                waiting.answer(error)

    async def _next_group(self) -> list[_Waiting]:
        """Whatever waits, up to the limit; empty when this writer is to end."""
        group: list[_Waiting] = []
        size, waiting = 0, await self._queue.get()
        while waiting is not None:
            group.append(waiting)
            size += sum(len(one.punches) for one in waiting.deliveries)
            if size >= GROUP_PUNCHES or self._queue.empty():
                return group
            waiting = self._queue.get_nowait()
        if group:
            self._queue.put_nowait(None)  # the end comes after this group
        return group

    def _write(self, requests: list[Sequence[Delivery]]) -> list[Exception | None]:
        error = self._try([one for deliveries in requests for one in deliveries])
        if error is None or len(requests) == 1 or of_database(error):
            return [error] * len(requests)
        return [self._try(deliveries) for deliveries in requests]

    def _try(self, deliveries: Sequence[Delivery]) -> Exception | None:
        try:
            store(self._engine, deliveries)
        except Exception as error:  # noqa: BLE001 - handed to the waiting requests, which answer "not stored"
            return error
        return None
