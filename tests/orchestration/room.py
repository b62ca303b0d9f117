"""The control room beside a tenant that has attendance."""

from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.control.jobs import control_room
from orchestration.control.registered import registered
from tests.orchestration.site import Site, built

SECRET = "xyzzy-do-not-store"


class Room:
    """The control room of an empty Dagster, beside a tenant that has attendance."""

    def __init__(self, site: Site, instance: dg.DagsterInstance, folder: Path) -> None:
        self.site, self.instance, self.folder = site, instance, folder

    def form(self, **changed: Any) -> dict[str, Any]:
        """What an operator fills in."""
        given = {
            "connection": self.site.name,
            "tenant": self.site.tenant,
            "sites": ["kolkata"],
            "starts_on": "2026-03-22",
            "timezone": "Asia/Kolkata",
            "erp": {"guarded": {"erp": self.site.name, "key": {"env": "ACME_KEY"}}},
        }
        return {**given, **changed}

    def job(self, name: str) -> dg.JobDefinition:
        return control_room().resolve_job_def(name)

    def configure(self, **changed: Any) -> dg.ExecuteInProcessResult:
        return self._run("configure_connection", self.form(**changed))

    def retire(self, name: str) -> dg.ExecuteInProcessResult:
        return self._run("retire_connection", {"connection": name})

    def _run(self, name: str, form: dict[str, Any]) -> dg.ExecuteInProcessResult:
        return self.job(name).execute_in_process(run_config=form, instance=self.instance, raise_on_error=False)

    def shown(self, *taken: str) -> dg.Definitions:
        """What the code location shows after a reload."""
        context = dg.ComponentTree.for_test().load_context
        return dg.Definitions.merge(registered(context, frozenset(taken)), built())

    def assets(self, *taken: str) -> set[str]:
        return {key.to_user_string() for key in self.shown(*taken).resolve_asset_graph().get_all_asset_keys()}
