"""The two encodings of a call: JSON-2 (Odoo 19 and later) and JSON-RPC `execute_kw` (up to 18).

Both take a method's Python argument names, and the ids of its records apart. The JSON-2 body must be an object: of an
array Odoo drops all arguments without a word, and `search_read` answers everything.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from connectors.odoo import wire
from connectors.odoo.faults import KEY_REFUSED, Called, error_of, of_error, of_status
from hub.errors import Reconnect, SettingsWrong, Unavailable
from hub.http import Client, Response
from hub.secrets import SecretRef

JSON_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Access:
    """Who calls: the database, the user's log-in, and its key."""

    database: str
    user: str
    key: SecretRef


class Protocol(ABC):
    """How a call travels."""

    def __init__(self, http: Client, access: Access) -> None:
        self._http = http
        self._access = access

    @abstractmethod
    def call(self, called: Called, ids: Sequence[int] | None, arguments: dict[str, Any]) -> Any:
        """The method's result. Raises the errors of `hub.errors` and `faults.RowRefusedError`."""

    def _post(self, path: str, body: dict[str, Any], headers: dict[str, str], *, write: bool) -> Response:
        send = self._http.write if write else self._http.read
        return send("POST", path, content=wire.dumps(body), headers={**JSON_HEADERS, **headers})


class Json2(Protocol):
    """`POST /json/2/<model>/<method>`, bearer key, bare results."""

    def call(self, called: Called, ids: Sequence[int] | None, arguments: dict[str, Any]) -> Any:
        """The method's result."""
        headers = {
            "Authorization": f"Bearer {self._access.key.reveal()}",
            "X-Odoo-Database": self._access.database,
        }
        body = arguments if ids is None else {"ids": [*ids], **arguments}
        response = self._post(f"/json/2/{called.name}", body, headers, write=called.write)
        if response.is_success:
            return _json(response, called)
        if error := error_of(response):
            raise of_error(error, called)
        raise of_status(response, called)


@dataclass
class _Session:
    uid: int = 0
    numbers: "count[int]" = field(default_factory=lambda: count(1))


class JsonRpc(Protocol):
    """`POST /jsonrpc`: the key in the body, HTTP 200 for everything."""

    def __init__(self, http: Client, access: Access) -> None:
        super().__init__(http, access)
        self._session = _Session()

    def call(self, called: Called, ids: Sequence[int] | None, arguments: dict[str, Any]) -> Any:
        """The method's result; logs in first."""
        uid = self._session.uid or self._login()
        positional = [] if ids is None else [[*ids]]
        args = [self._access.database, uid, self._access.key.reveal(), called.model, called.method]
        return self._rpc("object", "execute_kw", [*args, positional, arguments], called)

    def _login(self) -> int:
        if not self._access.user:
            raise SettingsWrong("This Odoo is older than 19: name the Odoo user of the API key in the settings.")
        called = Called("common", "authenticate", write=False)
        args = [self._access.database, self._access.user, self._access.key.reveal(), {}]
        try:
            uid = self._rpc("common", "authenticate", args, called)
        except Unavailable as error:
            if not error.detail.endswith("OperationalError"):
                raise
            # A database that is not there answers what a database that is down does.
            raise SettingsWrong("Odoo cannot open this database; correct its name in the settings.") from error
        if not isinstance(uid, int) or isinstance(uid, bool):
            raise Reconnect(KEY_REFUSED)
        self._session.uid = uid
        return uid

    def _rpc(self, service: str, method: str, args: list[Any], called: Called) -> Any:
        params = {"service": service, "method": method, "args": args}
        body = {"jsonrpc": "2.0", "method": "call", "id": next(self._session.numbers), "params": params}
        response = self._post("/jsonrpc", body, {}, write=called.write)
        answer: Any = _json(response, called) if response.is_success else None
        match answer:
            case {"error": {"data": {"name": str()} as error}}:
                raise of_error(error, called)
            case {"jsonrpc": "2.0", "error": _}:
                raise of_error({}, called)
            case {"jsonrpc": "2.0"}:
                return answer.get("result")  # a method that returns None has neither result nor error
        raise of_status(response, called)


def _json(response: Response, called: Called) -> Any:
    try:
        return wire.loads(response.content)
    except ValueError:
        raise of_status(response, called) from None
