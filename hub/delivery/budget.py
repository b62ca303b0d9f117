"""How often an ERP may be asked, counted in the hub's database so that the limit holds across processes."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Engine, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from hub.contract import Capabilities
from hub.database import reading, writing
from hub.errors import Throttled
from hub.records import Spent

MINUTE, DAY = 60, 86_400
SECOND = 1000
PERIODS = ("minute", "day", "lockout", "pace")
Windows = dict[str, tuple[int, int]]
"""Number and requests by period."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The `hub.contract.Meter` of a connection: waits for the next minute, stops for the next day (UTC).

    After a breach nothing is asked by anybody until the ERP's lock-out has ended.
    """

    engine: Engine
    tenant: str
    connection: str
    capabilities: Capabilities
    now: Callable[[], int] = lambda: int(time.time())
    sleep: Callable[[float], None] = time.sleep
    name: str = ""

    def lane(self, name: str) -> "Budget":
        """The meter of a lane: its limit stands in place of the general ones; day and lock-out are those of all."""
        return replace(self, name=name)

    def take(self) -> None:
        """One request; waits until there is room for it. Raises `Throttled` when that is not today."""
        while wait := self._try():
            self.sleep(wait)

    def breached(self, after: int) -> None:
        """The ERP refused a request as one too many; it will take the next one in so many seconds."""
        if self.capabilities.lock_out_seconds:
            length = max(after, self.capabilities.lock_out_seconds)
            with self._windows() as (session, windows):
                if self.now() + length > windows["lockout"][0]:
                    self._write(session, "lockout", self.now() + length, length)

    def require(self, requests: int) -> None:
        """Raises `Throttled` when a day has room for so many and today has not: better not begun than left midway."""
        can, now = self.capabilities.requests_per_day, self.now()
        left = can - spent_today(self.engine, self.tenant, self.connection, now)
        if can and left < requests <= can:
            message = f"{self.connection} needs {requests} requests, and of the {can} that the ERP allows a day {left} "
            raise Throttled(message + "are left; nothing was sent.", after=DAY - now % DAY)

    def _try(self) -> int:
        """Count the request, or say how many seconds to wait first."""
        can, now = self.capabilities, self.now()
        limits = (can.requests_per_minute, can.requests_per_day, can.lock_out_seconds, can.seconds_between_requests)
        if not any((*limits, can.lanes)):
            return 0
        with self._windows() as (session, windows):
            locked = self._locked(session, windows, now)
            wait = 0 if locked else self._counted(session, windows, now)
        if locked:
            raise Throttled(f"{self.connection} was locked out by the ERP for asking too often.", after=locked)
        return wait

    def _locked(self, session: Session, windows: Windows, now: int) -> int:
        """Seconds that a lock-out still lasts: never more than it was to last, wherever the clock was set meanwhile."""
        until, length = windows["lockout"]
        if length and until - now > length:
            until = now + length
            self._write(session, "lockout", until, length)
        return max(0, until - now)

    def _counted(self, session: Session, windows: Windows, now: int) -> int:
        can, day = self.capabilities, _spent(windows["day"], now // DAY)
        if can.requests_per_day and day >= can.requests_per_day:
            message = f"{self.connection} has used the {can.requests_per_day} requests that the ERP allows a day."
            raise Throttled(message, after=DAY - now % DAY)
        if wait := (self._in_lane if self.name else self._in_general)(session, windows, now):
            return wait
        self._write(session, "day", now // DAY, day + 1)
        return 0

    def _in_general(self, session: Session, windows: Windows, now: int) -> int:
        can, minute = self.capabilities, _spent(windows["minute"], now // MINUTE)
        if can.requests_per_minute and minute >= can.requests_per_minute:
            return MINUTE - now % MINUTE
        last, between = windows["pace"][0], can.seconds_between_requests
        if between and now < last:  # the clock was set back, and when the last one was is not known any more
            self._write(session, "pace", now, 0)
            return between
        if now < last + between:
            return last + between - now
        self._write(session, "pace", now, 0)
        self._write(session, "minute", now // MINUTE, minute + 1)
        return 0

    def _in_lane(self, session: Session, windows: Windows, now: int) -> int:
        """Seconds to wait; the window's number is when the next request is due (milliseconds, as GCRA has it)."""
        spacing, at_once = _pace(self.capabilities.lanes[self.name])
        due, at = windows[self._period][0], now * SECOND
        if due > at + spacing + at_once:  # the clock was set back
            due = at
        if due > at + at_once:
            return -((at + at_once - due) // SECOND)
        self._write(session, self._period, max(due, at) + spacing, 0)
        return 0

    @property
    def _period(self) -> str:
        return f"lane {self.name}"

    @contextmanager
    def _windows(self) -> Iterator[tuple[Session, Windows]]:
        """Number and requests of each period, locked until the end."""
        periods = {*PERIODS, self._period} if self.name else {*PERIODS}
        with writing(self.engine) as session:
            for _ in range(2):
                columns = (col(Spent.period), col(Spent.number), col(Spent.requests))
                query = select(*columns).where(*self._there()).with_for_update()
                found = {period: (number, requests) for period, number, requests in session.exec(query)}
                if periods <= found.keys():
                    break
                self._make(session, periods - found.keys())
            yield session, found

    def _make(self, session: Session, periods: set[str]) -> None:
        rows = [
            {"tenant": self.tenant, "connection": self.connection, "period": period, "number": 0, "requests": 0}
            for period in sorted(periods)
        ]
        insert = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        session.connection().execute(insert(Spent).on_conflict_do_nothing(), rows)

    def _write(self, session: Session, period: str, number: int, requests: int) -> None:
        changed = update(Spent).where(*self._there(), col(Spent.period) == period)
        session.connection().execute(changed.values(number=number, requests=requests))

    def _there(self) -> tuple[Any, ...]:
        return col(Spent.tenant) == self.tenant, col(Spent.connection) == self.connection


def _pace(per_minute: int) -> tuple[int, int]:
    """Milliseconds from request to request, and how many ahead of their time may go at once.

    Requests come at whole seconds. Up to one a second they keep a distance of whole seconds, else those of a second go
    together and a few a minute are left unused, so that no sixty seconds, wherever they begin, see too many.
    """
    if per_minute <= MINUTE:
        return -(-MINUTE // per_minute) * SECOND, 0
    return -(-MINUTE * SECOND // (per_minute - per_minute // 30 - 1)), SECOND


def _spent(window: tuple[int, int], number: int) -> int:
    """Requests of the present window; what was counted belongs to an earlier one, perhaps."""
    return window[1] if window[0] == number else 0


def spent_today(engine: Engine, tenant: str, connection: str, now: int) -> int:
    """Requests of this UTC day."""
    there = (Spent.tenant == tenant, Spent.connection == connection, Spent.period == "day")
    with reading(engine) as session:
        row = session.exec(select(Spent).where(*there)).first()
    return row.requests if row and row.number == now // DAY else 0
