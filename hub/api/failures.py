"""What nobody foresaw in a request: told to the caller without its cause, and to the log without the caller's data."""

import logging

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from hub.api.problems import problem
from hub.errors import HubError
from hub.intake import of_database

_log = logging.getLogger(__name__)


def told(error: Exception) -> str:
    """What went wrong, without the row that it went wrong with: databases like to quote it."""
    cause = getattr(error, "orig", None) or error
    name, code = type(cause).__name__, getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    told = f"{name} {code}" if code else name
    first_line, _, _ = str(cause).strip().partition("\n")
    return f"{told}: {first_line}" if of_database(error) else told


def install(app: FastAPI) -> None:
    """Answer 503 while the database or a device's secret is missing, so that the sender keeps what it has."""

    async def on_database(_request: Request, error: Exception) -> Response:
        _log.error("The database cannot be used: %s", told(error))
        return problem(503, "The database cannot be used now; nothing was stored. Send it again.")

    async def on_settings(_request: Request, error: Exception) -> Response:
        # Which secret is missing is for the log: the caller is not yet known to be who it says.
        _log.error("A device cannot be served: %s", error)
        return problem(503, "This device is not set up completely; the log says what is missing. Send it again.")

    app.add_exception_handler(SQLAlchemyError, on_database)
    app.add_exception_handler(HubError, on_settings)
