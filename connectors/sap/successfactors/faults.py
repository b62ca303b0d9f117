"""What the answers of SuccessFactors mean, by the way back.

Errors come as JSON or as XML, whatever was asked for; the log-in filter answers before anything looks at the request
(SAP note 2524436). A refused row is no error: an upsert answers 200 and tells of each row (SAP note 2545933).
"""

import re
from http import HTTPStatus

from connectors.sap import odata_wire as wire
from hub.errors import ContractBroken, HubError, NotInstalled, NotPermitted, SettingsWrong, Uncertain
from hub.http import Response

LONGEST = 200
_XML = re.compile(rb"<code>([^<]*)</code>\s*<message[^>]*>([^<]*)</message>")
_POSITION = re.compile(r"\s*with the index \d+\.?$")


def said(body: bytes) -> tuple[str, str]:
    """Code and text of an error body in any of its forms; empty when there is none."""
    try:
        answer = wire.loads(body)
    except ValueError:
        found = _XML.search(body)
        return (found[1].decode("utf-8", "replace"), found[2].decode("utf-8", "replace")) if found else ("", "")
    match answer:
        case {"error": {"code": str(code), "message": {"value": str(text)} | str(text)}}:
            return code, text
        case {"status": str(code), "message": str(text), "errors": [*more]}:
            return code, "; ".join([text, *map(str, more)])
        case {"status": str(code), "message": str(text)}:
            return code, text
    return "", ""


def reason(text: str | None) -> str:
    """What is said of a row, for the person who must act; MDF messages end with the position in the request."""
    line = _POSITION.sub("", " ".join((text or "").split()))[:LONGEST].rstrip(".")
    return f"SuccessFactors refused it: {line}." if line else "SuccessFactors refused it without a reason."


def refuses_method(response: Response) -> bool:
    """Whether a server error is a no to the method: SuccessFactors tells its 405 with status 500."""
    return "HTTP 405" in said(response.content)[1]


def meaning(response: Response, what: str, *, write: bool) -> HubError:  # noqa: PLR0911 - a ladder of cases
    """The error of a whole request that was not answered as hoped; `what` is how a person calls it."""
    status, (code, text) = response.status_code, said(response.content)
    detail = f"HTTP {status} {code} {what}"
    if code == "LGN0008":
        return SettingsWrong("SuccessFactors does not know the company; correct company_id.", detail=detail)
    if code.startswith("LGN"):
        return NotPermitted(f"SuccessFactors does not let this user in ({code}): {text}", detail=detail)
    if status == HTTPStatus.FORBIDDEN:
        return NotPermitted(f"The user may not use {what}; give its role the permissions that the page of this "
                            "connector lists.", detail=detail)  # fmt: skip
    if code in ("COE_ENTITY_NOT_FOUND", "COE_PROPERTY_NOT_FOUND"):
        return NotInstalled(f"This company does not have all of {what}: {text}", detail=detail)
    if write and response.is_success:
        return Uncertain(f"The answer to {what} is not SuccessFactors'; the change may have been made.", detail=detail)
    if status == HTTPStatus.NOT_FOUND:
        return SettingsWrong(f"There is no {what} at this address; correct the address.", detail=detail)
    if text:
        return ContractBroken(f"SuccessFactors does not take the request for {what}: {text}", detail=detail)
    return ContractBroken(f"The answer to {what} is not SuccessFactors' ({detail}); check the address.", detail=detail)
