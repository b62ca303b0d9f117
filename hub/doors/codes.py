"""What the codes and words of the devices mean. The raw value is kept beside what is read here."""

from typing import Final

from hub.doors.punch import BREAK_IN, BREAK_OUT, IN, OUT, UNKNOWN, DirectionRule

FIXED: Final[dict[DirectionRule, int]] = {"in": IN, "out": OUT, "unknown": UNKNOWN}
"""Direction rules that do not ask the device."""

ADMS_STATUS: Final = {"0": IN, "1": OUT, "2": BREAK_OUT, "3": BREAK_IN, "4": IN, "5": OUT}
"""ATTLOG column 3; 4 and 5 are overtime. 255 and the user-defined keys have no direction."""

ACCESS_STATUS: Final = {"0": IN, "1": OUT}
"""`inoutstatus` of an access panel: the side of the door. 2 means that the reader has no side."""

# Push protocol document, appendix 7. Where several factors were used the biometric one is named; where any of
# several would do ("finger or password") the device does not say which, so neither do we.
_VERIFY_GROUPS: Final = {
    "finger": (1, 8, 9, 10, 12, 13),
    "pin": (2,),
    "password": (3,),
    "card": (4, 11),
    "face": (15, 16, 17, 18, 19, 20),
    "vein": (21, 22, 23, 24),
    "palm": (25, 26, 27, 28, 29),
    "other": (200,),
}
VERIFY: Final = {str(code): method for method, codes in _VERIFY_GROUPS.items() for code in codes}
"""Verify code to method; also used by Minop, whose numbers are ZKTeco's (1 finger, 4 card, 15 face)."""

_WORDS: Final = {
    "checkin": IN,
    "checkout": OUT,
    "breakout": BREAK_OUT,
    "breakin": BREAK_IN,
    "overtimein": IN,
    "overtimeout": OUT,
    "mealout": BREAK_OUT,
    "mealin": BREAK_IN,
    "in": IN,
    "out": OUT,
}
CAMS_TYPE: Final = {**ADMS_STATUS, **_WORDS}
"""`Type` of the CAMS family: words of CAMS 3.0, or ZKTeco's numbers (Minop's flat webhook)."""

CAMS_TYPE_WORDS: Final = frozenset(_WORDS)

CAMS_INPUT_WORDS: Final = {
    "fingerprint": "finger",
    "finger": "finger",
    "face": "face",
    "palm": "palm",
    "vein": "vein",
    "card": "card",
    "rfid": "card",
    "password": "password",
    "pin": "pin",
    "qr": "qr",
    "qrcode": "qr",
}
CAMS_INPUT: Final = {**VERIFY, **CAMS_INPUT_WORDS}
"""`InputType` of the CAMS family, word or number."""


def direction(rule: DirectionRule, codes: dict[str, int], state: str) -> int:
    """The direction under the source's rule."""
    return FIXED[rule] if rule in FIXED else codes.get(state, UNKNOWN)
