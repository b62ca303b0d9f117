"""Records in the words of payroll: `hours CC10: 480 -> 490 min`, `interval: 09:00-17:30`. Pure.

An image is what its connector makes it; these are the names that connectors use. What has another name is said with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from hub.contract import Image, Kind
from hub.rules.codes import STATUSES
from hub.rules.phrases import decimal
from hub.zones import local_text

NOTHING = "nothing"
_TECHNICAL: Final = frozenset({"key", "offset_min"})
_COSTS: Final = ("cost_centre", "work")
_SPANS: Final = (("start", "end"), ("in", "out"))
_MINUTES: Final = {
    "minutes": "", "worked": "worked", "worked_min": "worked", "overtime": "overtime", "overtime_min": "overtime",
    "unpaid": "unpaid",
}  # fmt: skip
_DAYS: Final = {"payable": "payable", "lop": "loss of pay", "days": ""}


class Part(NamedTuple):
    """One figure: `worked`, `480`, `min`."""

    label: str
    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What images are read with: whose wall clock, which work date, our codes by the ERP's ids of cost centres."""

    zone: str
    day: date
    costs: Mapping[str, str] = field(default_factory=dict)


def figures(kind: Kind | None, before: Image, after: Image, words: Words, *, changes: bool = True) -> str:
    """What is in the ERP and what is to be there, either empty for nothing; with `changes` one becomes the other."""
    old, new = _parts(before, words), _parts(after, words)
    title = " ".join((kind.value if kind else "record", *_codes(after or before, words)))
    return f"{title}: {_becoming(old, new) if changes else _standing(old, new)}"


def _becoming(old: Mapping[str, Part], new: Mapping[str, Part]) -> str:
    if old and new:
        return ", ".join(_step(old.get(name), new.get(name)) for name in {**new, **old})
    return f"{_said(old)} -> {NOTHING}" if old else _said(new)


def _standing(old: Mapping[str, Part], new: Mapping[str, Part]) -> str:
    return _said(old) if old == new or not new else f"{_said(new)}; in the ERP: {_said(old)}"


def _step(old: Part | None, new: Part | None) -> str:
    one = new or old
    assert one is not None
    values = [part.value if part else "none" for part in (old, new)]
    value = values[0] if values[0] == values[1] else " -> ".join(values)
    return _joined(one._replace(value=value))


def _said(parts: Mapping[str, Part]) -> str:
    return ", ".join(map(_joined, parts.values())) or NOTHING


def _joined(part: Part) -> str:
    return " ".join(filter(None, part))


def _codes(image: Image, words: Words) -> list[str]:
    return [words.costs.get(str(image[name]), str(image[name])) for name in _COSTS if name in image]


def _parts(image: Image, words: Words) -> dict[str, Part]:
    """The figures of an image by name; the work date, codes and what is technical are not among them."""
    found: dict[str, Part] = {}
    rest = {name: value for name, value in image.items() if name not in _TECHNICAL and name not in _COSTS}
    for names in _SPANS:
        if names[0] in rest:
            found[names[0]] = Part("", _span([rest.pop(name, None) for name in names], words))
    for name, value in rest.items():
        if not (name == "date" and value == words.day.isoformat()):
            found[name] = _part(name, value, words)
    return found


def _part(name: str, value: Any, words: Words) -> Part:  # noqa: PLR0911 - a table of cases
    match name, value:
        case "at", _:
            return Part("", _clock(value, words))
        case (("approved" | "rejected"), bool()):
            return Part("", name if value else f"not {name}")
        case "status", str():
            return Part("", STATUSES.get(value, value))
        case "direction", _:
            return Part("", str(value))
        case "hundredths", int():
            return Part("", decimal(value), "h")
        case "seconds", int():
            return Part("", str(value // 60) if value % 60 == 0 else f"{value // 60}:{value % 60:02}", "min")
        case _, int() if name in _MINUTES:
            return Part(_MINUTES[name], str(value), "min")
        case _, int() if name in _DAYS:
            return Part(_DAYS[name], decimal(value), "days")
    return Part(name.replace("_", " "), "none" if value is None else str(value))


def _span(ends: Sequence[Any], words: Words) -> str:
    start, end = (None if one is None else _clock(one, words) for one in ends)
    return f"{start}-{end}" if end else f"from {start}"


def _clock(at: Any, words: Words) -> str:
    """The time of day, with its date where that is another one; seconds only where there are some."""
    text = local_text(words.zone, at) if isinstance(at, int) else str(at)
    day, _, clock = text.replace("T", " ").partition(" ")
    clock = clock[:8].removesuffix(":00") if len(clock) >= len("00:00:00") else clock
    return clock if day == words.day.isoformat() else f"{day} {clock}"
