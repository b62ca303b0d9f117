"""Dedupe, match, direction, pairs and worked minutes in plain Python, one employee at a time: slow, and made to be read.

Written from the specification, not from the engine: sets of instants, loops, a state machine. Open days, hybrid trust
and the default policy; no leave, no corrections. Instants come from the standard library's zones: a start in a gap
moves forward, an end in a repeated hour is the later one.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

EPOCH = date(1970, 1, 1)
BEFORE, AFTER = 120 * 60, 240 * 60
BOUNDARY = 4 * 3600

Roster = dict[date, str | None]
Shifts = dict[str, tuple[list[tuple[int, int]], int]]  # segments in minutes, unpaid break


@dataclass
class Slot:
    day: date
    start: int
    end: int
    opens: int
    closes: int
    unpaid_break: int
    scheduled: bool
    visits: list[list[tuple[int, int]]] = field(default_factory=list)


@dataclass
class Day:
    worked: int = 0
    gross: int = 0
    pairs: list[tuple[int, int]] = field(default_factory=list)


def midnight(day: date) -> int:
    return (day - EPOCH).days * 86_400


def instant(zone: str, day: date, minutes: int, *, late: bool = False) -> int:
    local = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
    first, second = (local.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    skipped = first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local
    # In a gap the first reading keeps the offset from before it, and so lands behind it.
    return int((second if late and not skipped else first).timestamp())


def segments(days: list[date], shift: Roster, shifts: Shifts, zone: str) -> list[Slot]:
    slots = []
    for day in days:
        code = shift[day]
        spans, unpaid = shifts[code] if code else ([], 0)
        for a, b in spans:
            s0, s1 = instant(zone, day, a), instant(zone, day, b, late=True)
            slots.append(Slot(day, s0, s1, s0 - BEFORE, s1 + AFTER, unpaid, scheduled=True))
    slots.sort(key=lambda slot: slot.start)
    for earlier, later in pairwise(slots):
        if earlier.closes >= later.start - BEFORE:
            cut = max(earlier.end, later.start - BEFORE)
            earlier.closes, later.opens = min(earlier.closes, cut), cut + 1
    return slots


def deduped(punches: list[tuple[int, int, int]], window: int) -> list[tuple[int, int, int]]:
    """Punches are (t, id, direction)."""
    kept: list[tuple[int, int, int]] = []
    last: tuple[int, int, int] | None = None
    for t, n, direction in sorted(punches):
        opposite = last is not None and direction >= 0 and last[2] >= 0 and direction != last[2]
        repeat = last is not None and (t == last[0] or (t - last[0] <= window and not opposite))
        if not repeat:
            kept.append((t, n, direction))
        last = (t, n, direction)
    return kept


def directed(visit: list[tuple[int, int]], slot: Slot) -> list[tuple[int, str]]:
    if len(visit) == 1 and visit[0][1] < 0 and slot.scheduled:
        t = visit[0][0]
        return [(t, "out" if abs(t - slot.end) < abs(t - slot.start) else "in")]
    result, following = [], "in"
    for t, direction in visit:
        word = {0: "in", 1: "out"}.get(direction, following)
        result.append((t, word))
        following = "out" if word == "in" else "in"
    return result


def without_repeats(sequence: list[tuple[int, str]], split: int) -> list[tuple[int, str]]:
    kept: list[tuple[int, str]] = []
    for i, (t, word) in enumerate(sequence):
        before = sequence[i - 1] if i else None
        after = sequence[i + 1] if i + 1 < len(sequence) else None
        if word == "in" and before and before[1] == "in" and t - before[0] <= split:
            continue
        if word == "out" and after and after[1] == "out" and after[0] - t <= split:
            continue
        kept.append((t, word))
    return kept


def paired(sequence: list[tuple[int, str]], split: int, longest: int) -> list[tuple[int, int]]:
    pairs = []
    for (a, first), (b, second) in pairwise(without_repeats(sequence, split)):
        if (first, second) == ("in", "out") and b - a <= longest:
            pairs.append((a, b))
    return pairs


def visit_minutes(pairs: list[tuple[int, int]], slot: Slot) -> tuple[int, int]:
    """Gross seconds and whole minutes of break taken off."""
    paid = []
    for a, b in pairs:
        begin = min(max(a, slot.start), b) if slot.scheduled else a
        paid.append((begin, b))
    gross = sum(b - a for a, b in paid)
    gap = 0
    for (_, out), (back, _) in pairwise(paid):
        low = max(out, slot.start) if slot.scheduled else out
        high = min(back, slot.end) if slot.scheduled else back
        gap += max(0, high - low)
    taken = max(0, slot.unpaid_break - gap // 60) if gross // 60 >= 300 else 0
    return gross, min(taken, gross // 60)


def compute(
    days: list[date], shift: Roster, shifts: Shifts, punches: list[tuple[int, int, int]], zone: str = "UTC"
) -> dict[date, Day]:
    slots = segments(days, shift, shifts, zone)
    opens = {
        day: Slot(
            day,
            0,
            0,
            instant(zone, day, BOUNDARY // 60),
            instant(zone, day + timedelta(days=1), BOUNDARY // 60) - 1,
            0,
            scheduled=False,
        )
        for day in days
    }
    previous: Slot | None = None
    for t, _, direction in deduped(punches, 60):
        slot = next((s for s in slots if s.opens <= t <= s.closes), None)
        slot = slot or next((o for o in opens.values() if o.opens <= t <= o.closes), None)
        if slot is None:
            continue
        if slot is not previous:
            slot.visits.append([])
        slot.visits[-1].append((t, direction))
        previous = slot
    result = {day: Day() for day in days}
    seconds = dict.fromkeys(days, 0)
    for slot in [*slots, *opens.values()]:
        for visit in slot.visits:
            pairs = paired(directed(visit, slot), 240 * 60, 960 * 60)
            gross, taken = visit_minutes(pairs, slot)
            seconds[slot.day] += gross
            result[slot.day].worked -= taken
            result[slot.day].pairs += pairs
    for day, total in seconds.items():
        result[day].gross = total // 60
        result[day].worked += total // 60
        result[day].pairs.sort()
    return result
