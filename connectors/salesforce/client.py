"""One user of one Salesforce org: queries, descriptions and collections of rows (REST guide)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.salesforce import wire
from connectors.salesforce.faults import Said, of_answer, said_of
from connectors.salesforce.limits import OrgMeter
from connectors.salesforce.settings import SalesforceSettings
from hub.errors import ContractBroken
from hub.http import Auth, Client, Response, Transport

CHUNK = 200
"""Rows of one collection; Salesforce takes no more."""
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row: the record's id, or why it was refused."""

    ref: str = ""
    said: Said | None = None


class SalesforceClient:
    """Calls of the version in the settings; `meter` counts them with what the org says of its own count."""

    def __init__(
        self, settings: SalesforceSettings, auth: Auth, meter: OrgMeter, transport: Transport | None = None
    ) -> None:
        self.meter = meter
        self.base = f"/services/data/v{settings.api_version}"
        self._http = Client(
            settings.url,
            auth=auth,
            # The first names us in Salesforce's logs, the second keeps our reads out of people's lists.
            headers={"Sforce-Call-Options": "client=muster", "Sforce-Mru": "updateMru=false"},
            timeout_seconds=settings.timeout_seconds,
            meter=meter,
            transport=transport,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def read(self, method: str, path: str, **request: Any) -> Response:
        """A request that changes nothing; raises the error of any answer that is no success."""
        response = self._http.read(method, path, **request)
        self.meter.note(response)
        if not response.is_success:
            raise of_answer(response, path, write=False)
        return response

    def write(self, method: str, path: str, **request: Any) -> Response:
        """A request that changes something, sent once; raises the error of any answer that is no success."""
        response = self._http.write(method, path, **request)
        self.meter.note(response)
        if not response.is_success:
            raise of_answer(response, path, write=True)
        return response

    def get(self, path: str, **params: str) -> Any:
        """The JSON at a path below the version."""
        return self._body(self.read("GET", f"{self.base}{path}", params=params or None), path)

    def versions(self) -> list[str]:
        """The versions of the API that this Salesforce has, oldest first."""
        found = self._body(self.read("GET", "/services/data"), "/services/data")
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise ContractBroken("No Salesforce answers at this address; correct url in the settings.")
        return [str(one.get("version")) for one in found]

    def query(self, soql: str) -> Iterator[dict[str, Any]]:
        """All rows of a query, a page at a time; the address of the next page is followed as it is given."""
        page = self.get("/query", q=soql)
        while True:
            if not isinstance(page, dict) or not isinstance(page.get("records"), list):
                raise ContractBroken("Salesforce's answer to a query has an unknown shape.")
            yield from page["records"]
            if not (following := page.get("nextRecordsUrl")):
                return
            if not str(following).startswith("/services/data/"):
                raise ContractBroken("Salesforce names a next page that is not its own; nothing was sent there.")
            page = self._body(self.read("GET", str(following)), "/query")

    def fields(self, name: str) -> dict[str, dict[str, Any]]:
        """The fields of an object that the user may see; raises `NotInstalled` when there is no such object."""
        return {str(one.get("name")): one for one in self._described(name)["fields"]}

    def may_delete(self, name: str) -> bool:
        """Whether the user may delete records of the object."""
        return self._described(name).get("deletable") is True

    def _described(self, name: str) -> dict[str, Any]:
        found = self.get(f"/sobjects/{name}/describe")
        if not isinstance(found, dict) or not isinstance(found.get("fields"), list):
            raise ContractBroken(f"Salesforce's description of {name} has an unknown shape.")
        return found

    def create(self, records: Sequence[dict[str, Any]]) -> list[Result]:
        """Make up to 200 records."""
        return self._collection("POST", "/composite/sobjects", records)

    def update(self, records: Sequence[dict[str, Any]]) -> list[Result]:
        """Change up to 200 records by id."""
        return self._collection("PATCH", "/composite/sobjects", records)

    def upsert(self, name: str, key: str, records: Sequence[dict[str, Any]]) -> list[Result]:
        """Make or change up to 200 records by an external id that stands in each."""
        return self._collection("PATCH", f"/composite/sobjects/{name}/{key}", records)

    def delete(self, refs: Sequence[str]) -> list[Result]:
        """Put up to 200 records into the recycle bin."""
        params = {"ids": ",".join(refs), "allOrNone": "false"}
        response = self.write("DELETE", f"{self.base}/composite/sobjects", params=params)
        return self._results(response, len(refs))

    def _collection(self, method: str, path: str, records: Sequence[dict[str, Any]]) -> list[Result]:
        body = wire.dumps({"allOrNone": False, "records": [*records]})
        response = self.write(method, f"{self.base}{path}", content=body, headers=JSON)
        return self._results(response, len(records))

    def _results(self, response: Response, expected: int) -> list[Result]:
        try:
            rows = wire.loads(response.content)
        except ValueError:
            raise of_answer(response, "a collection", write=True) from None
        if not isinstance(rows, list) or len(rows) != expected:
            raise ContractBroken("Salesforce's answer to a collection has an unknown shape; report it.")
        return [_result(row) for row in rows]

    @staticmethod
    def _body(response: Response, what: str) -> Any:
        try:
            return wire.loads(response.content)
        except ValueError:
            raise of_answer(response, what, write=False) from None


def _result(row: Any) -> Result:
    match row:
        case {"success": True, "id": str(ref)}:
            return Result(ref)
        case {"success": False, "errors": [error, *_]} if said := said_of(error):
            return Result(said=said)
    raise ContractBroken("Salesforce's answer about a row has an unknown shape; report it.")
