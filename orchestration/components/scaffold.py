"""`dg scaffold defs`: a `defs.yaml` to fill in."""

from typing import Any, get_args

import dagster as dg

from hub.contract import ConnectorSpec, SecretRef, Settings
from hub.registry import discover


class ConnectionScaffolder(dg.Scaffolder[Any]):
    """Writes a connection with every setting of its connector, ready to be edited."""

    def scaffold(self, request: dg.ScaffoldRequest[Any]) -> None:
        """Create the `defs.yaml` of a new connection."""
        name = request.target_path.name
        spec = typed_specs().get(request.type_name.rsplit(".", 1)[-1])
        attributes: dict[str, Any] = {"connection": name, "tenant": "acme"}
        if spec is None:
            attributes["connector"] = f"<one of {', '.join(discover()[0])}>"
        dg.scaffold_component(
            request,
            {
                **attributes,
                "sites": ["hq"],
                "starts_on": "2026-01-01",
                "timezone": "UTC",
                "nightly": "30 2 * * *",
                "enabled": False,
                "settings": example(spec.connector.settings_type, name) if spec else {},
            },
        )


def typed_specs() -> dict[str, ConnectorSpec]:
    """The installed connectors by the name of their component type: `TrytonConnection` for tryton, and so on."""
    return {f"{name.title().replace('_', '')}Connection": spec for name, spec in discover()[0].items()}


def secret_fields(settings: type[Settings]) -> frozenset[str]:
    """The settings that name a secret."""
    named = settings.model_fields.items()
    return frozenset(name for name, field in named if SecretRef in (field.annotation, *get_args(field.annotation)))


def example(settings: type[Settings], name: str) -> dict[str, Any]:
    """A value for every setting: its default, or a placeholder that says what belongs there."""
    values: dict[str, Any] = {}
    secrets = secret_fields(settings)
    for field, info in settings.model_fields.items():
        if field in secrets:
            values[field] = {"env": f"{name}_{field}".upper()}
        elif info.is_required():
            values[field] = f"<{info.description}>"
        else:
            values[field] = settings.model_construct().model_dump(mode="json", include={field}).get(field)
    return values
