"""The lines that plan and journal are made of."""

from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from hub.contract import Capabilities, Image, Kind, Operation
from hub.lease import SECONDS as LEASE_SECONDS


class State(StrEnum):
    """Where a journalled entry is."""

    PLANNED = "planned"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    MISSING = "missing"
    DRIFTED = "drifted"
    WITHDRAWN = "withdrawn"


NEVER_WENT = frozenset({State.PLANNED, State.REJECTED})
"""Nothing that was sent is in the ERP by these."""


class Action(StrEnum):
    """What a plan says of one entry or record.

    `gone`: neither wanted nor there any more. `in_flight`: to be looked at again when it has settled. `kept`: the day
    is held back, and its records stay. `blocked`: wanted otherwise, and it cannot be brought about.
    """

    CREATE = "create"
    UPDATE = "update"
    WITHDRAW = "withdraw"
    UNCHANGED = "unchanged"
    GONE = "gone"
    IN_FLIGHT = "in_flight"
    KEPT = "kept"
    BLOCKED = "blocked"
    DRIFTED = "drifted"
    FOREIGN = "foreign"


CHANGES = (Action.WITHDRAW, Action.UPDATE, Action.CREATE)
"""What is sent, in the order in which it is sent: room is made before it is taken."""


class Wanted(NamedTuple):
    """An entry as the connector renders it; `digest` is that of the image."""

    key: str
    kind: Kind
    employee: str
    work_date: date
    natural_key: str
    image: Image
    digest: str


class Known(NamedTuple):
    """What the journal says of an entry; `sent` and `confirmed` are digests, `sent_at` UTC seconds."""

    key: str
    kind: Kind
    employee: str
    work_date: date
    natural_key: str
    image: Image
    state: State
    sent: str
    confirmed: str
    sent_at: int
    operation: str = Operation.CREATE
    reason: str = ""
    attempts: int = 0

    @property
    def withdrawing(self) -> bool:
        """Whether what was last sent was a withdrawal."""
        return self.operation == Operation.WITHDRAW


class Item(NamedTuple):
    """One line of a plan.

    `digest` is that of the image, `there` that of what the ERP holds, empty when that is nothing. `before` and `after`
    are the images that people compare: what the ERP holds, and what is wanted there; empty for nothing.
    """

    key: str
    action: Action
    kind: Kind | None
    employee: str
    work_date: date
    natural_key: str
    image: Image
    digest: str
    refs: tuple[str, ...] = ()
    reason: str = ""
    there: str = ""
    before: Image = MappingProxyType({})
    after: Image = MappingProxyType({})


def day_of(one: Wanted | Known) -> str:
    """`tenant:employee:work-date`, the beginning of the entry's key."""
    before, _, _ = one.key.partition(f":{one.work_date}:")
    return f"{before}:{one.work_date}"


def number_of(key: str, day: date) -> str:
    """The employee number in an entry's key, `tenant:employee:work-date:kind:part`."""
    return key.partition(":")[2].partition(f":{day}:")[0]


def settled_at(known: Known, capabilities: Capabilities) -> int:
    """From when on (UTC seconds) a read-back tells what became of what was sent.

    Of a sender that died nothing is known but that it had its lease: it may have sent until that ran out.
    """
    died = LEASE_SECONDS if known.state is State.SENDING else 0
    return known.sent_at + died + capabilities.settle_seconds
