"""One `PunchLog` of the CAMS family to a punch, in every spelling the three vendors document."""

import re
from typing import Final

from hub.doors.cams_json import text_of
from hub.doors.clock import MAX_OFFSET_S, Clock, Moment, wall_seconds
from hub.doors.codes import CAMS_INPUT, CAMS_INPUT_WORDS, CAMS_TYPE, CAMS_TYPE_WORDS, direction
from hub.doors.punch import MAX_FIELD, PunchFlag, RawPunch, Refused, Source, punch_key

_TIME: Final = re.compile(
    r"(?P<wall>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.\d{1,9})? ?"
    r"(?:(?P<utc>Z|GMT|UTC)|(?:GMT|UTC)? ?(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>[0-5]\d))?",
    re.ASCII,
)

REASONS: Final = {
    "not_an_object": "The punch log is not a JSON object; ask the vendor's support what their engine sends.",
    "missing_user": "The punch names no user; find out at the terminal who it was and enter the punch by hand.",
    "unreadable_field": "The user id, type or operation id holds control or broken characters; check the user id.",
    "field_too_long": f"A field is longer than {MAX_FIELD} characters; check the user id at the terminal.",
    "unparsable_time": "The time does not exist or is in no form of this vendor family; enter the punch by hand.",
}


class PunchReader:
    """Reads the punch logs of one request."""

    def __init__(self, source: Source, received: int) -> None:
        """For a request from the source, received at that UTC second."""
        self._source = source
        self._clock = Clock(source, received)

    def row(self, log: object, operation: object, raw: str) -> RawPunch | Refused:
        """One punch log; `raw` is what may be kept of it."""
        if not isinstance(log, dict):
            return _refuse(raw, "not_an_object")
        user = text_of(log.get("UserId", log.get("UserID")))
        state, verify, swapped = _put_right(text_of(log.get("Type")), text_of(log.get("InputType")))
        text, vendor_id = text_of(log.get("LogTime")), text_of(operation)
        if reason := _defect(user, state, verify, vendor_id):
            return _refuse(raw, reason)
        moment = self._moment(text)
        if moment is None:
            return _refuse(raw, "unparsable_time")
        return RawPunch(
            # Not the operation id: after a Resend the same punch may come under a new one.
            key=punch_key(moment.t_utc, f"{self._source.serial}\t{user}\t{moment.t_utc}\t{state.casefold()}"),
            user=user,
            local_text=text,
            tz_rule=moment.tz_rule,
            t_utc=moment.t_utc,
            direction=direction(self._source.direction, CAMS_TYPE, state.casefold()),
            state_raw=state,
            method=CAMS_INPUT.get(verify.casefold(), "unknown"),
            verify_raw=verify,
            work_code="",
            vendor_id=vendor_id,
            flags=moment.flags | (int(PunchFlag.SWAPPED) if swapped else 0),
            raw=raw,
            line=1,
        )

    def _moment(self, text: str) -> Moment | None:
        """`…Z` (Minop), `… GMT +0530` (CAMS), or the terminal's own clock (nialabs, Minop's flat webhook)."""
        found = _TIME.fullmatch(text)
        wall = wall_seconds(found["wall"]) if found else None
        if found is None or wall is None:
            return None
        if found["utc"]:
            return self._clock.at_utc(wall)
        if not found["sign"]:
            return self._clock.in_zone(wall)
        offset = int(found["hours"]) * 3600 + int(found["minutes"]) * 60
        if offset > MAX_OFFSET_S:
            return None
        return self._clock.at_offset(wall, -offset if found["sign"] == "-" else offset)


def _put_right(state: str, verify: str) -> tuple[str, str, bool]:
    """One nialabs page has the two exchanged (`"Type":"Face","InputType":"In"`)."""
    swapped = state.casefold() in CAMS_INPUT_WORDS and verify.casefold() in CAMS_TYPE_WORDS
    return (verify, state, True) if swapped else (state, verify, False)


def _defect(user: str, *others: str) -> str:
    if not user:
        return "missing_user"
    fields = (user, *others)
    if not all(map(str.isprintable, fields)):
        return "unreadable_field"
    return "field_too_long" if max(map(len, fields)) > MAX_FIELD else ""


def _refuse(raw: str, reason: str) -> Refused:
    return Refused(1, raw, reason, REASONS[reason])
