"""The sensor that looks every few minutes for what people should be told: once when it begins, once when it is over."""

import os
from datetime import UTC, datetime, timedelta

import dagster as dg

from hub.alerts import update_alerts
from hub.channels import FILE, ways_from_environment
from hub.clocks import wrong_clocks
from hub.delivery.budget import spent_today
from hub.delivery.connections import ConnectionConfig, connections, connector_of
from hub.delivery.deadline import delivered_at
from hub.delivery.forecast import forecast
from hub.delivery.lines import CHANGES
from hub.delivery.outcome import Planned
from hub.silence import silent_devices
from hub.token_states import token_states
from hub.zones import DAY, local_date, to_utc
from orchestration import steps
from orchestration.results import KIND

SILENT_HOURS = "MUSTER_SILENT_HOURS"
EVERY_SECONDS = 300
_HELP = "See its latest run in Dagster."


def alerts() -> dg.SensorDefinition:
    """Starts switched on where `MUSTER_ALERTS` says whom to tell."""
    on = dg.DefaultSensorStatus.RUNNING if os.environ.get(FILE) else dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        name="alerts",
        minimum_interval_seconds=EVERY_SECONDS,
        default_status=on,
        description="Failed nights, missed deadlines, lost grants and silent devices, to e-mail and webhooks.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        failed = look(context.instance)
        return dg.SkipReason("; ".join(failed) or "everybody was told")

    return sensor


def look(instance: dg.DagsterInstance) -> list[str]:
    """Look at everything; what could not be told, a sentence each."""
    here = [one for one in connections(steps.engine()) if one.retired_at is None]
    failed = []
    for tenant in sorted({one.tenant for one in here}):
        ours = [one for one in here if one.tenant == tenant]
        causes = silent(tenant) | wrong(tenant)
        for config in ours:
            causes |= failed_night(instance, config) | late(config) | lost_grant(config)
        failed += _tell(tenant, "watch:", causes)
    return failed


def _tell(tenant: str, scope: str, causes: dict[str, str]) -> list[str]:
    return update_alerts(steps.engine(), tenant, scope, causes, at=steps.now(), ways=ways_from_environment())


def failed_night(instance: dg.DagsterInstance, config: ConnectionConfig) -> dict[str, str]:
    """Whether the latest run of the connection failed; the grant that is gone is a cause of its own."""
    latest = instance.get_run_records(dg.RunsFilter(job_name=f"{config.name}_push"), limit=1)
    if not latest or latest[0].dagster_run.status is not dg.DagsterRunStatus.FAILURE:
        return {}
    events = instance.all_logs(latest[0].dagster_run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    told = [one.dagster_event.step_failure_data.user_failure_data for one in events if one.dagster_event]
    for failure in filter(None, told):
        kind = failure.metadata.get(KIND)
        if not (kind and kind.value == "Reconnect"):
            return {f"run:{config.name}": f"{config.name}: {failure.description}"}
        since = _authorised_at(config) > (latest[0].end_time or 0)
        return {} if since else {f"reconnect:{config.name}": f"{config.name}: {failure.description}"}
    return {f"run:{config.name}": f"The latest run of {config.name} failed. {_HELP}"}


def lost_grant(config: ConnectionConfig) -> dict[str, str]:
    """Whether somebody must authorise the connection again, whoever noticed; it is over when somebody has."""
    states = token_states(steps.engine(), config.tenant)
    lost = [one for one in states if one.connection == config.name and one.needs_reconnecting]
    return {f"reconnect:{one.connection}": f"{one.connection}: {one.message}" for one in lost}


def _authorised_at(config: ConnectionConfig) -> int:
    states = token_states(steps.engine(), config.tenant)
    return max((one.saved_at for one in states if one.connection == config.name and one.connected), default=0)


def late(config: ConnectionConfig) -> dict[str, str]:
    """Whether yesterday is not delivered although the deadline is over."""
    if not config.deadline:
        return {}
    today = local_date(config.timezone, steps.now())
    if steps.now() < _instant(config, today):
        return {}
    day = today - timedelta(days=1)
    if day < config.starts_on or delivered_at(steps.engine(), config, day) is not None:
        return {}
    return {f"deadline:{config.name}": f"{config.name}: {day} was not delivered by {config.deadline}. {_HELP}"}


def _instant(config: ConnectionConfig, day: object) -> int:
    hour, minute = map(int, config.deadline.split(":"))
    return to_utc(config.timezone, steps.day_of(str(day)), hour * 3600 + minute * 60)[0]


def wrong(tenant: str) -> dict[str, str]:
    """Devices whose clocks were wrong in the last day."""
    found = wrong_clocks(steps.engine(), tenant, steps.now() - DAY, steps.now())
    return {f"clock:{one.partition(': ')[0]}": f"The clock of device {one}." for one in found}


def silent(tenant: str) -> dict[str, str]:
    """Devices that stopped sending."""
    hours = int(os.environ.get(SILENT_HOURS, "72"))
    found = silent_devices(steps.engine(), tenant, steps.now() - hours * 3600)
    return {f"silent:{one}": f"Device {one} sent no punch for {hours} hours; look at its network." for one in found}


def tell_of_forecast(config: ConnectionConfig, planned: Planned) -> list[str]:
    """Tell when the changes of a plan cannot be sent by the next deadline, under the ERP's limits."""
    if not config.deadline:
        return []
    now = steps.now()
    today = local_date(config.timezone, now)
    cut_off = next(at for day in (0, 1) if (at := _instant(config, today + timedelta(days=day))) > now)
    spent = spent_today(steps.engine(), config.tenant, config.name, now)
    changes = planned.count(*CHANGES)
    can = connector_of(config).capabilities
    ends = forecast(changes, can, now, employees=planned.employees(), spent_today=spent).ends_at
    text = f"{config.name}: {changes} changes end about {datetime.fromtimestamp(ends, UTC):%Y-%m-%d %H:%M} UTC, after "
    text += f"the deadline {config.deadline}; ask the ERP's vendor for more requests, or move the deadline."
    return _tell(config.tenant, f"forecast:{config.name}", {"": text} if ends > cut_off else {})
