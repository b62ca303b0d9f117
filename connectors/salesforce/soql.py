"""Pieces of SOQL (REST guide, "Query"): literals, and lists that fit into an address."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import quote

LONGEST_ADDRESS = 14_000
"""Bytes of a query in an address: Salesforce answers 414 beyond 16,384, host and headers included in part."""


def select(fields: Iterable[str], thing: str, *conditions: str) -> str:
    """A query in the order of the ids; fields and objects are names from settings that have been checked."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {', '.join(fields)} FROM {thing}{where} ORDER BY Id"  # noqa: S608


def text(value: str) -> str:
    """A text literal."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def between(field: str, first: date, last: date) -> str:
    """Dates from first to last inclusive; dates stand without quotes."""
    return f"{field} >= {first.isoformat()} AND {field} <= {last.isoformat()}"


def among(field: str, values: Iterable[str]) -> str:
    """A list of texts."""
    return f"{field} IN ({','.join(text(value) for value in sorted(values))})"


def fits(query: str) -> bool:
    """Whether the query is short enough to be sent."""
    return len(quote(query)) <= LONGEST_ADDRESS
