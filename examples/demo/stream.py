"""A seeded stream of punches with the faults of real terminals, as the transmissions that carry it.

The rates are those of 44,088 real punches of 169 people in three public terminal dumps; the same seed, workers and
dates give the same transmissions, and a further worker changes nobody else's punches.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import NamedTuple

from hub.zones import DAY, local_text, to_utc

MISSING_PER_MILLE = 30
"""Punches that were forgotten; the dumps show it as part of their 14 to 26 % of days with an odd number."""
REPEAT_PER_MILLE = 35
"""Punches given again by the same person within 60 s: 1.5 to 5.8 % in the dumps."""
LATE_UPLOAD_PER_MILLE = 3
"""Rows out of order because they came hours or days later: 0.1 to 0.3 %."""
RESEND_PER_MILLE = 10
"""Transmissions repeated although they were acknowledged; our assumption, a terminal repeats about every 5 s."""
RESET_PUNCHES = 3
"""Punches one terminal dates 2000-01-01 after its battery went flat; once in a stream, as in one of the dumps."""
FACE_PER_MILLE = 300
"""Face instead of finger; our assumption, the dumps come from finger terminals."""

# (per mille of days, minutes after shift start or end). The quarter points are the distances from the median in the
# dump of one office with one shift (-25 and +9 in the morning, -14 and +12 in the evening); the outer points are
# narrower than there, where they mix shifts, and leave 5 % of mornings for half days.
ARRIVAL = ((0, -75), (50, -60), (250, -35), (500, -10), (750, -1), (950, 20), (1000, 240))
DEPARTURE = ((0, -240), (50, -45), (250, -11), (500, 3), (750, 15), (950, 120), (1000, 180))

UNDIRECTED = 255
FINGER, FACE = 1, 15


@dataclass(frozen=True)
class Terminal:
    """One terminal; undirected ones send 255 for every punch, as whole dumps do."""

    serial: str
    zone: str
    directed: bool = True


@dataclass(frozen=True)
class Worker:
    """Who works when. Minutes of the local day; a shift that ends at or before its start ends on the next day."""

    badge: str
    terminal: str
    start: int
    end: int
    weekdays: frozenset[int] = frozenset(range(5))
    absences: frozenset[date] = frozenset()
    late_percent: int = 0


class Punch(NamedTuple):
    """What the terminal recorded: `shown` is its clock, `at` the true UTC second."""

    at: int
    badge: str
    shown: str
    state: int
    verify: int


class Transmission(NamedTuple):
    """What one terminal sends at that UTC second."""

    at: int
    serial: str
    punches: tuple[Punch, ...]
    resent: bool


def transmissions(
    workers: Iterable[Worker], terminals: Sequence[Terminal], first: date, last: date, seed: int
) -> list[Transmission]:
    """Everything the terminals send about the days from first to last, in the order it is sent."""
    by_serial = {terminal.serial: terminal for terminal in terminals}
    recorded: dict[str, list[Punch]] = defaultdict(list)
    for worker in workers:
        recorded[worker.terminal] += _worked(worker, by_serial[worker.terminal], first, last, seed)
    rng = Random(seed)
    logs = {serial: sorted(recorded[serial]) for serial in sorted(recorded)}
    _reset_one_clock(logs, rng)
    sent = [one for serial, log in logs.items() for one in _sent(serial, log, rng)]
    return sorted(sent, key=lambda one: (one.at, one.serial, one.resent))


def _worked(worker: Worker, terminal: Terminal, first: date, last: date, seed: int) -> Iterator[Punch]:
    rng = Random(f"{seed}/{worker.badge}")
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if day.weekday() in worker.weekdays and day not in worker.absences:
            for at, state in _day(worker, terminal.zone, day, rng):
                verify = FACE if rng.randrange(1000) < FACE_PER_MILLE else FINGER
                yield Punch(
                    at, worker.badge, _clock(terminal.zone, at), state if terminal.directed else UNDIRECTED, verify
                )


def _day(worker: Worker, zone: str, day: date, rng: Random) -> Iterator[tuple[int, int]]:
    """Instant and state (0 in, 1 out) of each punch of a worker on a day."""
    end = worker.end + 1440 if worker.end <= worker.start else worker.end
    arrival = worker.start * 60 + _jitter(ARRIVAL, rng)
    if rng.randrange(100) < worker.late_percent:
        arrival += rng.randrange(6 * 60, 45 * 60)
    departure = max(end * 60 + _jitter(DEPARTURE, rng), arrival + 1800)
    # Of two punches a day at most one is forgotten, twice as often the one in the evening.
    forgotten = rng.choice((0, 1, 1)) if rng.randrange(1000) < 2 * MISSING_PER_MILLE else None
    for second, state in ((arrival, 0), (departure, 1)):
        if state == forgotten:
            continue
        at = to_utc(zone, day, second)[0]
        yield at, state
        if rng.randrange(1000) < REPEAT_PER_MILLE:
            yield at + rng.randrange(2, 60), state


def _jitter(curve: Sequence[tuple[int, int]], rng: Random) -> int:
    """Seconds, drawn from the curve by straight lines between its points."""
    drawn = rng.randrange(1000)
    (low, start), (high, end) = next(pair for pair in pairwise(curve) if drawn < pair[1][0])
    return start * 60 + (end - start) * 60 * (drawn - low) // (high - low) + rng.randrange(60)


def _clock(zone: str, at: int) -> str:
    return local_text(zone, at)[:19].replace("T", " ")


def _reset_one_clock(logs: dict[str, list[Punch]], rng: Random) -> None:
    serials = [serial for serial, log in logs.items() if len(log) >= RESET_PUNCHES]
    if not serials:
        return
    log = logs[rng.choice(serials)]
    start = rng.randrange(len(log) - RESET_PUNCHES + 1)
    for index in range(start, start + RESET_PUNCHES):
        shown = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=(14 + log[index].at - log[start].at) % DAY)
        log[index] = log[index]._replace(shown=f"{shown:%Y-%m-%d %H:%M:%S}")


def _sent(serial: str, log: Sequence[Punch], rng: Random) -> Iterator[Transmission]:
    """Punches of one minute go together; a few come hours or days late, a few transmissions come twice."""
    minutes: dict[int, list[Punch]] = defaultdict(list)
    for punch in log:
        late = rng.randrange(2 * 3600, 3 * DAY) if rng.randrange(1000) < LATE_UPLOAD_PER_MILLE else 0
        minutes[(punch.at + late) // 60].append(punch)
    for minute in sorted(minutes):
        sent = Transmission((minute + 1) * 60, serial, tuple(minutes[minute]), resent=False)
        yield sent
        if rng.randrange(1000) < RESEND_PER_MILLE:
            yield sent._replace(at=sent.at + 5, resent=True)
