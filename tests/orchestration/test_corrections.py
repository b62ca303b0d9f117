"""The sensor: which work dates are pushed again, and when."""

from collections.abc import Iterator
from datetime import date, timedelta

import dagster as dg
import pytest
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from sqlalchemy import delete
from sqlmodel import col

from hub.contract import Held, Scope
from hub.database import writing
from hub.records import Dirty
from hub.testing.memory import MemoryConnector
from orchestration import steps
from tests.orchestration.site import DAY, NOW, Site, checks, metadata

DEBOUNCE = 300
NEXT = DAY + timedelta(days=1)
TODAY = date(2026, 4, 10)
PUSHED = (DAY, NEXT)


@pytest.fixture
def night(site: Site) -> Iterator[Site]:
    """Dates that were pushed; what a test marks is unmarked after it."""
    steps.bind_people(site.config)
    for day in PUSHED:
        steps.process_day(site.tenant, day)
        steps.push_day(site.config, day)
    yield site
    with writing(site.world.engine) as session:
        session.connection().execute(delete(Dirty).where(col(Dirty.tenant) == site.tenant))


def late(site: Site, *days: date, at: int = NOW) -> None:
    """A late punch for each of these dates."""
    with writing(site.world.engine) as session:
        session.add_all(Dirty(tenant=site.tenant, day=day, reason="LATE_PUNCH", marked_at=at) for day in days)


def asked(site: Site, now: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The dates that a tick at this time asks for."""
    return [str(one.partition_key) for one in requests(site, now, monkeypatch)]


def requests(site: Site, now: int, monkeypatch: pytest.MonkeyPatch) -> list[dg.RunRequest]:
    monkeypatch.setattr(steps, "now", lambda: now)
    sensor = site.defs.resolve_sensor_def(f"{site.name}_corrections")
    context = dg.build_sensor_context(instance=site.instance, definitions=site.defs)
    return list(sensor.evaluate_tick(context).run_requests or [])


def test_nothing_late_asks_for_nothing(night: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(night, NOW + 10_000, monkeypatch) == []


def test_a_late_punch_is_pushed_once_it_is_quiet(night: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    late(night, DAY)
    assert asked(night, NOW + DEBOUNCE - 1, monkeypatch) == []
    assert asked(night, NOW + DEBOUNCE, monkeypatch) == [str(DAY)]


def test_each_further_punch_begins_the_quiet_time_again(night: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    late(night, DAY)
    late(night, DAY, at=NOW + 200)
    assert asked(night, NOW + DEBOUNCE, monkeypatch) == []
    assert asked(night, NOW + 200 + DEBOUNCE, monkeypatch) == [str(DAY)]


def test_exactly_the_touched_dates_are_asked_for(night: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    late(night, DAY)
    late(night, NEXT, at=NOW + 200)
    assert asked(night, NOW + DEBOUNCE, monkeypatch) == [str(DAY)]
    assert asked(night, NOW + 200 + DEBOUNCE, monkeypatch) == [str(DAY), str(NEXT)]


def test_two_ticks_ask_for_the_same_change_once(night: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster launches one run for each run key."""
    late(night, DAY)
    first, second = (requests(night, NOW + DEBOUNCE + more, monkeypatch) for more in (0, 60))
    assert [one.run_key for one in first] == [one.run_key for one in second]
    late(night, DAY, at=NOW + 1)
    assert [one.run_key for one in requests(night, NOW + DEBOUNCE + 60, monkeypatch)] != [first[0].run_key]


def run_of(site: Site, day: date, status: str) -> None:
    """A run of the connection for the date, as the daemon made it."""
    place = RegisteredCodeLocationOrigin("muster")
    site.instance.add_run(
        dg.DagsterRun(
            job_name=f"{site.name}_push",
            status=dg.DagsterRunStatus[status],
            tags={"dagster/partition": str(day)},
            remote_job_origin=RemoteJobOrigin(RemoteRepositoryOrigin(place, "__repository__"), f"{site.name}_push"),
        )
    )


@pytest.mark.parametrize("status", ["QUEUED", "NOT_STARTED", "STARTING", "STARTED"])
def test_a_date_whose_run_is_under_way_waits(night: Site, monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    late(night, DAY, NEXT)
    run_of(night, DAY, status)
    assert asked(night, NOW + DEBOUNCE, monkeypatch) == [str(NEXT)]


@pytest.mark.parametrize("status", ["SUCCESS", "FAILURE", "CANCELED"])
def test_a_run_that_ended_holds_nothing_up(night: Site, monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    late(night, DAY)
    run_of(night, DAY, status)
    assert asked(night, NOW + DEBOUNCE, monkeypatch) == [str(DAY)]


def test_the_run_that_was_asked_for_does_what_was_asked(night: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    night.punch("1004 2026-03-23 09:00:00 0", "1004 2026-03-23 18:00:00 1")
    [request] = requests(night, NOW + DEBOUNCE, monkeypatch)
    assert request.tags["reason"] == "correction"
    assert night.night(date.fromisoformat(str(request.partition_key))).success
    assert asked(night, NOW + 10_000, monkeypatch) == []


def test_a_correction_asks_the_erp_about_nobody_else(night: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    night.punch()
    assert night.night().success
    night.punch("1005 2026-03-23 09:00:00 0", "1005 2026-03-23 18:00:00 1")
    [request] = requests(night, NOW + 10_000, monkeypatch)
    read_back = MemoryConnector.read_back
    asked_about: set[str] = set()

    def watched(connector: MemoryConnector, scope: Scope) -> Iterator[Held]:
        asked_about.update(scope.employees)
        return read_back(connector, scope)

    monkeypatch.setattr(MemoryConnector, "read_back", watched)
    result = night.night(DAY, **{name: request.tags[name] for name in ("reason", "work_date")})
    assert result.success
    assert checks(result)["reconciled"]
    assert len(asked_about) == 1
    assert metadata(result, "pushed")["created"] == 2
    assert night.night().success
    assert len(asked_about) > 10


def test_a_date_that_is_going_on_in_the_connections_zone_is_left_to_the_night(
    night: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.push_day(night.config, TODAY)
    late(night, TODAY, at=0)
    begin = (NOW // 86_400) * 86_400
    assert str(TODAY) not in asked(night, begin + 18 * 3600, monkeypatch)  # half past eleven at night in Kolkata
    assert str(TODAY) in asked(night, begin + 19 * 3600, monkeypatch)


def test_dates_between_pushed_ones_that_no_night_took_are_asked_for(
    night: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.push_day(night.config, NEXT + timedelta(days=2))
    assert asked(night, NOW + 10_000, monkeypatch) == [str(NEXT + timedelta(days=1))]
