"""Connections by name: read, registered, and opened as connectors."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Engine
from sqlmodel import col, select

from hub.contract import Connector
from hub.database import reading, writing
from hub.delivery.budget import Budget
from hub.errors import SettingsWrong
from hub.records import Connection
from hub.registry import spec_of
from hub.setup.upsert import upsert


class ConnectionConfig(BaseModel):
    """One configured ERP tenant, wherever it was written down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: str = Field(description="Whose attendance it carries.")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name of the connection; stands before its assets.")
    connector: str = Field(description="Installed connector, such as tryton.")
    settings: dict[str, Any] = Field(description="The connector's settings; secrets only by name.")
    sites: tuple[str, ...] = Field(min_length=1, description="Codes of the sites whose days it takes.")
    starts_on: date = Field(description="First work date that is ever sent; earlier ones belong to the old system.")
    unmapped_limit: int = Field(
        default=0, ge=0, description="Unmapped employees or cost centres above this stop a push."
    )
    approval: bool = Field(default=False, description="Whether a second person must approve every plan.")


def register(engine: Engine, config: ConnectionConfig) -> None:
    """Make the connection known to the hub's database, or bring it up to date there."""
    row = Connection(**{**config.model_dump(), "sites": list(config.sites)})
    with writing(engine) as session:
        upsert(session, config.tenant, Connection, [row])


def connection_named(engine: Engine, name: str, tenant: str | None = None) -> ConnectionConfig:
    """The connection of that name; raises `LookupError` when there is none, or several and no tenant is given."""
    found = connections(engine, tenant)
    matching = [one for one in found if one.name == name]
    if len(matching) == 1:
        return matching[0]
    if matching:
        tenants = ", ".join(one.tenant for one in matching)
        raise LookupError(f"Several tenants have a connection {name!r} ({tenants}); name the tenant too.")
    there = ", ".join(sorted(one.name for one in found)) or "none"
    raise LookupError(f"There is no connection {name!r}. Connections: {there}.")


def connections(engine: Engine, tenant: str | None = None) -> Sequence[ConnectionConfig]:
    """All connections, or those of one tenant."""
    query = select(Connection).order_by(col(Connection.tenant), col(Connection.name))
    if tenant is not None:
        query = query.where(Connection.tenant == tenant)
    with reading(engine) as session:
        return [ConnectionConfig.model_validate(row.model_dump(exclude={"id"})) for row in session.exec(query)]


def connector_of(config: ConnectionConfig) -> Connector[Any]:
    """The connector, without limits and not yet connected; raises `SettingsWrong` naming each setting that is wrong."""
    try:
        connector = spec_of(config.connector).connector
    except LookupError as error:
        raise SettingsWrong(str(error)) from error
    try:
        return connector(connector.settings_type.model_validate(config.settings))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise SettingsWrong(f"Connection {config.name} has wrong settings: {wrong}.") from None


def open_connector(config: ConnectionConfig, engine: Engine) -> Connector[Any]:
    """The connector, its requests counted in the hub's database; raises `SettingsWrong`."""
    connector = connector_of(config)
    connector.meter = Budget(engine, config.tenant, config.name, connector.capabilities)
    return connector
