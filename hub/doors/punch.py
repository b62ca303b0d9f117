"""What every door makes out of a request: punches, refused rows, device events and the reply.

Types only, so that intake and doors can be written, tested and read apart.
"""

from dataclasses import dataclass, field
from enum import IntFlag
from hashlib import blake2b
from typing import Literal, NamedTuple

from hub.zones import zone

DirectionRule = Literal["device", "in", "out", "unknown"]
Profile = Literal["cams", "minop", "nialabs"]
Ack = Literal["done", "1", "ok"]

IN, OUT, BREAK_OUT, BREAK_IN, UNKNOWN = 0, 1, 2, 3, -1

MAX_FIELD = 64
"""Longest user id, state, verify code, work code or vendor id of a punch; longer rows are refused."""


class PunchFlag(IntFlag):
    """What a reader of the punch should know about its time or its row."""

    TZ_AMBIGUOUS = 1
    """The local time fell in a clock change, or the offset sent with it could not be used."""
    FUTURE = 2
    """Later than the moment it was received by more than five minutes."""
    CLOCK_SUSPECT = 4
    """Before 2010, or more than 400 days away from the moment it was received."""
    REPLAY = 8
    """Delivered late: older than the source's `replay_after_s`."""
    SWAPPED = 16
    """The sender had exchanged direction and input method; they were put back."""


class RawPunch(NamedTuple):
    """One accepted punch as the device told it; nothing in it is guessed."""

    key: bytes
    """16 bytes: the same physical punch always has the same key, however often it is sent."""
    user: str
    """The device's user id, exactly as sent; leading zeros matter."""
    local_text: str
    """The time as sent."""
    tz_rule: str
    """`offset-in-payload`, `device-zone:<IANA>` or `utc`: how `t_utc` was found."""
    t_utc: int
    """The instant, in UTC seconds."""
    direction: int
    """0 in, 1 out, 2 break out, 3 break in, -1 unknown."""
    state_raw: str
    method: str
    """finger, face, palm, card, pin, password, vein, qr, other or unknown."""
    verify_raw: str
    work_code: str
    vendor_id: str
    flags: int
    """Bits of `PunchFlag`."""
    raw: str
    """The line, or the JSON without its token."""
    line: int
    """1-based line in the body."""


class Refused(NamedTuple):
    """One row for quarantine."""

    line: int
    raw: str
    reason: str
    """A snake_case code."""
    detail: str
    """A sentence for the person who has to act."""


class DeviceEvent(NamedTuple):
    """Something a device said that is not a punch; passwords, templates and photos are removed."""

    kind: str
    raw: str
    fields: dict[str, str]


class Reply(NamedTuple):
    """What the device waits for; to be sent only after the punches are durable."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Source:
    """What a door needs to know of the device or cloud account that is calling."""

    serial: str
    zone: str
    direction: DirectionRule = "device"
    profile: Profile = "cams"
    ack: Ack | None = None
    """CAMS family: overrides the profile's acknowledgement."""
    token: str = field(default="", repr=False)
    """CAMS family: the AuthToken expected; empty means that only the URL's secret is checked."""
    replay_after_s: int = 3600
    granted_events: frozenset[str] = frozenset({"0"})
    """Access panels: the event codes that are attendance."""

    def __post_init__(self) -> None:
        zone(self.zone)


@dataclass(frozen=True)
class Parsed:
    """A request, read. When `error` is set nothing may be stored and `reply` refuses the request."""

    punches: list[RawPunch]
    refused: list[Refused]
    events: list[DeviceEvent]
    reply: Reply
    error: str = ""


def punch_key(wall_s: int, identity: str) -> bytes:
    """The idempotency key: minute of the punch, then a digest of everything that identifies it.

    The minute comes first so that a B-tree on the key grows at its end instead of all over.
    """
    minute = wall_s // 60 if wall_s > 0 else 0
    return minute.to_bytes(4, "big") + blake2b(identity.encode(), digest_size=12).digest()
