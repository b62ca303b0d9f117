"""`close_period`: the last push of a payroll period, its lock, and the manifest of what was delivered."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import dagster as dg

from hub.delivery.closing import lock, require_complete
from hub.delivery.connections import ConnectionConfig, connection_named, open_connector
from hub.errors import Fix
from hub.records import Period
from hub.secrets import SecretRef
from hub.zones import local_date
from orchestration import steps
from orchestration.components.catch_up import DATES, dates_of, days_of
from orchestration.control.forms import secret_form
from orchestration.results import guarded

FORM = {
    **DATES,
    "connection": dg.Field(dg.String, description="Name of the connection."),
    "key": dg.Field(
        secret_form(),
        is_required=False,
        description="Where the Ed25519 key (PEM) is kept that signs the manifest; without it, it is not signed.",
    ),
}


@dg.op(name="close", config_schema=FORM, out=dg.Out(dg.Nothing))
def close(context: dg.OpExecutionContext) -> None:
    """Process, push and read back once more; then lock, and keep the manifest in the hub's database."""
    period = guarded(lambda: closed_now(context.op_config))
    context.add_output_metadata(
        {
            "first": str(period.first),
            "last": str(period.last),
            "manifest": period.digest,
            "signed": bool(period.signature),
            "entries": period.manifest.count('"key":'),
        }
    )


def closed_now(form: Mapping[str, Any]) -> Period:
    """The period that is closed now; raises `Fix` when something keeps it open."""
    first, last = dates_of(form)
    config = _named(form["connection"])
    _require_over(config, last)
    key = SecretRef(**form["key"]) if form.get("key") else None
    steps.bind_people(config)
    for day in days_of(first, last):
        steps.process_day(config.tenant, day)
    require_complete(steps.push_days(config, first, last))
    with open_connector(config, steps.engine()) as connector:
        return lock(steps.engine(), config, connector, (first, last), key=key, now=steps.now)


def _named(name: str) -> ConnectionConfig:
    try:
        return connection_named(steps.engine(), name)
    except LookupError as error:
        raise Fix(str(error)) from None


def _require_over(config: ConnectionConfig, last: date) -> None:
    if local_date(config.timezone, steps.now()) <= last:
        raise Fix(f"{last} is not over in {config.timezone}; a period is closed after its last day.")
