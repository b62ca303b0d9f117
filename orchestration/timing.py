"""When things run: the work-date partitions, nights in the connection's zone, and corrections."""

from datetime import date, timedelta
from typing import Any

import dagster as dg

from hub.delivery.connections import ConnectionConfig
from hub.delivery.due import due_days
from hub.zones import local_date
from orchestration import steps

_OPEN = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]

CORRECTION = "correction"
"""The reason, among a run's tags, of those that the sensor asks for."""

# A label, not an instant: one definition for all zones. The end offset makes today exist where it is already
# tomorrow in UTC.
DAYS = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_offset=1)


def nightly(config: ConnectionConfig, job: Any, cron: str, zone: str, *, running: bool) -> dg.ScheduleDefinition:
    """Every night in the zone, for the work date that ended there."""

    @dg.schedule(
        name=f"{config.name}_nightly",
        job=job,
        cron_schedule=cron,
        execution_timezone=zone,
        default_status=dg.DefaultScheduleStatus.RUNNING if running else dg.DefaultScheduleStatus.STOPPED,
        description=f"Yesterday's attendance, by the calendar of {zone}.",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        tick = int(context.scheduled_execution_time.timestamp())
        day = (local_date(zone, tick) - timedelta(days=1)).isoformat()
        return dg.RunRequest(run_key=f"{config.name}:{day}", partition_key=day, tags={"work_date": day})

    return schedule


def deadline(config: ConnectionConfig, job: Any) -> dg.ScheduleDefinition:
    """Every day at the connection's deadline, for the work date that must be delivered by then."""
    hour, minute = map(int, config.deadline.split(":"))
    zone = config.timezone

    @dg.schedule(
        name=f"{config.name}_deadline",
        job=job,
        cron_schedule=f"{minute} {hour} * * *",
        execution_timezone=zone,
        default_status=dg.DefaultScheduleStatus.RUNNING if config.enabled else dg.DefaultScheduleStatus.STOPPED,
        description=f"Looks at {config.deadline} in {zone} whether yesterday was delivered.",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        tick = int(context.scheduled_execution_time.timestamp())
        day = (local_date(zone, tick) - timedelta(days=1)).isoformat()
        return dg.RunRequest(run_key=f"{config.name}:{day}:deadline", tags={"work_date": day})

    return schedule


def _under_way(instance: dg.DagsterInstance, config: ConnectionConfig, day: date) -> bool:
    """Whether a run for the date is waiting or running: it will take the change along."""
    open_runs = dg.RunsFilter(
        job_name=f"{config.name}_push", statuses=_OPEN, tags={"dagster/partition": day.isoformat()}
    )
    return bool(instance.get_run_records(open_runs, limit=1))


def corrections(
    config: ConnectionConfig, job: Any, zone: str, debounce_seconds: int, *, running: bool
) -> dg.SensorDefinition:
    """Dates that changed after they were pushed, once nothing more has arrived for a while."""

    @dg.sensor(
        name=f"{config.name}_corrections",
        job=job,
        minimum_interval_seconds=min(60, debounce_seconds),
        default_status=dg.DefaultSensorStatus.RUNNING if running else dg.DefaultSensorStatus.STOPPED,
        description="Pushes a work date again when late punches or corrections changed it.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        now = steps.now()
        yesterday = local_date(zone, now) - timedelta(days=1)
        due = due_days(steps.engine(), config, yesterday, now - debounce_seconds)
        due = {day: mark for day, mark in due.items() if not _under_way(context.instance, config, day)}
        if not due:
            return dg.SkipReason("nothing changed since the last push")
        return dg.SensorResult(
            [
                dg.RunRequest(
                    run_key=f"{config.name}:{day}:{mark}",
                    partition_key=day.isoformat(),
                    tags={"work_date": day.isoformat(), "reason": CORRECTION},
                )
                for day, mark in sorted(due.items())
            ]
        )

    return sensor
