"""Connections of the hub's database, built by the class that builds those of YAML files.

The database is read at every load, so that a Dagster that lost its storage shows the same connections.
"""

from collections.abc import Iterator

import dagster as dg
from pydantic import ValidationError
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from hub.database import reading
from hub.delivery.connections import ConnectionConfig
from hub.records import Connection
from orchestration import steps
from orchestration.components.connection import ConnectionComponent
from orchestration.components.misconfigured import misconfigured, told

LAUNCHPAD = "launchpad"


def registered(context: dg.ComponentLoadContext, taken: frozenset[str]) -> dg.Definitions:
    """Every connection that was configured in the Launchpad; `taken` are the names that YAML files use.

    Each by itself: what is wrong with one is shown in its place, and the others go on.
    """
    try:
        rows = _rows()
    except SQLAlchemyError as error:
        return misconfigured("hub", f"The hub's database cannot be read ({type(error).__name__}).")
    return dg.Definitions.merge(*(_one(context, row, taken) for row in rows))


def _rows() -> list[Connection]:
    """Those that are not retired; none in a database that is not set up yet."""
    if not inspect(steps.engine()).has_table(str(Connection.__tablename__)):
        return []
    one = Connection
    query = select(one).where(one.tenant != "", one.origin == LAUNCHPAD, col(one.retired_at).is_(None))
    with reading(steps.engine()) as session:
        return list(session.exec(query.order_by(col(one.name))))


def _one(context: dg.ComponentLoadContext, row: Connection, taken: frozenset[str]) -> dg.Definitions:
    if row.name in taken:
        return misconfigured(f"{row.tenant}_{row.name}", "A YAML file has a connection of its name; retire this one.")
    try:
        config = ConnectionConfig.model_validate(row.model_dump(exclude={"id"}))
    except ValidationError as error:
        return misconfigured(row.name, told(error, ConnectionConfig))
    return component_of(config).build_defs(context)


def component_of(config: ConnectionConfig) -> ConnectionComponent:
    """The connection as a YAML file would have it."""
    known = config.model_dump(exclude={"name", "sites", "starts_on", "origin", "retired_at"})
    day = config.starts_on.isoformat()
    return ConnectionComponent(connection=config.name, sites=list(config.sites), starts_on=day, **known)


def names_in(defs: dg.Definitions) -> Iterator[str]:
    """The first parts of asset keys."""
    for asset in defs.assets or ():
        keys = asset.keys if isinstance(asset, dg.AssetsDefinition) else [getattr(asset, "key", None)]
        yield from (key.path[0] for key in keys if key)
