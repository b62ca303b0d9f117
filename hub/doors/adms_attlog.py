"""ATTLOG lines to punches: the hot path of the hub. Layout: attendance push protocol, 2 to 12 TAB-separated fields.

Pin  Time  Status  Verify  WorkCode  Reserved1  Reserved2  MaskFlag  Temperature  ConvTemperature  TimeOffset  Extra
"""

import re
from typing import Final

from hub.doors.adms_lines import refuse
from hub.doors.clock import MAX_OFFSET_S, Clock, Moment, wall_seconds
from hub.doors.codes import ADMS_STATUS, FIXED, VERIFY
from hub.doors.punch import MAX_FIELD, UNKNOWN, PunchFlag, RawPunch, Refused, Source, punch_key

TIME_OFFSET: Final = 10
_BLANK: Final = [""] * 4
_EPOCH: Final = re.compile(r"\d{9,10}", re.ASCII)
_OFFSET: Final = re.compile(r"[+-]?\d{1,5}", re.ASCII)

_AMBIGUOUS: Final = int(PunchFlag.TZ_AMBIGUOUS)


class AttlogReader:
    """Reads the lines of one request; holds what is the same for all of them."""

    def __init__(self, source: Source, received: int) -> None:
        """For a request from the source, received at that UTC second."""
        self._serial = source.serial
        self._clock = Clock(source, received)
        self._fixed = FIXED.get(source.direction)

    def row(self, number: int, line: str) -> RawPunch | Refused:
        """One line."""
        fields = line.split("\t")
        if len(fields) < 5:
            fields += _BLANK
        user, text, state, verify, work = short = fields[:5]
        moment = self._moment(text, fields[TIME_OFFSET] if len(fields) > TIME_OFFSET else "")
        # A line no longer than the limit cannot hold a field that is: most rows are never measured.
        if moment is None or not user or (len(line) > MAX_FIELD and max(map(len, short)) > MAX_FIELD):
            return _refuse(number, line)
        return RawPunch(
            punch_key(moment.wall_s, f"{self._serial}\t{user}\t{text}\t{state}"),
            user,
            text,
            moment.tz_rule,
            moment.t_utc,
            ADMS_STATUS.get(state, UNKNOWN) if self._fixed is None else self._fixed,
            state,
            VERIFY.get(verify, "unknown"),
            verify,
            work,
            "",
            moment.flags,
            line,
            number,
        )

    def _moment(self, text: str, offset: str) -> Moment | None:
        wall = wall_seconds(text)
        if wall is None:  # some units send Unix seconds instead of local time
            return self._clock.at_utc(int(text)) if _EPOCH.fullmatch(text) else None
        # "0" without a sign is how firmware fills a column it does not use; "+0" is an offset.
        if not offset or offset == "0":
            return self._clock.in_zone(wall)
        if _OFFSET.fullmatch(offset) and abs(int(offset)) <= MAX_OFFSET_S:
            return self._clock.at_offset(wall, int(offset))
        return self._clock.in_zone(wall, _AMBIGUOUS)


def _refuse(number: int, line: str) -> Refused:
    fields = line.split("\t")
    if len(fields) < 2:
        reason = "too_few_fields"
    elif not fields[0]:
        reason = "missing_user"
    else:
        reason = "field_too_long" if max(map(len, fields[:5])) > MAX_FIELD else "unparsable_time"
    return refuse(number, line, reason)
