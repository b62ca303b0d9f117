"""The body of an ADMS upload as lines, and what may be kept of a line."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from hub.doors.punch import MAX_FIELD, Refused

MAX_LINE: Final = 4096
_KEPT: Final = 2000
"""Characters kept of a text that is only stored to be looked at."""

SECRETS: Final = ("pass", "pwd", "key", "token", "secret")
PERSONAL: Final = (*SECRETS, "tmp", "template", "content", "data", "photo", "pic", "card", "idnum")
"""Parts of field names whose values are credentials, templates, pictures or identity numbers."""

_LONG: Final = re.compile(r"[^\s=]{120,}={0,2}")
"""Base64 of a picture or template under a name we do not know."""

_SHOWN: Final = {0: "\\x00"} | {0xDC00 + byte: f"\\x{byte:02x}" for byte in range(0x80, 0x100)}
"""NUL, and the surrogates that stand for bytes which are not UTF-8."""

REASONS: Final = {
    "line_too_long": f"The line is longer than {MAX_LINE} characters; no attendance record is. Check the terminal.",
    "nul_byte": "The line contains a NUL byte: the terminal's memory or the transfer is damaged.",
    "invalid_utf8": "The line is not UTF-8. Set the terminal's language encoding to UTF-8, or enter the punch by hand.",
    "too_few_fields": "A punch needs at least a user id and a time.",
    "missing_user": "The line names no user; find out at the terminal who it was and enter the punch by hand.",
    "field_too_long": f"A field is longer than {MAX_FIELD} characters; check the user id at the terminal.",
    "unparsable_time": "The time does not exist or is not YYYY-MM-DD HH:MM:SS in the years 1970 to 9998; "
    "check the terminal's clock and enter the punch by hand.",
}


class Lines(NamedTuple):
    """The lines that can be read as punches, with their 1-based numbers, and those that cannot."""

    good: list[tuple[int, str]]
    refused: list[Refused]


def read_lines(body: bytes) -> Lines:
    """Each line is judged alone, so one bad line costs one line."""
    lines = Lines([], [])
    for number, line in text_lines(body):
        if reason := _defect(line):
            lines.refused.append(refuse(number, line, reason))
        else:
            lines.good.append((number, line))
    return lines


def text_lines(body: bytes) -> Iterator[tuple[int, str]]:
    """The non-blank lines, ended by LF or CRLF; bytes that are not UTF-8 become surrogates."""
    for number, raw in enumerate(body.decode(errors="surrogateescape").split("\n"), 1):
        line = raw.rstrip("\r")
        if line and not line.isspace():
            yield number, line


def _defect(line: str) -> str:
    if len(line) > MAX_LINE:
        return "line_too_long"
    if "\0" in line:
        return "nul_byte"
    if not line.isascii() and any("\ud800" <= char <= "\udfff" for char in line):
        return "invalid_utf8"
    return ""


def refuse(number: int, line: str, reason: str) -> Refused:
    """A row for quarantine, in a form that may be stored."""
    return Refused(number, redacted(line), reason, REASONS[reason])


def redacted(line: str, markers: tuple[str, ...] = PERSONAL) -> str:
    """The line without the values of marked fields and without long runs of data; their sizes stay."""
    # A field runs to the next TAB, so a password may contain anything else and is still removed whole.
    return printable("\t".join(_redacted_field(field, markers) for field in line.split("\t")))


def _redacted_field(field: str, markers: tuple[str, ...]) -> str:
    head, _, value = field.partition("=")
    name = head.rpartition(" ")[2].casefold()
    if value and any(marker in name for marker in markers):
        return f"{head}=<removed:{len(value)}>"
    return _LONG.sub(lambda found: f"<removed:{len(found[0])}>", field)


def printable(text: str) -> str:
    r"""The start of a text in a form that every database takes; odd bytes as `\xNN`."""
    return text[:_KEPT].translate(_SHOWN).encode(errors="backslashreplace").decode()


def pairs(text: str, separator: str = "\t") -> dict[str, str]:
    """`key=value` fields; what has no `=` is left out."""
    return {key: value for key, is_pair, value in (part.partition("=") for part in text.split(separator)) if is_pair}
