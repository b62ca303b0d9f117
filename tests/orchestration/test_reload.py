"""The webserver is asked to load the code location anew; whatever it says, the connection is saved."""

import json
from functools import partial
from typing import Any

import httpx
import pytest

from hub.http import Client
from orchestration.control import reload

PRESS = "On the page Deployment, press Reload."


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """What the webserver was asked; it loads the location."""
    return answering(monkeypatch, entry({"__typename": "RepositoryLocation"}))


def entry(loaded: dict[str, Any]) -> httpx.Response:
    answer = {"__typename": "WorkspaceLocationEntry", "locationOrLoadError": loaded}
    return httpx.Response(200, json={"data": {"reloadRepositoryLocation": answer}})


def answering(monkeypatch: pytest.MonkeyPatch, answer: httpx.Response | Exception) -> list[httpx.Request]:
    requests: list[httpx.Request] = []

    def answered(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(reload, "Client", partial(Client, transport=httpx.MockTransport(answered)))
    monkeypatch.setenv(reload.ADDRESS, "http://dagster.example:3000/payroll")
    return requests


def test_the_location_is_asked_for_by_its_name(asked: list[httpx.Request]) -> None:
    assert reload.ask_reload("muster") == "Saved and loaded."
    [request] = asked
    assert str(request.url) == "http://dagster.example:3000/payroll/graphql"
    assert json.loads(request.content)["variables"] == {"name": "muster"}


def test_without_an_address_the_operator_is_told_what_to_press(
    asked: list[httpx.Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(reload.ADDRESS)
    assert reload.ask_reload("muster") == f"Saved. {PRESS}"
    assert asked == []


def test_a_run_without_a_location_asks_nobody(asked: list[httpx.Request]) -> None:
    assert reload.ask_reload(None) == f"Saved. {PRESS}"
    assert asked == []


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("late"),
        httpx.Response(502),
        httpx.Response(302, headers={"location": "https://login.example"}),
        httpx.Response(200, text="<html>log in</html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"errors": [{"message": "no"}]}),
        httpx.Response(200, json={"data": {"reloadRepositoryLocation": {"__typename": "UnauthorizedError"}}}),
        entry({"__typename": "PythonError"}),
    ],
)
def test_whatever_else_it_says_the_operator_is_told_what_to_press(
    answer: httpx.Response | Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = answering(monkeypatch, answer)
    said = reload.ask_reload("muster")
    assert said.startswith("Saved. The webserver")
    assert said.endswith(PRESS)
    assert len(requests) == 1
