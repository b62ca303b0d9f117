"""What Odoo's refusals mean, by the way back.

Odoo says what went wrong by the name of an exception: in the body of JSON-2 answers and in `error.data` of JSON-RPC
(recorded on 19.0; the same object). Statuses mislead: a wrong field answers 500, a lost conflict inside `load` answers
200. An exception means that the transaction was rolled back. Texts may name people, and `debug` holds a traceback:
texts leave this package only scrubbed, `debug` is dropped.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from connectors.odoo import wire
from hub.errors import (
    ContractBroken,
    HubError,
    Locked,
    NotInstalled,
    NotPermitted,
    Reconnect,
    SettingsWrong,
    Unavailable,
    Uncertain,
)
from hub.http import Response

KEY_REFUSED = "Odoo refuses the API key; make a new one for Muster's user in Odoo and put it where the settings say."
_KEY = frozenset({"werkzeug.exceptions.Unauthorized", "odoo.exceptions.AccessDenied"})
_ROW = frozenset({"ValidationError", "UserError", "RedirectWarning"})
_CONFLICT = frozenset({"SerializationFailure", "DeadlockDetected", "LockNotAvailable", "InFailedSqlTransaction"})
_OURS = frozenset({"werkzeug.exceptions.UnprocessableEntity", "werkzeug.exceptions.BadRequest"})


class RowRefusedError(Exception):
    """Odoo refused a request for what one of its rows says; nothing of the request was kept.

    It never leaves the connector: `push` turns it into a receipt. `text` is Odoo's own and may hold names; `missing`:
    the record is not there; `denied`: the user may not, be it this row or any.
    """

    def __init__(self, text: str, *, missing: bool = False, denied: bool = False) -> None:
        super().__init__("Odoo refused a row")
        self.text = text
        self.missing = missing
        self.denied = denied


@dataclass(frozen=True, slots=True)
class Called:
    """Which call it was, for the message, and whether it changes something."""

    model: str
    method: str
    write: bool

    @property
    def name(self) -> str:
        """Model and method."""
        return f"{self.model}/{self.method}"


def error_of(response: Response) -> dict[str, Any] | None:
    """Odoo's error object in the body of a JSON-2 answer, if it has one."""
    try:
        body = wire.loads(response.content)
    except ValueError:
        return None
    return body if isinstance(body, dict) and isinstance(body.get("name"), str) and "arguments" in body else None


def of_error(error: dict[str, Any], call: Called) -> HubError | RowRefusedError:
    """The error that Odoo's error object stands for."""
    name, text = str(error.get("name", "")), str(error.get("message", ""))
    kind = name.rpartition(".")[2]
    if name in _KEY:
        return Reconnect(KEY_REFUSED)
    if kind in _CONFLICT or kind == "LockError":
        return Locked("Odoo was busy with the same records, and nothing was changed; it is tried again later.")
    if name.startswith("odoo.exceptions."):
        return _refused(kind, text, call)
    if name == "werkzeug.exceptions.NotFound":
        return NotInstalled(f"Odoo has no {call.name}; install the app in Odoo that brings {call.model}.")
    return _internal(name, call)


def _refused(kind: str, text: str, call: Called) -> HubError | RowRefusedError:
    if kind == "AccessError" and not call.write:
        return NotPermitted(f"The Odoo user may not use {call.name}; give it the groups that the check names.")
    if kind == "AccessError":
        return RowRefusedError(text, denied=True)
    if kind == "MissingError":
        return RowRefusedError(text, missing=True)
    if kind in _ROW and call.write:
        return RowRefusedError(text)
    # Over JSON-RPC a model that is not installed answers UserError.
    return NotInstalled(f"Odoo does not answer {call.name}; install the app in Odoo that brings {call.model}.")


def _internal(name: str, call: Called) -> HubError:
    if name.startswith("builtins.") or name in _OURS:
        # Odoo's answer to a field or an argument that it does not know: never worth a second try.
        return ContractBroken(
            f"Odoo does not understand {call.name} ({name}); it is a version or an extension that this connector does "
            "not know. Run the check, and report it.",
            detail=f"{name} {call.name}",
        )
    if call.write:
        return Uncertain(f"Odoo failed inside at {call.name}; the change may have been made.", detail=name)
    return Unavailable(f"Odoo failed inside at {call.name} ({name}).", detail=name)


def of_status(response: Response, call: Called) -> HubError:
    """The error of an answer that is not Odoo's JSON."""
    status = response.status_code
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN):
        return SettingsWrong(
            "There is no such Odoo database at this address; correct the address or the database in the settings.",
            detail=f"HTTP {status} {call.name}",
        )
    if status == HTTPStatus.UNAUTHORIZED:
        return SettingsWrong("Something in front of Odoo asks for a log-in; let Muster through to Odoo itself.")
    if call.write and response.is_success:
        return Uncertain("The answer to a change is not Odoo's; the change may have been made.", detail=call.name)
    return ContractBroken(
        f"The answer to {call.name} is not Odoo's (HTTP {status}); check that the address leads to Odoo.",
        detail=f"HTTP {status} {call.name}",
    )
