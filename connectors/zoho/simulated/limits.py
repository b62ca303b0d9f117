"""The limits of the simulated Zoho: requests a minute by call, with a lock; and the day of the whole organisation [D].

Any sixty seconds count. Beyond it is 7209, with HTTP 200 or 429: which of the two is not known [I].
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.responses import Response

from connectors.zoho.simulated.words import forms_error

THRESHOLDS: tuple[tuple[str, str, int, int], ...] = (
    ("POST", "attendance/bulkImport", 10, 300),
    ("POST", "v3/attendance/entries", 10, 300),
    ("GET", "v3/attendance/entries", 60, 300),
    ("PUT", "v3/attendance/entries", 20, 300),
    ("DELETE", "v3/attendance/entries", 20, 300),
    ("GET", "attendance/getUserReport", 30, 300),
    ("GET", "attendance/getAttendanceEntries", 100, 600),
    ("POST", "attendance", 100, 300),
    ("POST", "forms/json/", 100, 300),
    ("GET", "forms/", 400, 300),
    ("", "v2/leavetracker", 30, 120),
    ("", "v3/leave-tracker", 30, 300),
    ("", "", 30, 300),
)
"""Method, beginning of the path, requests a minute, seconds of the lock; the first that fits counts."""
A_DAY = 15_000
"""Requests of the whole organisation [D]."""

LOCKED = "API access blocked since threshold limit exceeded. Please try after some time"


@dataclass
class Limits:
    """How often which call was used. Off unless `on`; `status` is that of a refusal."""

    now: Callable[[], int]
    on: bool = False
    status: int = 200
    left_today: int = A_DAY
    trips: int = 0
    used: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    locked: dict[str, int] = field(default_factory=dict)

    def renew(self) -> None:
        """Another organisation, which used nothing yet; what was tripped stays counted."""
        self.left_today = A_DAY
        self.used.clear()
        self.locked.clear()

    def count(self, method: str, path: str) -> Response | None:
        """Count a call; the refusal, if it is one too many."""
        self.left_today -= 1
        if not self.on:
            return None
        allowed, lock, name = next(
            (allowed, lock, f"{verb} {begin}")
            for verb, begin, allowed, lock in THRESHOLDS
            if verb in ("", method) and path.startswith(begin)
        )
        now = self.now()
        recent = [at for at in self.used[name] if at > now - 60]
        self.used[name] = [*recent, now]
        if now < self.locked.get(name, 0) or len(recent) >= allowed:
            if now >= self.locked.get(name, 0):
                self.locked[name] = now + lock
            self.trips += 1
            return forms_error(7209, LOCKED, path, self.status)
        return None
