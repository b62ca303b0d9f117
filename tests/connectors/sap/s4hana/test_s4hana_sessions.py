"""Tokens with their cookies, ended sessions, and ways to log in."""

import httpx
import pytest
from pydantic import ValidationError

from connectors.sap.s4hana.connector import S4Connector
from connectors.sap.s4hana.simulator import PASSWORD_VARIABLE, S4Simulator
from hub.contract import Outcome, Severity
from hub.errors import NotPermitted, Reconnect, SettingsWrong, Unavailable
from hub.testing import faults
from hub.testing.edge import Edge
from tests.connectors.sap.recording import Answering, Recording, json_answer
from tests.connectors.sap.s4hana.system import COSTS, NUMBERS, change, hours, opened, scope


def test_the_token_goes_with_its_cookies_and_is_kept(connector: S4Connector, wire_: Recording) -> None:
    for at in range(3):
        assert [*connector.push([change(connector, hours(employee=f"1710/{at + 1}"))])]
    assert wire_.paths("HEAD") == ["/sap/opu/odata/sap/API_MANAGE_WORKFORCE_TIMESHEET/"]
    cookies = wire_.requests[-1].headers["cookie"]
    assert "SAP_SESSIONID_SIM_100=" in cookies
    assert "sap-usercontext=sap-client=100" in cookies


def test_a_session_that_ended_is_begun_anew_and_nothing_is_made_twice(
    s4: S4Simulator, connector: S4Connector, wire_: Recording
) -> None:
    assert [*connector.push([change(connector, hours())])]
    s4.clock.sleep(1801)
    [receipt] = connector.push([change(connector, hours(employee="1710/2"))])
    assert receipt.outcome is Outcome.ACCEPTED
    assert len(wire_.paths("HEAD")) == 2
    assert len(s4.books.entries) == 2


def test_a_session_that_never_holds_is_told(s4: S4Simulator, connector: S4Connector, wire_: Recording) -> None:
    s4.gateway.session_seconds = 0
    with pytest.raises(NotPermitted, match="let cookies pass"):
        [*connector.push([change(connector, hours())])]
    assert len(wire_.paths("HEAD")) == 2


@pytest.mark.parametrize("word", ["Required", "", "fetch"])
def test_a_word_in_place_of_a_token_is_none(s4: S4Simulator, word: str) -> None:
    given = Answering(httpx.Response(200, headers={"x-csrf-token": word}))
    with opened(s4, given) as connector, pytest.raises(Unavailable, match="nothing was sent"):
        [*connector.push([change(connector, hours())])]


def test_a_wrong_password_is_tried_once(s4: S4Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "something else")
    recording = Recording()
    with opened(s4, recording) as connector:
        for _ in range(3):
            with pytest.raises(Reconnect, match="lock it"):
                [*connector.read_back(scope())]
        with pytest.raises(Reconnect):
            [*connector.push([change(connector, hours())])]
    assert [one.method for one in recording.requests] == ["GET"]


@pytest.mark.parametrize("batches", [True, False])
def test_a_password_that_ends_in_the_midst_of_a_push_is_tried_once(s4: S4Simulator, batches: bool) -> None:
    recording = Recording()
    with opened(s4, recording, batches=batches) as connector:
        assert [*connector.push([change(connector, hours())])]
        before = len(recording.requests)
        s4.faults = faults.scripted(Edge.UNAUTHORISED)
        later = [change(connector, hours(employee=f"1710/{number}")) for number in (2, 3)]
        for _ in range(2):
            with pytest.raises(Reconnect):
                [*connector.push(later)]
    assert len(recording.requests) == before + 1
    assert len(s4.books.entries) == 1


def test_the_sandbox_is_read_and_never_written() -> None:
    simulator = S4Simulator(sandbox=True)
    with simulator.running():
        simulator.reset(NUMBERS, COSTS)
        recording = Recording()
        with opened(simulator, recording) as connector:
            assert len([*connector.employees()]) == len(NUMBERS)
            assert [*connector.read_back(scope())] == []
            findings = {one.subject: one.severity for one in connector.check()}
            assert findings["writing"] is Severity.WARNING
            with pytest.raises(SettingsWrong, match="sandbox takes no entries"):
                [*connector.push([change(connector, hours())])]
        assert {one.headers["apikey"] for one in recording.requests} == {"simulated-key"}
        assert {one.method for one in recording.requests} == {"GET"}


def test_there_is_one_way_to_log_in(s4: S4Simulator) -> None:
    with pytest.raises(ValidationError, match="one way to log in"):
        opened(s4, api_key={"env": "X"})


def test_client_credentials_are_asked_for_a_token_once(s4: S4Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    class Issuing(Recording):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.host != "tokens.invalid":
                return super().handle_request(request)
            self.requests.append(request)
            return json_answer({"access_token": "t1", "token_type": "Bearer", "expires_in": 3600})

    monkeypatch.setenv("S4_SECRET", "s3cret")
    monkeypatch.setattr(s4.gateway, "tokens", lambda given: given == "t1")
    recording = Issuing()
    way = {"token_url": "https://tokens.invalid/oauth/token", "client_id": "c", "client_secret": {"env": "S4_SECRET"}}
    with opened(s4, recording, user="", password=None, **way) as connector:
        [receipt] = connector.push([change(connector, hours())])
        assert len([*connector.read_back(scope())]) == 1
    assert receipt.outcome is Outcome.ACCEPTED
    [asked] = [one for one in recording.requests if one.url.host == "tokens.invalid"]
    assert asked.headers["authorization"].startswith("Basic ")
    assert asked.content == b"grant_type=client_credentials"


def test_a_missing_secret_is_named_and_nothing_else_goes_wrong(
    s4: S4Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PASSWORD_VARIABLE)
    with pytest.raises(SettingsWrong, match=PASSWORD_VARIABLE), opened(s4) as connector:
        [*connector.employees()]
