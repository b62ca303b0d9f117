"""`$metadata` of a simulated service: EDMX 1.0 around CSDL 2.0 (the schema namespace that SAP's services use)."""

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from connectors.sap.odata_types import Entity, Property

_HEAD = """<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"
 xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
 xmlns:sap="http://www.sap.com/Protocols/SAPData">
<edmx:DataServices m:DataServiceVersion="2.0">
<Schema Namespace="{namespace}" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">
"""
_FOOT = "</Schema>\n</edmx:DataServices>\n</edmx:Edmx>\n"


def metadata(namespace: str, entities: Sequence[Entity]) -> str:
    """The document of a service with these entities in one namespace."""
    types = "".join(_entity(namespace, one) for one in entities)
    sets = "".join(f'<EntitySet Name="{one.collection}" EntityType="{namespace}.{one.name}"/>\n' for one in entities)
    container = f'<EntityContainer Name="{namespace}_Entities" m:IsDefaultEntityContainer="true">\n{sets}'
    return _HEAD.format(namespace=namespace) + types + container + "</EntityContainer>\n" + _FOOT


def _entity(namespace: str, entity: Entity) -> str:
    keys = "".join(f'<PropertyRef Name="{one.name}"/>' for one in entity.properties if one.key)
    body = "".join(_property(namespace, one) for one in entity.properties)
    inner = "".join(
        f'<ComplexType Name="{one.name}">\n{"".join(_property(namespace, each) for each in one.fields)}</ComplexType>\n'
        for one in entity.properties
        if one.fields
    )
    return f'<EntityType Name="{entity.name}">\n<Key>{keys}</Key>\n{body}</EntityType>\n{inner}'


def _property(namespace: str, one: Property) -> str:
    kind = f"{namespace}.{one.name}" if one.fields else one.type
    facets = {
        "Name": one.name, "Type": kind, "Nullable": "false" if one.key or one.fields else "true",
        "MaxLength": one.length or None, "Precision": one.precision or None, "Scale": one.scale or None,
    }  # fmt: skip
    given = " ".join(f"{name}={quoteattr(str(value))}" for name, value in facets.items() if value is not None)
    return f"<Property {given}/>\n"
