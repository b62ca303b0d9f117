"""SOQL, as far as clients of attendance use it: one object, paths to parents, conditions, order, limit.

Messages and codes are those recorded (MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.salesforce.simulated import ids, values
from connectors.salesforce.simulated.errors import ApiError
from connectors.salesforce.simulated.org import Org, unsupported_type
from connectors.salesforce.simulated.schema import Field, Thing
from connectors.salesforce.simulated.tables import Row

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:\\.|[^'\\])*')|(?P<moment>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d))|(?P<date>\d{4}-\d\d-\d\d)"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][\w.]*)|(?P<sign><=|>=|!=|<>|[=<>(),]))"
)
_ESCAPED = re.compile(r"\\(.)")
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda there, asked: bool(there == asked),
    "!=": lambda there, asked: bool(there != asked),
    "<>": lambda there, asked: bool(there != asked),
    "<": lambda there, asked: there is not None and bool(there < asked),
    ">": lambda there, asked: there is not None and bool(there > asked),
    "<=": lambda there, asked: there is not None and bool(there <= asked),
    ">=": lambda there, asked: there is not None and bool(there >= asked),
}
LARGEST_OFFSET = 2000
Test = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query found: rows as JSON shows them, or only their number."""

    rows: list[Row]
    count: int


def malformed(token: str) -> ApiError:
    """A query that cannot be read."""
    return ApiError(400, "MALFORMED_QUERY", f"unexpected token: {token or '<EOF>'}")


