"""Errors over HTTP as problem documents (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

MEDIA_TYPE = "application/problem+json"


class Problem(HTTPException):
    """Raise to answer with a problem document; `detail` is a sentence for the person who must act."""

    def __init__(self, status: int, detail: str, **members: Any) -> None:
        super().__init__(status, detail)
        self.members = members


def problem(status: int, detail: str, **members: Any) -> JSONResponse:
    """The problem document itself."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE)


def problem_schema() -> dict[str, Any]:
    """JSON Schema of a problem document, for the pages of the API."""
    texts = {name: {"type": "string"} for name in ("type", "title", "detail")}
    errors = {"type": "array", "items": {"type": "object", "description": "`where` and `what`."}}
    return {"type": "object", "properties": {**texts, "status": {"type": "integer"}, "errors": errors}}


def install(app: FastAPI) -> None:
    """Answer every error of the application as a problem document."""

    async def on_http_error(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return problem(error.status_code, str(error.detail), **getattr(error, "members", {}))

    async def on_invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        # The refused values stay out of the answer: they may be personal.
        errors = [{"where": "/".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors()]
        return problem(422, "The request does not fit; see `errors`.", errors=errors)

    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
