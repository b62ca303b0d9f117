"""Many work dates in one run: a start in the middle of a month, or a week after a failure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import dagster as dg

from hub.delivery.connections import ConnectionConfig
from hub.errors import Fix
from orchestration import steps
from orchestration.results import give_up, guarded

LONGEST = 31
DATES = {
    "first": dg.Field(dg.String, description="First work date, YYYY-MM-DD."),
    "last": dg.Field(dg.String, description="Last work date, inclusive."),
}


def dates_of(form: Mapping[str, Any]) -> tuple[date, date]:
    """The work dates that were asked for; raises `Fix` when they are none."""
    try:
        first, last = date.fromisoformat(form["first"]), date.fromisoformat(form["last"])
    except ValueError as error:
        raise Fix(f"Dates are written 2026-10-31: {error}.") from None
    if not timedelta(0) <= last - first < timedelta(days=LONGEST):
        raise Fix(f"{first} to {last} are not 1 to {LONGEST} days.")
    return first, last


def days_of(first: date, last: date) -> list[date]:
    """Every date from the first to the last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def catch_up_job(config: ConnectionConfig) -> dg.JobDefinition:
    """Process, bind and push every work date of a range, each with its own counts on the asset `pushed`."""

    @dg.op(
        name=f"{config.name}_days", config_schema=DATES, pool=f"erp_{config.name}", out=dg.Out(dg.Nothing)
    )  # fmt: skip
    def days(context: dg.OpExecutionContext) -> None:
        """One date after the other; those that are done stay done when a later one fails."""
        first, last = guarded(lambda: dates_of(context.op_config))
        guarded(lambda: steps.bind_people(config))
        for day in days_of(first, last):
            context.log_event(_pushed(config, day))

    graph = dg.GraphDefinition(
        name=f"{config.name}_catch_up", node_defs=[days], description="Push up to a month of work dates in one run."
    )
    return graph.to_job(executor_def=dg.in_process_executor)


def _pushed(config: ConnectionConfig, day: date) -> dg.AssetMaterialization:
    guarded(lambda: steps.process_day(config.tenant, day))
    done = guarded(lambda: steps.push_day(config, day))
    if done.error is not None:
        give_up(done.error)
    key = dg.AssetKey([config.name, "pushed"])
    return dg.AssetMaterialization(key, partition=day.isoformat(), metadata=dict(done.counts))
