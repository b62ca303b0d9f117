"""What Salesforce's refusals mean, by the way back.

A request that is refused answers an array of `errorCode`s, a row of a collection `statusCode`s within a 200, a row of a
bulk job a text (REST guide, "Status Codes and Error Responses"; Bulk guide). A row that failed was not saved. Texts
come from the customer's own rules too: the first line of them is passed on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any

from connectors.salesforce import wire
from hub.errors import (
    ContractBroken,
    HubError,
    Locked,
    NotInstalled,
    NotPermitted,
    SettingsWrong,
    Throttled,
    Unavailable,
    Uncertain,
)
from hub.http import Response

LONGEST = 200
AN_HOUR = 3600
_RETIRED, _HICCUP = 410, 420


class UnreadableError(ContractBroken):
    """Salesforce cannot read one of the rows of a request, and took none of them (JSON_PARSER_ERROR)."""

    def __init__(self, line: str) -> None:
        super().__init__(f"Salesforce cannot read what it was sent: {line} Run the check, and report it.", detail=line)


@dataclass(frozen=True, slots=True)
class Said:
    """Why a row or a request was refused."""

    code: str
    text: str = ""

    @property
    def line(self) -> str:
        """The first line, cut to a length that reads."""
        return " ".join(self.text.strip().partition("\n")[0].split())[:LONGEST]


class Way(Enum):
    """Whose a row's refusal is."""

    ROW = "the row's own: somebody must correct it"
    LATER = "nobody's: it goes through another time"
    STOP = "the set-up's: every other row would be refused too"
    GONE = "the record is not there any more"


_LATER: dict[str, Callable[[Said], HubError]] = {
    "UNABLE_TO_LOCK_ROW": lambda _: Locked(
        "Somebody else works on the same records in Salesforce; those rows are sent again later.", after=30
    ),
    **dict.fromkeys(
        ("REQUEST_RUNNING_TOO_LONG", "QUERY_TIMEOUT", "SERVER_UNAVAILABLE", "TXN_SECURITY_METERING_ERROR"),
        lambda said: Unavailable(f"Salesforce was too busy ({said.code}), and nothing was changed.", after=120),
    ),
    **dict.fromkeys(
        ("API_CURRENTLY_DISABLED", "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE"),
        lambda said: Unavailable(f"Salesforce is under maintenance ({said.code}).", after=AN_HOUR),
    ),
}
_STOP: dict[str, Callable[[Said], HubError]] = {
    "STORAGE_LIMIT_EXCEEDED": lambda _: NotPermitted(
        "The data storage of the Salesforce org is full; free some, or buy more."
    ),
    "INVALID_FIELD_FOR_INSERT_UPDATE": lambda said: NotPermitted(
        f"Muster's user may not write a field; assign it the permission set Muster Attendance. {said.line}"
    ),
    "INVALID_FIELD": lambda said: NotInstalled(
        f"Salesforce does not have a field, or does not show it to Muster's user; deploy the package, and assign the "
        f"permission set. {said.line}"
    ),
    "INVALID_TYPE": lambda said: NotInstalled(
        f"Salesforce does not have an object, or does not show it to Muster's user; run the check. {said.line}"
    ),
    "API_DISABLED_FOR_ORG": lambda _: NotPermitted(
        "The API is switched off for this org or user; it needs an edition with API access and the right API Enabled."
    ),
}
_RAISED = {**_LATER, **_STOP}
_GONE = frozenset({"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND"})
FOREIGN_KEY = "Foreign key external ID"


def way_of(said: Said) -> Way:
    """Whose the refusal of a row is."""
    if said.code in _LATER:
        return Way.LATER
    if said.code in _GONE:
        return Way.GONE
    # The same code says that a column is unknown, and that a parent is.
    if said.code in _STOP and FOREIGN_KEY not in said.text:
        return Way.STOP
    return Way.ROW


def error_of(said: Said) -> HubError:
    """The error of a refusal that is not the row's."""
    return _RAISED[said.code](said)


def said_by(response: Response) -> Said | None:
    """The first error of an answer, if it has Salesforce's shape."""
    try:
        body = wire.loads(response.content)
    except ValueError:
        return None
    return said_of(body[0]) if isinstance(body, list) and body else None


def said_of(error: Any) -> Said | None:
    """An error of a request or of a row."""
    if not isinstance(error, dict):
        return None
    code = error.get("statusCode") or error.get("errorCode")
    return Said(code, str(error.get("message", ""))) if isinstance(code, str) else None


def of_answer(response: Response, what: str, *, write: bool) -> HubError:
    """The error that an answer stands for which is no success; `what` names the call for the message."""
    said = said_by(response)
    if said is None:
        return _not_salesforce(response, what, write=write)
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        return NotPermitted(
            "Salesforce does not let the app use its REST API: give the app the scope api, and see Setup, API Access "
            "Control."
        )
    if response.status_code == _RETIRED:
        return SettingsWrong(f"Salesforce has retired this version of its API; raise api_version. {said.line}")
    if said.code == "JSON_PARSER_ERROR" and write:
        return UnreadableError(said.line)
    return _refused(said, what)


def _refused(said: Said, what: str) -> HubError:
    if said.code == "REQUEST_LIMIT_EXCEEDED":
        daily = "TotalRequests" in said.text
        return Throttled(f"Salesforce refuses more requests: {said.line}", after=AN_HOUR if daily else 60)
    if said.code == "NOT_FOUND":
        return NotInstalled(
            f"Salesforce knows no {what}, or does not show it to Muster's user; run the check.", detail=said.line
        )
    if said.code in _RAISED:
        return error_of(said)
    return ContractBroken(f"Salesforce refuses {what} ({said.code}): {said.line}. Run the check, and report it.")


def _not_salesforce(response: Response, what: str, *, write: bool) -> HubError:
    detail = f"HTTP {response.status_code} {what}"
    if write and (response.is_success or response.status_code == _HICCUP):
        return Uncertain("The answer to a change is not Salesforce's; it may have been made.", detail=detail)
    if response.status_code == _HICCUP:
        return Unavailable("Salesforce could not route the request.", detail=detail)
    return ContractBroken(
        f"The answer to {what} is not Salesforce's (HTTP {response.status_code}); check url in the settings.",
        detail=detail,
    )
