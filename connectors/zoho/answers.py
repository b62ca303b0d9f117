"""What Zoho's answers say: six shapes of refusal, nearly all with HTTP 200. Pure.

1. forms: `{"response": {"errors": {"code", "message"}, "status": 1}}`; 2. time tracker: `errors` is a list; 3. views:
`[{"message", "errorcode"}]`; 4. single punch: `[{"msg", "response": "failure"}]`; 5. `{"error": "text"}`; 6. leave
tracker and v3: `{"error": {"code", "message"}}` and `{"code", "message"}`. `status` is no help by itself: 0 is good in
one place and 1 in another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hub.errors import ContractBroken, HubError, NotInstalled, NotPermitted, Reconnect, Throttled

NOTHING = "7024"
"""No records found: an empty list, told as an error."""
LOCKED = "7209"
LOCK_SECONDS = 300
FAILED = "7200"
"""The call failed inside Zoho; whether it did something is not said."""
NOT_FOUND = frozenset({"NOT_FOUND", "7049"})


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal: Zoho's code as text (empty where there is none) and its words."""

    code: str
    text: str


def problem_of(body: Any) -> Problem | None:
    """The refusal in an answer, if it is one."""
    if isinstance(body, list):
        return _of_list(body)
    return _of_object(body) if isinstance(body, dict) else None


def _of_object(body: dict[str, Any]) -> Problem | None:
    inner = body.get("response")
    if isinstance(inner, dict) and (inner.get("errors") or inner.get("status") == 1):
        return _of_errors(inner.get("errors"), inner)
    if body.get("errors"):
        return _of_errors(body["errors"], body)
    if error := body.get("error"):
        return _problem(error) if isinstance(error, dict) else Problem("", str(error))
    refused = "code" in body and "message" in body and body.get("status") != "success"
    return _problem(body) if refused else None


def _of_list(rows: list[Any]) -> Problem | None:
    first = rows[0] if rows and isinstance(rows[0], dict) else {}
    if "errorcode" in first:
        return Problem(str(first["errorcode"]), str(first.get("message", "")))
    if first.get("response") == "failure":
        return Problem("", str(first.get("msg", "")))
    return None


def _of_errors(errors: Any, around: dict[str, Any]) -> Problem:
    first = errors[0] if isinstance(errors, list) and errors else errors
    return _problem(first) if isinstance(first, dict) else Problem("", str(first or around.get("message", "")))


def _problem(said: dict[str, Any]) -> Problem:
    return Problem(str(said.get("code", "")), str(said.get("message", "")))


_RIGHTS = "Zoho does not let the person who authorised Muster do this ({}); give that person the role, see docs."
_MEANINGS: dict[str, tuple[Callable[[str], HubError], str]] = {
    "7202": (Reconnect, "Zoho does not accept the token ({}); authorise the connection again."),
    "7213": (Reconnect, "Zoho does not accept the token ({}); authorise the connection again."),
    "7218": (NotPermitted, "The authorisation lacks a scope ({}); authorise the connection again and agree to all."),
    "7011": (NotInstalled, "Zoho has no such form ({}); correct its link name in the settings."),
    "7012": (NotInstalled, "Zoho has no such view ({}); correct its name in the settings."),
    "7020": (NotInstalled, "Zoho has no such field ({}); correct its name in the settings."),
    "7201": (NotInstalled, "Zoho does not know this call ({}); is the service switched on in Zoho People?"),
    **dict.fromkeys(("7037", "7038", "7039", "7040", "9000", "9001"), (NotPermitted, _RIGHTS)),
}


def meaning(problem: Problem, call: str) -> HubError:
    """What a refusal of a whole call means; of single rows it is a receipt instead."""
    if problem.code == LOCKED:
        return Throttled(f"Zoho has locked {call} for asking too often.", after=LOCK_SECONDS)
    said = " ".join(f"{problem.code} {problem.text}".split())[:200]
    if "disabled" in problem.text.lower():
        return NotInstalled(f"A service of Zoho People is switched off ({said}); switch it on.")
    kind, sentence = _MEANINGS.get(problem.code, (ContractBroken, f"Zoho refuses {call}: {{}}."))
    return kind(sentence.format(said))
