"""The vendor's own metadata, where it lies beside the project: what is sent is held against it."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from pyodata.v2.model import MetadataBuilder  # type: ignore[import-untyped]

DATA = Path(__file__).parents[4] / "shared" / "data" / "sap"
_DATE = re.compile(r"/Date\(-?\d+([+-]\d{4})?\)/")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_TIME = re.compile(r"PT\d+H\d+M\d+S")


def file(name: str) -> Path:
    if not (DATA / name).exists():
        pytest.skip(f"the vendor's metadata is not here: {name}")
    return DATA / name


@cache
def schema(path: Path) -> Any:
    return MetadataBuilder(path.read_bytes()).build()


def entity_type(name: str, entity: str) -> Any:
    return schema(file(name)).entity_type(entity)


def required(name: str, entity: str) -> set[str]:
    """The properties without which the vendor takes no record: marked as such, or never null."""
    types = (one for one in ET.parse(file(name)).iter() if one.tag.endswith("}EntityType"))
    [kind] = [one for one in types if one.get("Name") == entity]
    marks = [
        {key.rpartition("}")[2]: value for key, value in one.attrib.items()}
        for one in kind
        if one.tag.endswith("}Property")
    ]
    return {one["Name"] for one in marks if one.get("required") == "true" or one.get("Nullable") == "false"}


def document(name: str) -> Any:
    return json.loads(file(name).read_text(encoding="utf-8"))


def complaints(kind: Any, payload: dict[str, Any]) -> list[str]:
    """What the vendor's type says against a payload: unknown names, wrong types, too long texts."""
    found = []
    for name, value in payload.items():
        if name == "__metadata" or value is None:
            continue
        try:
            one = kind.proprty(name)
        except KeyError:
            found.append(f"{kind.name} has no {name}")
            continue
        if isinstance(value, dict):
            found += complaints(one.typ, value)
        elif not _fits(one, value):
            found.append(f"{name}={value!r} is no {one.typ.name}({one.max_length})")
    return found


def _fits(one: Any, value: Any) -> bool:
    match one.typ.name:
        case "Edm.String":
            longest = one.max_length or 10**6
            return isinstance(value, str) and len(value) <= longest
        case "Edm.Boolean":
            return isinstance(value, bool)
        case "Edm.Decimal":
            places = len(str(value).partition(".")[2])
            return bool(_DECIMAL.fullmatch(str(value))) and (not one.scale or places <= one.scale)
        case "Edm.DateTime":
            return bool(_DATE.fullmatch(str(value)))
        case "Edm.Time":
            return bool(_TIME.fullmatch(str(value)))
    return True
