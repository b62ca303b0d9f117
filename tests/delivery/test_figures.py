"""Images of all connectors in words, before and after."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from hub.contract import Kind
from hub.delivery.figures import Words, figures

DAY = date(2026, 11, 2)
WORDS = Words("Asia/Kolkata", DAY, {"52": "CC10"})


def at(text: str, day: int = 2) -> int:
    """UTC seconds of a time of day in Kolkata."""
    hour, minute, second = (*map(int, text.split(":")), 0)[:3]
    return int(datetime(2026, 11, day, hour, minute, second, tzinfo=UTC).timestamp()) - 19_800


def hours(minutes: int) -> dict[str, Any]:
    return {"date": "2026-11-02", "cost_centre": "52", "minutes": minutes}


def span(start: str, end: str, day: int = 2) -> dict[str, Any]:
    return {"start": at(start), "end": at(end, day)}


PAID = {"key": "k", "date": "2026-11-02", "status": "P", "worked": 480, "overtime": 0, "payable": 100, "lop": 0}
CASES: list[tuple[Kind | None, dict[str, Any], dict[str, Any], str]] = [
    (Kind.HOURS, hours(480), hours(490), "hours CC10: 480 -> 490 min"),
    (Kind.HOURS, {}, hours(480), "hours CC10: 480 min"),
    (Kind.HOURS, hours(480), {}, "hours CC10: 480 min -> nothing"),
    (Kind.HOURS, {}, {**hours(480), "cost_centre": "77"}, "hours 77: 480 min"),
    (Kind.HOURS, {}, {"date": "2026-11-02", "work": "52", "seconds": 28_800}, "hours CC10: 480 min"),
    (Kind.HOURS, {}, {"date": "2026-11-02", "cost_centre": "52", "hundredths": 775}, "hours CC10: 7.75 h"),
    (Kind.INTERVAL, {}, span("09:00", "17:30"), "interval: 09:00-17:30"),
    (Kind.INTERVAL, span("09:00", "17:30"), span("09:00", "17:45:30"), "interval: 09:00-17:30 -> 09:00-17:45:30"),
    (Kind.INTERVAL, {}, span("22:00", "06:00", 3), "interval: 22:00-2026-11-03 06:00"),
    (Kind.INTERVAL, {"start": at("09:00")}, {}, "interval: from 09:00 -> nothing"),
    (Kind.INTERVAL, {}, {"in": "2026-11-02 09:03", "out": "2026-11-02 18:00"}, "interval: 09:03-18:00"),
    (Kind.PUNCH, {}, {"at": at("09:00"), "direction": "in", "offset_min": 330}, "punch: 09:00, in"),
    (
        Kind.DAY,
        PAID,
        {**PAID, "status": "HD", "worked": 300, "payable": 50, "lop": 50},
        "day: present -> half day, worked 480 -> 300 min, overtime 0 min, payable 1.00 -> 0.50 days, loss of pay 0.00 -> 0.50 days",
    ),
    (Kind.DAY, {}, {"date": "2026-11-02", "lop": 50, "approved": True}, "day: loss of pay 0.50 days, approved"),
    (
        None,
        {"first": "2026-11-01", "last": None, "days": 200},
        {},
        "record: first 2026-11-01, last none, 2.00 days -> nothing",
    ),
]


@pytest.mark.parametrize(("kind", "before", "after", "said"), CASES)
def test_what_changes(kind: Kind | None, before: dict[str, Any], after: dict[str, Any], said: str) -> None:
    assert figures(kind, before, after, WORDS) == said


def test_what_is_only_listed_is_not_told_as_a_change() -> None:
    def listed(before: dict[str, Any], after: dict[str, Any]) -> str:
        return figures(Kind.HOURS, before, after, WORDS, changes=False)

    assert listed(hours(300), hours(480)) == "hours CC10: 480 min; in the ERP: 300 min"
    assert listed({}, hours(480)) == "hours CC10: 480 min; in the ERP: nothing"
    assert listed(hours(300), {}) == "hours CC10: 300 min"
    assert listed(hours(300), hours(300)) == "hours CC10: 300 min"
    assert listed({}, {}) == "hours: nothing"


def test_another_date_than_the_work_date_is_said() -> None:
    image = {**hours(480), "date": "2026-11-03"}
    assert figures(Kind.HOURS, {}, image, WORDS) == "hours CC10: date 2026-11-03, 480 min"
