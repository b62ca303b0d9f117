"""Several work dates in one run, plans that wait for approval, and closed periods."""

from datetime import timedelta
from typing import Any

import dagster as dg
import pytest

from hub.delivery.agreed import approve, saved_plan
from hub.delivery.closing import closed
from hub.delivery.connections import open_connector
from hub.delivery.periods import adjustments
from hub.delivery.push import Delivery
from orchestration import steps
from orchestration.control.jobs import control_room
from tests.orchestration.site import DAY, Site, events, sentences

LAST = DAY + timedelta(days=6)
FRIDAY = DAY + timedelta(days=4)
"""Nobody else's day: what is punched stays in the tenant that all tests share."""


def caught_up(site: Site, first: str, last: str) -> dg.ExecuteInProcessResult:
    job = site.defs.resolve_job_def(f"{site.name}_catch_up")
    config = {"ops": {f"{site.name}_days": {"config": {"first": first, "last": last}}}}
    return job.execute_in_process(run_config=config, instance=site.instance, raise_on_error=False)


def close(site: Site, **changed: Any) -> dg.ExecuteInProcessResult:
    form = {"connection": site.name, "first": str(DAY), "last": str(DAY), **changed}
    job = control_room().resolve_job_def("close_period")
    return job.execute_in_process(run_config=form, instance=site.instance, raise_on_error=False)


@pytest.fixture(autouse=True)
def _worked(site: Site) -> None:
    site.punch()


def test_a_week_is_pushed_in_one_run_with_counts_for_each_day(site: Site) -> None:
    result = caught_up(site, str(DAY), str(LAST))
    assert result.success
    made = [one.materialization for one in result.get_asset_materialization_events()]
    assert [one.partition for one in made] == [str(DAY + timedelta(days=number)) for number in range(7)]
    assert made[0].metadata["confirmed"].value == len(site.erp.contents()) - sum(
        int(str(one.metadata["confirmed"].value)) for one in made[1:]
    )


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("soon", "2026-03-23", "Dates are written 2026-10-31"),
        ("2026-03-24", "2026-03-23", "2026-03-24 to 2026-03-23 are not 1 to 31 days."),
        ("2026-01-01", "2026-03-23", "are not 1 to 31 days"),
    ],
)
def test_wrong_dates_are_told(site: Site, first: str, last: str, sentence: str) -> None:
    [said] = sentences(caught_up(site, first, last))
    assert sentence in said


def test_a_night_that_needs_approval_keeps_a_plan_and_says_what_to_do(site: Site) -> None:
    site.more = {"approval": True}
    [said] = sentences(site.night())
    number = int(said.split()[1])
    assert said.endswith(f"waits for a second person: muster approve {number}, then muster apply {number}.")
    assert site.erp.rows == {}
    assert sentences(site.night()) == [said]

    approve(site.world.engine, number, "somebody", 1)
    assert sentences(site.night())[0].endswith(f"is approved by somebody: muster apply {number}.")
    with open_connector(site.config, steps.engine()) as connector:
        agreed = saved_plan(site.world.engine, number)
        assert Delivery(steps.engine(), site.config, connector).push(DAY, DAY, agreed=agreed).delivered
    assert site.night().success


def test_a_period_is_closed_and_late_punches_become_adjustments(site: Site) -> None:
    site.more = {"unmapped_limit": 9}
    assert site.night(FRIDAY).success
    site.punch(f"1007 {FRIDAY} 09:00:00 0", f"1007 {FRIDAY} 18:00:00 1")
    result = close(site, first=str(FRIDAY), last=str(FRIDAY))
    assert result.success, sentences(result)
    [period] = closed(site.world.engine, site.config)
    before = site.erp.contents()
    site.punch(f"1008 {FRIDAY} 09:00:00 0", f"1008 {FRIDAY} 18:00:00 1")
    assert site.night(FRIDAY).success
    assert site.erp.contents() == before
    mine = [one for one in adjustments(site.world.engine, site.tenant) if one.connection == site.name]
    assert 480 in {one.minutes for one in mine}
    [output] = events(result, dg.DagsterEventType.STEP_OUTPUT)
    said = {name: one.value for name, one in output.step_output_data.metadata.items()}
    assert (said["manifest"], said["signed"]) == (period.digest, False)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"connection": "nobodys"}, "There is no connection 'nobodys'"),
        ({"last": "2026-04-10"}, "2026-04-10 is not over in Asia/Kolkata"),
    ],
)
def test_what_cannot_be_closed_is_told(site: Site, changed: dict[str, str], sentence: str) -> None:
    assert site.night().success
    [said] = sentences(close(site, **changed))
    assert sentence in said
    assert closed(site.world.engine, site.config) == []
