"""A connection that cannot be loaded: shown in its place with the reason, so that all others go on."""

import dagster as dg
from pydantic import ValidationError

from hub.delivery.connections import ConnectionConfig, connector_of
from hub.errors import HubError
from hub.setup.sentences import sentences
from hub.zones import zone

MISCONFIGURED = "misconfigured"


def misconfigured(name: str, reason: str) -> dg.Definitions:
    """One asset that cannot be run and says why."""
    key = dg.AssetKey([name, MISCONFIGURED])
    return dg.Definitions(assets=[dg.AssetSpec(key, group_name=name, description=f"Not loaded. {reason}")])


def mistakes_of(config: ConnectionConfig, timezone: str, cron: str) -> list[str]:
    """What keeps the connection from being loaded, a sentence each; nothing is connected."""
    found = []
    try:
        zone(timezone)
        dg.ScheduleDefinition(name="nightly", job_name="any", cron_schedule=cron, execution_timezone=timezone)
    except ValueError as error:
        found.append(f"timezone: {error}.")
    except dg.DagsterInvalidDefinitionError:
        found.append(f"nightly: {cron!r} is not a cron expression; for half past two write '30 2 * * *'.")
    try:
        connector_of(config)
    except HubError as error:
        found.append(error.message)
    except Exception as error:  # noqa: BLE001 - another party's code; its text may hold a setting
        found.append(f"The connector {config.connector} cannot be opened: {type(error).__name__}.")
    return found


def told(error: ValueError, model: type) -> str:
    """The sentences of a validation, or the text of another mistake."""
    if isinstance(error, ValidationError):
        return "; ".join(sentences(error, model)) + "."
    return str(error)
