"""Components for `defs.yaml` files: a tenant's attendance, and a connection of each installed connector."""

from orchestration.components.connection import ConnectionComponent
from orchestration.components.tenant import TenantAttendance
from orchestration.components.typed import component_types

__all__ = ["ConnectionComponent", "TenantAttendance"]

globals().update(component_types())
