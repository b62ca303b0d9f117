"""OData V2 of the simulated SuccessFactors: queries with pages and effective dates, upserts, metadata."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response

from connectors.sap import odata_wire as wire
from connectors.sap.odata_types import Entity
from connectors.sap.simulated import edmx, shown
from connectors.sap.simulated.answers import json_answer
from connectors.sap.simulated.query import BadFilterError, condition
from connectors.sap.successfactors.simulated.company import Company, Row
from connectors.sap.successfactors.simulated.errors import ODataError, RowError, bad_request
from connectors.sap.successfactors.simulated.tokens import Tokens

ROOT = "/odata/v2"
LONGEST_PAGE, LONGEST_UPSERT = 1000, 1000
_DATED = ("EmpJob", "FOCostCenter")


class OData:
    """The doors. `page`: rows of a page at most; `refuse_one`: the next row of an upsert is refused."""

    def __init__(self, company: Company, tokens: Tokens) -> None:
        self.company = company
        self.tokens = tokens
        self.page = LONGEST_PAGE
        self.refuse_one = False

    def routes(self, app: FastAPI) -> None:
        """Put the doors up."""
        app.add_api_route(f"{ROOT}/{{path:path}}", self._door, methods=["GET", "POST"], include_in_schema=False)

    async def _door(self, path: str, request: Request) -> Response:
        if refused := self.tokens.refusal(request):
            return refused
        self.refuse_one = getattr(request.state, "fault", None) is not None
        try:
            if path.endswith("$metadata"):
                return Response(self._metadata(path), media_type="application/xml")
            if request.method == "POST":
                return json_answer({"d": self._upsert(path, await request.body(), dict(request.query_params))})
            return json_answer({"d": self._query(path, dict(request.query_params), str(request.base_url))})
        except ODataError as error:
            return json_answer(error.body(), error.status)

    def _metadata(self, path: str) -> str:
        names = path.removesuffix("$metadata").strip("/")
        sets = self.company.sets()
        return edmx.metadata("SFOData", [one for name, (one, _) in sets.items() if not names or name in names])

    def _query(self, path: str, query: Mapping[str, str], base: str) -> dict[str, Any]:
        one, rows = self._set(path)
        fields = _fields(one, query)
        if "asOfDate" in query and "fromDate" in query:
            raise bad_request("asOfDate and fromDate exclude each other")
        try:
            test = condition(query.get("$filter", ""))
        except (BadFilterError, ValueError) as error:
            raise ODataError(400, "COE_BAD_PROPERTY_EXPRESSION", f"[COE0003]{error} is not filterable") from error
        found = [row for row in _effective(one, rows, query) if test(row)]
        if one.name == "User" and "status" not in query.get("$filter", ""):
            found = [row for row in found if row["status"] == "t"]
        return self._paged(one, found, fields, query, base)

    def _paged(
        self, one: Entity, found: list[Row], fields: list[str], query: Mapping[str, str], base: str
    ) -> dict[str, Any]:
        size = min(self.page, LONGEST_PAGE, int(query.get("customPageSize", LONGEST_PAGE)))
        begin = int(query.get("$skiptoken", 0))
        root = f"{base.rstrip('/')}{ROOT}"
        results = [
            shown.entity(one, {name: row[name] for name in (*fields, *_keys(one))}, "SFOData", root, fixed=False)
            for row in found[begin : begin + size]
        ]
        if begin + size >= len(found):
            return {"results": results}
        asked = {**query, "$skiptoken": str(begin + size)}
        return {"results": results, "__next": f"{root}/{one.collection}?{_encoded(asked)}"}

    def _set(self, path: str) -> tuple[Entity, list[Row]]:
        sets = self.company.sets()
        if path not in sets:
            raise ODataError(404, "COE_ENTITY_NOT_FOUND", f"[COE0020]Entity {path} is not found")
        return sets[path]

    def _upsert(self, path: str, body: bytes, query: Mapping[str, str]) -> list[dict[str, Any]]:
        if path != "upsert":
            raise ODataError(500, "ServerErrorException", "HTTP 405 Method Not Allowed")
        if query.get("purgeType", "incremental") != "incremental":
            raise bad_request("the simulated company is never purged")
        try:
            given = json.loads(body)
        except ValueError as error:
            raise bad_request(f"The post data are in the bad JSON format: {error}") from error
        rows = given if isinstance(given, list) else [given]
        if len(rows) > LONGEST_UPSERT:
            text = f"Upsert content exceeds the limitation, the maximum size is {LONGEST_UPSERT}"
            raise bad_request(text)
        ready = [self._ready(row) for row in rows]  # a field that is not there fails all of it
        return [self._result(at, one, values) for at, (one, values) in enumerate(ready)]

    def _ready(self, row: Row) -> tuple[Entity, Row]:
        name = str(row["__metadata"]["uri"]).rpartition("/")[2].partition("(")[0]
        one, _ = self._set(name)
        given = {key: value for key, value in row.items() if key != "__metadata"}
        known = {each.name: each for each in one.properties}
        if unknown := sorted(given.keys() - known.keys()):
            raise bad_request(f"unknown property {unknown[0]} for {one.name}")
        return one, given

    def _result(self, index: int, one: Entity, given: Row) -> dict[str, Any]:
        key = f"{one.name}/" + ",".join(f"{name}={given.get(name)}" for name in _keys(one))
        try:
            self._put(one, given)
        except RowError as error:
            text = f"{error} with the index {index}"
            return _told(index, key, status="ERROR", editStatus=None, message=text, httpCode=500)
        return _told(index, key, status="OK", editStatus="UPSERTED", message=None, httpCode=200)

    def _put(self, one: Entity, given: Row) -> None:
        if self.refuse_one:
            self.refuse_one = False
            raise RowError("The time sheet of the period is locked")
        if wrong := one.wrong(given):
            raise RowError(wrong)
        dates = {each.name for each in one.properties if each.type == "Edm.DateTime"}
        self.company.put(
            one.name, {key: wire.day(value) if key in dates and value else value for key, value in given.items()}
        )


def _told(index: int, key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "index": index, "inlineResults": None, **more}


def _keys(one: Entity) -> list[str]:
    return [each.name for each in one.properties if each.key]


def _fields(one: Entity, query: Mapping[str, str]) -> list[str]:
    known = [each.name for each in one.properties]
    asked = query["$select"].split(",") if query.get("$select") else known
    if unknown := [name for name in asked if name not in known]:
        text = f"[COE0021]Invalid property names: {one.name}/{unknown[0]}. Please check the property name."
        raise ODataError(400, "COE_PROPERTY_NOT_FOUND", text)
    return asked


def _effective(one: Entity, rows: list[Row], query: Mapping[str, str]) -> list[Row]:
    """Rows of a day, or of a stretch of days; of today where nothing is said."""
    if one.name not in _DATED:
        return rows
    today = datetime.now(UTC).date()
    first = date.fromisoformat(query.get("fromDate") or query.get("asOfDate") or today.isoformat())
    last = date.fromisoformat(query.get("toDate", "9999-12-31")) if "fromDate" in query else first
    return [row for row in rows if row["startDate"] <= last and (row["endDate"] or last) >= first]


def _encoded(query: Mapping[str, str]) -> str:
    return urlencode(query)
