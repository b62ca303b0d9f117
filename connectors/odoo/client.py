"""One user of one Odoo database: finds out what Odoo it is, and calls methods of its models.

No cookies: a session cookie beside the database header is refused (19.0), and `GET /web/version` hands one out.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from http import HTTPStatus
from types import TracebackType
from typing import Any, NamedTuple, Self

from connectors.odoo import wire
from connectors.odoo.faults import Called, RowRefusedError, error_of
from connectors.odoo.protocol import JSON_HEADERS, Access, Json2, JsonRpc, Protocol
from hub.contract import Meter
from hub.errors import ContractBroken, NotInstalled, NotPermitted, SettingsWrong
from hub.http import Client, Response, Transport

PAGE = 2000
"""Records of one page; 10,000 took 0.4 s on 19.0."""
JSON2_SINCE = 19
OLDEST = 16
CONTEXT = {"tz": "UTC", "lang": "en_US"}
"""Sent with every call: `load` reads moments in the context's zone, texts come in the context's language."""
_NOT_ODOO = "No Odoo answers at this address; correct the address in the settings."


class Version(NamedTuple):
    """The series, such as 19 and `19.0`; `saas~18.2` is 18."""

    major: int
    text: str


class OdooClient:
    """Calls by either protocol; the version decides at the first call."""

    def __init__(
        self,
        url: str,
        access: Access,
        *,
        timeout_seconds: int = 60,
        transport: Transport | None = None,
        meter: Meter | None = None,
    ) -> None:
        self._http = Client(
            url.rstrip("/"),
            timeout_seconds=timeout_seconds,
            transport=transport,
            meter=meter,
            # Many of Odoo's own refusals come as 500, and say in their body that nothing was done.
            says_no=lambda answer: error_of(answer) is not None,
        )
        self._access = access

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @cached_property
    def version(self) -> Version:
        """What Odoo it is; needs no log-in."""
        response = self._http.read("GET", "/web/version")
        found = _field(response, "version_info") if response.is_success else None
        if response.status_code == HTTPStatus.NOT_FOUND:
            body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": {}}
            response = self._http.read(
                "POST", "/web/webclient/version_info", content=wire.dumps(body), headers=JSON_HEADERS
            )
            found = _field(_field(response, "result"), "server_version_info")
        return _version(found)

    @cached_property
    def _protocol(self) -> Protocol:
        kind = Json2 if self.version.major >= JSON2_SINCE else JsonRpc
        return kind(self._http, self._access)

    def read(self, model: str, method: str, ids: Sequence[int] | None = None, **arguments: Any) -> Any:
        """Call a method that changes nothing; `context` is added to what is sent anyway."""
        try:
            return self._call(Called(model, method, write=False), ids, arguments)
        except RowRefusedError as error:
            raise NotInstalled(f"Odoo has no such record for {model}/{method}; run the check.") from error

    def write(self, model: str, method: str, ids: Sequence[int] | None = None, **arguments: Any) -> Any:
        """Call a method that changes something, sent once; may raise `faults.RowRefusedError`."""
        return self._call(Called(model, method, write=True), ids, arguments)

    def _call(self, called: Called, ids: Sequence[int] | None, arguments: dict[str, Any]) -> Any:
        context = {**CONTEXT, **arguments.pop("context", {})}
        return self._protocol.call(called, ids, {**arguments, "context": context})

    def search_read(
        self, model: str, domain: Sequence[Any], fields: Sequence[str], **context: Any
    ) -> Iterator[dict[str, Any]]:
        """All matching records in the order of their ids, a page at a time; links are plain ids.

        Pages go by id and not by offset: records made or deleted meanwhile cannot shift a page.
        """
        last = 0
        while True:
            page = self.read(
                model, "search_read", domain=[*domain, ["id", ">", last]], fields=[*fields], order="id", limit=PAGE,
                load=None, context=context,
            )  # fmt: skip
            if not isinstance(page, list):
                raise ContractBroken(f"Odoo's list of {model} has an unknown shape; check what stands in front of it.")
            yield from page
            if len(page) < PAGE:
                return
            last = page[-1]["id"]

    def fields(self, model: str, *attributes: str) -> dict[str, dict[str, Any]]:
        """The fields that the model has in this Odoo, with these attributes."""
        found = self.read(model, "fields_get", allfields=[], attributes=[*attributes] or ["type"])
        if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
            raise ContractBroken(f"Odoo's fields of {model} have an unknown shape; check what stands in front of it.")
        return found

    def may(self, model: str, operation: str) -> bool:
        """Whether the user may read, write, create or unlink records of the model at all."""
        try:
            if self.version.major >= 18:  # it replaced check_access_rights there
                answer = self.read(model, "has_access", [], operation=operation)
            else:
                answer = self.read(model, "check_access_rights", operation=operation, raise_exception=False)
        except NotPermitted:
            return False
        return answer is True


def _field(answer: Any, name: str) -> Any:
    if isinstance(answer, Response):
        try:
            answer = wire.loads(answer.content)
        except ValueError:
            return None
    return answer.get(name) if isinstance(answer, dict) else None


def _version(info: Any) -> Version:
    if not isinstance(info, list) or not info:
        raise SettingsWrong(_NOT_ODOO)
    number = re.search(r"\d+", str(info[0]))
    if number is None:
        raise SettingsWrong(_NOT_ODOO)
    version = Version(int(number[0]), ".".join(str(part) for part in info[:2]))
    if version.major < OLDEST:
        raise SettingsWrong(f"It is Odoo {version.text}; this connector knows Odoo {OLDEST} and later.")
    return version
