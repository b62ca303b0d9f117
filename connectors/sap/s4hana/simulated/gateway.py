"""The door of the simulated Gateway: log-in, CSRF sessions, sets, posts and batches.

Recorded or documented: the token goes with its cookies, a wrong one answers 403 with `Required` and plain text, a wrong
log-in answers HTML, HEAD gives tokens, addresses may end in a slash, `$orderby` and `$inlinecount` are ignored.
"""

import base64
import json
import re
import secrets
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI, Request, Response

from connectors.sap.odata_batch import messages
from connectors.sap.odata_types import Entity
from connectors.sap.s4hana.simulated.batch import Operation, answer_of, operation
from connectors.sap.s4hana.simulated.books import Books
from connectors.sap.s4hana.simulated.errors import FRAMEWORK, SEGMENT, GatewayError
from connectors.sap.simulated import edmx, shown
from connectors.sap.simulated.answers import json_answer
from connectors.sap.simulated.query import BadFilterError, condition

SESSION, USER = "SAP_SESSIONID_SIM_100", "sap-usercontext"
LOGON = "<html><body><h1>Logon Error Message</h1></body></html>"
_BY_KEY = re.compile(r"(\w+)\((.+)\)")
# `gt` and `lt` are known to answer wrongly; what they do instead is a guess.
_DEFECTS: dict[str, Callable[[Any, Any], bool]] = {"gt": lambda a, b: a >= b, "lt": lambda a, b: a <= b}


@dataclass
class Service:
    """One OData service: where it is, its sets with their rows, and the books that take a POST, if it takes any."""

    root: str
    sets: Mapping[str, tuple[Entity, Callable[[], list[dict[str, Any]]]]]
    books: Books | None = None

    @property
    def namespace(self) -> str:
        """The last part of the address."""
        return self.root.rpartition("/")[2]


