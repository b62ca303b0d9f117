"""What the Launchpad asks for, derived from pydantic models: descriptions, defaults, choices.

Dagster's own conversion is not used: it would replace `{env: NAME}` by the variable's value, and store a secret.
"""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import dagster as dg
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, to_jsonable_python

from hub.registry import discover
from hub.secrets import SecretRef
from orchestration.components.connection import ConnectionComponent

_PLAIN = {bool: dg.Bool, int: dg.Int, float: dg.Float, str: dg.String, date: dg.String}
_LISTS = (list, tuple, set, frozenset)


def connection_form() -> dict[str, dg.Field]:
    """All of a connection; its connector is one of those installed, with that connector's settings."""
    fields = dict(ConnectionComponent.model_fields)
    del fields["connector"], fields["settings"]
    form = {name: _field(field, f"connection_{name}") for name, field in fields.items()}
    off = "Whether its nights and corrections are switched on; first see one night go well."
    test = "Whether to log in to the ERP and look at rights and set-up before anything is saved."
    return {
        **form,
        "enabled": dg.Field(dg.Bool, default_value=False, is_required=False, description=off),
        "test": dg.Field(dg.Bool, default_value=True, is_required=False, description=test),
        "erp": dg.Field(_connectors(), description="The connector, and its settings; secrets only by name."),
    }


def _connectors() -> dg.Selector:
    found = discover()[0]
    return dg.Selector(  # type: ignore[no-untyped-call]
        {
            name: dg.Field(settings_form(spec.connector.settings_type, name), description=spec.title)
            for name, spec in found.items()
        }
    )


def settings_form(model: type[BaseModel], name: str) -> dg.Shape:
    """A field for every field of the model; `name` makes the names of its choices unique."""
    fields = {one: _field(field, f"{name}_{one}") for one, field in model.model_fields.items()}
    return dg.Shape(fields)  # type: ignore[no-untyped-call]


def _field(field: FieldInfo, name: str) -> dg.Field:
    default = field.get_default(call_default_factory=True)
    given = {} if default in (PydanticUndefined, None) else {"default_value": _written(default)}
    return dg.Field(_kind(field.annotation, name), is_required=field.is_required(), description=_told(field), **given)


def _told(field: FieldInfo) -> str | None:
    """The description; with a component's default it stands in its resolver."""
    resolvers = (one.description for one in field.metadata if isinstance(one, dg.Resolver))
    return field.description or next(filter(None, resolvers), None)


def _written(value: Any) -> Any:
    """A default as the operator would write it; sets have no order of their own."""
    plain = to_jsonable_python(value)
    return sorted(plain) if isinstance(value, set | frozenset) else plain


def _kind(annotation: Any, name: str) -> Any:
    """Dagster's config type for a pydantic annotation; anything unusual is left to the second validation."""
    origin, inner = get_origin(annotation), [one for one in get_args(annotation) if one is not NoneType]
    if origin is Annotated:
        return _kind(inner[0], name)
    if origin is Literal:
        return _choice(name, inner)
    if origin in (Union, UnionType):
        return dg.Noneable(_kind(inner[0], name)) if _optional(annotation) else dg.Any
    if origin in _LISTS:
        return dg.Array(_kind(inner[0], name))
    if origin in (dict, Mapping):
        return dg.Permissive()  # type: ignore[no-untyped-call]
    return _kind_of_class(annotation, name) if isinstance(annotation, type) else dg.Any


def _optional(annotation: Any) -> bool:
    arguments = get_args(annotation)
    return len(arguments) == 2 and NoneType in arguments


def _kind_of_class(kind: type[Any], name: str) -> Any:
    if issubclass(kind, SecretRef):
        return _secret(kind)
    if issubclass(kind, BaseModel):
        return settings_form(kind, name)
    if issubclass(kind, Enum):
        return _choice(name, [one.value for one in kind])
    return _PLAIN.get(kind, dg.Any)


def _secret(kind: type[SecretRef]) -> dg.Selector:
    """By name only: a text in its place is refused before anything is stored."""
    fields = {name: dg.Field(dg.String, description=field.description) for name, field in kind.model_fields.items()}
    return dg.Selector(fields)  # type: ignore[no-untyped-call]


def secret_form() -> dg.Selector:
    """A secret by its name."""
    return _secret(SecretRef)


def _choice(name: str, values: list[Any]) -> dg.Enum:
    return dg.Enum(f"Choice_{name}", [dg.EnumValue(str(value), python_value=value) for value in values])
