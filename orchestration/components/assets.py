"""The assets of a connection: employees, mapped, planned, pushed, confirmed. Bodies are `orchestration.steps`."""

from collections.abc import Callable
from typing import Any

import dagster as dg

from hub.delivery.connections import ConnectionConfig
from orchestration import steps
from orchestration.alerts import tell_of_forecast
from orchestration.charts import chart, week
from orchestration.components.tenant import attendance_key
from orchestration.results import Result, give_up, guarded, held_back, linked, unmapped_facts
from orchestration.timing import CORRECTION, DAYS

Body = Callable[..., Result]


def connection_assets(config: ConnectionConfig) -> list[dg.AssetsDefinition]:
    """All assets of the connection, in the order in which they run."""
    employees = _employees(config)
    mapped = _mapped(config, [employees, attendance_key(config.tenant)])
    planned = _planned(config, mapped)
    pushed = _pushed(config, planned)
    return [employees, mapped, planned, pushed, _confirmed(config, pushed)]


def _asset(
    config: ConnectionConfig, *, deps: list[Any], reaches_erp: bool = True, check: dg.AssetCheckSpec | None = None
) -> Callable[[Body], dg.AssetsDefinition]:
    """One asset of the connection by work date; those that reach the ERP take turns."""
    return dg.asset(
        key_prefix=[config.name],
        group_name=config.name,
        kinds={config.connector},
        partitions_def=DAYS,
        pool=f"erp_{config.name}" if reaches_erp else None,
        deps=deps,
        check_specs=[check] if check else None,
    )


def _corrects(context: dg.AssetExecutionContext) -> bool:
    """Whether the run is about what changed: then the ERP is asked about that alone, and not about all of the day."""
    return context.run.tags.get("reason") == CORRECTION


def _employees(config: ConnectionConfig) -> dg.AssetsDefinition:
    @_asset(config, deps=[])
    def employees() -> Result:
        """Employees and cost objects of the ERP, bound by number and code."""
        bound = guarded(lambda: steps.bind_people(config))
        return dg.MaterializeResult(metadata={"newly_bound": bound.new, "bound_before": bound.known})

    return employees


def _mapped(config: ConnectionConfig, deps: list[Any]) -> dg.AssetsDefinition:
    spec = dg.AssetCheckSpec(
        "everyone_mapped",
        asset=[config.name, "mapped"],
        blocking=True,
        description=f"At most {config.unmapped_limit} employees or cost centres lack a counterpart in the ERP.",
    )

    @_asset(config, deps=deps, reaches_erp=False, check=spec)
    def mapped(context: dg.AssetExecutionContext) -> Result:
        """Attendance in the ERP's words, and what is held back."""
        found = guarded(lambda: steps.map_day(config, steps.day_of(context.partition_key)))
        unmapped = found.unmapped()
        check = dg.AssetCheckResult(
            check_name="everyone_mapped",
            passed=len(unmapped) <= config.unmapped_limit,
            metadata={"work_date": context.partition_key, **unmapped_facts(found)},
        )
        metadata = {"dagster/row_count": len(found.entries), "unmapped": len(unmapped), **held_back(found)}
        return dg.MaterializeResult(metadata=metadata, check_results=[check])

    return mapped


def _planned(config: ConnectionConfig, mapped: dg.AssetsDefinition) -> dg.AssetsDefinition:
    @_asset(config, deps=[mapped])
    def planned(context: dg.AssetExecutionContext) -> Result:
        """What a push would do, compared with what the ERP holds now."""
        day, narrow = steps.day_of(context.partition_key), _corrects(context)
        plan = guarded(lambda: steps.plan_day(config, day, only_changed=narrow))
        for failed in guarded(lambda: tell_of_forecast(config, plan)):
            context.log.warning(failed)
        page = guarded(lambda: steps.page_of(config, plan))
        return dg.MaterializeResult(metadata={**steps.by_action(plan), **linked(plan=page)})

    return planned


def _pushed(config: ConnectionConfig, planned: dg.AssetsDefinition) -> dg.AssetsDefinition:
    @_asset(config, deps=[planned])
    def pushed(context: dg.AssetExecutionContext) -> Result:
        """What was sent, and what the ERP was found to hold afterwards."""
        day, narrow = steps.day_of(context.partition_key), _corrects(context)
        done = guarded(lambda: steps.push_day(config, day, only_changed=narrow))
        if done.error is not None:
            context.log.warning("ended early: %s", done.counts)
            give_up(done.error)
        return dg.MaterializeResult(metadata=dict(done.counts))

    return pushed


def _confirmed(config: ConnectionConfig, pushed: dg.AssetsDefinition) -> dg.AssetsDefinition:
    spec = dg.AssetCheckSpec(
        "reconciled",
        asset=[config.name, "confirmed"],
        description="A fresh read-back finds every entry in the ERP exactly once and as it should be; after a "
        "correction it is asked for what is not confirmed.",
    )

    @_asset(config, deps=[pushed], check=spec)
    def confirmed(context: dg.AssetExecutionContext) -> Result:
        """The ERP, read once more and compared with the attendance days."""
        day, narrow = steps.day_of(context.partition_key), _corrects(context)
        plan = guarded(lambda: steps.plan_day(config, day, only_changed=narrow))
        found = steps.differences(plan)
        check = dg.AssetCheckResult(
            check_name="reconciled", passed=not found, metadata={"work_date": context.partition_key, **found}
        )
        hours, page = dg.MetadataValue.md(chart(week(config, day))), steps.explanations_of(config, day)
        return dg.MaterializeResult(
            metadata={**steps.by_action(plan), "hours": hours, **linked(explain=page)}, check_results=[check]
        )

    return confirmed
