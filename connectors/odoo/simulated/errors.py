"""What the simulated Odoo raises: name, message and HTTP status as recorded on 19.0."""

from typing import Any

STATUS = {
    "odoo.exceptions.ValidationError": 422,
    "odoo.exceptions.UserError": 422,
    "odoo.exceptions.AccessError": 403,
    "odoo.exceptions.AccessDenied": 403,
    "odoo.exceptions.MissingError": 404,
    "odoo.exceptions.LockError": 409,
    "werkzeug.exceptions.Unauthorized": 401,
    "werkzeug.exceptions.NotFound": 404,
    "werkzeug.exceptions.BadRequest": 400,
    "werkzeug.exceptions.UnprocessableEntity": 422,
}


class OdooError(Exception):
    """An exception inside Odoo; what has no status of its own answers 500."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status of a JSON-2 answer."""
        return STATUS.get(self.name, 500)

    def body(self) -> dict[str, Any]:
        """The error object, with a traceback that nobody should log."""
        shown = {"name": self.name, "message": self.message, "arguments": [self.message], "context": {}}
        return {**shown, "debug": f"Traceback (most recent call last): /opt/odoo/odoo/http.py\n{self.message}"}


def validation(message: str) -> OdooError:
    """A constraint."""
    return OdooError("odoo.exceptions.ValidationError", message)


def user(message: str) -> OdooError:
    """A refusal by the application."""
    return OdooError("odoo.exceptions.UserError", message)


def access(message: str) -> OdooError:
    """A right that the user lacks."""
    return OdooError("odoo.exceptions.AccessError", message)


def missing(model: str, ref: int) -> OdooError:
    """A record that is not there."""
    text = f"Record does not exist or has been deleted.\n(Record: {model}({ref},), User: 5)"
    return OdooError("odoo.exceptions.MissingError", text)


def value(message: str) -> OdooError:
    """A payload that Odoo's code trips over."""
    return OdooError("builtins.ValueError", message)
