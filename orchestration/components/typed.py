"""A component type for each installed connector, so that editors and `dg` know its settings."""

from typing import Annotated, Any

import dagster as dg
from pydantic import Field

from hub.registry import discover
from orchestration.components.connection import ConnectionComponent, _as_written


def component_types() -> dict[str, type[ConnectionComponent]]:
    """`TrytonConnection` for tryton, and so on."""
    return {f"{name.title().replace('_', '')}Connection": _typed(name) for name in discover()[0]}


def _typed(name: str) -> type[ConnectionComponent]:
    spec = discover()[0][name]
    settings = dg.Resolver(_as_written, model_field_type=spec.connector.settings_type)
    return type(
        f"{name.title().replace('_', '')}Connection",
        (ConnectionComponent,),
        {
            "__doc__": f"{spec.title}: one tenant that receives attendance every night.",
            "__module__": "orchestration.components",
            "__annotations__": {"connector": str, "settings": Annotated[dict[str, Any], settings]},
            "connector": Field(default=name, description="The connector."),
            "settings": Field(description=f"Settings of {spec.title}; secrets only by name."),
        },
    )
