"""Time that passes only where somebody waits."""

import math
from dataclasses import dataclass


@dataclass(slots=True)
class SimulatedClock:
    """A clock of UTC seconds that hub and simulator share."""

    seconds: int = 1_800_000_000

    def now(self) -> int:
        """UTC seconds."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += math.ceil(seconds)
