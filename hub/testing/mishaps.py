"""What can go wrong on the hub's own side of a push: it dies between two steps, its database fails, its clock jumps."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from typing import Any
from unittest.mock import patch

from sqlalchemy.exc import OperationalError

from hub.delivery.journal import Journal
from hub.testing.clock import SimulatedClock
from hub.testing.faults import Crash

STEPS = ("sending", "unsent", "answered", "adopt", "drifted", "finish")
"""The writes of the journal: whatever lies between two of them is lost with the process, or done."""


class Mishap(StrEnum):
    """What happens at one step."""

    KILLED_BEFORE = "killed before the step"
    KILLED_AFTER = "killed after the step"
    LOCKED = "database is locked"
    DISK_FULL = "database or disk is full"
    CLOCK_AHEAD = "the clock jumps an hour ahead"
    CLOCK_BACK = "the clock jumps a minute back"


_DATABASE = (Mishap.LOCKED, Mishap.DISK_FULL)
_JUMP = {Mishap.CLOCK_AHEAD: 3600, Mishap.CLOCK_BACK: -60}


@contextmanager
def mishaps(dice: random.Random, chance: float, clock: SimulatedClock, happened: Callable[[], None]) -> Iterator[None]:
    """Any mishap with this chance a step; the same ones for the same dice."""

    def spoiled(step: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(journal: Journal, *given: Any) -> Any:
            mishap = dice.choice(list(Mishap)) if dice.random() < chance else None
            if mishap:
                happened()
            clock.jump(_JUMP.get(mishap, 0) if mishap else 0)
            if mishap is Mishap.KILLED_BEFORE:
                raise Crash
            if mishap in _DATABASE:
                raise OperationalError(str(mishap), None, Exception(str(mishap)))
            done = step(journal, *given)
            if mishap is Mishap.KILLED_AFTER:
                raise Crash
            return done

        return wrapper

    with ExitStack() as stack:
        for name in STEPS:
            stack.enter_context(patch.object(Journal, name, spoiled(getattr(Journal, name))))
        yield
