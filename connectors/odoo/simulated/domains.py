"""Odoo's search domains, in prefix notation, as far as connectors use them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.odoo.simulated.errors import value

Row = Mapping[str, Any]
Test = Callable[[Row], bool]

_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda there, asked: there == asked or (not there and not asked and there != 0),
    "!=": lambda there, asked: there != asked,
    "in": lambda there, asked: there in asked,
    "not in": lambda there, asked: there not in asked,
    # Unset values compare as NULL does: never.
    "<": lambda there, asked: there is not False and there < asked,
    ">": lambda there, asked: there is not False and there > asked,
    "<=": lambda there, asked: there is not False and there <= asked,
    ">=": lambda there, asked: there is not False and there >= asked,
    "child_of": lambda there, asked: there == asked,
}


def compiled(domain: list[Any], known: frozenset[str], model: str) -> Test:
    """The test that a domain means; an unknown field raises as in Odoo."""
    for term in domain:
        if isinstance(term, list) and term[0] not in known:
            raise value(f"Invalid field {model}.{term[0]} in condition {tuple(term)}")
    terms = iter(domain)
    tests = [_one(term, terms) for term in terms]
    return lambda row: all(test(row) for test in tests)


def _one(term: Any, terms: Iterator[Any]) -> Test:
    if term == "!":
        inner = _one(next(terms), terms)
        return lambda row: not inner(row)
    if term in ("|", "&"):
        left, right = _one(next(terms), terms), _one(next(terms), terms)
        return (lambda row: left(row) or right(row)) if term == "|" else (lambda row: left(row) and right(row))
    name, operator, asked = term
    compare = _COMPARED[operator]
    return lambda row: compare(row[name], asked)
