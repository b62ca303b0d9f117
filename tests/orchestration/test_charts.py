"""Hours sent against hours read back: totals of work dates, and of nobody alone."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from hub.contract import Kind
from hub.delivery.lines import State
from orchestration import charts, steps
from orchestration.charts import FEWEST, Bar, chart, week
from tests.orchestration.site import DAY, Site, metadata

BADGES = ("1001", *map(str, range(1011, 1018)))
THURSDAY, FRIDAY = DAY + timedelta(days=3), DAY + timedelta(days=11)
"""Nobody else's days: what is punched stays in the tenant that all tests share."""


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


def test_where_punches_are_sent_the_time_from_one_in_to_its_out_is_shown(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.punch(*[f"{badge} {FRIDAY} {time}" for badge in BADGES for time in ("09:00:00 0", "18:00:00 1")])
    site.erp.capabilities = replace(site.erp.capabilities, kinds=frozenset({Kind.PUNCH}))
    steps.bind_people(site.config)
    steps.process_day(site.tenant, FRIDAY)
    punches = [one.key for one in steps.map_day(site.config, FRIDAY).entries]
    people, ways_in = len(punches) // 2, [one for one in punches if ":punch:in" in one]
    assert people >= FEWEST
    assert len(ways_in) == people
    arrived = {key: SimpleNamespace(state=State.CONFIRMED) for key in punches if key != ways_in[0]}
    monkeypatch.setattr(charts, "known_entries", lambda *_given: arrived)
    *_, bar = week(site.config, FRIDAY)
    assert bar == Bar(FRIDAY, people * 540, (people - 1) * 540, people)
