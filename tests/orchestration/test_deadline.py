"""Was yesterday delivered by the deadline: the check, and when it looks."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from hub import errors
from orchestration import steps
from tests.orchestration.site import DAY, Site, checks


@pytest.fixture
def timed(site: Site) -> Site:
    site.more = {"deadline": "06:15"}
    site.punch()
    return site


def looked(site: Site) -> bool:
    """What the check says of the work date."""
    job = site.defs.resolve_job_def(f"{site.name}_deadline")
    result = job.execute_in_process(instance=site.instance, tags={"work_date": str(DAY)})
    return checks(result)["delivered_by_deadline"]


def test_a_delivered_day_is_green_and_others_are_red(timed: Site) -> None:
    assert not looked(timed)
    timed.night()
    assert looked(timed)


def test_a_night_that_failed_is_red_until_it_is_repeated(timed: Site) -> None:
    timed.erp.refuses = lambda _change: "closed"
    timed.night()
    assert not looked(timed)
    timed.erp.refuses = lambda _change: ""
    timed.night()
    assert looked(timed)


def test_an_erp_that_was_away_all_night_is_red(timed: Site) -> None:
    def away(_fitting: object) -> None:
        raise errors.NotPermitted("Give the ERP user its rights back.")

    timed.erp.faults = away
    timed.night()
    assert not looked(timed)


def test_it_looks_at_the_deadline_in_the_connections_zone(timed: Site) -> None:
    schedule = timed.defs.resolve_schedule_def(f"{timed.name}_deadline")
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("15 6 * * *", "Asia/Kolkata")
    tick = datetime(2026, 3, 24, 0, 45, tzinfo=UTC)  # a quarter past six on the 24th in Kolkata
    request = schedule(dg.build_schedule_context(scheduled_execution_time=tick))
    assert isinstance(request, dg.RunRequest)
    assert request.tags["work_date"] == "2026-03-23"


def test_without_a_run_tag_it_looks_at_yesterday(timed: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "now", lambda: int(datetime(2026, 3, 24, 0, 45, tzinfo=UTC).timestamp()))
    timed.night()
    job = timed.defs.resolve_job_def(f"{timed.name}_deadline")
    assert checks(job.execute_in_process(instance=timed.instance))["delivered_by_deadline"]


def test_a_connection_without_a_deadline_has_no_such_check(site: Site) -> None:
    assert f"{site.name}_deadline" not in {job.name for job in site.defs.resolve_all_job_defs()}
