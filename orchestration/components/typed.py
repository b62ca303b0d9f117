"""A component type for each installed connector, so that editors and `dg` know its settings."""

from collections.abc import Callable
from typing import Annotated, Any

import dagster as dg
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationError

from hub.contract import ConnectorSpec, SecretRef, Settings
from orchestration.components.connection import ConnectionComponent, as_written
from orchestration.components.scaffold import secret_fields, typed_specs


def component_types() -> dict[str, type[ConnectionComponent]]:
    """`TrytonConnection` for tryton, and so on."""
    return {name: _typed(name, spec) for name, spec in typed_specs().items()}


def _typed(name: str, spec: ConnectorSpec) -> type[ConnectionComponent]:
    settings_type = spec.connector.settings_type
    made = type(
        name,
        (ConnectionComponent,),
        {
            "__doc__": f"{spec.title}: one tenant that receives attendance every night.",
            "__module__": "orchestration.components",
            "__annotations__": {
                "connector": str,
                "settings": Annotated[dict[str, Any], dg.Resolver(as_written, model_field_type=settings_type)],
            },
            "connector": Field(default=spec.name, description="The connector."),
            "settings": Field(description=f"Settings of {spec.title}; secrets only by name."),
        },
    )
    _without_templates(made, settings_type)
    return made


def _without_templates(made: type[ConnectionComponent], settings_type: type[Settings]) -> None:
    """Settings are not a text either, which Dagster would allow for a template.

    With that choice a mistake in one setting is told as "not valid under any of the given schemas", at the wrong line
    and with all settings.
    """
    model = made.model()
    named = BeforeValidator(_names_only(settings_type))
    # Plain again afterwards: Dagster notes the line of each value, and cannot look into a set.
    kind: Any = Annotated[settings_type, named, AfterValidator(_plain), PlainSerializer(dict)]
    model.model_fields["settings"].annotation = kind
    model.model_rebuild(force=True)


def _names_only(settings_type: type[Settings]) -> Callable[[Any], Any]:
    """Settings without what somebody wrote where the name of a secret belongs: errors quote what they refuse."""
    secrets = secret_fields(settings_type)

    def hidden(settings: Any) -> Any:
        if not isinstance(settings, dict):
            return settings
        return {name: _name(value) if name in secrets else value for name, value in settings.items()}

    return hidden


def _name(value: Any) -> Any:
    try:
        SecretRef.model_validate(value)
    except ValidationError:
        return "(not shown)"
    return value


def _plain(settings: Settings) -> dict[str, Any]:
    return settings.model_dump(mode="json", exclude_unset=True)
