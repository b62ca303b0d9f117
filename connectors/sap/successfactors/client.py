"""One user of one company: reads entities page by page, upserts, and calls the REST interfaces."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from connectors.sap import odata_wire as wire
from connectors.sap.odata_types import Entity
from connectors.sap.successfactors import faults
from connectors.sap.successfactors.settings import SfSettings
from hub.contract import Meter
from hub.errors import ContractBroken, Uncertain
from hub.http import Client, Response, Transport
from hub.oauth import OAuth

ODATA = "/odata/v2"
PAGE = 1000
_JSON = {"Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row of an upsert; `reason` is empty when it was carried out."""

    reason: str = ""


class SfClient:
    """Requests to one company, each with a token."""

    def __init__(
        self, settings: SfSettings, auth: OAuth, *, meter: Meter | None = None, transport: Transport | None = None
    ) -> None:
        self._url = settings.url.rstrip("/")
        self._http = Client(
            self._url,
            auth=auth,
            headers=_JSON,
            timeout_seconds=settings.timeout_seconds,
            meter=meter,
            transport=transport,
            says_no=faults.refuses_method,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def rows(self, entity: Entity, *, paging: str, **query: str) -> Iterator[dict[str, Any]]:
        """All entities, page by page; the address of the next page is followed as it was given.

        `paging` is `snapshot`, or `cursor` for entities of the metadata framework: without it a row may be lost when
        others change meanwhile (SAP notes 3308165, 2489065). Only the fields that we know are asked for.
        """
        asked = {
            "$format": "json", "$select": ",".join(one.name for one in entity.properties), "paging": paging,
            "customPageSize": str(PAGE), **query,
        }  # fmt: skip
        response = self._http.read("GET", f"{ODATA}/{entity.collection}", params=asked)
        while True:
            rows, following = _page(response, entity.name)
            yield from rows
            if not following:
                return
            response = self._http.read("GET", self._same_host(following))

    def upsert(self, entity: Entity, rows: Sequence[Mapping[str, Any]]) -> list[Result]:
        """Insert or change rows by their keys, touching only the fields given; one result a row.

        Never with a purge type: `full` would remove everything else of the same parent (SAP note 2545933).
        """
        head = {"__metadata": {"uri": entity.collection, "type": f"SFOData.{entity.name}"}}
        response = self._http.write(
            "POST",
            f"{ODATA}/upsert",
            params={"$format": "json"},
            content=wire.dumps([{**head, **row} for row in rows]),
            headers={"Content-Type": "application/json"},
        )
        told = wire.told(response.content) if response.is_success else None
        match told:
            case {"d": [*results]}:
                return _results(results, len(rows))
        raise faults.meaning(response, entity.name, write=True)

    def get(self, path: str, **query: str) -> Response:
        """Read from a REST or OData V4 interface."""
        return self._http.read("GET", path, params=query)

    def send(self, method: str, path: str, body: Any, content_type: str = "application/json") -> Response:
        """Change something over a REST interface."""
        return self._http.write(method, path, content=wire.dumps(body), headers={"Content-Type": content_type})

    def _same_host(self, address: str) -> str:
        """The next page; the token is not carried to another host, nor out of TLS."""
        ours, whole = urlsplit(self._url), urlsplit(urljoin(f"{self._url}{ODATA}/", address))
        if whole.netloc != ours.netloc:
            raise ContractBroken(f"The next page is on {whole.netloc}; give that host as the address.")
        return whole._replace(scheme=ours.scheme).geturl()


def _page(response: Response, what: str) -> tuple[list[dict[str, Any]], str]:
    if not response.is_success:
        raise faults.meaning(response, what, write=False)
    match wire.told(response.content):
        case {"d": {"results": [*rows]} as body} if all(isinstance(row, dict) for row in rows):
            return rows, str(body.get("__next") or "")
    raise ContractBroken(f"The list of {what} has an unknown shape; check what stands in front of SuccessFactors.")


def _results(results: list[Any], count: int) -> list[Result]:
    """By the index that each result names: their order promises nothing."""
    found: dict[int, Result] = {}
    for one in results:
        match one:
            case {"index": int(index), "status": "OK"}:
                found[index] = Result()
            case {"index": int(index)}:
                found[index] = Result(faults.reason(one.get("message")))
    if found.keys() != set(range(count)):
        raise Uncertain(f"SuccessFactors told of {len(found)} of {count} rows; the others may have been carried out.")
    return [found[index] for index in range(count)]