class Query:
    """One query, read; `run` carries it out on the records, or those of the bin too."""

    def __init__(self, org: Org, text: str, base: str) -> None:
        self._org, self._base = org, base
        self._tokens = [*_tokens(text)]
        self._at = 0
        self._read()

    def _read(self) -> None:
        self._expect("SELECT")
        names = [self._word()]
        counted = names[0].upper() == "COUNT" and self._take("(")
        if counted:
            self._expect(")")
        while not counted and self._take(","):
            names.append(self._word())
        self._expect("FROM")
        self._thing = self._object(self._word())
        self._names = [] if counted else [self._path(name) for name in names]
        self._where: Test = self._any() if self._take("WHERE") else lambda _row: True
        self._order = self._ordering() if self._take("ORDER") else []
        self._limit = int(self._next()) if self._take("LIMIT") else None
        self._offset = int(self._next()) if self._take("OFFSET") else 0
        if self._at < len(self._tokens):
            raise malformed(self._peek())
        if self._offset > LARGEST_OFFSET:
            raise ApiError(400, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")

    def run(self, *, with_deleted: bool = False) -> Answer:
        """The rows, in order of their ids unless another order is asked for."""
        rows = [*self._org.rows(self._thing.name).values()]
        if with_deleted:
            rows += [row for ref, row in self._org.bin.items() if ref[:3] == self._thing.prefix]
        found = sorted((row for row in rows if self._where(row)), key=lambda row: row["Id"])
        for path, falling in reversed(self._order):
            found.sort(key=lambda row, path=path: _sortable(self._value(path, row)), reverse=falling)  # type: ignore[misc]
        found = found[self._offset :][: self._limit]
        return Answer([self._shown(row) for row in found] if self._names else [], len(found))

    def _shown(self, row: Row) -> Row:
        shown = self._attributes(self._thing, row)
        for path in self._names:
            at, thing, here = shown, self._thing, row
            for link in path[:-1]:
                parent_thing, parent = self._org.thing(link.to), self._parent(here, link)
                if parent is None:
                    at.setdefault(link.relation, None)
                    break
                at = at.setdefault(link.relation, self._attributes(parent_thing, parent))
                thing, here = parent_thing, parent
            else:
                at[path[-1].name] = values.shown(thing.fields[path[-1].name], here[path[-1].name])
        return shown

    def _attributes(self, thing: Thing, row: Row) -> Row:
        return {"attributes": {"type": thing.name, "url": f"{self._base}/sobjects/{thing.name}/{row['Id']}"}}

    def _parent(self, row: Row | None, link: Field) -> Row | None:
        ref = row and row[link.name]
        return self._org.get(link.to, ref) if ref else None

    def _value(self, path: list[Field], row: Row) -> Any:
        here: Row | None = row
        for link in path[:-1]:
            here = self._parent(here, link)
        return here and here[path[-1].name]

    def _object(self, name: str) -> Thing:
        try:
            return self._org.thing(name)
        except ApiError:
            raise unsupported_type(name) from None

    def _path(self, name: str) -> list[Field]:
        """The lookups that lead to a field, and the field."""
        thing, path = self._thing, []
        *links, last = name.split(".")
        for relation in links:
            link = next((one for one in self._org.fields(thing).values()
                         if one.relation.lower() == relation.lower() and one.relation), None)  # fmt: skip
            if link is None:
                raise self._no_field(relation, thing, relation=True)
            path.append(link)
            thing = self._org.thing(link.to)
        fields = self._org.fields(thing)
        found = fields.get(last) or next((one for one in fields.values() if one.name.lower() == last.lower()), None)
        if found is None:
            raise self._no_field(last, thing)
        return [*path, found]

    @staticmethod
    def _no_field(name: str, thing: Thing, *, relation: bool = False) -> ApiError:
        if relation:
            return ApiError(400, "INVALID_FIELD", f"Didn't understand relationship '{name}' in field path.")
        return ApiError(
            400,
            "INVALID_FIELD",
            f"\nSELECT {name} FROM {thing.name}\n       ^\nERROR at Row:1:Column:8\nNo such column '{name}' on entity "
            f"'{thing.name}'. If you are attempting to use a custom field, be sure to append the '__c' after the "
            "custom field name. Please reference your WSDL or the describe call for the appropriate names.",
        )

    def _any(self) -> Test:
        tests = [self._all()]
        while self._take("OR"):
            tests.append(self._all())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._take("AND"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._take("("):
            inner = self._any()
            self._expect(")")
            return inner
        if self._take("NOT"):
            negated = self._one()
            return lambda row: not negated(row)
        return self._condition(self._path(self._word()))

    def _condition(self, path: list[Field]) -> Test:
        unwanted = self._take("NOT")
        if self._take("IN"):
            self._expect("(")
            asked = {self._literal(path[-1])}
            while self._take(","):
                asked.add(self._literal(path[-1]))
            self._expect(")")
            return lambda row: (_folded(self._value(path, row)) in asked) is not unwanted
        sign = self._next()
        if sign not in _COMPARED or unwanted:
            raise malformed(sign)
        wanted, compare = self._literal(path[-1]), _COMPARED[sign]
        return lambda row: compare(_folded(self._value(path, row)), wanted)

    def _literal(self, field: Field) -> Any:
        token = self._next()
        plain = token[1:-1] if token.startswith("'") else None
        if plain is not None:
            if field.type in ("date", "datetime", "double", "boolean"):
                text = f"value of filter criterion for field '{field.name}' must be of type {field.type} and should not"
                raise ApiError(400, "INVALID_FIELD", f"{text} be enclosed in quotes")
            plain = _ESCAPED.sub(r"\1", plain)
            return ids.completed(plain) if field.type in ("id", "reference") and ids.is_id(plain) else _folded(plain)
        match token.lower():
            case "null":
                return None
            case "true" | "false":
                return token.lower() == "true"
        if field.type == "datetime":
            return values.seconds(token)
        return token if field.type == "date" else Decimal(token)

    def _ordering(self) -> list[tuple[list[Field], bool]]:
        self._expect("BY")
        found = []
        while True:
            path = self._path(self._word())
            falling = self._take("DESC")
            found.append((path, falling))
            if not falling:
                self._take("ASC")
            if not self._take(","):
                return found

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        if not token:
            raise malformed("")
        return token

    def _take(self, word: str) -> bool:
        if self._peek().upper() != word:
            return False
        self._at += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise malformed(self._peek())

    def _word(self) -> str:
        token = self._next()
        if not (token[0].isalpha() or token[0] == "_"):
            raise malformed(token)
        return token


def _tokens(text: str) -> Iterator[str]:
    at, text = 0, text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise malformed(text[at:].strip()[:20])
        at = found.end()
        yield str(found[found.lastgroup or 0])


def _folded(value: Any) -> Any:
    """Texts compare without regard to case in SOQL; ids keep theirs."""
    return value.lower() if isinstance(value, str) and not ids.is_id(value) else value


def _sortable(value: Any) -> tuple[bool, Any]:
    return value is not None, value if value is not None else 0
