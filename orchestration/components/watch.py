"""Checks on what devices sent: rows that wait in quarantine, and clocks that are wrong. They warn and stop nothing.

Which devices these are is told by the alerts and `muster status`.
"""

from datetime import date

import dagster as dg

from hub.clocks import wrong_clocks
from hub.processing.read import utc
from hub.quarantine import waiting
from hub.zones import DAY
from orchestration import steps

QUARANTINE, CLOCKS = "quarantine_empty", "clocks_right"
_TOLD = {
    QUARANTINE: "No row of a device waits for somebody to claim it, or to mend its cause.",
    CLOCKS: "Punches of the date came neither before their time nor all some minutes after it.",
}


def watch_specs(asset: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """Both, for the attendance of a tenant."""
    return [dg.AssetCheckSpec(name, asset=asset, description=text) for name, text in _TOLD.items()]


def watched(tenant: str, day: date) -> list[dg.AssetCheckResult]:
    """How both are now."""
    rows = dict(waiting(steps.engine(), tenant))
    drifting = wrong_clocks(steps.engine(), tenant, utc(day), utc(day) + DAY)
    return [
        _result(QUARANTINE, not rows, {"work_date": day.isoformat(), "rows": sum(rows.values()), **rows}),
        _result(CLOCKS, not drifting, {"work_date": day.isoformat(), "devices": len(drifting)}),
    ]


def _result(name: str, passed: bool, metadata: dict[str, object]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(check_name=name, passed=passed, severity=dg.AssetCheckSeverity.WARN, metadata=metadata)  # type: ignore[arg-type]
