"""What Dagster loads: every component below the defs folder and every connection of the hub, run in one process.

`MUSTER_PROJECT` names another project folder with connections of its own; without it, `orchestration/defs` is used.
"""

import os
import warnings
from pathlib import Path

import dagster as dg

from hub.ours import require_ours
from orchestration.components.tenant import attendance_of_others
from orchestration.control.jobs import control_room
from orchestration.control.registered import names_in, registered


@dg.definitions
def defs() -> dg.Definitions:
    """All tenants and connections, and the control room."""
    require_ours()
    tree = dg.ComponentTree.for_project(Path(os.environ.get("MUSTER_PROJECT", Path(__file__).parent)))
    with warnings.catch_warnings():
        # Dagster's own way of loading a folder is a preview to Dagster.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        written = tree.build_defs()
    loaded = dg.Definitions.merge(written, registered(tree.load_context, frozenset(names_in(written))))
    return dg.Definitions.merge(
        loaded, attendance_of_others(loaded), control_room(), dg.Definitions(executor=dg.in_process_executor)
    )
