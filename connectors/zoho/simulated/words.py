"""How the simulated Zoho writes: envelopes, headers, times."""

import json
from datetime import date, datetime, timedelta
from typing import Any

from starlette.responses import Response

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_JAVA = {"yyyy": "%Y", "MMM": "%b", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}


class Refusal(Exception):  # noqa: N818 - an answer
    """An answer that ends a request."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


def reply(body: Any, status: int = 200) -> Response:
    """An answer with the headers that were recorded [R]."""
    answer = Response(json.dumps(body), status, media_type="application/json;charset=UTF-8")
    answer.headers["content-disposition"] = "attachment;filename=records"
    answer.headers["externalapicall"] = "allowed"
    answer.set_cookie("CSRF_TOKEN", "simulated", path="/")
    return answer


def forms_error(code: int, message: str, uri: str = "", status: int = 200) -> Response:
    """Envelope 1 [R]."""
    errors = {"code": code, "message": message}
    return reply({"response": {"message": "Error occurred", "uri": uri, "errors": errors, "status": 1}}, status)


def forms_result(result: Any, uri: str, message: str = "Data fetched successfully") -> Response:
    """The good envelope of forms [R]."""
    return reply({"response": {"result": result, "message": message, "uri": uri, "status": 0}})


def pattern(java: str) -> str:
    """A pattern of Java's SimpleDateFormat as Python's."""
    for word, ours in _JAVA.items():
        java = java.replace(word, ours)
    return java


def moment(text: str, java: str) -> datetime:
    """Raises `ValueError`."""
    return datetime.strptime(text, pattern(java))  # noqa: DTZ007 - a wall clock


def long_day(day: date) -> str:
    """02-Nov-2026."""
    return f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year}"


def day(text: str) -> date:
    """From any of the forms that dates come in; raises `ValueError`."""
    for java in ("yyyy-MM-dd", "dd-MMM-yyyy", "dd/MM/yyyy"):
        try:
            return moment(text, java).date()
        except ValueError:
            continue
    raise ValueError(text)


def twelve(at: datetime) -> str:
    """09:03 AM."""
    return f"{(at.hour % 12) or 12:02}:{at.minute:02} {'PM' if at.hour >= 12 else 'AM'}"


def hours(span: timedelta) -> str:
    """09:07; seconds are cut off."""
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"


def days_between(first: date, last: date) -> list[date]:
    """Both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
