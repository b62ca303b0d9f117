"""What the morning's alerts say of a night."""

import time
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from hub import errors
from hub.channels import Message
from hub.sealing import new_key
from hub.token_store import TokenRows
from hub.tokens import Failure, Token
from orchestration import alerts, steps
from tests.orchestration.site import DAY, Site

MORNING = int(datetime(2026, 3, 24, 1, tzinfo=UTC).timestamp())  # half past six in Kolkata


class Told:
    def __init__(self) -> None:
        self.messages: list[Message] = []

    def tell(self, message: Message) -> None:
        self.messages.append(message)


@pytest.fixture
def told(site: Site, monkeypatch: pytest.MonkeyPatch) -> Told:
    """The alerts of this site's connection; it is half past six of the morning after."""
    made = Told()
    monkeypatch.setattr(alerts, "ways_from_environment", lambda: [made])
    monkeypatch.setattr(alerts, "connections", lambda _engine: [site.config])
    monkeypatch.setattr(alerts, "silent_devices", lambda *_: [])
    monkeypatch.setattr(steps, "now", lambda: MORNING)
    site.more = {"deadline": "06:00"}
    site.punch()
    return made


def raising(error: Exception) -> Any:
    def fault(_fitting: object) -> None:
        raise error

    return fault


def said(site: Site, told: Told) -> list[tuple[str, str]]:
    """State and cause of the messages of this connection, in their order."""
    return [(one.state, one.cause.replace(site.name, "NAME")) for one in told.messages if site.name in one.cause]


def test_an_erp_that_was_away_is_named_in_the_morning_and_over_after_the_next_night(site: Site, told: Told) -> None:
    site.erp.faults = raising(errors.NotPermitted("Give the ERP user its rights back."))
    site.night(DAY)
    for _ in range(2):
        alerts.look(site.instance)
    assert sorted(said(site, told)) == [("open", "watch:deadline:NAME"), ("open", "watch:run:NAME")]
    assert f"{site.name}: Give the ERP user its rights back." in {one.text for one in told.messages}
    site.erp.faults = lambda _fitting: None
    site.night(DAY)
    alerts.look(site.instance)
    assert sorted(said(site, told)[2:]) == [("over", "watch:deadline:NAME"), ("over", "watch:run:NAME")]


def test_a_lost_grant_is_a_cause_of_its_own(site: Site, told: Told) -> None:
    site.erp.faults = raising(errors.Reconnect("The grant is gone; connect again."))
    site.night(DAY)
    alerts.look(site.instance)
    assert ("open", "watch:reconnect:NAME") in said(site, told)


def test_a_grant_lost_between_nights_is_told_once_and_is_over_once_somebody_authorised(
    site: Site, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_KEY", new_key("k1"))
    monkeypatch.setattr(steps, "now", lambda: MORNING - 3600)
    rows = TokenRows(steps.engine(), site.config.tenant, site.name)
    with rows.changing() as changing:
        changing.failed(Failure("reconnect", "The authorisation is gone."))
    for _ in range(3):
        alerts.look(site.instance)
    assert said(site, told) == [("open", "watch:reconnect:NAME")]
    with rows.changing() as changing:
        changing.save(Token("access", MORNING, "refresh"))
    for _ in range(3):
        alerts.look(site.instance)
    assert said(site, told)[1:] == [("over", "watch:reconnect:NAME")]


def test_a_night_that_failed_for_its_grant_is_settled_by_a_new_one(
    site: Site, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_KEY", new_key("k1"))
    site.erp.faults = raising(errors.Reconnect("The grant is gone; connect again."))
    site.night(DAY)
    alerts.look(site.instance)
    tomorrow = int(time.time()) + 86_400
    with TokenRows(steps.engine(), site.config.tenant, site.name, now=lambda: tomorrow).changing() as changing:
        changing.save(Token("access", tomorrow, "refresh"))
    alerts.look(site.instance)
    reconnect = [one for one in said(site, told) if "reconnect" in one[1]]
    assert reconnect == [("open", "watch:reconnect:NAME"), ("over", "watch:reconnect:NAME")]


def test_before_the_deadline_nobody_is_told(site: Site, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "now", lambda: MORNING - 3600)
    alerts.look(site.instance)
    assert said(site, told) == []


def test_what_is_older_than_the_connection_is_not_missed(site: Site, told: Told) -> None:
    site.more["starts_on"] = "2026-03-24"
    alerts.look(site.instance)
    assert said(site, told) == []


def test_a_device_that_fell_silent_is_told(site: Site, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    serial = uuid.uuid4().hex
    monkeypatch.setattr(alerts, "silent_devices", lambda *_: [f"adms {serial}"])
    alerts.look(site.instance)
    assert f"Device adms {serial} sent no punch for 72 hours; look at its network." in {
        one.text for one in told.messages
    }


def test_a_plan_that_ends_after_the_deadline_is_told(site: Site, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "forecast", lambda *_, **__: type("F", (), {"ends_at": MORNING + 90_000}))
    site.night(DAY)
    assert said(site, told) == [("open", "forecast:NAME")]
    assert "after the deadline 06:00" in told.messages[0].text
