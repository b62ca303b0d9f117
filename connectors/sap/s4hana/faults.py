"""What the answers of SAP Gateway mean, by the way back.

A refusal is JSON: `error.code` is a message class and number (business) or a hexadecimal word (framework), beside it
texts that may name people. A failed log-in answers HTML with 401, a missing CSRF token plain text with 403: nothing
here expects JSON before it has looked (SAP notes 1797736, 3048103).
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from connectors.sap import odata_wire as wire
from hub.errors import ContractBroken, HubError, NotInstalled, NotPermitted, Reconnect, SettingsWrong, Uncertain
from hub.http import Response

LONGEST = 200
NO_SERVICE = "/IWFND/MED/170"
_LOCKED = re.compile(r"\bis (locked|blocked) by user\b", re.IGNORECASE)
_USER = re.compile(r"\bby user \S+", re.IGNORECASE)
_FOR_PEOPLE = "/IWBEP/CX_MGW_BUSI_EXCEPTION"
KEY_REFUSED = (
    "S/4HANA refuses the log-in; look at the communication user (locked, password expired) before anything is tried "
    "again: wrong log-ins lock it."
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Gateway says of an operation that it did not carry out."""

    code: str
    text: str

    @property
    def is_lock(self) -> bool:
        """Whether somebody works on that person's data just now."""
        return bool(_LOCKED.search(self.text))

    @property
    def reason(self) -> str:
        """For the person who must act; without the name of SAP's user."""
        said = _USER.sub("by another user", " ".join(self.text.split()))[:LONGEST]
        if self.is_lock:
            return f"{said}; the next run tries again."
        return f"S/4HANA refused it: {said} ({self.code})."


def refusal(body: bytes) -> Refusal | None:
    """The error object of a body, if it has one."""
    try:
        answer = wire.loads(body)
    except ValueError:
        return None
    match answer:
        case {"error": {"code": str(code), "message": {"value": str(text)}} as error}:
            return Refusal(code, _telling(error) or text)
    return None


def _telling(error: dict[str, Any]) -> str:
    """The first detail that says something: the message beside it is often a general one."""
    match error:
        case {"innererror": {"errordetails": [*details]}}:
            found = [one for one in details if isinstance(one, dict) and one.get("code") != _FOR_PEOPLE]
            return str(found[0].get("message", "")) if found else ""
    return ""


def meaning(response: Response, what: str, *, write: bool) -> HubError:  # noqa: PLR0911 - a ladder of cases
    """The error of a whole request that was not answered as hoped; `what` is how a person calls it."""
    status, found = response.status_code, refusal(response.content)
    detail = f"HTTP {status} {found.code if found else ''} {what}".strip()
    if status == HTTPStatus.UNAUTHORIZED:
        return Reconnect(KEY_REFUSED, detail=detail)
    if (found and found.code == NO_SERVICE) or (status == HTTPStatus.NOT_FOUND and found is None):
        return NotInstalled(
            f"S/4HANA does not offer {what} to this user: correct the address, or put the communication scenario of "
            "that service into the communication arrangement.",
            detail=detail,
        )
    if status in (HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED):
        return NotPermitted(f"The communication user may not use {what}; see the communication arrangement.")
    if write and response.is_success:
        return Uncertain(f"The answer to {what} is not S/4HANA's; the change may have been made.", detail=detail)
    if found:
        return ContractBroken(f"S/4HANA does not take the request for {what}: {found.reason}", detail=detail)
    if status == HTTPStatus.NOT_FOUND:
        return SettingsWrong(f"There is no {what} at this address.", detail=detail)
    return ContractBroken(f"The answer to {what} is not S/4HANA's ({detail}); check that the address leads to it.")
