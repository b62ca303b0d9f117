"""Attendance lines of Tryton to intervals. Pure.

Tryton keeps moments, not intervals, and says of no line who wrote it or which line it belongs to. Lines are read in
the order of time, as Tryton's own attendance sheet does: an `out` ends the latest `in` that is still open - unless an
open `in` was created just before it (ids in sequence: the two lines of one interval are made by one call), then that
one. So two equal intervals come out as two, and a line put between ours shows as a changed end.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from connectors.tryton.mapping import interval_key, seconds
from hub.contract import Held, Scope

ATTENDANCE_FIELDS = ("employee", "at", "date", "type")

Line = dict[str, Any]

# A work date begins and ends in its site's zone, up to 14 hours away from UTC, and a night shift ends a day later.
_BEFORE = timedelta(days=1)
_AFTER = timedelta(days=2)
_MARGIN = timedelta(days=1)


def window(scope: Scope) -> tuple[datetime, datetime]:
    """From when to when (naive UTC) lines are needed to pair every interval of the scope's work dates."""
    first, end = _starts(scope)
    return first - _MARGIN, end + _MARGIN


def _starts(scope: Scope) -> tuple[datetime, datetime]:
    return _midnight(scope.first) - _BEFORE, _midnight(scope.last) + _AFTER


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC).replace(tzinfo=None)


def held(lines: Iterable[Line], scope: Scope) -> Iterator[Held]:
    """The intervals that may be of the scope's work dates, and the single lines.

    `work_date` is Tryton's date of the `in` line (of a single `out`: its own). An interval whose date is outside
    the scope is returned all the same, as it may be the night shift of a day within; a single `out` is nobody's
    entry, so it is returned only when its date is in the scope.
    """
    first, end = _starts(scope)
    for pair in _pairs(lines):
        start = pair[0]
        if start["type"] == "in" and first <= start["at"] < end:
            yield _interval(pair)
        elif start["type"] == "out" and scope.first <= start["date"] <= scope.last:
            yield _single_out(start)


def _pairs(lines: Iterable[Line]) -> Iterator[tuple[Line, ...]]:
    of_employee: defaultdict[int, list[Line]] = defaultdict(list)
    for line in lines:
        of_employee[line["employee"]].append(line)
    for employee in sorted(of_employee):
        # At the same second the `out` comes first: one interval ends, the next begins.
        yield from _paired(
            sorted(of_employee[employee], key=lambda line: (line["at"], line["type"] == "in", line["id"]))
        )


def _paired(lines: Iterable[Line]) -> Iterator[tuple[Line, ...]]:
    waiting: list[Line] = []
    for line in lines:
        if line["type"] == "in":
            waiting.append(line)
        elif waiting:
            mate = next((one for one in waiting if one["id"] == line["id"] - 1), waiting[-1])
            waiting.remove(mate)
            yield mate, line
        else:
            yield (line,)
    yield from ((line,) for line in waiting)


def _interval(pair: tuple[Line, ...]) -> Held:
    start = pair[0]
    employee, began = str(start["employee"]), seconds(start["at"])
    image = dict(zip(("start", "end"), (seconds(line["at"]) for line in pair), strict=False))
    return Held(interval_key(employee, began), image, tuple(str(line["id"]) for line in pair), employee, start["date"])


def _single_out(line: Line) -> Held:
    image = {"end": seconds(line["at"])}
    return Held(f"foreign:out:{line['id']}", image, (str(line["id"]),), str(line["employee"]), line["date"])
