"""Hours sent against hours read back: totals of work dates, and of nobody alone."""

from datetime import date, timedelta

from orchestration.charts import Bar, chart, week
from tests.orchestration.site import DAY, Site, metadata

BADGES = ("1001", *map(str, range(1011, 1018)))
THURSDAY = DAY + timedelta(days=3)
"""Nobody else's day: what is punched stays in the tenant that all tests share."""


def test_the_chart_compares_what_was_sent_with_what_was_read_back() -> None:
    lines = chart([Bar(DAY, 600, 300, 9), Bar(DAY + timedelta(days=1), 0, 0, 9)]).splitlines()
    assert lines[2] == f"| 2026-03-23 | 10:00 | 5:00 | {'█' * 20}<br>{'▒' * 10} |"
    assert lines[3] == "| 2026-03-24 | 0:00 | 0:00 | <br> |"


def test_a_total_of_few_people_is_not_shown() -> None:
    [*_, line] = chart([Bar(date(2026, 3, 23), 480, 480, 4)]).splitlines()
    assert line == "| 2026-03-23 | | | fewer than 5 people |"


def test_a_night_shows_what_arrived_and_what_did_not(site: Site) -> None:
    lines = [f"{badge} {THURSDAY} {time}" for badge in BADGES for time in ("09:00:00 0", "18:00:00 1")]
    site.punch(*lines)
    site.more = {"unmapped_limit": 9}
    site.erp.refuses = lambda change: "closed" if change.employee == "eK001" else ""
    site.night(THURSDAY)
    *_, bar = week(site.config, THURSDAY)
    assert bar.sent > bar.back > 0
    site.erp.refuses = lambda _change: ""
    result = site.night(THURSDAY)
    *_, bar = week(site.config, THURSDAY)
    assert bar.sent == bar.back
    assert f"| {THURSDAY} |" in metadata(result, "confirmed")["hours"]
