"""`$filter` of OData V2, as far as the simulated services understand it, and a few words of SuccessFactors beside.

expression  = term { "or" term };  term = factor { "and" factor }
factor      = "not" factor | "(" expression ")" | name operator literal | name "in" literal { "," literal }
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

Row = Mapping[str, Any]
Test = Callable[[Row], bool]
_TOKEN = re.compile(
    r"\s*(datetimeoffset'[^']*'|datetime'[^']*'|'(?:[^']|'')*'|[()]|,|\d{4}-\d\d-\d\dT[\d:]+Z|-?\d+(?:\.\d+)?[LMdf]?\b|[A-Za-z_][\w/]*)"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "ge": lambda a, b: a >= b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "lt": lambda a, b: a < b,
}


class BadFilterError(ValueError):
    """The service does not understand the filter."""


def condition(text: str, compare: Mapping[str, Callable[[Any, Any], bool]] | None = None) -> Test:
    """The test that a filter stands for; `compare` replaces operators, for services that have them wrong."""
    if not text.strip():
        return lambda _row: True
    return _Parser(text, {**_COMPARE, **(compare or {})}).whole()


class _Parser:
    def __init__(self, text: str, compare: Mapping[str, Callable[[Any, Any], bool]]) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._compare = compare

    def whole(self) -> Test:
        found = self._either()
        if self._at < len(self._tokens):
            raise BadFilterError(self._tokens[self._at])
        return found

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1] if self._at <= len(self._tokens) else ""

    def _either(self) -> Test:
        tests = [self._both()]
        while self._peek() == "or":
            self._take()
            tests.append(self._both())
        return lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._factor()]
        while self._peek() == "and":
            self._take()
            tests.append(self._factor())
        return lambda row: all(test(row) for test in tests)

    def _factor(self) -> Test:
        word = self._take()
        if word == "not":
            inner = self._factor()
            return lambda row: not inner(row)
        if word != "(":
            return self._comparison(word)
        inner = self._either()
        if self._take() != ")":
            raise BadFilterError(word)
        return inner

    def _comparison(self, name: str) -> Test:
        operator = self._take()
        if operator == "in":
            values = [value_of(self._take())]
            while self._peek() == ",":
                self._take()
                values.append(value_of(self._take()))
            return lambda row: row.get(name) in values
        if operator not in self._compare:
            raise BadFilterError(f"{name} {operator}")
        compare, wanted = self._compare[operator], value_of(self._take())
        return lambda row: row.get(name) is not None and compare(row[name], wanted)


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadFilterError(text[at:])
        found.append(match[1])
        at = match.end()
    return found


def value_of(word: str) -> Any:
    """The value of a literal; moments without a zone are taken for their date."""
    if word.endswith("Z") and word[0].isdecimal():  # OData V4
        return datetime.fromisoformat(word)
    if word.startswith("datetimeoffset'"):
        return datetime.fromisoformat(word[15:-1]).astimezone(UTC)
    if word.startswith("datetime'"):
        return datetime.fromisoformat(word[9:-1]).date()
    if word.startswith("'"):
        return word[1:-1].replace("''", "'")
    if word in ("true", "false"):
        return word == "true"
    if word.rstrip("LMdf").lstrip("-").isdigit():
        return int(word.rstrip("LMdf"))
    raise BadFilterError(word)
