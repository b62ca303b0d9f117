"""What an entity type has: names, types and lengths of its properties, to check what is sent before it is sent.

The lists of a connector are written from the vendor's metadata, as far as the connector uses them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_DATE = re.compile(r"/Date\(-?\d+([+-]\d{4})?\)/")
_TIME = re.compile(r"PT(\d+H)?(\d+M)?(\d+S)?")
_DECIMAL = re.compile(r"-?(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Property:
    """One property. `length`: characters at most, 0 for any; `fields`: those of a complex type."""

    name: str
    type: str = "Edm.String"
    length: int = 0
    precision: int = 0
    scale: int = 0
    key: bool = False
    required: bool = False
    fields: "tuple[Property, ...]" = ()

    def wrong(self, value: Any) -> str:  # noqa: PLR0911 - a ladder of types
        """What is wrong with a value of it, or nothing."""
        if value is None:
            return f"{self.name} must not be empty" if self.required or self.key else ""
        if self.fields:
            return next(wrong(value, self.fields, self.name), "") if isinstance(value, Mapping) else self._no
        match self.type:
            case "Edm.String":
                return self._text(value)
            case "Edm.Decimal":
                return self._decimal(value)
            case "Edm.Boolean":
                return "" if isinstance(value, bool) else self._no
            case "Edm.Time":
                return "" if isinstance(value, str) and _TIME.fullmatch(value) else self._no
            case "Edm.DateTime" | "Edm.DateTimeOffset":
                return "" if isinstance(value, str) and _DATE.fullmatch(value) else self._no
        return ""

    @property
    def _no(self) -> str:
        return f"{self.name} is no {self.type}"

    def _text(self, value: Any) -> str:
        if not isinstance(value, str):
            return self._no
        if self.length and len(value) > self.length:
            return f"{self.name} has {len(value)} characters of {self.length} at most"
        return ""

    def _decimal(self, value: Any) -> str:
        found = _DECIMAL.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            return self._no
        too_long = self.precision and len(found[1]) > self.precision - self.scale
        if too_long or (self.scale and len(found[2] or "") > self.scale):
            return f"{self.name} does not fit: {self.precision} digits, {self.scale} of them after the point"
        return ""


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity type and the set that holds its entities."""

    name: str
    collection: str
    properties: tuple[Property, ...]

    def wrong(self, payload: Mapping[str, Any]) -> str:
        """The first thing wrong with what is to be sent, or nothing."""
        return next(wrong(payload, self.properties, self.name), "")


def wrong(payload: Mapping[str, Any], properties: tuple[Property, ...], where: str) -> Iterator[str]:
    """Everything wrong with these values."""
    known = {one.name: one for one in properties}
    yield from (f"{where} has no field {name}" for name in payload if name not in known)
    yield from (f"{one.name} is missing" for one in properties if one.required and one.name not in payload)
    yield from filter(None, (known[name].wrong(value) for name, value in payload.items() if name in known))


def text(name: str, length: int = 0, *, key: bool = False, required: bool = False) -> Property:
    """A text."""
    return Property(name, length=length, key=key, required=required)


def number(name: str, precision: int = 0, scale: int = 0) -> Property:
    """A decimal number."""
    return Property(name, "Edm.Decimal", precision=precision, scale=scale)


def moment(name: str, *, key: bool = False, required: bool = False) -> Property:
    """A date, or a moment without a zone."""
    return Property(name, "Edm.DateTime", key=key, required=required)


def flag(name: str) -> Property:
    """True or false."""
    return Property(name, "Edm.Boolean")
