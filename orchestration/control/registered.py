"""Connections of the hub's database, built by the class that builds those of YAML files."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster._core.storage.defs_state.base import DefsStateStorage
from dagster.components.utils.defs_state import DefsStateConfig, DefsStateConfigArgs
from sqlalchemy.exc import SQLAlchemyError

from hub.delivery.connections import ConnectionConfig, connection_named
from orchestration import steps
from orchestration.components.connection import ConnectionComponent
from orchestration.components.misconfigured import misconfigured
from orchestration.control import published
from orchestration.control.published import Night


@dataclass
class RegisteredConnections(dg.StateBackedComponent):
    """Every connection that was configured in the Launchpad. `taken` are the names that YAML files use."""

    taken: frozenset[str] = frozenset()

    @property
    def defs_state_config(self) -> DefsStateConfig:
        """Versioned, and renewed by the jobs of the control room only."""
        kept = DefsStateConfigArgs.versioned_state_storage()
        return DefsStateConfig(key=published.KEY, management_type=kept.management_type, refresh_if_dev=False)

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """None where no Dagster instance is, as in an editor's look at the project."""
        return super().build_defs(context) if DefsStateStorage.get() else dg.Definitions()

    def write_state_to_path(self, state_path: Path) -> None:
        """What was published last, once more."""
        storage = DefsStateStorage.get()
        published.write(state_path, published.latest(storage) if storage else [])

    def build_defs_from_state(self, context: dg.ComponentLoadContext, state_path: Path | None) -> dg.Definitions:
        """Each by itself: what is wrong with one is shown in its place, and the others go on."""
        used = set(self.taken)
        return dg.Definitions.merge(*(self._one(context, night, used) for night in published.read(state_path)))

    def _one(self, context: dg.ComponentLoadContext, night: Night, used: set[str]) -> dg.Definitions:
        if night.connection in used:
            return misconfigured(f"{night.tenant}_{night.connection}", "Another connection has its name; retire one.")
        used.add(night.connection)
        try:
            config = connection_named(steps.engine(), night.connection, night.tenant)
        except (LookupError, ValueError) as error:
            return misconfigured(night.connection, str(error))
        except SQLAlchemyError as error:
            return misconfigured(night.connection, f"The hub's database cannot be read ({type(error).__name__}).")
        return component_of(config, night).build_defs(context)


def component_of(config: ConnectionConfig, night: Night) -> ConnectionComponent:
    """The connection as a YAML file would have it."""
    known = config.model_dump(exclude={"name", "sites", "starts_on"})
    times = night.model_dump(exclude={"tenant", "connection"})
    day = config.starts_on.isoformat()
    return ConnectionComponent(connection=config.name, sites=list(config.sites), starts_on=day, **known, **times)


def night_of(component: ConnectionComponent) -> Night:
    """What Dagster alone must know of the connection."""
    return Night(**{name: getattr(component, name) for name in Night.model_fields})


def names_in(defs: dg.Definitions) -> Iterator[str]:
    """The first parts of asset keys."""
    for asset in defs.assets or ():
        keys = asset.keys if isinstance(asset, dg.AssetsDefinition) else [getattr(asset, "key", None)]
        yield from (key.path[0] for key in keys if key)
