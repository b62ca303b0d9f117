"""A connection: one ERP tenant that receives attendance every night."""

from typing import Annotated, Any

import dagster as dg
from pydantic import Field

from hub.delivery.connections import ConnectionConfig
from orchestration.components.assets import connection_assets
from orchestration.components.catch_up import catch_up_job
from orchestration.components.deadline import deadline_definitions
from orchestration.components.misconfigured import misconfigured, mistakes_of, told
from orchestration.components.scaffold import ConnectionScaffolder
from orchestration.components.tenant import attendance_key
from orchestration.timing import corrections, nightly


def as_written(_context: dg.ResolutionContext, value: Any) -> Any:
    """Settings exactly as the file has them: secrets stay names."""
    return value


@dg.scaffold_with(ConnectionScaffolder)
class ConnectionComponent(dg.Component, dg.Model, dg.Resolvable):
    """One ERP or HRMS tenant that receives attendance every night.

    ```yaml
    type: orchestration.components.ConnectionComponent
    attributes:
      connection: acme_tryton
      tenant: acme
      connector: tryton
      sites: [hq]
      starts_on: "2026-10-01"
      timezone: Europe/Berlin
      settings: {url: "https://tryton.acme.example", database: acme, user: muster, password: {env: ACME_TRYTON}}
    ```
    """

    connection: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name; stands before its assets.")
    tenant: str = Field(description="Slug of the tenant whose attendance it carries.")
    connector: str = Field(description="Installed connector, such as tryton.")
    settings: Annotated[dict[str, Any], dg.Resolver(as_written, model_field_type=dict)] = Field(
        description="Settings of the connector; secrets only as {env: NAME} or {file: PATH}."
    )
    sites: list[str] = Field(min_length=1, description="Codes of the sites whose days it takes.")
    starts_on: str = Field(description="First work date that is ever sent, YYYY-MM-DD.")
    timezone: Annotated[str, dg.Resolver.default(description="IANA zone of the nightly run.")] = "UTC"
    nightly: Annotated[str, dg.Resolver.default(description="Cron of the nightly run, in that zone.")] = "30 2 * * *"
    debounce_seconds: Annotated[int, dg.Resolver.default(description="Quiet time before a correction is pushed.")] = 300
    deadline: Annotated[str, dg.Resolver.default(description="Time of day by which yesterday must be delivered.")] = ""
    unmapped_limit: Annotated[int, dg.Resolver.default(description="Unmapped codes above this stop a push.")] = 0
    approval: Annotated[bool, dg.Resolver.default(description="Whether a second person approves every plan.")] = False
    enabled: Annotated[bool, dg.Resolver.default(description="Whether schedule and sensor start switched on.")] = True

    def config(self) -> ConnectionConfig:
        """The connection as the hub knows it; raises `ValueError` for a wrong field."""
        return ConnectionConfig.model_validate(
            {
                "tenant": self.tenant,
                "name": self.connection,
                "connector": self.connector,
                "settings": self.settings,
                "sites": self.sites,
                "starts_on": self.starts_on,
                "unmapped_limit": self.unmapped_limit,
                "approval": self.approval,
                "timezone": self.timezone,
                "nightly": self.nightly,
                "debounce_seconds": self.debounce_seconds,
                "deadline": self.deadline,
                "enabled": self.enabled,
            }
        )

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:  # noqa: ARG002 - Dagster's signature
        """Assets, checks, the nightly job with its schedule, and the correction sensor; or what is wrong with it."""
        try:
            config = self.config()
        except ValueError as error:
            return misconfigured(self.connection, told(error, ConnectionConfig))
        mistakes = mistakes_of(config, self.timezone, self.nightly)
        return misconfigured(self.connection, " ".join(mistakes)) if mistakes else self._built(config)

    def _built(self, config: ConnectionConfig) -> dg.Definitions:
        assets = connection_assets(config)
        attendance = dg.AssetSelection.assets(attendance_key(self.tenant)).upstream()
        job = dg.define_asset_job(
            f"{config.name}_push",
            selection=attendance | dg.AssetSelection.assets(*assets),
            description="Process, map, plan, push, read back one work date.",
        )
        built = dg.Definitions(
            assets=assets,
            jobs=[job, catch_up_job(config)],
            schedules=[nightly(config, job, self.nightly, self.timezone, running=self.enabled)],
            sensors=[corrections(config, job, self.timezone, self.debounce_seconds, running=self.enabled)],
        )
        return dg.Definitions.merge(built, deadline_definitions(config))
