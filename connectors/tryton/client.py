"""JSON-RPC over HTTP with a Tryton session.

The session travels as `Authorization: Session base64(login:user id:token)` (trytond 8.2, protocols/wrappers); it is
kept in memory only. A refused session (401) means that the call was not carried out, so even a write is repeated
once after a new log-in.
"""

import base64
from collections.abc import Iterator, Sequence
from contextlib import suppress
from http import HTTPStatus
from itertools import count
from types import TracebackType
from typing import Any, Self

from connectors.tryton import faults, wire
from hub.contract import Meter
from hub.errors import ContractBroken, HubError, Reconnect, SettingsWrong, Uncertain
from hub.http import Client, Response, Transport
from hub.secrets import SecretRef

PAGE = 1000
"""Records of one `search_read`; Tryton's default configuration has no limit, installations set some thousands."""


class TrytonClient:
    """One user of one database; logs in at the first call."""

    def __init__(
        self,
        url: str,
        database: str,
        user: str,
        password: SecretRef,
        *,
        transport: Transport | None = None,
        meter: Meter | None = None,
        timeout_seconds: int = 60,
    ) -> None:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        self._http = Client(
            url.rstrip("/"), headers=headers, timeout_seconds=timeout_seconds, transport=transport, meter=meter
        )
        self._path = f"/{database}/rpc/"
        self._user = user
        self._password = password
        self._session = ""
        self._ids = count(1)
        # English, so that refusals can be told apart; `active_test` off, so that people who left are found.
        self.context: dict[str, Any] = {"language": "en", "active_test": False}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session in Tryton, as far as it can be reached, and close the connections."""
        if self._session:
            # It ends by itself, too; and closing must not hide what happened before.
            with suppress(HubError):
                self._post(self._path, "common.db.logout", (), write=False)
        self._session = ""
        self._http.close()

    def version(self) -> str:
        """The series of the server, such as 8.2; needs no log-in."""
        return str(self._result("/rpc/", "common.server.version", (), write=False))

    def login(self, *, again: bool = False) -> None:
        """Open a session; a refused password is a setting to correct, or, `again`, a grant that was taken back."""
        self._session = ""
        params = (self._user, {"password": self._password.reveal()}, "en")
        response = self._post(self._path, "common.db.login", params, write=False)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            if again:
                raise Reconnect("Tryton ended the session and refuses the password now; set the password anew.")
            raise SettingsWrong("Tryton refuses the user or its password; correct the settings.")
        match self._value(response, "common.db.login", write=False):
            case [int(user), str(token), *_]:
                text = f"{self._user}:{user}:{token}"
                self._session = "Session " + base64.b64encode(text.encode()).decode()
            case _:
                raise ContractBroken("Tryton's answer to the log-in has an unknown shape; this connector knows 8.2.")

    def read(self, method: str, *params: Any) -> Any:
        """Call a method that changes nothing."""
        return self._result(self._path, method, (*params, self.context), write=False)

    def write(self, method: str, *params: Any) -> Any:
        """Call a method that changes something, sent once; may raise `faults.RowRefusedError`."""
        return self._result(self._path, method, (*params, self.context), write=True)

    def search_read(self, model: str, domain: Sequence[Any], fields: Sequence[str]) -> Iterator[dict[str, Any]]:
        """All matching records in the order of their ids, a page at a time.

        Pages go by id and not by offset: records written or deleted meanwhile cannot shift a page.
        """
        last = 0
        while True:
            page = self.read(
                f"model.{model}.search_read", [domain, ["id", ">", last]], 0, PAGE, [["id", "ASC"]], [*fields]
            )
            yield from page
            if len(page) < PAGE:
                return
            last = page[-1]["id"]

    def _result(self, path: str, method: str, params: tuple[Any, ...], *, write: bool) -> Any:
        if path == self._path and not self._session:
            self.login()
        response = self._post(path, method, params, write=write)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            self.login(again=True)
            response = self._post(path, method, params, write=write)
            if response.status_code == HTTPStatus.UNAUTHORIZED:
                raise Reconnect("Tryton refuses a session that it just opened; set the password of the user anew.")
        return self._value(response, method, write=write)

    def _post(self, path: str, method: str, params: tuple[Any, ...], *, write: bool) -> Response:
        body = wire.dumps({"id": next(self._ids), "method": method, "params": params})
        headers = {"Authorization": self._session} if self._session else {}
        send = self._http.write if write else self._http.read
        return send("POST", path, content=body, headers=headers)

    @staticmethod
    def _value(response: Response, method: str, *, write: bool) -> Any:
        if fault := faults.of_status(response, method, write=write):
            raise fault
        try:
            answer = wire.loads(response.content)
        except (ValueError, KeyError, TypeError, ArithmeticError):
            answer = None
        match answer:
            case {"error": error}:
                raise faults.of_error(error, method, write=write)
            case {"result": result}:
                return result
        if write:
            raise Uncertain("The answer to a change is not Tryton's; the change may have been made.", detail=method)
        raise ContractBroken("The answer is not Tryton's; check that the address leads to Tryton.", detail=method)