@dataclass
class Gateway:
    """All services behind one log-in. `tokens` are accepted beside the password, `api_key` opens the sandbox.

    `one_operation`: a changeset takes one operation only, as Gateway's default implementation does.
    """

    services: list[Service]
    user: str
    password: str
    now: Callable[[], int]
    tokens: Callable[[str], bool] = lambda _token: False
    api_key: str = ""
    one_operation: bool = True
    session_seconds: int = 1800
    sessions: dict[str, tuple[str, int]] = field(default_factory=dict)
    refuse_one: bool = False

    def routes(self, app: FastAPI) -> None:
        """Put the doors up."""
        for service in self.services:
            app.add_api_route(
                f"{service.root}/{{rest:path}}",
                self._door(service),
                methods=["GET", "HEAD", "POST", "PUT", "DELETE"],
                include_in_schema=False,
            )

    def _door(self, service: Service) -> Callable[[Request], Any]:
        async def handle(request: Request) -> Response:
            if not self._known(request):
                return Response(LOGON, 401, {"www-authenticate": "Basic"}, "text/html")
            self.refuse_one = getattr(request.state, "fault", None) is not None
            try:
                answer = await self._answer(service, request)
            except GatewayError as error:
                answer = json_answer(error.body(), error.status)
            return self._with_session(request, answer)

        return handle

    def _known(self, request: Request) -> bool:
        if self.api_key:
            return request.headers.get("apikey") == self.api_key
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.tokens(given)
        return given == base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

    def _with_session(self, request: Request, answer: Response) -> Response:
        if request.headers.get("x-csrf-token", "").lower() == "fetch":
            name, token = secrets.token_urlsafe(16), f"{secrets.token_urlsafe(12)}=="
            self.sessions[name] = (token, self.now() + self.session_seconds)
            answer.headers["x-csrf-token"] = token
            answer.headers.append("set-cookie", f"{SESSION}={name}; path=/; HttpOnly")
            answer.headers.append("set-cookie", f"{USER}=sap-client=100; path=/")
        answer.headers["dataserviceversion"] = "2.0"
        return answer

    async def _answer(self, service: Service, request: Request) -> Response:
        path = request.url.path.removeprefix(service.root).strip("/")
        if request.method in ("GET", "HEAD"):
            return self._read(service, path, request)
        if request.method != "POST" or self.api_key:
            raise GatewayError(405, "/IWFND/CM_MGW/022", "The method is not allowed")
        if not self._session_holds(request):
            return Response("CSRF token validation failed", 403, {"x-csrf-token": "Required"}, "text/plain")
        body = await request.body()
        if path == "$batch":
            return self._batch(service, request, body)
        return json_answer({"d": self._post(service, path, body)}, 201)

    def _session_holds(self, request: Request) -> bool:
        token, until = self.sessions.get(request.cookies.get(SESSION, ""), ("", 0))
        both = USER in request.cookies and bool(token)
        return both and request.headers.get("x-csrf-token") == token and self.now() < until

    def _read(self, service: Service, path: str, request: Request) -> Response:
        if path == "":
            return json_answer({"d": {"EntitySets": [*service.sets]}}, 200)
        if path == "$metadata":
            return Response(
                edmx.metadata(service.namespace, [one for one, _ in service.sets.values()]),
                media_type="application/xml",
            )
        return json_answer(self.query(service, path, dict(request.query_params)), 200)

    def query(self, service: Service, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        """The answer to a read of a set."""
        if by_key := _BY_KEY.fullmatch(path):
            return self._one(service, by_key[1], by_key[2])
        if path not in service.sets:
            raise GatewayError(404, SEGMENT, f"Resource not found for the segment '{path}'")
        one, rows = service.sets[path]
        try:
            test = condition(query.get("$filter", ""), _DEFECTS)
        except (BadFilterError, ValueError) as error:
            raise GatewayError(400, FRAMEWORK, f"Invalid filter near {error}") from error
        found = [row for row in rows() if test(row)]
        skip = int(query.get("$skip", 0))
        found = found[skip : skip + int(query.get("$top", len(found)))]
        return {"d": {"results": [self._shown(service, one, row) for row in found]}}

    def _one(self, service: Service, name: str, keys: str) -> dict[str, Any]:
        """The answer to a read of one entity."""
        one, rows = service.sets[name]
        test = condition(" and ".join(part.replace("=", " eq ", 1) for part in unquote(keys).split(",")))
        found = [row for row in rows() if test(row)]
        if not found:
            raise GatewayError(404, "/IWBEP/CM_MGW_RT/020", f"Resource not found for '{name}'")
        return {"d": self._shown(service, one, found[0])}

    def _shown(self, service: Service, one: Entity, row: Mapping[str, Any]) -> dict[str, Any]:
        more = {name: value for name, value in row.items() if name.startswith("to_")}
        return {**shown.entity(one, row, service.namespace, f"https://host{service.root}", fixed=True), **more}

    def _post(self, service: Service, path: str, body: bytes) -> dict[str, Any]:
        name = path.rpartition("/")[2] if path.startswith("sap/") else path
        if service.books is None or name not in service.sets:
            raise GatewayError(405, "/IWBEP/CM_MGW_RT/021", f"Method 'CREATE_ENTITY' not implemented for {path}")
        try:
            payload = json.loads(body)
        except ValueError as error:
            raise GatewayError(400, FRAMEWORK, "The payload is no JSON") from error
        if self.refuse_one:
            self.refuse_one = False
            raise GatewayError(400, "56/393", "Pers.no. 00000001 is blocked by user JDOE")
        return self._shown(service, service.sets[name][0], service.books.post(payload))

    def _batch(self, service: Service, request: Request, body: bytes) -> Response:
        groups = messages(request.headers.get("content-type", ""), body)
        boundary = "simulated"
        parts = b"".join(self._group(service, group, boundary) for group in groups)
        content = parts + f"--{boundary}--\r\n".encode()
        return Response(content, 202, {"content-type": f"multipart/mixed; boundary={boundary}"})

    def _group(self, service: Service, group: list[bytes], boundary: str) -> bytes:
        asked = [operation(raw, service.root) for raw in group]
        if asked[0].method == "GET":
            return answer_of(boundary, [(200, self.query(service, asked[0].path, asked[0].query))], changeset=False)
        try:
            made = self._changeset(service, asked)
        except GatewayError as error:
            return answer_of(boundary, [(error.status, error.body())], changeset=False)
        return answer_of(boundary, [(201, {"d": one}) for one in made], changeset=True)

    def _changeset(self, service: Service, asked: list[Operation]) -> list[dict[str, Any]]:
        """All of it or nothing."""
        if self.one_operation and len(asked) > 1:
            raise GatewayError(400, FRAMEWORK, "Default changeset implementation allows only one operation")
        before = deepcopy(service.books.entries) if service.books and len(asked) > 1 else {}
        try:
            return [self._post(service, one.path, one.body) for one in asked]
        except GatewayError:
            if service.books and len(asked) > 1:
                service.books.entries = before
            raise
