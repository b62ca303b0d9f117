"""What Dagster loads: every component below the defs folder, run in one process.

`MUSTER_PROJECT` names another project folder with connections of its own; without it, `orchestration/defs` is used.
"""

import os
from pathlib import Path

import dagster as dg

from hub.ours import require_ours


@dg.definitions
def defs() -> dg.Definitions:
    """All tenants and connections."""
    require_ours()
    project = Path(os.environ.get("MUSTER_PROJECT", Path(__file__).parent))
    loaded = dg.load_from_defs_folder(path_within_project=project)
    return dg.Definitions.merge(loaded, dg.Definitions(executor=dg.in_process_executor))
