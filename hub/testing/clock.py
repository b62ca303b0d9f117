"""Time that passes only where somebody waits."""

import math
from dataclasses import dataclass

START = 1_800_000_000


@dataclass(slots=True)
class SimulatedClock:
    """A clock of UTC seconds: `now` may jump on the hub's machine, `true` is how time really passes."""

    true: int = START
    ahead: int = 0

    def now(self) -> int:
        """UTC seconds, as the hub believes."""
        return self.true + self.ahead

    def steady(self) -> int:
        """Seconds that never jump."""
        return self.true

    def restart(self) -> None:
        """Begin anew, so that a run does not depend on those before it."""
        self.true, self.ahead = START, 0

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.true += math.ceil(seconds)

    def jump(self, seconds: int) -> None:
        """Set the hub's clock ahead, or back."""
        self.ahead += seconds
