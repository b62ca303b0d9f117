"""Pages for people: opened by a link that ends, or by a key; nothing of a plan or a day is shown otherwise."""

import time
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from typer.testing import CliRunner

from hub import cli
from hub.api.security import ATTENDANCE_READ, new_key
from hub.database import writing
from hub.delivery.connections import ConnectionConfig, register
from hub.errors import HubError
from hub.links import PARAMETER, explanation_page, link_of, new_word, plan_page
from hub.records import JournalEntry, SavedPlan

DAY = date(2026, 9, 1)
EVIL = "<script>alert(1)</script>"
PUBLIC = "https://muster.example"


@pytest.fixture
def plan(engine: Engine, keys: Any) -> int:
    """A saved plan of acme, and an entry of the day of E1."""
    config = ConnectionConfig(
        tenant="acme", name="books", connector="memory", settings={}, sites=("blr",), starts_on=DAY
    )
    register(engine, config)
    line = {"work_date": str(DAY), "employee": "E1", "action": "create", "natural_key": EVIL, "reason": "", "key": "k"}
    told = {**line, "number": "E1", "employee": "12", "figures": "hours CC: 480 -> 490 min"}
    row = SavedPlan(
        tenant="acme", connection="books", first=DAY, last=DAY, inputs="", state="", lines=[line, told],
        made_by="asha", made_at=1, push_id=1,
    )  # fmt: skip
    entry = {"natural_key": EVIL, "operation": "create", "state": "confirmed", "image": {}, "sent": "", "push_id": 1}
    names: dict[str, Any] = {
        "tenant": "acme",
        "kind": "day",
        "employee": "e1",
        "work_date": DAY,
        "changed_at": 1,
        **entry,
    }
    with writing(engine) as session:
        for connection in ("books", "other"):
            session.add(JournalEntry(connection=connection, entry_key=f"acme:E1:{DAY}:{connection}", **names))
        session.add(row)
        session.flush()
        assert row.id
        return row.id


@pytest.fixture
def key(engine: Engine, plan: int) -> dict[str, str]:
    """Keys that may read attendance."""
    made = {}
    with writing(engine) as session:
        for tenant in ("acme", "hooli"):
            made[tenant], record = new_key(tenant, "reader", ATTENDANCE_READ)
            session.add(record)
    return made


def linked(engine: Engine, path: str, *, tenant: str = "acme", at: int | None = None) -> dict[str, str]:
    return {PARAMETER: new_word(engine, tenant, path, int(time.time()) if at is None else at, 10)}


def test_a_link_shows_the_plan_with_everything_escaped(client: TestClient, engine: Engine, plan: int) -> None:
    answer = client.get(plan_page(plan), params=linked(engine, plan_page(plan)))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "asha" in answer.text
    assert "&lt;script&gt;" in answer.text  # a line of an earlier version: no figures
    assert "<td>E1</td><td>create</td><td>hours CC: 480 -&gt; 490 min</td>" in answer.text
    assert "<td>12</td>" not in answer.text
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")


def test_a_day_is_explained_for_its_connection(client: TestClient, engine: Engine, plan: int) -> None:
    path = explanation_page("books", "E1", DAY)
    link = linked(engine, path)
    answer = client.get(path, params=link)
    assert answer.status_code == 200
    assert "E1 on 2026-09-01" in answer.text
    assert "<script" not in answer.text
    document = client.get(path, params=link, headers={"Accept": "application/json"}).json()
    assert [one["connection"] for one in document["entries"]] == ["books"]
    [told] = document["entries"][0]["plans"]
    assert (told["plan"], told["made_by"]) == (plan, "asha")
    assert f"plan {plan} made by asha" in answer.text


def test_a_day_of_which_nothing_is_known_is_said_to_be_one(client: TestClient, engine: Engine, plan: int) -> None:
    path = explanation_page("books", "E1", "2026-09-02")
    link = linked(engine, path)
    answer = client.get(path, params=link)
    assert (answer.status_code, "Nothing is known of E1 on 2026-09-02" in answer.text) == (404, True)
    assert client.get(path, params=link, headers={"Accept": "application/json"}).status_code == 404


