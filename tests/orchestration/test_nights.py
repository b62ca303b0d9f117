"""A night from punches to a read-back, in this process, with an ERP in memory."""

from collections.abc import Callable
from typing import Any

import dagster as dg
import pytest

from hub import errors
from hub.contract import Person
from hub.lease import SECONDS as LEASE_SECONDS
from hub.lease import LeaseTaken
from hub.processing import Processed, process
from hub.testing.faults import Fault, scripted
from orchestration import steps
from orchestration.results import give_up
from tests.hub.world import seconds
from tests.orchestration.site import Site, checks, evaluations, events, made, metadata, sentences

ALL = ["raw_punches", "employees", "attendance_days", "mapped", "planned", "pushed", "confirmed"]
IN, OUT = seconds("2026-03-23T09:00:00+05:30"), seconds("2026-03-23T18:01:00+05:30")
HOURS = "hours:eK001:2026-03-23:wADM"


@pytest.fixture(autouse=True)
def _worked(site: Site) -> None:
    site.punch()


def raising(*raised: Exception) -> Callable[[Any], None]:
    """Faults that raise these, one a call, and then none."""
    left = list(raised)

    def fault(_fitting: Any) -> None:
        if left:
            raise left.pop(0)

    return fault


def test_a_night_carries_punches_into_the_erp_and_finds_them_there(site: Site) -> None:
    result = site.night()
    assert result.success
    assert sorted(made(result)) == sorted(ALL)
    assert checks(result) == {"everyone_mapped": True, "reconciled": True}
    held = dict(site.erp.contents())
    assert held[f"interval:eK001:{IN}"] == {"start": IN, "end": OUT}
    assert metadata(result, "pushed")["created"] == metadata(result, "pushed")["confirmed"] == len(held)


def test_a_second_night_for_the_same_date_changes_nothing(site: Site) -> None:
    site.night()
    before = site.erp.contents()
    result = site.night()
    assert site.erp.contents() == before
    counts = metadata(result, "pushed")
    assert (counts["created"], counts["updated"], counts["withdrawn"]) == (0, 0, 0)


def test_unmapped_people_above_the_limit_stop_the_push(site: Site) -> None:
    site.erp.people = [one for one in site.erp.people if one.number not in {"K001", "K002"}]
    site.more["unmapped_limit"] = 1
    result = site.night()
    assert not result.success
    assert checks(result) == {"everyone_mapped": False}
    assert set(made(result)) == {"raw_punches", "employees", "attendance_days", "mapped"}
    assert site.erp.rows == {}


def test_unmapped_people_within_the_limit_are_counted_and_the_others_go_on(site: Site) -> None:
    site.erp.people = [one for one in site.erp.people if one.number != "K002"]
    site.erp.costs = [one for one in site.erp.costs if one.code != "PNT"]
    site.more["unmapped_limit"] = 2
    result = site.night()
    assert result.success
    said = evaluations(result)[0].metadata
    assert said["unmapped_employees"].value == 1
    assert said["unmapped_cost_centres"].value == 0
    assert metadata(result, "mapped")["unmapped_employee"] == 1
    assert f"interval:eK001:{IN}" in dict(site.erp.contents())


def test_an_employee_whom_the_erp_gets_to_know_is_pushed_the_next_time(site: Site) -> None:
    site.erp.people = [one for one in site.erp.people if one.number != "K001"]
    assert not site.night().success
    site.erp.people.append(Person("eK001", "K001"))
    assert site.night().success
    assert f"interval:eK001:{IN}" in dict(site.erp.contents())


@pytest.mark.parametrize("by_hand", ["edited", "removed"])
def test_what_a_person_changes_in_the_erp_turns_the_reconciliation_red(site: Site, by_hand: str) -> None:
    site.night()
    if by_hand == "edited":
        site.erp.edit(HOURS, minutes=1)
    else:
        site.erp.remove(HOURS)
    result = site.night()
    assert checks(result) == {"everyone_mapped": True, "reconciled": False}
    [found] = [one for one in evaluations(result) if one.check_name == "reconciled"]
    assert {name: value.value for name, value in found.metadata.items()} == {"work_date": "2026-03-23", "drifted": 1}
    assert dict(site.erp.contents()).get(HOURS) != {"date": "2026-03-23", "cost_centre": "wADM", "minutes": 541}


def test_a_setting_that_somebody_must_mend_fails_at_once_with_its_sentence(site: Site) -> None:
    site.erp.faults = raising(errors.NotPermitted("Give the ERP user its rights back.", detail="a secret"))
    result = site.night()
    assert not result.success
    assert events(result, dg.DagsterEventType.STEP_UP_FOR_RETRY) == []
    assert sentences(result) == ["Give the ERP user its rights back."]


def test_an_erp_that_is_away_for_a_moment_is_asked_again(site: Site) -> None:
    away = errors.Unavailable("The ERP cannot be reached.", after=0)
    site.erp.faults = raising(away, away)
    result = site.night()
    assert result.success
    assert len(events(result, dg.DagsterEventType.STEP_UP_FOR_RETRY)) == 2


def test_an_erp_that_stays_away_is_not_asked_for_ever(site: Site) -> None:
    site.erp.faults = raising(*[errors.Throttled("Too many requests.", after=0)] * 9)
    result = site.night()
    assert not result.success
    assert len(events(result, dg.DagsterEventType.STEP_UP_FOR_RETRY)) == 3
    assert "Too many requests." in str(events(result, dg.DagsterEventType.STEP_FAILURE))


def test_the_erp_says_when_to_come_again() -> None:
    with pytest.raises(dg.RetryRequested) as asked:
        give_up(errors.Throttled("Too many requests.", after=42))
    assert asked.value.seconds_to_wait == 42


def test_a_lease_is_waited_for_until_it_must_have_ended() -> None:
    with pytest.raises(dg.RetryRequested) as asked:
        give_up(LeaseTaken("push books of acme is being done by another process."))
    assert asked.value.max_retries * (asked.value.seconds_to_wait or 0) > LEASE_SECONDS


def test_runs_of_one_tenant_take_turns_at_its_days(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "TURN_EVERY_SECONDS", 0)
    others = [LeaseTaken("process of acme is being done.")] * 2

    def after_the_others(*given: Any) -> Processed:
        if others:
            raise others.pop()
        return process(*given)

    monkeypatch.setattr(steps, "process", after_the_others)
    result = site.night()
    assert result.success
    assert events(result, dg.DagsterEventType.STEP_UP_FOR_RETRY) == []


def test_what_nobody_foresaw_is_not_retried(site: Site) -> None:
    site.erp.faults = raising(ZeroDivisionError("unforeseen"))
    result = site.night()
    assert not result.success
    assert events(result, dg.DagsterEventType.STEP_UP_FOR_RETRY) == []


def test_a_push_that_ends_early_fails_and_the_next_one_finishes_it(site: Site) -> None:
    site.night()
    site.punch("1003 2026-03-23 10:00:00 0", "1003 2026-03-23 17:00:00 1")
    site.erp.faults = scripted(None, Fault.DENIED)
    result = site.night()
    assert sentences(result) == ["Give the ERP user its rights back."]
    assert "confirmed" not in made(result)
    site.erp.faults = scripted()
    assert checks(site.night()) == {"everyone_mapped": True, "reconciled": True}
