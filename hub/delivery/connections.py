"""Connections by name: read, registered, and opened as connectors."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from hub.contract import Connector
from hub.database import reading, writing
from hub.delivery.budget import Budget
from hub.delivery.clock import Clock
from hub.errors import Fix, SettingsWrong
from hub.records import Connection
from hub.registry import spec_of
from hub.secrets import VAULT, Vault
from hub.setup.upsert import upsert
from hub.token_store import TokenRows
from hub.vault import StoredSecrets


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
    timezone: str = Field(default="UTC", description="IANA zone of its nights and its deadline.")
    nightly: str = Field(default="30 2 * * *", description="Cron of the nightly run, in that zone.")
    debounce_seconds: int = Field(default=300, ge=0, description="Quiet time before a correction is pushed.")
    deadline: str = Field(
        default="",
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$",
        description="Time of day, such as 06:00, by which yesterday must be delivered; empty: none.",
    )
    enabled: bool = Field(default=False, description="Whether schedule and sensor start switched on.")
    origin: Literal["file", "launchpad"] = Field(
        default="file", description="Who has the say: a file or the Launchpad."
    )
    retired_at: int | None = Field(default=None, description="When it was retired (UTC seconds), if it was.")


def register(engine: Engine, config: ConnectionConfig, *, again: bool = False) -> None:
    """Make the connection known to the hub's database, or bring it up to date there; its origin stays.

    Raises `Fix` when another tenant has the name, or when it was retired. With `again` it is configured anew.
    """
    row = Connection(**{**config.model_dump(), "sites": list(config.sites)})
    with writing(engine) as session:
        there = _there(session, config)
        if there and not again:
            if there.retired_at is not None:
                raise Fix(_retired(there.name, there.retired_at))
            row.origin = there.origin
        upsert(session, config.tenant, Connection, [row])


def _there(session: Session, config: ConnectionConfig) -> Connection | None:
    query = select(Connection).where(Connection.tenant != "", Connection.name == config.name)
    there = session.exec(query).first()
    if there and there.tenant != config.tenant:
        raise Fix(f"Tenant {there.tenant} has a connection {config.name} already; choose another name.")
    return there


def retire(engine: Engine, name: str, at: int) -> None:
    """Nothing is sent over the connection any more; what was sent stays known. Raises `LookupError`."""
    config = connection_named(engine, name)
    there = (col(Connection.tenant) == config.tenant, col(Connection.name) == name)
    with writing(engine) as session:
        session.connection().execute(update(Connection).where(*there).values(retired_at=at, enabled=False))


def _retired(name: str, at: int) -> str:
    day = datetime.fromtimestamp(at, UTC).date()
    return f"Connection {name} was retired on {day}; configure it again to send over it."


def connection_named(
    engine: Engine, name: str, tenant: str | None = None, *, even_retired: bool = False
) -> ConnectionConfig:
    """The connection of that name; raises `LookupError` when there is none or it is retired."""
    found = connections(engine, tenant)
    matching = [one for one in found if one.name == name]
    if not matching:
        there = ", ".join(sorted(one.name for one in found if one.retired_at is None)) or "none"
        raise LookupError(f"There is no connection {name!r}. Connections: {there}.")
    if matching[0].retired_at is not None and not even_retired:
        raise LookupError(_retired(name, matching[0].retired_at))
    return matching[0]


def connections(engine: Engine, tenant: str | None = None) -> Sequence[ConnectionConfig]:
    """All connections, retired ones too, or those of one tenant."""
    query = select(Connection).order_by(col(Connection.tenant), col(Connection.name))
    if tenant is not None:
        query = query.where(Connection.tenant == tenant)
    with reading(engine) as session:
        return [ConnectionConfig.model_validate(row.model_dump(exclude={"id"})) for row in session.exec(query)]


def connector_of(config: ConnectionConfig, vault: Vault | None = None) -> Connector[Any]:
    """The connector, without limits and not yet connected; raises `SettingsWrong` naming each setting that is wrong."""
    try:
        connector = spec_of(config.connector).connector
    except LookupError as error:
        raise SettingsWrong(str(error)) from error
    try:
        return connector(connector.settings_type.model_validate(config.settings, context={VAULT: vault}))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise SettingsWrong(f"Connection {config.name} has wrong settings: {wrong}.") from None


def open_connector(config: ConnectionConfig, engine: Engine) -> Connector[Any]:
    """The connector, its requests counted and its token and secrets kept in the hub's database.

    Raises `SettingsWrong` naming each setting that is wrong.
    """
    connector = connector_of(config, StoredSecrets(engine, config.tenant))
    meter = Budget(engine, config.tenant, config.name, connector.capabilities, Clock().started())
    connector.meter, connector.lane = meter, meter.lane
    connector.tokens = TokenRows(engine, config.tenant, config.name)
    return connector
