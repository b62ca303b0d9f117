"""Hours sent against hours read back, as a table with bars: totals of a work date, never of a person."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from hub.contract import Entry, Hours, Interval
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


def week(config: ConnectionConfig, last: date) -> list[Bar]:
    """The week that ends with this work date."""
    first = max(last - WEEK, config.starts_on)
    entries = mapped_days(steps.engine(), config, connector_of(config), first, last).entries
    known = known_entries(steps.engine(), config, first, last)
    by_day: dict[date, list[Entry]] = defaultdict(list)
    for entry in _counted(entries):
        by_day[entry.work_date].append(entry)
    arrived = {key for key, one in known.items() if one.state is State.CONFIRMED}
    return [_bar(day, found, arrived) for day, found in sorted(by_day.items())]


def _counted(entries: Sequence[Entry]) -> list[Entry]:
    """Hours on cost centres; of an ERP that takes none, the intervals. Both would count the time twice."""
    hours = [one for one in entries if isinstance(one.payload, Hours)]
    return hours or [one for one in entries if isinstance(one.payload, Interval)]


def _bar(day: date, entries: list[Entry], arrived: set[str]) -> Bar:
    back = sum(_minutes(one) for one in entries if one.key in arrived)
    return Bar(day, sum(map(_minutes, entries)), back, len({one.employee for one in entries}))


def _minutes(entry: Entry) -> int:
    if isinstance(entry.payload, Hours):
        return entry.payload.minutes
    return (entry.payload.end - entry.payload.start) // 60 if isinstance(entry.payload, Interval) else 0


def chart(bars: Sequence[Bar]) -> str:
    """Markdown."""
    longest = max((max(one.sent, one.back) for one in bars if one.people >= FEWEST), default=0)
    head = "| work date | hours sent | hours read back | |\n|---|---:|---:|---|\n"
    return head + "\n".join(_row(one, longest) for one in bars)


def _row(one: Bar, longest: int) -> str:
    if one.people < FEWEST:
        return f"| {one.day} | | | fewer than {FEWEST} people |"
    bars = f"{'█' * _length(one.sent, longest)}<br>{'▒' * _length(one.back, longest)}"
    return f"| {one.day} | {_hours(one.sent)} | {_hours(one.back)} | {bars} |"


def _length(minutes: int, longest: int) -> int:
    return -(-minutes * WIDEST // longest) if longest else 0


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