@pytest.mark.parametrize("accept", ["text/html,application/json", "application/json"])
def test_without_a_good_link_or_key_nothing_is_shown(
    client: TestClient, engine: Engine, plan: int, accept: str, keys: dict[str, str]
) -> None:
    path, headers = plan_page(plan), {"Accept": accept}
    bad = [{}, {PARAMETER: "x"}, linked(engine, path, at=1), linked(engine, plan_page(plan + 1))]
    bad += [linked(engine, explanation_page("books", "E1", DAY)), linked(engine, "books")]
    answers = [client.get(path, params=params, headers=headers) for params in bad]
    answers.append(client.get(path, headers={**headers, "Authorization": f"Bearer {keys['acme']}"}))  # another scope
    answers.append(client.post(path, content=b"key=nonsense", headers=headers))
    for answer in answers:
        assert answer.status_code == 401
        assert "asha" not in answer.text
        assert answer.headers["content-type"].startswith(
            "text/html" if "html" in accept else "application/problem+json"
        )


def test_a_key_opens_the_page_as_a_header_or_typed_in(client: TestClient, plan: int, key: dict[str, str]) -> None:
    path = plan_page(plan)
    answer = client.get(path, headers={"Authorization": f"Bearer {key['acme']}", "Accept": "application/json"})
    assert answer.json() == {
        "plan": plan, "connection": "books", "first": "2026-09-01", "last": "2026-09-01", "made_by": "asha",
        "made_at": 1, "approved_by": "", "approved_at": 0, "push_id": 1, "lines": answer.json()["lines"],
    }  # fmt: skip
    assert '<input type="password" name="key"' in client.get(path).text
    typed = client.post(path, content=f"key={key['acme']}".encode())
    assert (typed.status_code, "asha" in typed.text) == (200, True)
    assert key["acme"] not in typed.text
    assert "set-cookie" not in typed.headers


def test_another_tenant_sees_neither_plan_nor_day(
    client: TestClient, engine: Engine, plan: int, key: dict[str, str]
) -> None:
    headers = {"Authorization": f"Bearer {key['hooli']}"}
    for path in (plan_page(plan), explanation_page("books", "E1", DAY)):
        answers = [client.get(path, headers=headers), client.get(path, params=linked(engine, path, tenant="hooli"))]
        for answer in answers:
            assert answer.status_code == 404
            assert "asha" not in answer.text


@pytest.mark.parametrize("path", ["/plans/x", "/plans/99999999999999999999", "/explain/books/E1/someday"])
def test_what_is_no_page_is_a_problem(client: TestClient, path: str) -> None:
    assert client.get(path).headers["content-type"] == "application/problem+json"


def test_numbers_with_strange_signs_have_pages_too(client: TestClient, engine: Engine, plan: int) -> None:
    path = explanation_page("books", "A/1 é?#<b>", DAY)
    answer = client.get(path, params=linked(engine, path))
    assert (answer.status_code, "There is no employee" in answer.text) == (404, True)
    assert "<b>" not in answer.text


def test_commands_print_links(client: TestClient, engine: Engine, plan: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.cli.links.engine", lambda: engine)
    monkeypatch.delenv("MUSTER_PUBLIC_URL", raising=False)
    assert "MUSTER_PUBLIC_URL" in CliRunner().invoke(cli.app, ["link", "plan", str(plan)]).output
    monkeypatch.setenv("MUSTER_PUBLIC_URL", PUBLIC)
    for words in (["plan", str(plan)], ["explain", "books", "E1", "2026-09-01"]):
        printed = CliRunner().invoke(cli.app, ["link", *words])
        assert printed.exit_code == 0, printed.output
        url = urlsplit(printed.stdout.strip())
        assert f"{url.scheme}://{url.netloc}" == PUBLIC
        assert client.get(f"{url.path}?{url.query}").status_code == 200
    unknown = CliRunner().invoke(cli.app, ["link", "plan", "4711"])
    assert (unknown.exit_code, "no plan 4711" in unknown.output) == (2, True)


def test_a_link_to_a_page_authorises_no_connection(engine: Engine, plan: int) -> None:
    from hub.connecting import begin

    word = linked(engine, plan_page(plan))[PARAMETER]
    assert link_of(engine, word, "books", int(time.time())) is None
    with pytest.raises(HubError, match="not good any more"):
        begin(engine, "books", word, int(time.time()))
