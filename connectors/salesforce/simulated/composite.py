"""Several requests in one call (REST guide): `/composite` with up to 25, of which 5 may be collections or queries."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.salesforce.simulated.calls import Call, Reply
from connectors.salesforce.simulated.errors import ApiError
from connectors.salesforce.simulated.org import Org

LARGEST, LARGEST_HEAVY = 25, 5
LARGEST_GRAPHS, LARGEST_NODES = 75, 500
BAD = 400
_REFERENCE = re.compile(r"@\{(\w+)((?:\[\d+\]|\.\w+)*)\}")
_STEP = re.compile(r"\[(\d+)\]|\.(\w+)")
_HALTED = "The transaction was rolled back since another operation in the same transaction failed."


@dataclass
class Composite:
    """The handler; `inner` carries out one request."""

    org: Org
    inner: Callable[[Call], Reply]

    def run(self, call: Call) -> Reply:
        """All requests in order; a later one may refer to the answers of earlier ones."""
        asked = call.json()
        parts = _parts(asked)
        heavy = sum("/composite/sobjects" in one["url"] or "/query" in one["url"] for one in parts)
        if len(parts) > LARGEST or heavy > LARGEST_HEAVY:
            text = f"Limit exceeded: at most {LARGEST} requests, {LARGEST_HEAVY} of them collections or queries"
            raise ApiError(400, "LIMIT_EXCEEDED", text)
        return Reply(200, self._carried_out(parts, all_or_none=bool(asked.get("allOrNone"))))

    def graph(self, call: Call) -> Reply:
        """`POST /composite/graph`: several of them, each all or none by itself."""
        graphs = call.json().get("graphs", [])
        if len(graphs) > LARGEST_GRAPHS or sum(len(_parts(one)) for one in graphs) > LARGEST_NODES:
            raise ApiError(400, "LIMIT_EXCEEDED", f"At most {LARGEST_GRAPHS} graphs and {LARGEST_NODES} nodes")
        return Reply(200, {"graphs": [self._graph(one) for one in graphs]})

    def _graph(self, asked: dict[str, Any]) -> dict[str, Any]:
        told = self._carried_out(_parts(asked), all_or_none=True)
        good = all(one["httpStatusCode"] < BAD for one in told["compositeResponse"])
        return {"graphId": asked.get("graphId"), "graphResponse": told, "isSuccessful": good}

    def _carried_out(self, parts: list[dict[str, Any]], *, all_or_none: bool) -> dict[str, Any]:
        told: dict[str, Reply] = {}
        before = self.org.state()
        for part in parts:
            told[part["referenceId"]] = self._one(part, told)
        if all_or_none and any(one.status >= BAD for one in told.values()):
            self.org.restore(before)
            halted = Reply(BAD, [{"errorCode": "PROCESSING_HALTED", "message": _HALTED}])
            told = {name: one if one.status >= BAD else halted for name, one in told.items()}
        return {"compositeResponse": [_shown(name, one) for name, one in told.items()]}

    def _one(self, part: dict[str, Any], told: dict[str, Reply]) -> Reply:
        try:
            text = _REFERENCE.sub(lambda found: _looked_up(found, told), json.dumps(part, default=_number))
        except LookupError:
            said = "Invalid reference specified. No value found for it."
            return Reply(BAD, [{"errorCode": "PROCESSING_HALTED", "message": said}])
        filled = json.loads(text)
        address = urlsplit(filled["url"])
        content = json.dumps(filled["body"]).encode() if "body" in filled else b""
        return self.inner(Call(filled["method"], address.path, dict(parse_qsl(address.query)), {}, content))


def _parts(asked: dict[str, Any]) -> list[dict[str, Any]]:
    parts = asked.get("compositeRequest")
    if not isinstance(parts, list) or not all(isinstance(one, dict) and one.get("referenceId") for one in parts):
        raise ApiError(400, "JSON_PARSER_ERROR", "compositeRequest with a referenceId for each is required")
    return parts


def _looked_up(found: "re.Match[str]", told: dict[str, Reply]) -> str:
    at: Any = told[found[1]].body
    for index, name in _STEP.findall(found[2]):
        if not isinstance(at, list if index else dict):
            raise LookupError(name)  # noqa: TRY004 - nothing is there
        at = at[int(index)] if index else at[name]
    return str(at)


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value))


def _shown(name: str, reply: Reply) -> dict[str, Any]:
    headers = {"Location": reply.headers["Location"]} if "Location" in reply.headers else {}
    return {"body": reply.body, "httpHeaders": headers, "httpStatusCode": reply.status, "referenceId": name}
