"""Nights of each zone, through both changes of the clocks: which run, for which work date."""

from datetime import UTC, datetime, timedelta
from itertools import islice

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator

from orchestration.timing import DAYS
from tests.orchestration.site import Site


def nights(site: Site, zone: str, since: str, count: int = 4, cron: str = "30 2 * * *") -> list[tuple[str, str]]:
    """The first ticks after a UTC time, in UTC, and the partition that each asks for."""
    site.more = {"timezone": zone, "nightly": cron}
    schedule = nightly(site)
    begin = datetime.fromisoformat(since).replace(tzinfo=UTC).timestamp()
    ticks = islice(schedule_execution_time_iterator(begin, schedule.cron_schedule, schedule.execution_timezone), count)
    return [(tick.astimezone(UTC).strftime("%m-%dT%H:%M"), asked_at(schedule, tick)) for tick in ticks]


def nightly(site: Site) -> dg.ScheduleDefinition:
    schedule = site.defs.resolve_schedule_def(f"{site.name}_nightly")
    assert isinstance(schedule, dg.ScheduleDefinition)
    return schedule


def asked_at(schedule: dg.ScheduleDefinition, tick: datetime) -> str:
    """The work date of a tick; the partition must exist by then."""
    request = requested(schedule, tick)
    day = str(request.partition_key)
    assert day in DAYS.get_partition_keys(current_time=tick)
    assert request.tags["work_date"] == day
    return day


def requested(schedule: dg.ScheduleDefinition, tick: datetime) -> dg.RunRequest:
    request = schedule(dg.build_schedule_context(scheduled_execution_time=tick))
    assert isinstance(request, dg.RunRequest)
    return request


def test_berlins_spring_night_has_no_half_past_two_and_is_run_at_three(site: Site) -> None:
    assert nights(site, "Europe/Berlin", "2026-03-27T12:00") == [
        ("03-28T01:30", "2026-03-27"),
        ("03-29T01:00", "2026-03-28"),
        ("03-30T00:30", "2026-03-29"),
        ("03-31T00:30", "2026-03-30"),
    ]


def test_berlins_autumn_night_has_half_past_two_twice_and_is_run_once(site: Site) -> None:
    found = nights(site, "Europe/Berlin", "2026-10-23T12:00")
    assert [day for _, day in found] == ["2026-10-23", "2026-10-24", "2026-10-25", "2026-10-26"]
    assert [tick[:5] for tick, _ in found] == ["10-24", "10-25", "10-26", "10-27"]


@pytest.mark.parametrize("since", ["2026-03-27T12:00", "2026-10-23T12:00"])
def test_kolkatas_nights_are_a_day_apart(site: Site, since: str) -> None:
    first = datetime.fromisoformat(since).date()
    expected = [first + timedelta(days=number) for number in range(4)]
    assert nights(site, "Asia/Kolkata", since) == [(f"{day:%m-%d}T21:00", str(day)) for day in expected]


@pytest.mark.parametrize(
    ("zone", "change", "offset_hours"),
    [
        ("Pacific/Auckland", "2026-04-05", 12),
        ("Pacific/Auckland", "2026-09-27", 12),
        ("America/St_Johns", "2026-03-08", -3.5),
        ("America/St_Johns", "2026-11-01", -3.5),
        ("America/Los_Angeles", "2026-03-08", -8),
        ("America/Los_Angeles", "2026-11-01", -8),
    ],
)
def test_each_night_around_a_change_of_clocks_takes_the_date_that_ended(
    site: Site, zone: str, change: str, offset_hours: float
) -> None:
    """Also where the clock skips half past two, or shows it twice."""
    day = datetime.fromisoformat(change).date()
    since = datetime.fromisoformat(f"{day - timedelta(days=2)}T12:00") - timedelta(hours=offset_hours)
    found = nights(site, zone, since.isoformat(), 5)
    assert [asked for _, asked in found] == [str(day + timedelta(days=number)) for number in range(-2, 3)]


def test_the_night_of_a_zone_that_is_ahead_asks_for_a_date_that_is_still_going_on_in_utc(site: Site) -> None:
    assert nights(site, "Pacific/Kiritimati", "2026-11-23T00:00", 1, "5 0 * * *") == [("11-23T10:05", "2026-11-23")]


def test_the_work_date_does_not_depend_on_the_zone_in_which_the_tick_is_told(site: Site) -> None:
    tick = datetime(2026, 3, 29, 21, 0, tzinfo=UTC)  # half past two on the 30th in Kolkata
    assert asked_at(nightly(site), tick) == "2026-03-29"


def test_the_same_night_is_asked_for_once(site: Site) -> None:
    tick = datetime(2026, 3, 29, 21, 0, tzinfo=UTC)
    keys = {requested(nightly(site), tick).run_key for _ in range(2)}
    assert keys == {f"{site.name}:2026-03-29"}


@pytest.mark.parametrize("enabled", [True, False])
def test_a_connection_says_whether_its_nights_start_switched_on(site: Site, enabled: bool) -> None:
    site.more = {"enabled": enabled}
    status = nightly(site).default_status
    assert (status is dg.DefaultScheduleStatus.RUNNING) is enabled
    sensor = site.defs.resolve_sensor_def(f"{site.name}_corrections").default_status
    assert (sensor is dg.DefaultSensorStatus.RUNNING) is enabled


def test_a_night_takes_its_tenants_attendance_along_and_nothing_of_other_connections(site: Site) -> None:
    job = site.defs.resolve_job_def(f"{site.name}_push")
    groups = {key.path[0] for key in job.asset_layer.selected_asset_keys}
    assert groups == {site.tenant, site.name}
