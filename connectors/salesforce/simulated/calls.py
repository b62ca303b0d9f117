"""A request as the handlers of the simulated Salesforce see it, and what they answer."""

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fastapi import Request, Response

from connectors.salesforce.simulated.errors import ApiError

JSON = "application/json;charset=UTF-8"
CSV = "text/csv"


@dataclass(frozen=True, slots=True)
class Call:
    """One request; segments of `path` are still encoded. `fault`: one of its rows is to be refused."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    fault: bool = False

    @property
    def version(self) -> int:
        """The API version in the path."""
        found = re.match(r"/services/data/v(\d+)\.0(?:/|$)", self.path)
        return int(found[1]) if found else 0

    @property
    def base(self) -> str:
        """The path up to the version."""
        return f"/services/data/v{self.version}.0"

    def json(self) -> Any:
        """The body; numbers with a point are `Decimal`."""
        if not self.content:
            text = "The HTTP entity body is required, but this request has no entity body."
            raise ApiError(400, "JSON_PARSER_ERROR", text)
        try:
            return json.loads(self.content, parse_float=Decimal)
        except ValueError as error:
            raise ApiError(400, "JSON_PARSER_ERROR", f"Unexpected character: {error}") from None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: a body of JSON unless `text` is given."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    text: str | None = None
    media: str = JSON


Handler = Callable[..., Reply]


async def call_of(request: Request) -> Call:
    """The request, unpacked; `?_HttpMethod=` stands for the method where a client knows no PATCH."""
    content = await request.body()
    if request.headers.get("content-encoding") == "gzip":
        content = gzip.decompress(content)
    query = dict(request.query_params)
    method = query.pop("_HttpMethod", request.method)
    path = request.scope["raw_path"].decode().rstrip("/")
    fault = getattr(request.state, "fault", None) is not None
    return Call(method, path, query, dict(request.headers), content, fault)


def response_of(reply: Reply, asked: Call) -> Response:
    """The answer as it is sent: indented or packed where that was asked for."""
    pretty = asked.headers.get("x-prettyprint") == "1"
    shape: dict[str, Any] = {"indent": 2, "separators": (",", " : ")} if pretty else {"separators": (",", ":")}
    content = b"" if reply.body is None else json.dumps(reply.body, **shape).encode()
    if reply.text is not None:
        content = reply.text.encode()
    headers = {"Cache-Control": "no-cache,must-revalidate,max-age=0,no-store,private", **reply.headers}
    if content and "gzip" in asked.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = gzip.compress(content, 1), "gzip"
    return Response(content, reply.status, headers, reply.media if content else None)
