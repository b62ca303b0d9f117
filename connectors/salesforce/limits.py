"""How much of the org's daily requests is used, as each answer says; before too much is, nothing more is asked.

`Sforce-Limit-Info: api-usage=25/5000; per-app-api-usage=17/250(appName=x); api-bursts=1/750` (REST guide, "Limit Info
Header"): further parts come and go, and some answers have no such header.
"""

import re

from hub.contract import Meter
from hub.errors import Throttled
from hub.http import Response

HEADER = "sforce-limit-info"
WAIT_SECONDS = 3600
"""The 24 hours of the limit are rolling: an hour later some room is there again."""
_PART = re.compile(r"\s*([\w-]+)=(\d+)/(\d+)")
_DAILY = ("api-usage", "per-app-api-usage")


class OrgMeter:
    """The hub's meter, and beside it the org's own count; stops at so many percent of what the org may ask a day."""

    def __init__(self, meter: Meter, percent: int) -> None:
        self._meter, self._percent = meter, percent
        self.used, self.allowed = 0, 0

    def take(self) -> None:
        """Wait for room for one request; raises `Throttled` when the org has used its share."""
        if self.allowed and self.used * 100 >= self.allowed * self._percent:
            raise Throttled(
                f"Salesforce counts {self.used} of {self.allowed} API requests in 24 hours, and Muster stops at "
                f"{self._percent} %; others need the rest. Raise daily_percent, or the org's limit.",
                after=WAIT_SECONDS,
            )
        self._meter.take()

    def breached(self, after: int) -> None:
        """Told when Salesforce refused a request as one too many."""
        self._meter.breached(after)

    def require(self, requests: int) -> None:
        """Ask the hub's meter whether so many requests fit."""
        self._meter.require(requests)

    def note(self, response: Response) -> None:
        """Remember the counts of an answer, of the parts the one that is nearest to its end."""
        parts = (_PART.match(part) for part in response.headers.get(HEADER, "").split(";"))
        counts = [(int(one[2]), int(one[3])) for one in parts if one and one[1] in _DAILY and int(one[3])]
        if counts:
            self.used, self.allowed = max(counts, key=lambda count: count[0] * 10**6 // count[1])
