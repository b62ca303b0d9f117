"""Reading back: by report, by entry, by leave, in pages and months."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from connectors.zoho.connector import ZohoConnector
from connectors.zoho.simulated.state import Leave
from hub.contract import (
    Entry,
    Interval,
    Kind,
    Scope,
)
from tests.connectors.zoho.organisation import (
    DAY,
    NUMBERS,
    Site,
    absent,
    held,
    interval,
    pushed,
    scope,
    utc,
)


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("gaps", [True, False])
@pytest.mark.parametrize("by_report", [True, False])
def test_what_is_there_is_read_whatever_the_report_looks_like(
    site: Site, dated: bool, gaps: bool, by_report: bool
) -> None:
    if by_report and not gaps:
        pytest.skip("the setting says that total hours leave breaks out")
    site.web.attendance.dated, site.web.attendance.gaps = dated, gaps
    one, broken, night = (
        interval(site.ref(0)),
        [interval(site.ref(1), 9, 12), interval(site.ref(1), 13)],
        interval(site.ref(2), 22, 30),
    )
    with site.connector(total_hours_without_breaks=by_report) as connector:
        pushed(connector, one, *broken, night)
        assert held(connector, one, *broken, night) == {
            connector.render(entry).natural_key: connector.render(entry).image for entry in (one, *broken, night)
        }


def test_the_report_confirms_most_days_where_it_can(site: Site) -> None:
    plain = [interval(site.ref(index)) for index in range(100)]
    broken = [interval(site.ref(110), 9, 12), interval(site.ref(110), 13)]
    for by_report, requests in ((True, 1), (False, 101)):
        with site.connector(total_hours_without_breaks=by_report) as connector:
            site.simulator.reset(NUMBERS, [])
            entries = [interval(ref, start, end) for ref, start, end in _again(site, plain, broken)]
            pushed(connector, *entries)
            site.web.calls.clear()
            assert len(held(connector, *entries)) == 102
            assert site.calls("v3/attendance/entries") == requests
            assert site.calls("getUserReport") == (2 if by_report else 0)


def _again(site: Site, *groups: list[Entry]) -> Iterator[tuple[str, int, int]]:
    """The same entries for the people after a reset."""
    by_number = {one.number: ref for ref, one in site.state.employees.items()}
    number_of = {ref: number for number, ref in site.refs.employees.items()}
    for entry in (one for group in groups for one in group):
        assert isinstance(entry.payload, Interval)
        start, end = ((at - utc(0)) // 3600 for at in (entry.payload.start, entry.payload.end))
        yield by_number[number_of[entry.employee]], start, end


def test_where_the_report_is_silent_it_may_only_be_late(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever believed it would send everything again."""
    entries = [interval(site.ref(0)), interval(site.ref(1)), interval(site.ref(1), day=DAY - timedelta(days=1))]
    with site.connector(total_hours_without_breaks=True) as connector:
        pushed(connector, *entries)
        site.state.employees[site.ref(0)].active = False  # who left is not in the report
        shown = site.web.attendance._of_day
        late = {"FirstIn": "-", "LastOut": "-", "TotalHours": "00:00"}
        monkeypatch.setattr(site.web.attendance, "_of_day", lambda who, on: late if on == DAY else shown(who, on))
        found = [*connector.read_back(scope(entries[:2]))]
    assert {one.natural_key for one in found} == {connector.render(one).natural_key for one in entries}


def test_two_of_a_kind_are_seen_as_two(site: Site) -> None:
    entry = interval(site.ref())
    for by_report in (True, False):
        with site.connector(total_hours_without_breaks=by_report) as connector:
            pushed(connector, entry)
    with site.connector(total_hours_without_breaks=True) as connector:
        found = [one.natural_key for one in connector.read_back(scope([entry]))]
    assert found == [connector.render(entry).natural_key] * 2


def test_open_entries_and_breaks_and_neighbours(site: Site, connector: ZohoConnector) -> None:
    """An open entry has no end, one of the day before is seen, and one of other people or weeks is not."""
    begun = datetime(2026, 10, 5, 9, 3, 11)
    site.state.punch_in(site.ref(), begun)
    site.state.punch_in(site.ref(), begun - timedelta(days=1))
    site.state.punch_in(site.ref(), begun - timedelta(days=9))
    site.state.punch_in(site.ref(5), begun)
    site.state.punch_out(site.ref(6), begun)
    found = [*connector.read_back(Scope(DAY, DAY, frozenset({Kind.INTERVAL}), frozenset({site.ref(), site.ref(6)})))]
    assert [(one.employee, one.work_date, dict(one.image)) for one in found] == [
        (site.ref(), DAY, {"in": "2026-10-05 09:03"}),
        (site.ref(), DAY - timedelta(days=1), {"in": "2026-10-04 09:03"}),
        (site.ref(6), DAY, {"in": "2026-10-05 09:03"}),
    ]


@pytest.mark.parametrize("base", [0, 1])
def test_many_entries_of_one_person_come_in_pages(site: Site, connector: ZohoConnector, base: int) -> None:
    site.web.entries.base = base
    for number in range(130):
        at = datetime(2026, 10, 5) + timedelta(minutes=10 * number)
        site.state.punch_in(site.ref(), at)
        site.state.punch_out(site.ref(), at + timedelta(minutes=5))
    assert len(held(connector, interval(site.ref()))) == 130


def test_a_long_range_is_read_month_by_month(site: Site) -> None:
    entries = [interval(site.ref(), day=DAY + timedelta(days=offset)) for offset in (0, 31, 62)]
    with site.connector(total_hours_without_breaks=True) as connector:
        pushed(connector, *entries)
        site.web.calls.clear()
        assert len(held(connector, *entries)) == 3
    assert site.calls("getUserReport") == 3 * 2  # of two pages each
    assert site.calls("v3/attendance/entries") == 3


@pytest.mark.parametrize("base", [0, 1])
def test_much_leave_comes_in_pages(site: Site, connector: ZohoConnector, base: int) -> None:
    site.web.leave.base = base
    for number in range(450):
        site.state.leaves[str(7000 + number)] = Leave(str(7000 + number), site.ref(), "300", DAY, DAY, {DAY: "1.0"})
    found = [*connector.read_back(scope([absent(site.ref())]))]
    assert len({one.refs for one in found}) == len(found) == 450
    assert site.calls("leaves/records") == 3
