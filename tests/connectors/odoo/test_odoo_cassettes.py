"""The Odoo connector on exchanges recorded on a real Odoo 19.0; `cassettes/make_odoo.py` made the cassettes."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import vcr

from connectors.odoo.connector import OdooConnector
from connectors.odoo.faults import Called, RowRefusedError
from connectors.odoo.protocol import Access, JsonRpc
from connectors.odoo.settings import OdooSettings
from hub.contract import Change, Kind, Operation, Outcome, Person, SecretRef
from hub.errors import ContractBroken, NotInstalled, NotPermitted, Reconnect, SettingsWrong
from hub.http import Client

FOLDER = Path(__file__).parents[1] / "cassettes" / "odoo"
HOST = "https://odoo.example.com"
VARIABLE = "MUSTER_CASSETTE_KEY"
SECRETS = {
    "a key": r"\b[0-9a-f]{32,}\b",
    "an authorisation": r"(?i)authorization|bearer (?!token)",
    "an address of a person": r"[\w.]+@(?!example\.com)[\w.]+",
    "a session": r"session_id=(?!scrubbed)",
    "a traceback": r"File \"",
    "a name": r"(?i)asha|bala\b|acme|aadhaar",
    "an address of a machine": r"\b\d+\.\d+\.\d+\.\d+\b",
}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "no key is recorded")


@contextmanager
def played(name: str) -> Iterator[Any]:
    """The cassette; a request that it does not have fails, and all of it must be asked for."""
    player = vcr.VCR(record_mode="none", match_on=["method", "path"], cassette_library_dir=str(FOLDER))
    with player.use_cassette(f"{name}.yaml") as cassette:
        yield cassette
        assert cassette.all_played


@contextmanager
def connected(name: str, **settings: Any) -> Iterator[OdooConnector]:
    given = {"url": HOST, "database": "works", "key": {"env": VARIABLE}, "remove_absence_marks": False, **settings}
    with played(name), OdooConnector(OdooSettings.model_validate(given)) as connector:
        yield connector


def change(
    employee: str, start: datetime, end: datetime, operation: Operation = Operation.CREATE, *refs: str
) -> Change:
    begun, ended = (int(one.replace(tzinfo=UTC).timestamp()) for one in (start, end))
    key = f"interval:{employee}:{begun}"
    image = {"start": begun, "end": ended}
    return Change(key, operation, Kind.INTERVAL, employee, date(2026, 8, 5), key, image, refs)


def test_employees_are_read_without_a_cookie() -> None:
    with connected("employees") as connector:
        assert [*connector.employees()] == [Person("2", "E001"), Person("3", "E002")]
        assert not connector._client._http._client.cookies


def test_a_created_attendance_has_the_id_that_odoo_gave() -> None:
    with connected("create") as connector:
        [receipt] = connector.push([change("2", datetime(2026, 8, 4, 3, 30), datetime(2026, 8, 4, 12, 30))])
    assert (receipt.outcome, receipt.refs) == (Outcome.ACCEPTED, ("19",))


def test_a_replay_gives_the_ids_of_the_first_time() -> None:
    changes = [change("2", datetime(2026, 6, 1, 3, n), datetime(2026, 6, 1, 3, n)) for n in range(40)]
    with connected("replay") as connector:
        receipts = [*connector.push(changes)]
    assert [one.refs for one in receipts] == [(str(ref),) for ref in range(84, 124)]


def test_the_false_blame_of_row_0_is_seen_through_and_the_rest_resent() -> None:
    begun, ended = datetime(2026, 8, 5, 3, 30), datetime(2026, 8, 5, 12, 30)
    first, other = change("2", begun, ended), change("3", begun, ended)
    inside = change("2", datetime(2026, 8, 5, 5, 30), datetime(2026, 8, 5, 6, 30))
    with connected("one_bad_row") as connector:
        receipts = {one.key: one for one in connector.push([first, inside, other])}
    assert [receipts[one.key].outcome.value for one in (first, inside, other)] == ["accepted", "rejected", "accepted"]
    assert receipts[first.key].refs == ("61",)
    reason = receipts[inside.key].reason
    assert "for the employee, the employee was already checked in" in reason
    assert "Employee One" not in reason


def test_what_is_gone_already_is_withdrawn() -> None:
    gone = change("2", datetime(2026, 8, 11, 3), datetime(2026, 8, 11, 12), Operation.WITHDRAW, "35")
    with connected("withdraw_missing") as connector:
        assert [one.outcome for one in connector.push([gone])] == [Outcome.ACCEPTED]


@pytest.mark.parametrize(
    ("name", "call", "error"),
    [
        ("wrong_key", ("res.users", "context_get"), Reconnect),
        ("wrong_database", ("res.users", "context_get"), SettingsWrong),
        ("wrong_content_type", ("hr.employee", "search_read"), ContractBroken),
        ("unknown_model", ("no.such", "search_read"), NotInstalled),
        ("unknown_field", ("hr.employee", "search_read"), ContractBroken),
        ("not_for_this_user", ("hr.employee", "search_read"), NotPermitted),
    ],
)
def test_refusals_are_told_by_name_and_asked_once(name: str, call: tuple[str, str], error: type[Exception]) -> None:
    with connected(name) as connector, pytest.raises(error) as caught:
        connector._client.read(*call)
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize(("name", "denied"), [("constraint", False), ("access_denied_row", True)])
def test_refused_rows_are_told_apart_from_failures(name: str, denied: bool) -> None:
    with connected(name) as connector, pytest.raises(RowRefusedError) as caught:
        connector._client.write("hr.attendance", "create", vals_list=[])
    assert caught.value.denied is denied


def rpc(called: Called) -> Callable[[], Any]:
    client = Client(HOST)
    protocol = JsonRpc(client, Access("works", "someone@example.com", SecretRef(env=VARIABLE)))
    return lambda: protocol.call(called, None, {})


READ, WRITE = Called("hr.attendance", "search_read", write=False), Called("hr.attendance", "create", write=True)


def test_json_rpc_logs_in_and_reads() -> None:
    with played("rpc_log_in"):
        assert [row["id"] for row in rpc(READ)()] == [1, 2]


def test_an_answer_without_a_result_is_none() -> None:
    with played("rpc_nothing"):
        assert rpc(WRITE)() is None


@pytest.mark.parametrize(
    ("name", "called", "error"),
    [
        ("rpc_wrong_key", READ, Reconnect),
        ("rpc_wrong_log_in", READ, Reconnect),
        ("rpc_wrong_database", READ, SettingsWrong),
        ("rpc_constraint", WRITE, RowRefusedError),
        ("rpc_unknown_model", READ, NotInstalled),
    ],
)
def test_json_rpc_answers_200_for_refusals(name: str, called: Called, error: type[Exception]) -> None:
    with played(name), pytest.raises(error):
        rpc(called)()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_cassettes_hold_no_secret_and_no_name(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = {what: re.findall(pattern, text) for what, pattern in SECRETS.items()}
    assert {what: hits for what, hits in found.items() if hits} == {}
