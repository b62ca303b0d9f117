"""A connection to an ERP in memory, built by its component and run in this process."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import dagster as dg

from examples.demo.fortnight import cost_centres, employees
from hub.contract import CostObject, Person
from hub.delivery.connections import ConnectionConfig
from hub.testing.memory import ERPS, MemoryErp
from orchestration.components import ConnectionComponent, TenantAttendance
from orchestration.components.tenant import ATTENDANCE
from tests.hub.world import KOLKATA, MONDAY, World

DAY = MONDAY
NOW = int(datetime(2026, 4, 10, 12, tzinfo=UTC).timestamp())
PUNCHES = ("1001 2026-03-23 09:00:00 0", "1001 2026-03-23 18:01:00 1")


def built(*components: dg.Component) -> dg.Definitions:
    """What Dagster makes of them."""
    context = dg.ComponentTree.for_test().load_context
    return dg.Definitions.merge(
        *(one.build_defs(context) for one in components), dg.Definitions(executor=dg.in_process_executor)
    )


@dataclass
class Site:
    """One connection. Employee `K001` is `eK001` in the ERP, cost centre `ADM` is `wADM`."""

    world: World
    instance: dg.DagsterInstance
    name: str
    erp: MemoryErp = field(default_factory=MemoryErp)
    more: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ERPS[self.name] = self.erp
        self.erp.people = [Person(f"e{number}", number) for number in employees()]
        self.erp.costs = [CostObject(f"w{code}", code, name) for code, name in cost_centres().items()]

    @property
    def tenant(self) -> str:
        return self.world.tenant

    def component(self) -> ConnectionComponent:
        given = {"timezone": "Asia/Kolkata", "sites": ["kolkata"], "starts_on": "2026-03-22", **self.more}
        return ConnectionComponent(
            connection=self.name, tenant=self.tenant, connector="memory", settings={"erp": self.name}, **given
        )

    @property
    def config(self) -> ConnectionConfig:
        return self.component().config()

    @cached_property
    def defs(self) -> dg.Definitions:
        return built(self.attendance, self.component())

    @property
    def attendance(self) -> TenantAttendance:
        """The tenant's attendance."""
        return TenantAttendance(tenant=self.tenant)

    def night(self, day: date = DAY, **tags: str) -> dg.ExecuteInProcessResult:
        """The nightly run of a work date, or another one with these tags."""
        job = self.defs.resolve_job_def(f"{self.name}_push")
        return job.execute_in_process(partition_key=str(day), instance=self.instance, raise_on_error=False, tags=tags)

    def punch(self, *lines: str) -> int:
        return self.world.punch(KOLKATA, *lines or PUNCHES, now=NOW)


def checks(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    """Which checks of the connection passed."""
    return {one.check_name: one.passed for one in evaluations(result)}


def evaluations(result: dg.ExecuteInProcessResult) -> list[dg.AssetCheckEvaluation]:
    """Those of the connection."""
    return [one for one in result.get_asset_check_evaluations() if one.asset_key.path[-1] != ATTENDANCE]


def watched(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    """Which checks of the tenant's devices passed."""
    found = result.get_asset_check_evaluations()
    return {one.check_name: one.passed for one in found if one.asset_key.path[-1] == ATTENDANCE}


def metadata(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, Any]:
    """What the last materialisation of the asset said."""
    found = [
        one for one in result.get_asset_materialization_events() if one.asset_key and one.asset_key.path[-1] == asset
    ]
    return {name: value.value for name, value in found[-1].materialization.metadata.items()}


def made(result: dg.ExecuteInProcessResult) -> list[str]:
    """The assets that were materialised, in their order."""
    return [one.asset_key.path[-1] for one in result.get_asset_materialization_events() if one.asset_key]


def events(result: dg.ExecuteInProcessResult, kind: dg.DagsterEventType) -> list[dg.DagsterEvent]:
    """The events of that kind."""
    return [one for one in result.all_events if one.event_type is kind]


def sentences(result: dg.ExecuteInProcessResult) -> list[str]:
    """What the failed steps say to the person who must act."""
    failures = (one.step_failure_data.user_failure_data for one in events(result, dg.DagsterEventType.STEP_FAILURE))
    return [str(one.description) for one in failures if one]
