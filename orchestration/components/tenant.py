"""A tenant's attendance: what devices sent, and the days made of it."""

from typing import Any

import dagster as dg
from pydantic import Field

from orchestration import steps
from orchestration.components.watch import watch_specs, watched
from orchestration.results import Result, guarded
from orchestration.timing import DAYS

ATTENDANCE = "attendance_days"


def attendance_key(tenant: str) -> dg.AssetKey:
    """The asset that connections of the tenant stand on."""
    return dg.AssetKey([tenant, ATTENDANCE])


class TenantScaffolder(dg.Scaffolder[Any]):
    """Writes a tenant of the folder's name."""

    def scaffold(self, request: dg.ScaffoldRequest[Any]) -> None:
        """Create the `defs.yaml` of a new tenant."""
        dg.scaffold_component(request, {"tenant": request.target_path.name})


@dg.scaffold_with(TenantScaffolder)
class TenantAttendance(dg.Component, dg.Model, dg.Resolvable):
    """Raw punches and attendance days of one tenant, by work date.

    ```yaml
    type: orchestration.components.TenantAttendance
    attributes:
      tenant: acme
    ```
    """

    tenant: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", description="Slug of the tenant.")

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:  # noqa: ARG002 - Dagster's signature
        """Two assets in a group of the tenant's name."""
        return self.definitions()

    def definitions(self) -> dg.Definitions:
        """The same, wherever the tenant is named."""
        tenant = self.tenant

        @dg.asset(key=[tenant, "raw_punches"], group_name=tenant, partitions_def=DAYS, kinds={"muster"})
        def raw_punches(context: dg.AssetExecutionContext) -> Result:
            """Punches as they came, stored before they were acknowledged."""
            day = steps.day_of(context.partition_key)
            return dg.MaterializeResult(metadata={"dagster/row_count": steps.count_punches(tenant, day)})

        @dg.asset(
            key=attendance_key(tenant),
            group_name=tenant,
            partitions_def=DAYS,
            deps=[raw_punches],
            kinds={"muster"},
            check_specs=watch_specs(attendance_key(tenant)),
        )
        def attendance_days(context: dg.AssetExecutionContext) -> Result:
            """Present, absent, late, overtime, loss of pay and payable days of every employee."""
            day = steps.day_of(context.partition_key)
            done = guarded(lambda: steps.process_day(tenant, day))
            counts = {"dagster/row_count": done.days, "created": done.created, "changed": done.changed}
            return dg.MaterializeResult(metadata=counts, check_results=watched(tenant, day))

        return dg.Definitions(assets=[raw_punches, attendance_days])


def attendance_of_others(defs: dg.Definitions) -> dg.Definitions:
    """The attendance of tenants that connections stand on and no file names: without it they would not load."""
    assets = [one for one in defs.assets or () if isinstance(one, dg.AssetsDefinition)]
    there = {key for one in assets for key in one.keys}
    needed = {key for one in assets for key in one.dependency_keys if key.path[1:] == [ATTENDANCE]}
    lacking = sorted(key.path[0] for key in needed - there)
    return dg.Definitions.merge(*(TenantAttendance(tenant=tenant).definitions() for tenant in lacking))
