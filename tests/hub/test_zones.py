from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.zones import DAY, UnknownZoneError, local_date, local_text, offset_s, to_utc, zone

BERLIN, KOLKATA = "Europe/Berlin", "Asia/Kolkata"
ZONES = (
    "UTC",
    BERLIN,
    KOLKATA,
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
)
HOUR = 3600


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


TIMES = {
    "plain": (KOLKATA, "2026-03-23", 9 * HOUR, "2026-03-23T09:00:00+05:30", False),
    "on the next day": (KOLKATA, "2026-03-23", DAY + 6 * HOUR, "2026-03-24T06:00:00+05:30", False),
    "before a gap": (BERLIN, "2026-03-29", HOUR, "2026-03-29T01:00:00+01:00", False),
    "in a gap, forward by it": (BERLIN, "2026-03-29", 2 * HOUR + 1800, "2026-03-29T03:30:00+02:00", True),
    "after a gap": (BERLIN, "2026-03-29", 3 * HOUR, "2026-03-29T03:00:00+02:00", False),
    "repeated, the first": (BERLIN, "2026-10-25", 2 * HOUR + 1800, "2026-10-25T02:30:00+02:00", True),
    "after the repetition": (BERLIN, "2026-10-25", 3 * HOUR, "2026-10-25T03:00:00+01:00", False),
    "a night over the change": (BERLIN, "2026-03-28", DAY + 6 * HOUR, "2026-03-29T06:00:00+02:00", False),
    "half an hour of summer": ("Australia/Lord_Howe", "2026-04-05", HOUR + 2700, "2026-04-05T01:45:00+11:00", True),
    "a midnight that was skipped": ("America/Sao_Paulo", "2018-11-04", 0, "2018-11-04T01:00:00-02:00", True),
}  # fmt: skip


@pytest.mark.parametrize(("name", "day", "second", "instant", "ambiguous"), TIMES.values(), ids=TIMES)
def test_a_local_time_is_one_instant(name: str, day: str, second: int, instant: str, *, ambiguous: bool) -> None:
    assert to_utc(name, date.fromisoformat(day), second) == (utc(instant), ambiguous)


@given(st.sampled_from(ZONES), st.dates(date(2000, 1, 1), date(2037, 12, 31)), st.integers(0, 2 * DAY))
def test_a_time_that_is_not_ambiguous_comes_back_as_it_was(name: str, day: date, second: int) -> None:
    instant, ambiguous = to_utc(name, day, second)
    local = datetime.fromtimestamp(instant, UTC).astimezone(zone(name))
    seconds = (local.date() - day).days * DAY + local.hour * HOUR + local.minute * 60 + local.second
    assert ambiguous or seconds == second
    assert local_text(name, instant) == local.isoformat()
    assert offset_s(name, instant) == (local.replace(tzinfo=UTC) - datetime.fromtimestamp(instant, UTC)).total_seconds()


@given(st.sampled_from(ZONES), st.integers(0, 2_145_916_800))
def test_date_and_text_are_those_of_the_wall(name: str, instant: int) -> None:
    text = local_text(name, instant)
    assert utc(text) == instant
    assert str(local_date(name, instant)) == text[:10]


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe/Bonn\x00", "a" * 5000]
)
def test_a_name_that_is_no_zone_is_told(name: str) -> None:
    with pytest.raises(UnknownZoneError, match="is not an IANA time zone; use a name such as 'Asia/Kolkata'"):
        zone(name)
