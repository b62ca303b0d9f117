"""`dg scaffold defs`: a `defs.yaml` to fill in."""

from typing import Any

import dagster as dg

from hub.contract import Settings
from hub.registry import discover


class ConnectionScaffolder(dg.Scaffolder[Any]):
    """Writes a connection with every setting of its connector, ready to be edited."""

    def scaffold(self, request: dg.ScaffoldRequest[Any]) -> None:
        """Create the `defs.yaml` of a new connection."""
        name = request.target_path.name
        connector = request.type_name.rsplit(".", 1)[-1].removesuffix("Connection").lower()
        spec = discover()[0].get(connector)
        attributes: dict[str, Any] = {"connection": name, "tenant": "acme"}
        if spec is None:
            attributes["connector"] = connector
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


def example(settings: type[Settings], name: str) -> dict[str, Any]:
    """A value for every setting: its default, or a placeholder that says what belongs there."""
    values: dict[str, Any] = {}
    for field, info in settings.model_fields.items():
        if "SecretRef" in str(info.annotation):
            values[field] = {"env": f"{name}_{field}".upper()}
        elif info.is_required():
            values[field] = f"<{info.description}>"
        else:
            values[field] = settings.model_construct().model_dump(mode="json", include={field}).get(field)
    return values
