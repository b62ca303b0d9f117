"""What a connector is. Everything a connector author needs is in this file and in `hub.errors`.

A connector translates: `render` says how an entry looks in the ERP (pure), `read_back` says what the ERP holds,
`push` carries changes over. It never decides what to send, never retries, keeps no state: planning, journal,
settling and confirmation are `hub.delivery`'s, the same for every ERP.
"""

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Generic, Literal, NamedTuple, Self, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, field_validator

from hub.meter import Meter, Unmetered
from hub.secrets import SecretRef
from hub.tokens import MemoryTokens, TokenStore

CONTRACT = 1
"""Bumped when a connector written against the previous number would misbehave."""

_CREDENTIALS = re.compile(r"https?://[^/?#]*@", re.IGNORECASE)

Image = Mapping[str, Any]
"""One record as the ERP holds it: JSON values only, no floats (minutes, hundredths, UTC seconds, texts)."""


def digest(image: Image) -> str:
    """A stable digest of an image: 32 hexadecimal characters."""
    canonical = orjson.dumps(image, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(canonical, digest_size=16).hexdigest()


class Settings(BaseModel):
    """Base of a connector's settings; every field needs a description."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timeout_seconds: int = Field(
        default=60, ge=1, le=600, description="Seconds to wait for an answer; one that comes later counts as lost."
    )

    @field_validator("*")
    @classmethod
    def _without_credentials(cls, value: Any) -> Any:
        """Settings are shown and stored as they are, so an address must not bring a password along (RFC 3986 3.2.1)."""
        if isinstance(value, str) and _CREDENTIALS.match(value):
            raise ValueError("an address must not hold a user or a password; they have settings of their own")
        return value


class Kind(StrEnum):
    """What an entry is."""

    DAY = "day"
    HOURS = "hours"
    INTERVAL = "interval"
    PUNCH = "punch"


@dataclass(frozen=True, slots=True)
class Day:
    """Payable attendance of one employee-day. Minutes, and hundredths of a day (half a day = 50)."""

    status: str
    worked_min: int
    overtime_min: int
    payable: int
    lop: int


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes of one employee-day booked on one cost centre; `cost_centre` is the ERP's id of it.

    `before` are the minutes of that day on the cost centres that come before it. Where an ERP books hundredths of an
    hour, rounding `before + minutes` less rounding `before` lets the parts add up to the rounded day.
    """

    cost_centre: str
    minutes: int
    before: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Interval:
    """One in/out pair, UTC seconds."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Punch:
    """One end of an in/out pair, UTC seconds."""

    at: int
    direction: Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to have in the ERP.

    `key` is stable: `tenant:employee:work-date:kind:part`. `employee` is the ERP's id of the employee,
    `zone` the IANA zone in which `work_date` was decided.
    """

    key: str
    kind: Kind
    employee: str
    work_date: date
    zone: str
    payload: Day | Hours | Interval | Punch


class Operation(StrEnum):
    """What is to be done in the ERP."""

    CREATE = "create"
    UPDATE = "update"
    WITHDRAW = "withdraw"


class Record(NamedTuple):
    """An entry as one connector renders it.

    `natural_key` finds it in the ERP without an id of ours; `image` is all that the ERP will hold of it, in the
    form in which `read_back` returns it, so that equality of digests means delivered.
    """

    natural_key: str
    image: Image


class Held(NamedTuple):
    """One record that the ERP holds now; `refs` are the ERP's own ids of its parts.

    `pending`: the ERP took it and will carry it out later, in a job of its own; until then it is not delivered, and
    not gone either. The image is then what is to be, empty when that is nothing.
    """

    natural_key: str
    image: Image
    refs: tuple[str, ...]
    employee: str
    work_date: date
    pending: bool = False


class Change(NamedTuple):
    """One journalled intent.

    `image` is the state to reach (of a withdrawal: the one to remove), `refs` the ERP's ids of what is there now.
    """

    key: str
    operation: Operation
    kind: Kind
    employee: str
    work_date: date
    natural_key: str
    image: Image
    refs: tuple[str, ...] = ()


class Outcome(StrEnum):
    """What the ERP said of one change."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Receipt(NamedTuple):
    """The ERP's answer for one change; a rejection carries a reason for the person who must act."""

    key: str
    outcome: Outcome
    refs: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What to read back: work dates `first`..`last` inclusive, these kinds, these employees (ERP ids)."""

    first: date
    last: date
    kinds: frozenset[Kind]
    employees: frozenset[str]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the ERP can do; delivery, forecast and the conformance kit read it.

    `batch_size` changes per `push`; `settle_seconds` after an uncertain answer before a read-back is believed;
    `withdraws` and `updates`: whether the ERP allows them. Limits of 0 are none that we know of: requests a minute and
    a UTC day, how long the ERP locks out who breaks them, and how many requests one batch costs. Where any sixty
    seconds count and not the clock's minute, requests keep `seconds_between_requests`. `reads_counted`: whether reads
    count towards the limits; a connector hands its meter to those clients alone whose requests do. Where each employee
    is asked about alone, `reading_seconds_per_employee` is what that takes in a push, before and after it together.
    """

    kinds: frozenset[Kind]
    batch_size: int = 100
    settle_seconds: int = 0
    updates: bool = True
    withdraws: bool = True
    requests_per_minute: int = 0
    requests_per_day: int = 0
    requests_per_batch: int = 1
    lock_out_seconds: int = 0
    seconds_between_requests: int = 0
    reads_counted: bool = True
    reading_seconds_per_employee: int = 0
    lanes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Authorisation:
    """How a person authorises the hub in a browser (RFC 6749 4.1), for `/connect`.

    `scope` is sent as it is written; `extra` are parameters of the first request, such as Zoho's `access_type`.
    `token_url_of` is given the parameters of the call-back and says where the code is redeemed; it raises
    `SettingsWrong` for a place that it does not know, as a secret is sent there.
    """

    authorize_url: str
    token_url: str
    client_id: str
    client_secret: SecretRef | None = None
    client_auth: Literal["client_secret_post", "client_secret_basic", "none"] = "client_secret_post"
    scope: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    default_life: int = 3600
    token_url_of: Callable[[Mapping[str, str]], str] | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """An employee as the ERP knows it; `number` is the ERP's copy of the employee number, if it has one."""

    ref: str
    number: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class CostObject:
    """Something in the ERP that hours can be booked on; `code` is compared with our cost-centre code."""

    ref: str
    code: str
    name: str


class Severity(StrEnum):
    """How bad a finding is. `later`: it could not be looked at now, and nothing is known to be wrong."""

    OK = "ok"
    WARNING = "warning"
    LATER = "later"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a connection check: what was looked at, how it is, what to do."""

    subject: str
    severity: Severity
    message: str


S = TypeVar("S", bound=Settings)


class Connector(ABC, Generic[S]):
    """One configured ERP tenant. Use as a context manager: sessions open on entry and close on exit.

    The hub sets `meter`, `lane` and `tokens` before it opens the connector: the first counts requests, the second gives
    a meter for the requests of a lane, to be handed to `Client.read` and `Client.write`, the third keeps the token of
    `hub.oauth` for all processes. In tests there is no limit and the token is kept in memory.

    Every method may raise the errors of `hub.errors`; anything else stops the run and is never retried.
    """

    settings_type: ClassVar[type[Settings]]
    capabilities: ClassVar[Capabilities]
    meter: Meter = Unmetered()
    lane: Callable[[str], Meter]
    tokens: TokenStore

    def __init__(self, settings: S) -> None:
        self.settings = settings
        self.lane = lambda _name: Unmetered()
        self.tokens = MemoryTokens()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        """Close what `__enter__` opened."""

    @abstractmethod
    def check(self) -> list[Finding]:
        """Reach, log in, look at rights and set-up; says what to change in the ERP."""

    @abstractmethod
    def employees(self) -> Iterator[Person]:
        """Every employee of the ERP tenant."""

    @abstractmethod
    def cost_objects(self) -> Iterator[CostObject]:
        """Everything hours can be booked on; empty where the ERP has no such thing."""

    def authorisation(self) -> Authorisation | None:
        """How a person authorises the hub for this ERP, if that is how it is done; no request is made for it."""
        return None

    def carries(self, entry: Entry) -> bool:  # noqa: ARG002 - most have a place for every entry of their kinds
        """Whether the ERP has a place for such an entry; what it has none for is not wanted there. Pure."""
        return True

    @abstractmethod
    def render(self, entry: Entry) -> Record:
        """How the entry looks in this ERP. Pure: no I/O, same entry, same record."""

    @abstractmethod
    def read_back(self, scope: Scope) -> Iterator[Held]:
        """What the ERP holds in the scope, whoever wrote it."""

    @abstractmethod
    def push(self, changes: Sequence[Change]) -> Iterable[Receipt]:
        """Carry out at most `capabilities.batch_size` changes, in order; one receipt per change.

        Raises `Wait` only when nothing was changed, `Uncertain` when that is not known.
        """


@dataclass(frozen=True, slots=True)
class ConnectorSpec:
    """What an entry point of the group `muster.connectors` names."""

    name: str
    title: str
    connector: type[Connector[Any]]
    contract: int = CONTRACT


__all__ = [
    "CONTRACT",
    "Authorisation",
    "Capabilities",
    "Change",
    "Connector",
    "ConnectorSpec",
    "CostObject",
    "Day",
    "Entry",
    "Finding",
    "Held",
    "Hours",
    "Image",
    "Interval",
    "Kind",
    "Meter",
    "Operation",
    "Outcome",
    "Person",
    "Punch",
    "Receipt",
    "Record",
    "Scope",
    "SecretRef",
    "Settings",
    "Severity",
    "Unmetered",
    "digest",
]
