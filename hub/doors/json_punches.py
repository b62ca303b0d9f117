"""Punches from applications: a JSON array, one object, or NDJSON, each row naming its device.

Row: `device`, `user`, `time` (ISO 8601 with offset or `Z`, or local to the device's site), and optionally
`direction` (in, out, break_out, break_in), `method`, `work_code` and `id` (the sender's own id of the punch).
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from hub.doors.cams_json import dumped, text_of
from hub.doors.clock import Clock, Moment, wall_seconds
from hub.doors.codes import FIXED
from hub.doors.punch import MAX_FIELD, UNKNOWN, RawPunch, Refused, Source, punch_key

DIRECTIONS: Final = {"in": 0, "out": 1, "break_out": 2, "break_in": 3}
METHODS: Final = frozenset({"finger", "face", "palm", "card", "pin", "password", "vein", "qr", "other"})
NAMES: Final = frozenset({"device", "user", "time", "direction", "method", "work_code", "id"})
_FRACTION: Final = re.compile(r"^\.\d+", re.ASCII)
_OFFSET: Final = re.compile(r"([+-])(\d{2}):?([0-5]\d)", re.ASCII)

Row = tuple[int, dict[str, Any]]


def rows(body: bytes) -> Iterator[Row | Refused]:
    """The rows of a body with their line (or position) from 1; raises `ValueError` when the body is no JSON at all."""
    text = body.decode("utf-8-sig")
    stripped = text.lstrip()
    if stripped.startswith("["):
        try:
            document = json.loads(stripped)
        except RecursionError as error:
            raise ValueError("the JSON is nested too deeply") from error
        for number, value in enumerate(document, 1):
            yield (number, value) if isinstance(value, dict) else _not_an_object(number)
        return
    # splitlines() would also cut at characters that may stand inside a JSON text.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _line(number, line)


def _line(number: int, line: str) -> Row | Refused:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return _not_an_object(number)
    return (number, value) if isinstance(value, dict) else _not_an_object(number)


def _not_an_object(number: int) -> Refused:
    # What it says is not kept: without member names nothing tells a secret from the rest.
    return Refused(number, "", "not_an_object", "The row is not a JSON object; send it again corrected.")


class PunchReader:
    """Reads the rows of one device in one request."""

    def __init__(self, source: Source, received: int) -> None:
        """For a request received at that UTC second."""
        self._serial = source.serial
        self._clock = Clock(source, received)
        self._fixed = FIXED.get(source.direction)

    def row(self, number: int, row: dict[str, Any]) -> RawPunch | Refused:
        """One row."""
        user, text, word = text_of(row.get("user")), text_of(row.get("time")), text_of(row.get("direction"))
        method, work, sender_id = text_of(row.get("method")), text_of(row.get("work_code")), text_of(row.get("id"))
        defect = _defect(row, user, word, method, work, sender_id)
        moment = None if defect else self._moment(text)
        if defect or moment is None:
            return refused(number, row, *(defect or ("unparsable_time", f"The time is not ISO 8601: {text[:40]!r}.")))
        direction = DIRECTIONS.get(word, UNKNOWN) if self._fixed is None else self._fixed
        identity = f"id\t{sender_id}" if sender_id else f"{user}\t{moment.t_utc}\t{word}"
        return RawPunch(
            punch_key(moment.t_utc, f"json\t{self._serial}\t{identity}"),
            user,
            text,
            moment.tz_rule,
            moment.t_utc,
            direction,
            word,
            method or "unknown",
            "",
            work,
            sender_id,
            moment.flags,
            dumped(row),
            number,
        )

    def _moment(self, text: str) -> Moment | None:
        wall = wall_seconds(text[:19])
        if wall is None or len(text) > MAX_FIELD:
            return None
        rest = _FRACTION.sub("", text[19:])
        if not rest:
            return self._clock.in_zone(wall)
        if rest == "Z":
            return self._clock.at_utc(wall)
        found = _OFFSET.fullmatch(rest)
        if found is None:
            return None
        seconds = int(found[2]) * 3600 + int(found[3]) * 60
        return self._clock.at_offset(wall, -seconds if found[1] == "-" else seconds)


def _defect(row: dict[str, Any], user: str, word: str, method: str, *rest: str) -> tuple[str, str] | None:
    unknown = row.keys() - NAMES
    if unknown:
        return "unknown_name", f"{min(unknown)[:40]!r} is not known; a row has {', '.join(sorted(NAMES))}."
    texts = (user, *rest)
    if not user or max(map(len, texts)) > MAX_FIELD or not all(map(str.isprintable, texts)):
        return (
            "bad_text",
            f"`user`, `id` and `work_code` take at most {MAX_FIELD} printable characters; `user` is needed.",
        )
    if word and word not in DIRECTIONS:
        return "bad_direction", f"`direction` must be one of {', '.join(DIRECTIONS)}, or left out."
    if method and method not in METHODS:
        return "bad_method", f"`method` must be one of {', '.join(sorted(METHODS))}, or left out."
    return None


def refused(number: int, row: dict[str, Any], reason: str, detail: str) -> Refused:
    """A row for quarantine."""
    return Refused(number, dumped(row), reason, detail)
