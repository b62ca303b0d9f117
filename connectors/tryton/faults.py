"""What Tryton's refusals mean, by the way back.

Tryton answers 200 with `{"error": [name, arguments]}` for what it refuses, and an HTTP status for the session and
the database (trytond 8.2, protocols/dispatcher and exceptions). Requests carry `language: en`, so messages can be
told apart by their English text. The texts may name employees: none of them leaves this package unscrubbed.
"""

import re
from http import HTTPStatus
from typing import Any

from hub.errors import ContractBroken, HubError, Locked, NotInstalled, NotPermitted, SettingsWrong, Uncertain
from hub.http import Response

_NO_ACCESS = re.compile(r'^You are not allowed to access "([^"]*)"')
_BY_RULE = "You are not allowed to"


class RowRefusedError(Exception):
    """Tryton refused a request for what one of its rows says; nothing of the request was kept.

    It never leaves the connector: `push` turns it into a receipt. `text` is Tryton's own and may hold names.
    """

    def __init__(self, text: str) -> None:
        super().__init__("Tryton refused a row")
        self.text = text


class RowDeniedError(RowRefusedError):
    """A record rule of Tryton forbids the row to this user: one row's trouble, or the user's."""


def of_status(response: Response, method: str, *, write: bool) -> HubError | None:
    """The error of an HTTP status other than 401; None when there is none."""
    status = response.status_code
    if response.is_success:
        return None
    if status == HTTPStatus.NOT_FOUND:
        return SettingsWrong("There is no such Tryton database at this address; correct the address or the database.")
    if response.is_redirect:
        return SettingsWrong("The Tryton address redirects elsewhere; enter the address it redirects to.")
    if write and status == HTTPStatus.REQUEST_TIMEOUT:
        return Uncertain("Tryton gave up waiting; the change may have been made.", detail=f"HTTP {status} {method}")
    return ContractBroken(
        f"Tryton does not take the request {method} (HTTP {status}); "
        "this connector knows Tryton 8.2: compare the server's version and what stands in front of it.",
        detail=f"HTTP {status} {method}",
    )


def of_error(error: Any, method: str, *, write: bool) -> HubError | RowRefusedError:
    """The error that the answer's `error` stands for."""
    match error:
        case ["UserError", [str(message), *rest]]:
            return _refused(message, rest, method, write=write)
        case ["UserWarning", [_, str(message), *_]]:
            return RowRefusedError(f"it asks a person to confirm: {message}")
        case ["ConcurrencyException", *_]:
            return Locked("A record is being changed by somebody else in Tryton; it is tried again later.", after=60)
        case ["LoginException", [str(name), *_]]:
            return SettingsWrong(
                f"Tryton asks for {name!r} at log-in, which Muster cannot answer; let this user log in by password."
            )
        case [str(text), *_] if text.strip("'\"") == _model(method):
            return NotInstalled(f"Tryton has no {_model(method)}; activate its module in Tryton.")
    return _internal(method, write=write)


def _internal(method: str, *, write: bool) -> HubError:
    if write:
        # Trytond commits and then still runs tasks: an unexpected error may come from before or after the commit.
        return Uncertain("Tryton failed inside; the change may have been made.", detail=method)
    return ContractBroken(f"Tryton failed inside at {method}; look into the log of the Tryton server.", detail=method)


def _refused(message: str, rest: list[Any], method: str, *, write: bool) -> HubError | RowRefusedError:
    if (denied := _NO_ACCESS.match(message)) or not write:
        what = denied[1] if denied else _model(method)
        return NotPermitted(f'The Tryton user may not use "{what}"; give it the groups that the check names.')
    if message.startswith(_BY_RULE):
        return RowDeniedError(message)
    description = rest[0] if rest and isinstance(rest[0], str) else ""
    return RowRefusedError(f"{message} {description}".strip())


def _model(method: str) -> str:
    """The model of `model.<name>.<method>`."""
    return method.removeprefix("model.").rpartition(".")[0]
