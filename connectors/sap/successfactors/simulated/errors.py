"""What the simulated SuccessFactors refuses: JSON for requests, XML from the log-in filter, as documented."""

from typing import Any

from fastapi import Response

_XML = """<?xml version="1.0" encoding="UTF-8"?>
<error xmlns="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">
  <code>{code}</code>
  <message xml:lang="en-US">[{code}]{text}</message>
</error>
"""


class ODataError(Exception):
    """A refused request."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text

    def body(self) -> dict[str, Any]:
        """The error object."""
        return {"error": {"code": self.code, "message": {"lang": "en-US", "value": self.text}}}


class RowError(Exception):
    """A refused row of an upsert; the others are carried out."""


def bad_request(text: str) -> ODataError:
    """Something about the request itself."""
    return ODataError(400, "BadRequestException", text)


def login(status: int, code: str, text: str) -> Response:
    """An answer of the log-in filter: XML, whatever was asked for."""
    return Response(_XML.format(code=code, text=text), status, media_type="application/xml")
