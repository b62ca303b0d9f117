"""Punches from files: a terminal's `attlog.dat`, or a CSV.

The same punch is one punch: pushed by the terminal and imported from its `attlog.dat`, or sent to `/v1/punches` and
imported as CSV.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from hub.doors.adms_attlog import AttlogReader
from hub.doors.adms_lines import read_lines
from hub.doors.json_punches import NAMES, PunchReader, refused
from hub.doors.punch import RawPunch, Refused
from hub.intake import Delivery, store
from hub.senders import Caller, Senders

CHUNK = 5000


class UnreadableFileError(ValueError):
    """The file as a whole cannot be read; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Rows read, punches that were new, and rows put in quarantine."""

    rows: int
    new: int
    quarantined: int


def import_file(engine: Engine, tenant: str, serial: str, path: Path, now: int) -> Imported:
    """Store the punches of a file; `.csv` by its header, anything else as `attlog.dat`.

    Raises `LookupError` for an unknown device, `UnreadableFileError`, and what the file system raises.
    """
    caller = _caller(engine, tenant, serial)
    content = path.read_bytes()
    rows = _csv_rows(caller, path, content, now) if path.suffix.lower() == ".csv" else _dat_rows(caller, content, now)
    total = new = bad = 0
    for chunk in _chunks(rows):
        punches = [row for row in chunk if isinstance(row, RawPunch)]
        held = [row for row in chunk if isinstance(row, Refused)]
        new += store(engine, [Delivery(caller.sender, now, punches, held)])
        total, bad = total + len(chunk), bad + len(held)
    return Imported(total, new, bad)


def _caller(engine: Engine, tenant: str, serial: str) -> Caller:
    senders = Senders(engine)
    for door in ("adms", "json", "file"):
        caller = senders.find(door, tenant, serial)
        if caller is not None:
            return caller
    raise LookupError(f"No device {serial!r} is claimed by {tenant}; add it to devices.yaml and load the folder.")


def _dat_rows(caller: Caller, content: bytes, now: int) -> Iterator[RawPunch | Refused]:
    """`user TAB time TAB terminal TAB state TAB verify TAB work code`, as terminals write it to a USB stick."""
    reader = AttlogReader(caller.source, now)
    lines = read_lines(content)
    yield from lines.refused
    for number, line in lines.good:
        fields = [field.strip() for field in line.split("\t")]
        yield reader.row(number, "\t".join(fields[:2] + fields[3:]))


def _csv_rows(caller: Caller, path: Path, content: bytes, now: int) -> Iterator[RawPunch | Refused]:
    reader = PunchReader(caller.source, now)
    # All of it first: a file that is broken further down stores nothing.
    for line, row in list(_csv_dicts(path, content)):
        values: dict[str, Any] = {name: value for name, value in row.items() if value}
        if values.setdefault("device", caller.source.serial) != caller.source.serial:
            yield refused(line, values, "other_device", f"The row is of another device than {caller.source.serial}.")
        else:
            yield reader.row(line, values)


def _csv_dicts(path: Path, content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows by column, each with the line it begins on. The header is checked before the first row is given."""
    try:
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        names = [name.strip() for name in next(rows, [])]
        _check_header(path, names)
        line = rows.line_num + 1
        for cells in rows:
            if any(cells):
                surplus = {"": ",".join(cells[len(names) :])}
                yield line, dict(zip(names, map(str.strip, cells), strict=False)) | surplus
            line = rows.line_num + 1
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFileError(f"{path.name}:{line}: the file is not UTF-8; save it as UTF-8.") from error
    except csv.Error as error:
        raise UnreadableFileError(f"{path.name}:{rows.line_num}: not readable as CSV: {error}.") from error


def _check_header(path: Path, names: list[str]) -> None:
    if not {"user", "time"} <= set(names) <= NAMES:
        known = ", ".join(sorted(NAMES))
        raise UnreadableFileError(f"{path.name}:1: the header must have user and time, and may have: {known}.")


def _chunks(rows: Iterable[RawPunch | Refused]) -> Iterator[Sequence[RawPunch | Refused]]:
    chunk: list[RawPunch | Refused] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
