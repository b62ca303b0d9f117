"""The demo's stream: repeatable, with the faults of real terminals at their rates."""

from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from examples.demo import stream
from examples.demo.stream import Punch, Terminal, Transmission, Worker, transmissions

TERMINALS = [Terminal("T-IN", "Asia/Kolkata"), Terminal("T-DE", "Europe/Berlin", directed=False)]
FIRST, LAST = date(2026, 9, 1), date(2026, 11, 30)


def staff(count: int) -> list[Worker]:
    return [Worker(f"{number:04}", TERMINALS[number % 2].serial, 540, 1080) for number in range(count)]


def made(workers: list[Worker], first: date = FIRST, last: date = LAST, seed: int = 7) -> list[Transmission]:
    return transmissions(workers, TERMINALS, first, last, seed)


def punches(sent: list[Transmission]) -> list[Punch]:
    return [punch for one in sent if not one.resent for punch in one.punches]


@pytest.fixture(scope="module")
def quarter() -> list[Transmission]:
    return made(staff(100))


def days(worker: Worker, first: date = FIRST, last: date = LAST) -> Counter[str]:
    return Counter(punch.shown[:10] for punch in punches(made([worker], first, last)) if punch.shown[:4] != "2000")


def test_the_same_seed_gives_the_same_stream(quarter: list[Transmission]) -> None:
    assert made(staff(100)) == quarter
    assert made(staff(100), seed=8) != quarter


def test_a_further_worker_changes_nobody_elses_punches() -> None:
    few, more = (
        {(punch.badge, punch.at, punch.state) for punch in punches(made(staff(count))) if punch.badge < "0004"}
        for count in (4, 6)
    )
    assert few == more


def test_rates(quarter: list[Transmission]) -> None:
    log = sorted(punches(quarter), key=lambda punch: (punch.badge, punch.at))
    pairs = list(pairwise(log))
    repeats = sum(one.badge == two.badge and two.at - one.at <= 60 for one, two in pairs)
    expected = 100 * 65 * 2
    assert 20 <= 1000 * repeats // len(log) <= 50
    assert 20 <= 1000 * (expected - (len(log) - repeats)) // expected <= 40
    late = sum(one.at - punch.at >= 7200 for one in quarter if not one.resent for punch in one.punches)
    assert 1 <= 1000 * late // len(log) <= 5
    assert 5 <= 1000 * sum(one.resent for one in quarter) // len(quarter) <= 15


def test_exactly_one_clock_reset(quarter: list[Transmission]) -> None:
    wrong = {one.serial for one in quarter for punch in one.punches if punch.shown.startswith("2000-01-01 ")}
    assert len(wrong) == 1
    assert sum(punch.shown.startswith("2000-01-01 ") for punch in punches(quarter)) == stream.RESET_PUNCHES


def test_no_clock_reset_without_punches() -> None:
    assert made([]) == []


def test_directed_terminals_tell_the_direction_and_others_do_not(quarter: list[Transmission]) -> None:
    states = {
        serial: {p.state for one in quarter if one.serial == serial for p in one.punches} for serial in ("T-IN", "T-DE")
    }
    assert states == {"T-IN": {0, 1}, "T-DE": {255}}


def test_the_clock_shown_is_the_sites(quarter: list[Transmission]) -> None:
    one = next(one for one in quarter if one.serial == "T-IN" and one.punches[0].shown[:4] == "2026")
    shown = datetime.fromisoformat(one.punches[0].shown).replace(tzinfo=UTC)
    assert int(shown.timestamp()) - one.punches[0].at == 19_800


def test_transmissions_come_in_order_and_after_their_punches(quarter: list[Transmission]) -> None:
    assert [one.at for one in quarter] == sorted(one.at for one in quarter)
    assert all(punch.at < one.at for one in quarter for punch in one.punches)


def test_a_resend_repeats_something_sent(quarter: list[Transmission]) -> None:
    sent = {(one.serial, one.punches) for one in quarter if not one.resent}
    assert all((one.serial, one.punches) in sent for one in quarter if one.resent)


def test_nobody_works_on_free_days() -> None:
    absent = date(2026, 9, 9)
    worked = days(Worker("1", "T-DE", 540, 1080, absences=frozenset({absent})))
    assert absent.isoformat() not in worked
    assert all(date.fromisoformat(day).weekday() < 5 for day in worked)


def test_a_night_shift_ends_on_the_next_day() -> None:
    log = punches(made([Worker("1", "T-IN", 1320, 360)], date(2026, 9, 1), date(2026, 9, 2)))
    assert max(punch.at for punch in log) > int(datetime(2026, 9, 3, 0, 0, tzinfo=UTC).timestamp()) - 19_800


def test_late_people_come_later() -> None:
    def arrivals(late: int) -> int:
        log = punches(made([Worker("1", "T-IN", 540, 1080, late_percent=late)]))
        return sum(punch.shown[11:] > "09:05:00" for punch in log if punch.state == 0)

    assert arrivals(90) > arrivals(0) + 20
