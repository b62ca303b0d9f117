"""Connections configured and retired in the Launchpad: what is refused, saved and shown."""

from typing import Any

import dagster as dg
import pytest

from hub.contract import Finding, Severity
from hub.delivery.connections import connection_named
from orchestration.control import published
from tests.orchestration.guarded import Guarded
from tests.orchestration.room import SECRET, Room
from tests.orchestration.site import Site, events, sentences
from tests.orchestration.storage import everything_in


def of(site: Site) -> set[str]:
    return {f"{site.name}/{name}" for name in ("employees", "mapped", "planned", "pushed", "confirmed")}


def _erp(**settings: Any) -> dict[str, Any]:
    return {"erp": {"guarded": {"erp": "x", "key": {"env": "ACME_KEY"}, **settings}}}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"connection": "Has Blanks"}, "connection is 'Has Blanks'; String should match pattern"),
        ({"starts_on": "1 October"}, "starts_on is '1 October'; it should be a valid date"),
        ({"timezone": "Mars/Base"}, "'Mars/Base' is not an IANA time zone"),
        ({"nightly": "at night"}, "'at night' is not a cron expression"),
        ({"sites": []}, "sites is []"),
        ({"sites": ["moon"]}, "has no site moon. Sites: berlin, kolkata."),
        ({"tenant": "nobody"}, "The hub has no sites of a tenant 'nobody'"),
        (_erp(limits={"per_minute": 0}), "limits.per_minute: Input should be greater than or equal to 1"),
        (_erp(key={"env": "lower case"}), "key.env: String should match pattern"),
    ],
)
def test_a_bad_value_fails_at_once_with_a_sentence_and_saves_nothing(
    room: Room, changed: dict[str, Any], sentence: str
) -> None:
    result = room.configure(**changed)
    assert not result.success
    assert events(result, dg.DagsterEventType.STEP_UP_FOR_RETRY) == []
    [said] = sentences(result)
    assert sentence in said
    assert room.assets() == set()
    with pytest.raises(LookupError):
        connection_named(room.site.world.engine, room.site.name)


def test_a_new_connection_is_tried_saved_and_shown_switched_off(room: Room) -> None:
    assert room.assets() == set()
    result = room.configure()
    assert result.success
    assert room.assets() >= of(room.site)
    saved = connection_named(room.site.world.engine, room.site.name, room.site.tenant)
    assert saved.settings["key"] == {"env": "ACME_KEY"}
    assert (saved.sites, str(saved.starts_on)) == (("kolkata",), "2026-03-22")
    schedule = room.shown().resolve_schedule_def(f"{room.site.name}_nightly")
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert (schedule.execution_timezone, schedule.default_status) == ("Asia/Kolkata", dg.DefaultScheduleStatus.STOPPED)


def test_a_connection_can_be_switched_on_at_once(room: Room) -> None:
    assert room.configure(enabled=True).success
    schedule = room.shown().resolve_schedule_def(f"{room.site.name}_nightly")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING


def test_configuring_again_changes_the_connection(room: Room) -> None:
    assert room.configure().success
    assert room.configure(unmapped_limit=7, nightly="0 4 * * *").success
    assert connection_named(room.site.world.engine, room.site.name).unmapped_limit == 7
    assert room.shown().resolve_schedule_def(f"{room.site.name}_nightly").cron_schedule == "0 4 * * *"


def test_what_the_check_finds_wrong_is_told_and_nothing_is_saved(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = Finding("rights", Severity.ERROR, "Give the user the group Attendance / Administrator.")
    monkeypatch.setattr(Guarded, "seen", [finding])
    assert sentences(room.configure()) == [f"The ERP was tried and the connection is not saved: {finding.message}"]
    assert room.assets() == set()


def test_a_secret_that_is_not_there_is_told_by_its_name(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACME_KEY")
    [said] = sentences(room.configure())
    assert "set environment variable ACME_KEY" in said


def test_without_the_check_a_connection_is_saved_unseen(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACME_KEY")
    assert room.configure(test=False).success
    assert room.assets() >= of(room.site)


def test_no_secret_is_in_dagsters_storage(room: Room) -> None:
    assert room.configure().success
    assert not room.configure(**_erp(key={"env": "lower case"})).success
    room.retire(room.site.name)
    kept = everything_in(room.folder)
    assert "ACME_KEY" in kept
    assert SECRET not in kept


def test_a_retired_connection_is_shown_no_longer_and_its_history_stays(room: Room) -> None:
    room.configure(erp={"memory": {"erp": room.site.name}})
    key = dg.AssetKey([room.site.name, "employees"])
    night = dg.Definitions.merge(room.shown(), room.site.attendance.definitions())
    job = night.resolve_job_def(f"{room.site.name}_push")
    assert job.execute_in_process(partition_key="2026-03-23", instance=room.instance).success
    assert room.retire(room.site.name).success
    assert room.assets() == set()
    assert room.instance.get_latest_materialization_event(key) is not None
    assert connection_named(room.site.world.engine, room.site.name).connector == "memory"


def test_what_was_not_configured_here_cannot_be_retired_here(room: Room) -> None:
    room.configure()
    [said] = sentences(room.retire("north"))
    assert said.startswith("No connection 'north' was configured here")
    assert said.endswith(f"Here: {room.site.name}.")


def test_a_broken_connection_is_shown_as_misconfigured_and_the_others_go_on(room: Room) -> None:
    room.configure()
    broken = published.Night(tenant=room.site.tenant, connection="gone")
    published.publish(room.storage, [broken, *published.latest(room.storage)])
    graph = room.shown().resolve_asset_graph()
    reason = graph.get(dg.AssetKey(["gone", "misconfigured"])).description
    assert reason is not None
    assert "There is no connection 'gone'" in reason
    assert of(room.site) <= room.assets()


def test_a_name_that_a_file_uses_is_not_taken_twice(room: Room) -> None:
    room.configure()
    assert room.assets(room.site.name) == {f"{room.site.tenant}_{room.site.name}/misconfigured"}


def test_another_tenant_may_not_take_the_name(room: Room) -> None:
    published.publish(room.storage, [published.Night(tenant="other", connection=room.site.name)])
    [said] = sentences(room.configure())
    assert said == f"Tenant other has a connection {room.site.name} already; choose another name."
