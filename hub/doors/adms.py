"""ADMS, the "iclock" push dialect of ZKTeco and eSSL terminals: what they send, and what they wait for.

Facts: attendance push protocol 2.4 and captured exchanges. The terminal is always the client; it forgets its
punches on `OK` and repeats everything else, so replies are exact and plain text, and never a redirect.
"""

import re
from collections.abc import Callable
from typing import Final

from hub.doors import adms_tables as tables
from hub.doors.adms_attlog import AttlogReader
from hub.doors.adms_lines import Lines, pairs, read_lines, redacted, text_lines
from hub.doors.punch import DeviceEvent, Parsed, RawPunch, Refused, Reply, Source
from hub.zones import offset_s

MAX_RECORDS: Final = 5000
PUSH_VERSION: Final = (2, 4, 1)
DEFAULT_VERSION: Final = (2, 2, 14)
"""What a terminal speaks that does not say (push protocol, handshake)."""

_TABLE_NAME: Final = re.compile(r"\w{1,32}", re.ASCII)
_VERSION: Final = re.compile(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})", re.ASCII)

# Passwords, templates and photos are not asked for. The marks are fixed: the one a terminal sends is not
# authenticated, and echoing a far-away one would make it skip its own buffer. 0 = "send what you have".
_OPTIONS: Final = (
    "ErrorDelay=30",
    "Delay=10",
    "TransTimes=00:00;14:05",
    "TransInterval=1",
    "TransFlag=TransData AttLog\tOpLog",
    "Realtime=1",
    "Encrypt=None",
    "PushOptionsFlag=1",
)


def text(body: str, status: int = 200) -> Reply:
    """A plain-text reply; a terminal that gets JSON delivers again."""
    return Reply(status, "text/plain", body.encode())


OK: Final = text("OK")


def ping() -> Reply:
    """`GET /iclock/ping`."""
    return OK


def timezone_value(zone: str, now: int) -> str:
    """The `TimeZone` option at that instant: whole hours in hours, other offsets in minutes.

    With the wrong unit, or without the option, the terminal's own clock moves.
    """
    offset = offset_s(zone, now)
    return str(offset // 3600 if offset % 3600 == 0 else offset // 60)


def handshake(source: Source, now: int, push_version: str = "") -> Reply:
    """`GET /iclock/cdata?options=all`: the options, with the zone's offset at that UTC second."""
    found = _VERSION.fullmatch(push_version)
    spoken = min(PUSH_VERSION, (int(found[1]), int(found[2]), int(found[3])) if found else DEFAULT_VERSION)
    version = ".".join(map(str, spoken))
    # Units that do not name a version know only the short names of the marks.
    marks = ("ATTLOGStamp", "OPERLOGStamp", "ATTPHOTOStamp") if push_version else ("Stamp", "OpStamp", "PhotoStamp")
    lines = [
        f"GET OPTION FROM: {source.serial}",
        *(f"{mark}=0" for mark in marks),
        *_OPTIONS,
        f"TimeZone={timezone_value(source.zone, now)}",
        f"ServerVer={version}",
        f"PushProtVer={version}",
    ]
    return text("\n".join(lines) + "\n")


def upload(
    table: str, body: bytes, source: Source, received: int, *, tablename: str = "", max_records: int = MAX_RECORDS
) -> Parsed:
    """`POST /iclock/cdata`: any table, received at that UTC second; `table` and `tablename` from the URL."""
    name = table.casefold()
    if name not in _TABLES:
        return _events(tables.unknown(body, table), OK)
    # Refused whole: the terminal keeps its data, whereas a part stored and acknowledged would lose the rest.
    if name != "attphoto" and body.count(b"\n") > max_records:
        return Parsed([], [], [], text("too many records", 413), error="too_many_records")
    return _TABLES[name](body, source, received, tablename)


def getrequest() -> Reply:
    """`GET /iclock/getrequest`: the heartbeat. Muster gives terminals no orders."""
    return OK


def devicecmd(body: bytes) -> Parsed:
    """`POST /iclock/devicecmd`: results, one a line joined by `&`, or one over several lines."""
    results: list[list[str]] = []
    for _, line in text_lines(body):
        if line.startswith("ID=") or not results:
            results.append([])
        results[-1] += [redacted(part) for part in line.split("&")]
    return _events(
        [DeviceEvent("command_result", "&".join(parts), pairs("&".join(parts), "&")) for parts in results], OK
    )


def _attlog(body: bytes, source: Source, received: int, _: str) -> Parsed:
    lines = read_lines(body)
    reply = text(f"OK:{len(lines.good) + len(lines.refused)}")
    return _sorted(lines, AttlogReader(source, received).row, reply)


def _rtlog(body: bytes, source: Source, received: int, _: str) -> Parsed:
    return _sorted(read_lines(body), tables.RtlogReader(source, received).row, OK)


def _sorted(lines: Lines, read: Callable[[int, str], RawPunch | Refused | DeviceEvent], reply: Reply) -> Parsed:
    parsed = Parsed([], lines.refused, [], reply)
    for number, line in lines.good:
        row = read(number, line)
        if isinstance(row, RawPunch):
            parsed.punches.append(row)
        elif isinstance(row, Refused):
            parsed.refused.append(row)
        else:
            parsed.events.append(row)
    return parsed


def _events(events: list[DeviceEvent], reply: Reply) -> Parsed:
    return Parsed([], [], events, reply)


def _counted(events: list[DeviceEvent]) -> Parsed:
    return _events(events, text(f"OK:{len(events)}"))


def _tabledata(body: bytes, tablename: str) -> Parsed:
    events = tables.records(body, "tabledata")
    return _events(events, text(f"{tablename}={len(events)}") if _TABLE_NAME.fullmatch(tablename) else OK)


_TABLES: Final[dict[str, Callable[[bytes, Source, int, str], Parsed]]] = {
    "attlog": _attlog,
    "rtlog": _rtlog,
    "operlog": lambda body, *_: _counted(tables.records(body, "operlog")),
    "biodata": lambda body, *_: _counted(tables.records(body, "template")),
    "errorlog": lambda body, *_: _counted(tables.records(body, "errorlog")),
    "idcard": lambda body, *_: _counted(tables.id_cards(body)),
    "attphoto": lambda body, *_: _events(tables.photo(body), OK),
    "options": lambda body, *_: _events(tables.options(body), OK),
    "rtstate": lambda body, *_: _events(tables.records(body, "rtstate"), OK),
    "tabledata": lambda body, _source, _received, tablename: _tabledata(body, tablename),
}
