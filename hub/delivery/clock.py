"""Time as delivery needs it."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """Wall-clock UTC seconds, seconds that never jump, and a way to wait."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def started(self) -> Callable[[], int]:
        """UTC seconds from now on, whatever becomes of the wall clock: what is waited for must really pass."""
        # Whole seconds come last: rounded before, two processes of one machine would be a second apart.
        begin = self.wall() - self.steady()
        return lambda: int(begin + self.steady())
