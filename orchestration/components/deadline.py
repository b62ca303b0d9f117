"""The check that yesterday was delivered by the connection's deadline, with a schedule of its own."""

from datetime import timedelta

import dagster as dg

from hub.delivery.connections import ConnectionConfig
from hub.delivery.deadline import delivered_at
from hub.zones import local_date
from orchestration import steps
from orchestration.timing import deadline

CHECK = "delivered_by_deadline"


def deadline_definitions(config: ConnectionConfig) -> dg.Definitions:
    """The check, a job of it alone and its schedule; nothing for a connection without a deadline."""
    if not config.deadline:
        return dg.Definitions()
    check = _check(config)
    job = dg.define_asset_job(
        f"{config.name}_deadline",
        selection=dg.AssetSelection.checks(check),
        description=f"Whether the work date before was delivered; at {config.deadline}.",
    )
    return dg.Definitions(asset_checks=[check], jobs=[job], schedules=[deadline(config, job)])


def _check(config: ConnectionConfig) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=dg.AssetKey([config.name, "confirmed"]),
        name=CHECK,
        description=f"All entries of the work date before are confirmed by {config.deadline}, {config.timezone}.",
    )
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        yesterday = local_date(config.timezone, steps.now()) - timedelta(days=1)
        day = steps.day_of(context.run.tags.get("work_date", yesterday.isoformat()))
        passed = day < config.starts_on or delivered_at(steps.engine(), config, day) is not None
        metadata: dict[str, str] = {"work_date": day.isoformat()}
        if not passed:
            metadata["what to do"] = f"See the latest run of {config.name}_push and muster status {config.tenant}."
        return dg.AssetCheckResult(passed=passed, metadata=metadata)

    return check
