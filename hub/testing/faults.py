"""What can go wrong between the hub and an ERP, one at a time and in order, or by a seed."""

import random
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any


class Crash(BaseException):
    """Stands for `kill -9`: nothing catches it, so nothing is put in order."""


class Fault(StrEnum):
    """What happens to one call. The first group harms writing, `OFFLINE` and `CRASH` any call."""

    LOST = "the request is lost before the ERP reads it"
    ANSWER_LOST = "the ERP commits, and its answer is lost"
    LATE = "the answer is lost, and the ERP commits later"
    THROTTLED = "the ERP refuses the call for now"
    PART_LOST = "half of it is answered; the rest is lost before the ERP reads it"
    PART_THROTTLED = "half of it is answered; the ERP refuses the rest for now"
    PART_UNTOLD = "half of it is answered; the rest is committed, and that answer is lost"
    DENIED = "the ERP user has lost its rights"
    STRANGE = "the ERP commits and answers in an unknown shape"
    SILENT = "the connector ends without the last receipts, though all is committed"
    CRASH_AFTER = "the hub dies after the ERP has committed"
    CRASH_MIDWAY = "the hub dies with half of it committed"
    OFFLINE = "the ERP cannot be reached"
    CRASH = "the hub dies before the call"


ANYWHERE = (Fault.OFFLINE, Fault.CRASH)
"""Faults of reading as well."""

Faults = Callable[[Sequence[Any]], Any]
"""Asked at each call with the faults that fit it; the fault that happens, or None."""


def none(_fitting: Sequence[Any]) -> None:
    """All is well."""


def scripted(*faults: StrEnum | None) -> Faults:
    """These faults, one a call that they fit; then all is well."""
    left = list(faults)

    def choose(fitting: Sequence[Any]) -> Any:
        due = left and (left[0] is None or left[0] in fitting)
        return left.pop(0) if due else None

    return choose


def seeded(seed: int, chance: float) -> Faults:
    """Any fault, with this chance a call."""
    dice = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def choose(fitting: Sequence[Any]) -> Any:
        return dice.choice(fitting) if dice.random() < chance else None

    return choose
