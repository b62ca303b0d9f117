"""The simulated Odoo's HTTP: JSON-2, JSON-RPC and the version, with the statuses and HTML pages recorded on 19.0."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request, Response

from connectors.odoo.simulated.errors import OdooError
from connectors.odoo.simulated.methods import RECORD_METHODS, Methods

JSON2 = 19
_NOT_FOUND = (
    "<!DOCTYPE html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>No database is selected and ...</p>\n"
)
_WRONG_TYPE = "<!DOCTYPE html>\n<title>415 Unsupported Media Type</title>\n<p>Request inferred type is ...</p>\n"
_COOKIE = "<!DOCTYPE html>\n<p>Cannot use both the session_id cookie and the x-odoo-database header.</p>\n"


def _answer(body: Any, status: int = 200, cookie: str = "") -> Response:
    headers = {"Connection": "close", **({"Set-Cookie": cookie} if cookie else {})}
    return Response(json.dumps(body), status, headers, "application/json; charset=utf-8")


def _page(text: str, status: int) -> Response:
    return Response(text, status, {"Connection": "close"}, "text/html; charset=utf-8")


class Web:
    """The doors of one simulated Odoo; `key` and `login` are those of the only user."""

    def __init__(self, methods: Methods, *, database: str, login: str, key: str) -> None:
        self.methods = methods
        self.database = database
        self.login = login
        self.key = key

    def routes(self, app: FastAPI) -> None:
        """Put the doors up."""
        routes: list[tuple[str, str, Callable[..., Awaitable[Response]]]] = [
            ("GET", "/web/version", self._version),
            ("POST", "/web/webclient/version_info", self._version_info),
            ("POST", "/json/2/{model}/{method}", self._json2),
            ("POST", "/jsonrpc", self._jsonrpc),
        ]
        for verb, path, handler in routes:
            app.add_api_route(path, handler, methods=[verb], include_in_schema=False)

    @property
    def _release(self) -> list[Any]:
        return [self.methods.database.version, 0, 0, "final", 0, ""]

    async def _version(self, _request: Request) -> Response:
        if self.methods.database.version < JSON2:
            return _page(_NOT_FOUND, 404)
        body = {"version_info": self._release, "version": f"{self._release[0]}.0"}
        return _answer(body, cookie="session_id=0000; HttpOnly; Path=/")

    async def _version_info(self, request: Request) -> Response:
        asked = await request.json()
        result = {"server_version": f"{self._release[0]}.0", "server_version_info": self._release}
        return _answer({"jsonrpc": "2.0", "id": asked.get("id"), "result": result})

    async def _json2(self, model: str, method: str, request: Request) -> Response:
        header = request.headers.get("x-odoo-database", self.database)
        if self.methods.database.version < JSON2 or header != self.database:
            return _page(_NOT_FOUND, 404)
        if "cookie" in request.headers:
            return _page(_COOKIE, 403)
        if not request.headers.get("content-type", "").startswith("application/json"):
            return _page(_WRONG_TYPE, 415)
        try:
            self._authorised(request.headers.get("authorization", ""))
            arguments = _body(await request.body())
            ids = arguments.pop("ids", None)
            self.methods.refuses_one = getattr(request.state, "fault", None) is not None
            return _answer(self._call(model, method, ids, [], arguments))
        except OdooError as error:
            return _answer(error.body(), error.status)

    def _authorised(self, header: str) -> None:
        scheme, _, key = header.partition(" ")
        if scheme.lower() != "bearer":
            raise OdooError("werkzeug.exceptions.Unauthorized", "User not authenticated, use an API Key ...")
        if key != self.key:
            raise OdooError("werkzeug.exceptions.Unauthorized", "Invalid apikey")

    def _call(self, model: str, method: str, ids: list[int] | None, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return self.methods.call(model, method, ids, args, kwargs)

    async def _jsonrpc(self, request: Request) -> Response:
        asked = await request.json()
        envelope: dict[str, Any] = {"jsonrpc": "2.0", "id": asked.get("id")}
        self.methods.refuses_one = getattr(request.state, "fault", None) is not None
        try:
            result = self._service(**asked["params"])
        except OdooError as error:
            return _answer({**envelope, "error": {"code": 0, "message": "Odoo Server Error", "data": error.body()}})
        # None has no place in it: neither result nor error.
        return _answer(envelope if result is None else {**envelope, "result": result})

    def _service(self, service: str, method: str, args: list[Any]) -> Any:
        if args[0] != self.database:
            text = f'connection to server failed: FATAL:  database "{args[0]}" does not exist\n'
            raise OdooError("psycopg2.OperationalError", text)
        if (service, method) == ("common", "authenticate"):
            return 5 if args[1:3] == [self.login, self.key] else False
        _, _, key, model, name, positional, *named = args
        if key != self.key:
            raise OdooError("odoo.exceptions.AccessDenied", "Access Denied")
        ids, rest = (positional[0], positional[1:]) if name in RECORD_METHODS else (None, positional)
        try:
            return self._call(model, name, ids, [*rest], dict(named[0]) if named else {})
        except OdooError as error:
            if error.message.startswith("the model"):
                raise OdooError("odoo.exceptions.UserError", f"Object {model} doesn't exist") from error
            raise


def _body(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise OdooError("werkzeug.exceptions.BadRequest", f"could not parse the body as json: {error}") from error
    # Of an array Odoo drops everything, and answers as if nothing had been said.
    return body if isinstance(body, dict) else {}
