"""The objects of the package in `../package`, read from its metadata: what is deployed is what is simulated."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from connectors.salesforce.simulated.schema import Field, Thing, system_fields

PACKAGE = Path(__file__).parents[1] / "package" / "force-app" / "main" / "default"
Node = ET.Element
_NS = {"m": "http://soap.sforce.com/2006/04/metadata"}
_TYPES = {
    "Text": "string", "Number": "double", "Date": "date", "DateTime": "datetime", "Checkbox": "boolean",
    "Picklist": "picklist", "Lookup": "reference",
}  # fmt: skip


def deployed(folder: Path = PACKAGE) -> Iterator[Thing]:
    """Every custom object; its key prefix is given by the order, as an org gives them."""
    for number, path in enumerate(sorted((folder / "objects").iterdir())):
        root = _root(path / f"{path.name}.object-meta.xml")
        fields = [_field(_root(one)) for one in sorted((path / "fields").glob("*.xml"))]
        auto = _text(root, "nameField/m:type") == "AutoNumber"
        thing = Thing(path.name, _text(root, "label"), f"a0{number}", plural=_text(root, "pluralLabel"))
        yield thing.with_fields(*system_fields(auto_name=auto), *fields)


def _root(path: Path) -> Node:
    return ET.parse(path).getroot()  # noqa: S314


def _text(node: Node, name: str) -> str:
    found = node.find(f"m:{name}", _NS)
    return "" if found is None else str(found.text or "")


def _field(node: Node) -> Field:
    def flag(name: str) -> bool:
        return _text(node, name) == "true"

    name, kind = _text(node, "fullName"), _TYPES[_text(node, "type")]
    formula = bool(_text(node, "formula"))
    values = tuple(str(one.text) for one in node.iterfind(".//m:value/m:fullName", _NS))
    return Field(
        name, _text(node, "label"), kind, length=int(_text(node, "length") or 0),
        precision=int(_text(node, "precision") or 0), scale=int(_text(node, "scale") or 0), required=flag("required"),
        createable=not formula, updateable=not formula, calculated=formula, external_id=flag("externalId"),
        unique=flag("unique"), case_sensitive=flag("caseSensitive"), values=values, to=_text(node, "referenceTo"),
        relation=name.replace("__c", "__r") if kind == "reference" else "",
        default=flag("defaultValue") if kind == "boolean" else None,
    )  # fmt: skip
