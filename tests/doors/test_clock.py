"""Clock readings to UTC: zones, clock changes, calendar edges, flags."""

from datetime import UTC, datetime

import pytest

from hub.doors.clock import Clock, instant, wall_seconds
from hub.doors.punch import PunchFlag, Source


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def read(zone: str, text: str) -> tuple[int, bool]:
    wall = wall_seconds(text)
    assert wall is not None
    return instant(zone, wall)


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        ("Asia/Kolkata", "2026-09-01 09:00:02", "2026-09-01T03:30:02"),
        ("Asia/Kathmandu", "2026-09-01 09:00:02", "2026-09-01T03:15:02"),
        ("America/St_Johns", "2026-01-15 09:00:00", "2026-01-15T12:30:00"),
        ("America/St_Johns", "2026-07-15 09:00:00", "2026-07-15T11:30:00"),
        ("UTC", "2026-09-01T09:00:02", "2026-09-01T09:00:02"),
        ("Asia/Kolkata", "2026-01-01 00:00:00", "2025-12-31T18:30:00"),
        ("Asia/Kolkata", "2025-12-31 23:59:59", "2025-12-31T18:29:59"),
        ("Asia/Kolkata", "2028-02-29 12:00:00", "2028-02-29T06:30:00"),
        ("Asia/Kolkata", "1970-01-01 00:00:00", "1969-12-31T18:30:00"),
        ("Asia/Kolkata", "9998-12-31 23:59:59", "9998-12-31T18:29:59"),
    ],
)
def test_local_time_to_instant(zone: str, local: str, expected: str) -> None:
    assert read(zone, local) == (utc(expected), False)


@pytest.mark.parametrize(
    ("local", "expected", "ambiguous"),
    [
        ("2026-03-29 01:59:59", "2026-03-29T00:59:59", False),
        ("2026-03-29 02:30:00", "2026-03-29T01:30:00", True),  # does not exist: forward by the gap
        ("2026-03-29 03:00:00", "2026-03-29T01:00:00", False),
        ("2026-10-25 02:30:00", "2026-10-25T00:30:00", True),  # twice: the first is meant
        ("2026-10-25 03:00:00", "2026-10-25T02:00:00", False),
        ("2026-10-24 23:59:59", "2026-10-24T21:59:59", False),
    ],
)
def test_clock_changes_in_berlin(local: str, expected: str, ambiguous: bool) -> None:
    assert read("Europe/Berlin", local) == (utc(expected), ambiguous)


def test_the_hosts_own_zone_plays_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    try:
        assert read("Asia/Kolkata", "2026-11-02 09:00:00") == (utc("2026-11-02T03:30:00"), False)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not-a-date",
        "2026-02-30 09:00:00",
        "2027-02-29 09:00:00",
        "2026-13-01 09:00:00",
        "2026-01-01 24:00:00",
        "2026-01-01 09:60:00",
        "2026-01-01 09:00:60",
        "2026-01-01 09:00",
        "2026-01-01 09:00:00 ",
        "2026-01-01 +9:00:00",
        "2026-1-1 09:00:00",
        "20260101",
        "2026-W01-1 09:00:00",
        "1969-12-31 23:59:59",
        "9999-01-01 00:00:00",
        "0000-00-00 00:00:00",
        "٢٠٢٦-01-01 09:00:00",
        "2026-01-01_09:00:00",
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert wall_seconds(text) is None


RECEIVED = utc("2026-09-01T12:00:00")


@pytest.mark.parametrize(
    ("event", "flags"),
    [
        ("2026-09-01T12:00:00", 0),
        ("2026-09-01T11:00:00", 0),
        ("2026-09-01T10:59:59", PunchFlag.REPLAY),
        ("2026-08-11T12:00:00", PunchFlag.REPLAY),
        ("2026-09-01T12:05:00", 0),
        ("2026-09-01T12:05:01", PunchFlag.FUTURE),
        ("2099-01-01T00:00:00", PunchFlag.FUTURE | PunchFlag.CLOCK_SUSPECT),
        ("2000-01-01T00:00:14", PunchFlag.REPLAY | PunchFlag.CLOCK_SUSPECT),
        ("2025-07-28T12:00:00", PunchFlag.REPLAY),
        ("2025-07-28T11:59:59", PunchFlag.REPLAY | PunchFlag.CLOCK_SUSPECT),
    ],
)
def test_timing_flags(event: str, flags: int) -> None:
    clock = Clock(Source("TEST-1", "UTC", replay_after_s=3600), RECEIVED)
    assert clock.at_utc(utc(event)).flags == flags


def test_an_ambiguous_time_keeps_its_other_flags() -> None:
    wall = wall_seconds("2026-10-25 02:30:00")
    assert wall is not None
    moment = Clock(Source("TEST-1", "Europe/Berlin"), RECEIVED).in_zone(wall)
    assert moment.flags == PunchFlag.TZ_AMBIGUOUS | PunchFlag.FUTURE
    assert moment.tz_rule == "device-zone:Europe/Berlin"
