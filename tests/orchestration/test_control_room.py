"""Connections configured and retired in the Launchpad: what is refused, saved and shown."""

from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from hub.contract import Authorisation, Finding, Severity
from hub.database import connect, writing
from hub.delivery.connections import ConnectionConfig, connection_named, register
from hub.errors import Reconnect
from hub.records import Connection
from orchestration import steps
from orchestration.control.registered import LAUNCHPAD
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
        ({"deadline": "6 o'clock"}, 'deadline is "6 o\'clock"'),
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


@pytest.mark.parametrize(
    ("severity", "message"),
    [
        (Severity.ERROR, "Give the user the group Attendance / Administrator."),
        (Severity.LATER, "erp.example cannot be reached."),
    ],
)
def test_what_the_check_finds_wrong_is_told_and_nothing_is_saved(
    room: Room, monkeypatch: pytest.MonkeyPatch, severity: Severity, message: str
) -> None:
    finding = Finding("rights", severity, message)
    monkeypatch.setattr(Guarded, "seen", [finding])
    assert sentences(room.configure()) == [f"The ERP was tried and the connection is not saved: {finding.message}"]
    assert room.assets() == set()


def test_what_nobody_has_authorised_yet_is_saved_so_that_somebody_can(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(_self: Guarded) -> list[Finding]:
        raise Reconnect("Nobody has authorised this connection yet; make a link with `muster connect`.")

    monkeypatch.setattr(Guarded, "check", check)
    assert room.configure().success
    assert room.assets() >= of(room.site)


@pytest.mark.parametrize("in_a_browser", [True, False])
def test_the_run_leads_to_where_a_person_authorises_the_connection(
    room: Room, monkeypatch: pytest.MonkeyPatch, in_a_browser: bool
) -> None:
    how = Authorisation("https://erp.example/auth", "https://erp.example/token", "muster")
    monkeypatch.setattr(Guarded, "authorisation", lambda _: how if in_a_browser else None)
    monkeypatch.setenv("MUSTER_PUBLIC_URL", "https://muster.example")
    result = room.configure()
    [output] = [one for one in result.all_events if one.event_type is dg.DagsterEventType.STEP_OUTPUT]
    link = output.step_output_data.metadata.get("authorise")
    assert (link.value if link else None) == ("https://muster.example/connections" if in_a_browser else None)


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
    kept = connection_named(room.site.world.engine, room.site.name, even_retired=True)
    assert kept.connector == "memory"
    with pytest.raises(LookupError, match="was retired on 2026-04-10; configure it again"):
        connection_named(room.site.world.engine, room.site.name)


def test_what_was_not_configured_here_cannot_be_retired_here(room: Room) -> None:
    room.configure()
    [said] = sentences(room.retire("north"))
    assert said.startswith("No connection 'north' was configured here")
    assert said.endswith(f"Here: {room.site.name}.")


def test_a_broken_connection_is_shown_as_misconfigured_and_the_others_go_on(room: Room) -> None:
    room.configure()
    row = Connection(
        tenant=room.site.tenant, name="gone", connector="nobodys", settings={}, sites=["kolkata"],
        starts_on=date(2026, 3, 22), origin=LAUNCHPAD,
    )  # fmt: skip
    with writing(room.site.world.engine) as session:
        session.add(row)
    reason = room.shown().resolve_asset_graph().get(dg.AssetKey(["gone", "misconfigured"])).description
    assert reason is not None
    assert "No connector 'nobodys' is installed." in reason
    assert of(room.site) <= room.assets()


def test_a_database_that_cannot_be_read_is_shown_in_place_of_its_connections(
    room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    away = connect(f"sqlite:///{tmp_path}/hub.db?mode=ro&uri=true")
    monkeypatch.setattr(steps, "engine", lambda: away)
    assert room.assets() == set()
    (tmp_path / "hub.db").write_bytes(b"this is no database at all " * 9)
    broken = connect(f"sqlite:///{tmp_path}/hub.db")
    monkeypatch.setattr(steps, "engine", lambda: broken)
    assert room.assets() == {"hub/misconfigured"}


def test_a_name_that_a_file_uses_is_not_taken_twice(room: Room) -> None:
    room.configure()
    assert room.assets(room.site.name) == {f"{room.site.tenant}_{room.site.name}/misconfigured"}


def test_another_tenant_may_not_take_the_name(room: Room) -> None:
    others = {"connector": "memory", "settings": {}, "sites": ("x",), "starts_on": date(2026, 1, 1)}
    register(room.site.world.engine, ConnectionConfig(tenant="other", name=room.site.name, **others))
    [said] = sentences(room.configure())
    assert said == f"Tenant other has a connection {room.site.name} already; choose another name."


def test_another_dagster_shows_the_same_connections_with_the_same_nights(room: Room, tmp_path: Path) -> None:
    given = {"nightly": "0 4 * * *", "debounce_seconds": 60, "deadline": "06:00", "enabled": True}
    assert room.configure(**given).success
    with dg.DagsterInstance.local_temp(str(tmp_path)) as empty:
        again = Room(room.site, empty, tmp_path)
        schedule = again.shown().resolve_schedule_def(f"{room.site.name}_nightly")
        assert isinstance(schedule, dg.ScheduleDefinition)
        assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 4 * * *", "Asia/Kolkata")
        assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING


def test_a_night_leaves_what_the_launchpad_configured(room: Room) -> None:
    room.configure(erp={"memory": {"erp": room.site.name}}, nightly="0 4 * * *")
    steps.bind_people(room.site.config)
    assert room.assets() >= of(room.site)


def test_a_night_that_was_waiting_does_not_bring_a_retired_connection_back(room: Room) -> None:
    room.configure(erp={"memory": {"erp": room.site.name}})
    room.retire(room.site.name)
    [said] = sentences(room.site.night())
    assert said == f"Connection {room.site.name} was retired on 2026-04-10; configure it again to send over it."
    assert room.configure(erp={"memory": {"erp": room.site.name}}).success
    assert room.assets() >= of(room.site)
