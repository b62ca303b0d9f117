"""What goes wrong, and what the hub makes of it."""

from typing import Any

import pytest
from starlette.responses import Response

from connectors.zoho.client import RefusedError
from connectors.zoho.connector import ZohoConnector
from connectors.zoho.simulated.words import forms_error, reply
from connectors.zoho.simulator import TOKEN_VARIABLE
from hub.contract import (
    Outcome,
)
from hub.errors import (
    ContractBroken,
    HubError,
    NotPermitted,
    Reconnect,
    SettingsWrong,
    Throttled,
    Unavailable,
)
from tests.connectors.zoho.organisation import IMPORT, Site, absent, held, interval, pushed


@pytest.mark.parametrize("status", [200, 400])
def test_a_token_refused_in_the_body_is_renewed_once(site: Site, connector: ZohoConnector, status: int) -> None:
    [*connector.employees()]
    before = site.simulator.accounts.refreshes
    site.web.answers[IMPORT] = [forms_error(7202, "The provided OAuth token is invalid.", status=status)]
    assert pushed(connector, interval(site.ref()))[0].outcome is Outcome.ACCEPTED
    assert site.simulator.accounts.refreshes == before + 1
    assert len(site.state.entries) == 1


def test_a_revoked_grant_needs_a_person(site: Site, connector: ZohoConnector) -> None:
    site.simulator.accounts.end(site.simulator.grant)
    with pytest.raises(Reconnect, match="authorise the connection again"):
        pushed(connector, interval(site.ref()))
    assert site.web.calls == []


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (forms_error(7209, "API access blocked since threshold limit exceeded.", status=200), Throttled, "locked"),
        (forms_error(7209, "API access blocked since threshold limit exceeded.", status=429), Throttled, "slow down"),
        (forms_error(7218, "Invalid OAuth Scope"), NotPermitted, "lacks a scope"),
        (forms_error(7038, "No permission to add"), NotPermitted, "give that person the role"),
        (Response("Incorrect URL", 404), SettingsWrong, "No Zoho People answers"),
    ],
)
def test_refusals_of_a_write_change_nothing_and_say_what_to_do(
    site: Site, connector: ZohoConnector, answer: Response, error: type[HubError], words: str
) -> None:
    site.web.answers[IMPORT] = [answer]
    breached: list[int] = []
    connector.meter = _Meter(breached)
    with pytest.raises(error, match=words):
        pushed(connector, interval(site.ref()))
    assert bool(breached) is (error is Throttled)


class _Meter:
    def __init__(self, breached: list[int]) -> None:
        self.after = breached

    def take(self) -> None: ...

    def breached(self, after: int) -> None:
        self.after.append(after)

    def require(self, requests: int) -> None: ...


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("attendance/getUserReport", {"odd": [1]}),
        ("attendance/getUserReport", {"result": [{"odd": 1}]}),
        ("v3/attendance/entries", {"odd": [1]}),
        ("forms/employee/getRecords", {"odd": [1]}),
        ("v2/leavetracker/leaves/records", {"odd": [1]}),
    ],
)
def test_answers_of_unknown_shape_are_told_and_not_taken_for_nothing(
    site: Site, connector: ZohoConnector, path: str, body: dict[str, Any]
) -> None:
    entries = [interval(site.ref()), absent(site.ref())]
    pushed(connector, *entries)
    site.web.answers[path] = [reply(body)]
    with (
        site.connector(total_hours_without_breaks="Report" in path) as other,
        pytest.raises(ContractBroken, match="unknown shape"),
    ):
        [*other.employees()] if path.startswith("forms") else held(other, *entries)


def test_a_page_in_place_of_data_is_waited_for(site: Site, connector: ZohoConnector) -> None:
    site.web.answers["v3/attendance/entries"] = [Response("<html>Sorry</html>", media_type="text/html")]
    with pytest.raises(Unavailable, match="page instead of data"):
        held(connector, interval(site.ref()))


def test_a_failure_inside_zoho_while_reading_is_waited_for(site: Site, connector: ZohoConnector) -> None:
    site.web.answers["forms/employee/getRecords"] = [forms_error(7200, "API invocation failure")]
    with pytest.raises(Unavailable, match="7200"):
        [*connector.employees()]


def test_the_last_requests_of_the_day_are_left_to_others(site: Site, connector: ZohoConnector) -> None:
    site.web.limits.left_today = 502
    [*connector.employees()]
    pushed(connector, interval(site.ref()))
    with pytest.raises(Throttled, match=r"500 requests left today, and 500 are kept"):
        pushed(connector, interval(site.ref(1)))
    assert len(site.state.entries) == 1


def test_a_refusal_is_a_value_on_its_way(site: Site, connector: ZohoConnector) -> None:
    site.web.answers[IMPORT] = [forms_error(7016, "Invalid input data")]
    with pytest.raises(RefusedError, match="Invalid input data"):
        connector._site.client.write("", "POST", "/people/api/attendance/bulkImport", data="[]")


def test_no_secret_is_in_what_goes_wrong(site: Site, connector: ZohoConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "1000.hunter2.hunter2")
    with pytest.raises(HubError) as caught:
        [*connector.employees()]
    assert "hunter2" not in f"{caught.value!r} {caught.value.detail} {caught.value.__cause__!r}"
