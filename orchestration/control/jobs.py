"""The jobs of the control room, started in the Launchpad: configure, retire, close a period."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from hub.contract import Finding
from orchestration import steps
from orchestration.alerts import alerts
from orchestration.control import saving
from orchestration.control.closing import close
from orchestration.control.forms import connection_form
from orchestration.control.reload import ask_reload
from orchestration.results import guarded, linked

POOL = "control_room"
"""One at a time: two might save a connection of one name."""


def control_room() -> dg.Definitions:
    """All of them; the form is made of the connectors that are installed now."""
    return dg.Definitions(jobs=[_configure(), _retire(), _close()], sensors=[alerts()])


def _configure() -> dg.JobDefinition:
    @dg.op(name="save_connection", config_schema=connection_form(), pool=POOL, out=dg.Out(dg.Nothing))
    def save_connection(context: dg.OpExecutionContext) -> None:
        """Check what was filled in, try the ERP, save, and ask for a reload."""
        form = context.op_config
        component = guarded(lambda: saving.component_from(form))
        guarded(lambda: saving.require_place(steps.engine(), component))
        found = guarded(lambda: saving.findings_of(steps.engine(), component)) if form["test"] else []
        guarded(lambda: saving.save(steps.engine(), component))
        page = guarded(lambda: saving.page_of(steps.engine(), component))
        context.add_output_metadata({**_seen(found), **linked(authorise=page)})
        context.log.info(ask_reload(_location(context)))

    return _job("configure_connection", save_connection, "Make a connection to an ERP, or change one of that name.")


def _retire() -> dg.JobDefinition:
    name = dg.Field(dg.String, description="Name of the connection. What it sent stays in the hub's journal.")

    @dg.op(name="drop_connection", config_schema={"connection": name}, pool=POOL, out=dg.Out(dg.Nothing))
    def drop_connection(context: dg.OpExecutionContext) -> None:
        """Take the connection out of Dagster; its history stays."""
        guarded(lambda: saving.retire(steps.engine(), context.op_config["connection"], steps.now()))
        context.log.info(ask_reload(_location(context)))

    return _job("retire_connection", drop_connection, "End a connection that was configured here.")


def _close() -> dg.JobDefinition:
    return _job("close_period", close, "End a payroll period: push once more, lock its work dates, sign what was sent.")


def _job(name: str, op: dg.OpDefinition, description: str) -> dg.JobDefinition:
    """A job whose run config is that of its only step, without the step's name around it."""

    def inner(form: Mapping[str, Any]) -> dict[str, Any]:
        return {"ops": {op.name: {"config": form}}}

    mapping = dg.ConfigMapping(inner, config_schema=op.config_schema.as_field())
    graph = dg.GraphDefinition(name=name, node_defs=[op], description=description)
    return graph.to_job(config=mapping, executor_def=dg.in_process_executor)


def _location(context: dg.OpExecutionContext) -> str | None:
    origin = context.run.remote_job_origin
    return origin.repository_origin.code_location_origin.location_name if origin else None


def _seen(findings: list[Finding]) -> dict[str, Any]:
    """What the check found in the ERP."""
    columns = ("subject", "severity", "message")
    rows = [dg.TableRecord(dict(zip(columns, _cells(one), strict=True))) for one in findings]
    return {"check": dg.MetadataValue.table(rows, schema=dg.TableSchema([dg.TableColumn(name) for name in columns]))}


def _cells(finding: Finding) -> tuple[str, str, str]:
    return finding.subject, finding.severity.value, finding.message
