"""One communication user of one S/4HANA tenant: reads sets, posts entries, keeps the session that writing needs.

Writing takes a CSRF token and the cookies that came with it (SAP notes 3048103, 3339155). Both are fetched with a HEAD
and sent back unchanged; a 403 that says `Required` did nothing, so the request is sent once more with new ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from connectors.sap import odata_batch as batch
from connectors.sap import odata_wire as wire
from connectors.sap.odata_batch import Part
from connectors.sap.s4hana import access, faults
from connectors.sap.s4hana.entities import SERVICE, TIME_SHEET
from connectors.sap.s4hana.settings import S4Settings
from hub.contract import Meter
from hub.errors import ContractBroken, NotPermitted, SettingsWrong, Unavailable, Uncertain
from hub.http import Client, Response, Transport
from hub.oauth import TokenStore

PAGE = 1000
"""Entities asked for at once; an answer with as many may be cut."""
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}
_CSRF = "x-csrf-token"


@dataclass
class _Session:
    token: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def keep(self, response: Response) -> None:
        """Take over the cookies of an answer, whatever they are called."""
        for line in response.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value

    @property
    def headers(self) -> dict[str, str]:
        """Token and cookies as they came."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {_CSRF: self.token, **({"Cookie": cookies} if cookies else {})}


class S4Client:
    """Requests to one tenant, each with the log-in."""

    def __init__(
        self,
        settings: S4Settings,
        *,
        tokens: TokenStore,
        meter: Meter | None = None,
        transport: Transport | None = None,
    ) -> None:
        self._settings = settings
        self._session: _Session | None = None
        headers = {"Accept-Language": "en"}
        if settings.api_key:
            headers["APIKey"] = settings.api_key.reveal()
        self._http = Client(
            settings.url.rstrip("/"),
            auth=access.auth(settings, tokens, transport),
            headers=headers,
            timeout_seconds=settings.timeout_seconds,
            meter=meter,
            transport=transport,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def rows(self, path: str, what: str, **query: str) -> list[dict[str, Any]]:
        """The entities of a set that one answer holds; raises the errors of `hub.errors`."""
        response = self._http.read("GET", path, params={**self._client, **query, "$format": "json"})
        if not response.is_success:
            raise faults.meaning(response, what, write=False)
        match wire.told(response.content):
            case {"d": {"results": [*rows]}} if all(isinstance(row, dict) for row in rows):
                return rows
        raise ContractBroken(f"The list of {what} has an unknown shape; check what stands in front of S/4HANA.")

    def all_rows(self, path: str, what: str, **query: str) -> Iterator[dict[str, Any]]:
        """All entities of a set that the service can sort: page by page until one is short."""
        for page in range(1_000_000):
            rows = self.rows(path, what, **query, **{"$top": str(PAGE), "$skip": str(page * PAGE)})
            yield from rows
            if len(rows) < PAGE:
                return

    def post(self, body: bytes) -> Part:
        """One entry in a request of its own."""
        path = f"{SERVICE}/{TIME_SHEET.collection}"
        response = self._write(path, body, _JSON)
        refused = response.status_code == HTTPStatus.BAD_REQUEST and faults.refusal(response.content)
        if response.is_success or refused:
            return Part(response.status_code, response.content)
        raise faults.meaning(response, "time sheets", write=True)

    def batch(self, changesets: list[list[bytes]]) -> list[list[Part]]:
        """Many entries in one request; the answers changeset by changeset, one part for a changeset that failed."""
        content = batch.request(TIME_SHEET.collection, changesets)
        headers = {"Content-Type": batch.CONTENT_TYPE, "Accept": "multipart/mixed"}
        response = self._write(f"{SERVICE}/$batch", content, headers)
        if not response.is_success:
            raise faults.meaning(response, "time sheets", write=True)
        try:
            answers = batch.answers(response.headers.get("content-type", ""), response.content)
        except ValueError as error:
            raise faults.meaning(response, "time sheets", write=True) from error
        if len(answers) != len(changesets):
            raise Uncertain(f"S/4HANA gave {len(answers)} answers for {len(changesets)} changes; some may be made.")
        return answers

    def begin(self) -> None:
        """Fetch a token and its session; raises `Unavailable` without one: then nothing was sent."""
        response = self._http.read("HEAD", f"{SERVICE}/", params=self._client, headers={_CSRF: "Fetch"})
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            raise faults.meaning(response, "time sheets", write=False)
        session = _Session(response.headers.get(_CSRF, ""))
        session.keep(response)
        if not session.token or session.token.lower() in ("required", "fetch"):
            if response.is_success:
                raise Unavailable("S/4HANA gave no CSRF token; nothing was sent.")
            raise faults.meaning(response, "time sheets", write=False)
        self._session = session

    def _write(self, path: str, content: bytes, headers: dict[str, str]) -> Response:
        if self._settings.api_key:
            raise SettingsWrong("SAP's sandbox takes no entries; log in to a tenant of your own to send.")
        for _ in range(2):
            if self._session is None:
                self.begin()
            assert self._session is not None
            response = self._http.write(
                "POST", path, params=self._client, content=content, headers={**headers, **self._session.headers}
            )
            if not _wants_token(response):
                self._session.keep(response)
                return response
            self._session = None
        raise NotPermitted("S/4HANA refuses a CSRF token that it just gave; let cookies pass through to it.")

    @property
    def _client(self) -> dict[str, str]:
        return {"sap-client": self._settings.sap_client} if self._settings.sap_client else {}


def _wants_token(response: Response) -> bool:
    asked = response.headers.get(_CSRF, "").lower() == "required"
    return response.status_code == HTTPStatus.FORBIDDEN and asked
