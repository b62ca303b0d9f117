"""Rows as a simulated service shows them in JSON."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.sap import odata_wire as wire
from connectors.sap.odata_types import Entity, Property


def entity(one: Entity, row: Mapping[str, Any], namespace: str, root: str, *, fixed: bool) -> dict[str, Any]:
    """An entity with its metadata; `fixed`: decimals have all places of their type, as S/4HANA shows them."""
    keys = ",".join(f"{key.name}={_literal(key, row[key.name])}" for key in one.properties if key.key)
    address = f"{root}/{one.collection}({keys})"
    head = {"__metadata": {"id": address, "uri": address, "type": f"{namespace}.{one.name}"}}
    return {**head, **_values(one.properties, row, namespace, fixed=fixed)}


def _values(properties: tuple[Property, ...], row: Mapping[str, Any], namespace: str, *, fixed: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for one in properties:
        if one.name not in row:
            continue
        value = row[one.name]
        if one.fields:
            head = {"__metadata": {"type": f"{namespace}.{one.name}"}}
            shown[one.name] = {**head, **_values(one.fields, value, namespace, fixed=fixed)}
        else:
            shown[one.name] = _value(one, value, fixed=fixed)
    return shown


def _value(one: Property, value: Any, *, fixed: bool) -> Any:
    match value:
        case datetime():
            offset = "+0000" if one.type == "Edm.DateTimeOffset" else ""
            return f"/Date({int(value.timestamp()) * 1000}{offset})/"
        case date():
            return wire.day_json(value)
        case Decimal():
            return f"{value:.{one.scale}f}" if fixed else f"{value.normalize():f}"
        case int() if not isinstance(value, bool) and one.type == "Edm.Int64":
            return str(value)
    return value


def _literal(one: Property, value: Any) -> str:
    match value:
        case date():
            return f"datetime'{value.isoformat()}T00%3A00%3A00'"
        case int() if one.type == "Edm.Int64":
            return f"{value}L"
    return f"'{value}'"
