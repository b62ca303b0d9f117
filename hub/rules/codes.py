"""The closed lists of the day row: day types, sessions, attribute flags, statuses, anomaly codes."""

from enum import IntEnum, IntFlag
from typing import Final, Literal, NamedTuple


class DayType(IntEnum):
    """What the calendar makes of a date."""

    WORKING = 0
    WEEKLY_OFF = 1
    HOLIDAY = 2
    NOT_EMPLOYED = 3


class Session(IntEnum):
    """What became of one half of a day."""

    WORKED = 0
    PAID_LEAVE = 1
    UNPAID_LEAVE = 2
    WEEKLY_OFF = 3
    HOLIDAY = 4
    ABSENT = 5
    PENDING = 6
    NOT_EMPLOYED = 7


class DayFlag(IntFlag):
    """Independent attributes of a day; RECOMPUTED belongs to whoever stores days."""

    LATE = 1
    EARLY_OUT = 2
    OVERTIME = 4
    NIGHT = 8
    LOP = 16
    HALF_DAY = 32
    REGULARISED = 64
    IMPUTED = 128
    PROVISIONAL = 256
    LOCKED = 512
    RECOMPUTED = 1024


STATUSES: Final[dict[str, str]] = {
    "P": "present",
    "HD": "half day",
    "A": "absent",
    "L": "leave",
    "HL": "half a day of leave",
    "WO": "weekly off",
    "H": "holiday",
    "WOW": "worked on a weekly off",
    "HW": "worked on a holiday",
    "MP": "missing punch",
    "NE": "not employed",
}
"""The statuses of a day, and what they mean."""


class Anomaly(NamedTuple):
    """How serious a code is, and whether its day may be posted."""

    severity: Literal["info", "warn", "block"]
    blocks_posting: bool


INFO: Final = Anomaly("info", blocks_posting=False)
WARN: Final = Anomaly("warn", blocks_posting=False)
BLOCK: Final = Anomaly("block", blocks_posting=True)

ANOMALIES: Final[dict[str, Anomaly]] = {
    "ABSENT_NO_PUNCH": WARN,
    "BAD_SHIFT": BLOCK,  # the version or its segments cannot be used: see detail
    "CLOCK_SUSPECT": BLOCK,
    "DUPLICATE": INFO,
    "EARLY_OUT": INFO,
    "FUTURE": WARN,
    "EARLY_IN": INFO,
    "HOLIDAY_WORKED": INFO,
    "IMPUTED": WARN,  # an in or out that nobody punched stands in for a missing one
    "LATE_IN": INFO,
    "LATE_DATA": INFO,  # a punch that arrived after the cut-off
    "LATE_OUT": INFO,
    "LEAVE_AND_WORKED": WARN,
    "LOCKED_PERIOD": INFO,
    "LONG_BREAK": INFO,
    "LONG_SHIFT": WARN,  # in and out farther apart than a pair may be
    "MISSED_BREAK": INFO,
    "MISSING_IN": BLOCK,
    "MISSING_OUT": BLOCK,
    "NOT_EMPLOYED": WARN,  # a punch outside any employment
    "OFF_SHIFT": WARN,
    "OVERLAP": INFO,  # a manual pair replaces device punches
    "OVERLAP_ASSIGNMENT": BLOCK,
    "REPEAT_IN": INFO,
    "REPEAT_OUT": INFO,
    "REST_VIOLATION": WARN,
    "SHORT_BREAK": INFO,
    "SHORT_SHIFT": INFO,  # worked, but less than a full day
    "SITE_MISMATCH": INFO,
    "TZ_AMBIGUOUS": WARN,
    "UNKNOWN_POLICY": BLOCK,
    "UNKNOWN_SHIFT": BLOCK,  # also an unknown pattern, or no version yet
    "UNKNOWN_SITE": BLOCK,  # also a site whose zone is not an IANA zone
    "UNROSTERED": WARN,
    "UNSCHEDULED_WORK": INFO,
}
