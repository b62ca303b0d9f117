"""The ADMS uploads that are not ATTLOG: access panels' punches, operations, users, options, pictures.

Whatever a table carries is acknowledged, or the terminal would send it for ever; what is not a punch becomes a
`DeviceEvent` without passwords, card numbers, templates and pictures.
"""

import re
from typing import Final

from hub.doors.adms_lines import SECRETS, pairs, printable, redacted, refuse, text_lines
from hub.doors.clock import Clock, wall_seconds
from hub.doors.codes import ACCESS_STATUS, VERIFY, direction
from hub.doors.punch import MAX_FIELD, DeviceEvent, RawPunch, Refused, Source, punch_key

_KINDS: Final = {
    "OPLOG": "oplog",
    "USER": "user",
    "FP": "template",
    "FACE": "template",
    "FVEIN": "template",
    "BIODATA": "template",
    "USERPIC": "photo",
    "BIOPHOTO": "photo",
}
_OPLOG: Final = ("op", "operator", "time", "who", "v1", "v2", "v3")
_PHOTO_HEAD: Final = 512
_LOOKED_AT: Final = 4096
_PHOTO_KEYS: Final[tuple[str, ...]] = ("PIN", "size", "CMD")


class RtlogReader:
    """Reads `rtlog` lines of an access panel: `time=…  pin=…  event=…  inoutstatus=…  verifytype=…  index=…`."""

    def __init__(self, source: Source, received: int) -> None:
        """For a request from the source, received at that UTC second."""
        self._source = source
        self._clock = Clock(source, received)

    def row(self, number: int, line: str) -> RawPunch | Refused | DeviceEvent:
        """One line: a punch if a known person was let through."""
        fields = pairs(line)
        user, text = fields.get("pin"), fields.get("time", "")
        if user is None:
            return refuse(number, line, "missing_user" if "time" in fields else "too_few_fields")
        if user in {"", "0"}:
            return DeviceEvent("device_event", redacted(line), {})
        if fields.get("event") not in self._source.granted_events:
            return DeviceEvent("access_event", redacted(line), {"event": fields.get("event", "")[:MAX_FIELD]})
        return self._punch(number, line, user, text, fields)

    def _punch(self, number: int, line: str, user: str, text: str, fields: dict[str, str]) -> RawPunch | Refused:
        state, verify, index = (fields.get(name, "") for name in ("inoutstatus", "verifytype", "index"))
        wall = wall_seconds(text)
        if wall is None:
            return refuse(number, line, "unparsable_time")
        if max(map(len, (user, state, verify, index))) > MAX_FIELD:
            return refuse(number, line, "field_too_long")
        moment = self._clock.in_zone(wall)
        return RawPunch(
            # The index restarts after a reset of the panel, so it identifies only together with the time.
            key=punch_key(wall, f"{self._source.serial}\t{user}\t{text}\trtlog\t{index or state}"),
            user=user,
            local_text=text,
            tz_rule=moment.tz_rule,
            t_utc=moment.t_utc,
            direction=direction(self._source.direction, ACCESS_STATUS, state),
            state_raw=state,
            method=VERIFY.get(verify, "unknown"),
            verify_raw=verify,
            work_code="",
            vendor_id=index,
            flags=moment.flags,
            raw=redacted(line),
            line=number,
        )


def records(body: bytes, default_kind: str) -> list[DeviceEvent]:
    """OPERLOG, BIODATA, ERRORLOG, tabledata, rtstate: an event a line."""
    return [_record(redacted(line), default_kind) for _, line in text_lines(body)]


def _record(line: str, default_kind: str) -> DeviceEvent:
    word, _, rest = line.partition(" ")
    kind = _KINDS.get(word, default_kind)
    if kind == "oplog":
        return DeviceEvent(kind, line, dict(zip(_OPLOG, rest.split("\t"), strict=False)))
    return DeviceEvent(kind, line, pairs(line if "=" in word else rest))


def id_cards(body: bytes) -> list[DeviceEvent]:
    """Identity-card rows: that they came is kept, the person's data is not."""
    return [DeviceEvent("idcard", f"<removed:{len(line)}>", {}) for _, line in text_lines(body)]


def options(body: bytes) -> list[DeviceEvent]:
    """The terminal's settings, separated by commas or lines; part of a value that held a comma is left out."""
    found = [part.strip() for part in re.split(r"[,\r\n]", body.decode(errors="surrogateescape")) if "=" in part]
    shown = [redacted(part, SECRETS) for part in found]
    return [DeviceEvent("options", printable(",".join(shown)), pairs("\t".join(shown)))]


def photo(body: bytes) -> list[DeviceEvent]:
    """ATTPHOTO: a text head, NUL, then a JPEG. Only named fields of the head are kept."""
    head = pairs(body[:_PHOTO_HEAD].partition(b"\0")[0].decode("ascii", "backslashreplace"), "\n")
    kept: dict[str, str] = {key: head[key].strip()[:MAX_FIELD] for key in _PHOTO_KEYS if key in head}
    shown = "\t".join(f"{key}={value}" for key, value in kept.items())
    return [DeviceEvent("photo", f"{shown}\tupload=<removed:{len(body)}>", kept)]


def unknown(body: bytes, table: str) -> list[DeviceEvent]:
    """A table we do not know: kept to be looked at if it is text, only counted if it is not."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        shown = f"<removed:{len(body)}>"
    else:
        shown = "\n".join(redacted(line) for line in text[:_LOOKED_AT].split("\n"))
    return [DeviceEvent("unknown_table", printable(shown), {"table": printable(table[:MAX_FIELD])})]
