"""What the simulated Salesforce refuses with: a request as a whole, or one row of it."""

from typing import Any


class ApiError(Exception):
    """A request is refused: an HTTP status and an array of errors (REST guide, "Status Codes and Error Responses")."""

    def __init__(self, status: int, code: str, message: str, fields: list[str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.fields = status, code, message, fields

    def body(self) -> list[dict[str, Any]]:
        """The array."""
        shown: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        return [shown if self.fields is None else {**shown, "fields": self.fields}]


class RowError(Exception):
    """One row is refused. A collection says so within a 200, a single record by 400 or the status given here."""

    def __init__(self, code: str, message: str, fields: tuple[str, ...] = (), status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.fields, self.status = code, message, [*fields], status

    def row(self) -> dict[str, Any]:
        """As an element of `errors` of a row."""
        return {"statusCode": self.code, "message": self.message, "fields": self.fields}

    def cell(self) -> str:
        """As `sf__Error` of a bulk result."""
        return f"{self.code}:{self.message}:{' '.join([*self.fields, '--'])}"


class SeveralMatchError(Exception):
    """A key that is not unique names several records; `urls` are theirs (HTTP 300)."""

    def __init__(self, urls: list[str]) -> None:
        super().__init__("several records match")
        self.urls = urls


def not_found(message: str = "The requested resource does not exist") -> ApiError:
    """404."""
    return ApiError(404, "NOT_FOUND", message)
