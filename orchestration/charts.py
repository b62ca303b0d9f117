"""Hours sent against hours read back, as a table with bars: totals of a work date, never of a person."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from hub.contract import Entry, Hours, Interval, Kind, Punch
from hub.delivery.connections import ConnectionConfig, connector_of
from hub.delivery.known import known_entries
from hub.delivery.lines import State
from hub.delivery.wanted import mapped_days
from orchestration import steps

WEEK = timedelta(days=6)
FEWEST = 5
"""With fewer people a total would tell of somebody."""

WIDEST = 20


class Bar(NamedTuple):
    """One work date: minutes sent, minutes that the ERP was found to hold, and of how many people."""

    day: date
    sent: int
    back: int
    people: int


class Span(NamedTuple):
    """Minutes of one person, and the entries that must all have arrived before the ERP has them."""

    employee: str
    minutes: int
    keys: frozenset[str]


def week(config: ConnectionConfig, last: date) -> list[Bar]:
    """The week that ends with this work date."""
    first = max(last - WEEK, config.starts_on)
    entries = mapped_days(steps.engine(), config, connector_of(config), first, last).entries
    known = known_entries(steps.engine(), config, first, last)
    by_day: dict[date, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_day[entry.work_date].append(entry)
    arrived = {key for key, one in known.items() if one.state is State.CONFIRMED}
    counted = _counted(entries)
    bars = (_bar(day, list(counted(found)), arrived) for day, found in sorted(by_day.items()))
    return [one for one in bars if one.people]


def _counted(entries: Sequence[Entry]) -> Callable[[Sequence[Entry]], Iterator[Span]]:
    """Hours on cost centres; of an ERP that takes none, the intervals, else the punches. All would count time twice."""
    kinds = {one.kind for one in entries}
    return _hours if Kind.HOURS in kinds else _intervals if Kind.INTERVAL in kinds else _between_punches


def _hours(entries: Sequence[Entry]) -> Iterator[Span]:
    for one in entries:
        if isinstance(one.payload, Hours):
            yield Span(one.employee, one.payload.minutes, frozenset({one.key}))


def _intervals(entries: Sequence[Entry]) -> Iterator[Span]:
    for one in entries:
        if isinstance(one.payload, Interval):
            yield Span(one.employee, (one.payload.end - one.payload.start) // 60, frozenset({one.key}))


def _between_punches(entries: Sequence[Entry]) -> Iterator[Span]:
    """From each way in to the way out that follows it; an ERP that lacks one of the two has no time to pay."""
    punches = [
        (one.employee, one.payload.at, one.payload.direction, one.key)
        for one in entries
        if isinstance(one.payload, Punch)
    ]
    for (employee, start, came, key), (other, end, left, next_key) in pairwise(sorted(punches)):
        if employee == other and (came, left) == ("in", "out"):
            yield Span(employee, (end - start) // 60, frozenset({key, next_key}))


def _bar(day: date, spans: list[Span], arrived: set[str]) -> Bar:
    back = sum(one.minutes for one in spans if one.keys <= arrived)
    return Bar(day, sum(one.minutes for one in spans), back, len({one.employee for one in spans}))


def chart(bars: Sequence[Bar]) -> str:
    """Markdown."""
    longest = max((max(one.sent, one.back) for one in bars if one.people >= FEWEST), default=0)
    head = "| work date | hours sent | hours read back | |\n|---|---:|---:|---|\n"
    return head + "\n".join(_row(one, longest) for one in bars)


def _row(one: Bar, longest: int) -> str:
    if one.people < FEWEST:
        return f"| {one.day} | | | fewer than {FEWEST} people |"
    bars = f"{'█' * _length(one.sent, longest)}<br>{'▒' * _length(one.back, longest)}"
    return f"| {one.day} | {_clock(one.sent)} | {_clock(one.back)} | {bars} |"


def _length(minutes: int, longest: int) -> int:
    return -(-minutes * WIDEST // longest) if longest else 0


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
