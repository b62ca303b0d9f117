"""The Salesforce connector on exchanges as they are documented, or were recorded by others; each cassette says where."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import vcr
from joserfc.jwk import RSAKey

from connectors.salesforce.connector import SalesforceConnector
from connectors.salesforce.settings import SalesforceSettings
from hub.contract import Change, Day, Entry, Kind, Operation, Person, Receipt
from hub.errors import HubError, Locked, NotInstalled, NotPermitted, SettingsWrong, Throttled, Uncertain

FOLDER = Path(__file__).parents[1] / "cassettes" / "salesforce"
HOST = "https://acme-hr.my.salesforce.com"
VARIABLE = "MUSTER_CASSETTE_SALESFORCE"
WORK_DATE = date(2026, 10, 5)
SECRETS = {
    "a session": r"00D\w{12,15}!",
    "a refresh token": r"5Aep\w+",
    "a consumer key": r"3MVG9\w+",
    "a key": r"BEGIN [A-Z ]*KEY|BEGIN CERTIFICATE",
    "an assertion": r"eyJ[\w-]{10,}",
    "an authorisation": r"(?i)authorization|bearer [\w.!-]+|client_secret=|assertion=",
    "a cookie": r"(?i)set-cookie|BrowserId",
    "an address of a person": r"[\w.]+@(?!example\.com)[\w.]+\.\w+",
    "an address of a machine": r"\b\d+\.\d+\.\d+\.\d+\b",
    "a name": r"(?i)asha|bala\b|zebediah",
}


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "no secret is recorded")


@contextmanager
def connected(name: str, **settings: Any) -> Iterator[SalesforceConnector]:
    """The cassette; a request that it does not have fails, and all of it must be asked for."""
    given = {"url": HOST, "client_id": "an-app", "client_secret": {"env": VARIABLE}, "bulk_look_seconds": 0, **settings}
    player = vcr.VCR(record_mode="none", match_on=["method", "path"], cassette_library_dir=str(FOLDER))
    with player.use_cassette(f"{name}.yaml") as cassette:
        with SalesforceConnector(SalesforceSettings.model_validate(given)) as connector:
            yield connector
        assert cassette.all_played


def day(number: int, operation: Operation = Operation.CREATE, *refs: str, **image: Any) -> Change:
    entry = Entry(f"t:{number}", Kind.DAY, f"E{number}", WORK_DATE, "UTC", Day("P", 480, 30, 100, 0))
    with SalesforceConnector(
        SalesforceSettings.model_validate({"url": HOST, "client_id": "c", "client_secret": {"env": "S"}})
    ) as one:
        record = one.render(entry)
    return Change(
        entry.key, operation, Kind.DAY, entry.employee, WORK_DATE, record.natural_key, {**record.image, **image}, refs
    )


def told(connector: SalesforceConnector, *changes: Change) -> tuple[list[Receipt], HubError | None]:
    receipts: list[Receipt] = []
    try:
        receipts.extend(connector.push(changes))
    except HubError as error:
        return receipts, error
    return receipts, None


def test_rows_of_a_collection_are_told_apart() -> None:
    with connected("upsert") as connector:
        receipts, error = told(connector, day(1), day(2), day(9))
    assert error is None
    assert [one.refs for one in receipts] == [("a0A5g00000QwErTEAV",), ("a0A5g00000QwErUEAV",), ()]
    assert "E9 not found for field Employee_Number__c" in receipts[2].reason


def test_an_indented_answer_is_read() -> None:
    with connected("upsert_pretty") as connector:
        assert told(connector, day(1))[0][0].refs == ("a0A5g00000QwErTEAV",)


def test_an_ended_session_is_renewed_and_the_call_repeated() -> None:
    with connected("session_ended") as connector:
        assert told(connector, day(1))[0][0].refs == ("a0A5g00000QwErTEAV",)


def test_pages_of_a_query_are_followed() -> None:
    with connected("query_pages") as connector:
        assert [*connector.employees()] == [Person("E1001", "E1001"), Person("E1002", "E1002")]


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("unknown_field", NotInstalled, "deploy the package"),
        ("unknown_object", NotInstalled, "sObject type 'Worker__c' is not supported"),
        ("unknown_version", NotInstalled, "run the check"),
    ],
)
def test_a_refused_query_says_what_is_lacking(name: str, error: type[HubError], message: str) -> None:
    with connected(name) as connector, pytest.raises(error, match=message):
        [*connector.employees()]


def test_the_parts_of_the_limit_are_read() -> None:
    with connected("limit_parts") as connector:
        assert [*connector.employees()] == []
        with pytest.raises(Throttled, match="225 of 250"):
            [*connector.employees()]


@pytest.mark.parametrize(("name", "error"), [("daily_limit", Throttled), ("maintenance_page", Uncertain)])
def test_a_push_that_is_not_taken_is_raised(name: str, error: type[HubError]) -> None:
    with connected(name) as connector:
        receipts, caught = told(connector, day(1))
    assert (receipts, type(caught)) == ([], error)


def test_an_unreadable_row_is_found() -> None:
    with connected("unreadable_row") as connector:
        receipts, error = told(connector, day(1), day(2, date="5 October"))
    assert (error, [one.outcome.value for one in receipts]) == (None, ["accepted", "rejected"])


def test_what_is_deleted_is_withdrawn() -> None:
    with connected("withdraw_deleted") as connector:
        [receipt], error = told(connector, day(1, Operation.WITHDRAW, "a0A5g00000QwErTEAV"))
    assert (error, receipt.outcome.value) == (None, "accepted")


def test_a_key_that_another_record_has_is_told() -> None:
    with connected("duplicate_value") as connector:
        [receipt], _ = told(connector, day(1))
    assert receipt.reason.endswith("duplicates value on record with id: a0A5g00000QwErT")


def test_a_locked_row_is_waited_for() -> None:
    with connected("locked_row") as connector:
        receipts, error = told(connector, day(1), day(2))
    assert ([one.key for one in receipts], type(error)) == (["t:1"], Locked)


def test_a_bulk_job_goes_its_way() -> None:
    with connected("bulk_job", bulk_from=2) as connector:
        receipts, error = told(connector, day(1), day(2), day(9))
    found = {one.key: (one.outcome.value, one.refs) for one in receipts}
    assert (error, found["t:9"]) == (None, ("rejected", ()))
    assert (found["t:1"][1], found["t:2"][1]) == (("a0A5g00000QwErTEAV",), ("a0A5g00000QwErUEAV",))


def test_a_bulk_job_without_a_field_is_the_packages() -> None:
    with connected("bulk_job_failed", bulk_from=1) as connector:
        receipts, error = told(connector, day(1))
    assert (receipts, type(error)) == ([], NotInstalled)


@pytest.mark.parametrize(
    ("name", "error", "settings"),
    [
        ("wrong_secret", SettingsWrong, {}),
        ("wrong_domain", SettingsWrong, {}),
        (
            "not_approved",
            NotPermitted,
            {"grant": "jwt_bearer", "user": "muster@example.com", "private_key": {"env": "K"}},
        ),
    ],
)
def test_a_refused_log_in_says_what_to_do(
    name: str, error: type[HubError], settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("K", RSAKey.generate_key(2048).as_pem(private=True).decode())
    with connected(name, **settings) as connector, pytest.raises(error):
        [*connector.employees()]


CASSETTES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.stem)
def test_cassettes_say_where_they_come_from_and_hold_no_secret(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Origin: ")
    found = {what: re.findall(pattern, text) for what, pattern in SECRETS.items()}
    assert {what: hits for what, hits in found.items() if hits} == {}


def test_the_search_for_secrets_finds_them() -> None:
    real = (
        "00D5g000004TqRs!AQEAQ", "5Aep861x", "3MVG9abc", "-----BEGIN RSA PRIVATE KEY-----", "eyJhbGciOiJSUzI1NiJ9",
        "Bearer a-token", "BrowserId=x", "someone@acme.com", "10.0.0.1", "Asha Rao",
    )  # fmt: skip
    assert [what for what, text in zip(SECRETS, real, strict=True) if not re.search(SECRETS[what], text)] == []
