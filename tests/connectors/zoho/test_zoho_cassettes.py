"""The Zoho connector on exchanges as documented and as recorded by others; `cassettes/make_zoho.py` made the cassettes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import vcr
import yaml

from connectors.zoho import lost_pay
from connectors.zoho.connector import ZohoConnector
from connectors.zoho.settings import ZohoSettings
from hub.contract import Change, Kind, Operation, Outcome, Person, Scope
from hub.errors import HubError, NotPermitted, Reconnect, Throttled

FOLDER = Path(__file__).parents[1] / "cassettes" / "zoho"
LEFT, EMPLOYEE = "123456000000300043", "123456000000300042"
DAY = date(2026, 11, 2)
SECRETS = {
    "a token": r"1000\.[0-9a-f]{16,}",
    "an authorisation": r"(?i)authorization:|zoho-oauthtoken (?!scrubbed)",
    "a client secret": r"(?i)client_secret|refresh_token",
    "an address of a person": r"[\w.]+@(?!example\.org)[\w.]+",
    "a session": r"(?i)(csrf_token|zalb_\w*|_zpsid)=(?!scrubbed)",
    "an address of a machine": r"\b\d+\.\d+\.\d+\.\d+\b",
}


@pytest.fixture(autouse=True)
def _words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASSETTE_SECRET", "no secret is recorded")
    monkeypatch.setenv("CASSETTE_TOKEN", "no token is recorded")


@contextmanager
def connected(name: str, **settings: Any) -> Iterator[ZohoConnector]:
    """The cassette; a request that it does not have fails, and all of it must be asked for."""
    given = {
        "data_centre": "in",
        "client_id": "1000.CASSETTE",
        "client_secret": {"env": "CASSETTE_SECRET"},
        "refresh_token": {"env": "CASSETTE_TOKEN"},
        "leave_type": "Loss of pay",
        **settings,
    }
    player = vcr.VCR(record_mode="none", match_on=["method", "host", "path"], cassette_library_dir=str(FOLDER))
    with player.use_cassette(f"{name}.yaml") as cassette, ZohoConnector(ZohoSettings.model_validate(given)) as one:
        yield one
        assert cassette.all_played


def attendance(operation: Operation = Operation.CREATE) -> Change:
    image = {"in": "2026-11-02 09:03", "out": "2026-11-02 18:10"}
    key = f"interval:{EMPLOYEE}:2026-11-02 09:03"
    return Change(key, operation, Kind.INTERVAL, EMPLOYEE, DAY, key, image)


def lost() -> Change:
    key = f"lop:{EMPLOYEE}:2026-11-03:100"
    image = {"date": "2026-11-03", "lop": 100, "approved": True}
    return Change(key, Operation.CREATE, Kind.DAY, EMPLOYEE, date(2026, 11, 3), key, image)


def scope(kind: Kind) -> Scope:
    return Scope(DAY, date(2026, 11, 3), frozenset({kind}), frozenset({EMPLOYEE}))


@pytest.mark.parametrize("name", ["employees", "token_ended"])
def test_employees_are_read_and_a_token_that_ended_is_renewed(name: str) -> None:
    with connected(name) as connector:
        assert [*connector.employees()] == [Person(LEFT, "E0043", active=False), Person(EMPLOYEE, "E0042")]


def test_no_records_found_is_an_empty_list() -> None:
    with connected("nobody") as connector:
        assert [*connector.employees()] == []


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("token_refused", Reconnect, "authorise the connection again"),
        ("token_throttled", Throttled, "ten tokens in ten minutes"),
        ("no_scope", NotPermitted, "agree to all"),
        ("threshold", Throttled, "asking too often"),
    ],
)
def test_refusals_say_what_to_do(name: str, error: type[HubError], words: str) -> None:
    with connected(name) as connector, pytest.raises(error, match=words):
        [*connector.employees()]


def test_a_day_without_doubt_is_read_from_the_report() -> None:
    with connected("report", total_hours_without_breaks=True) as connector:
        [held] = connector.read_back(Scope(DAY, DAY, frozenset({Kind.INTERVAL}), frozenset({EMPLOYEE})))
    change = attendance()
    assert (held.natural_key, dict(held.image), held.employee) == (change.natural_key, change.image, EMPLOYEE)


def test_an_entry_is_read_with_its_id() -> None:
    with connected("entries") as connector:
        [held] = connector.read_back(scope(Kind.INTERVAL))
    assert (dict(held.image), held.refs) == (attendance().image, ("123456000000555001",))


def test_lost_pay_is_read_as_it_was_booked() -> None:
    with connected("leaves") as connector:
        [held] = connector.read_back(scope(Kind.DAY))
    assert (held.natural_key, dict(held.image), held.refs) == (
        lost().natural_key,
        lost().image,
        ("123456000000701001",),
    )


@pytest.mark.parametrize(
    ("name", "outcome"), [("import_skipped", Outcome.REJECTED), ("import_empty", Outcome.ACCEPTED)]
)
def test_an_import_is_answered_by_employee_or_not_at_all(name: str, outcome: Outcome) -> None:
    with connected(name) as connector:
        assert [one.outcome for one in connector.push([attendance()])] == [outcome]


@pytest.mark.parametrize(
    ("name", "outcome", "refs"),
    [
        ("leave_inserted", Outcome.ACCEPTED, ("123456000000317016",)),
        ("leave_overlaps", Outcome.REJECTED, ()),
    ],
)
def test_leave_is_booked_or_refused(name: str, outcome: Outcome, refs: tuple[str, ...]) -> None:
    with connected(name) as connector:
        [receipt] = connector.push([lost()])
    assert (receipt.outcome, receipt.refs) == (outcome, refs)


def test_the_report_of_lost_pay_has_a_word_among_its_ids() -> None:
    with connected("lost_pay") as connector:
        found = lost_pay._reported(connector._site.client, "900", DAY, DAY)
        assert dict(found) == {EMPLOYEE: 100}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_cassettes_tell_their_origin_and_hold_no_secret(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert yaml.safe_load(text)["origin"]
    found = {what: re.findall(pattern, text) for what, pattern in SECRETS.items()}
    assert {what: hits for what, hits in found.items() if hits} == {}
