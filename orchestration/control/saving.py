"""Configuring and retiring a connection, as plain functions: what is wrong is raised as a sentence to act on."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import col

from hub.contract import Finding, Severity
from hub.database import reading
from hub.delivery.connections import connections, open_connector, register
from hub.delivery.connections import retire as retire_connection
from hub.errors import Fix, HubError, Reconnect
from hub.links import CONNECTIONS_PAGE
from hub.records import Site
from orchestration import steps
from orchestration.components.connection import ConnectionComponent
from orchestration.components.misconfigured import mistakes_of, told
from orchestration.control.registered import LAUNCHPAD


def component_from(form: Mapping[str, Any]) -> ConnectionComponent:
    """The connection that the operator filled in; raises `Fix` with every mistake."""
    [(connector, settings)] = form["erp"].items()
    given = {name: value for name, value in form.items() if name not in {"erp", "test"}}
    try:
        component = ConnectionComponent(**given, connector=connector, settings=_plain(settings))
        config = component.config()
    except ValueError as error:
        raise Fix(told(error, ConnectionComponent)) from None
    if mistakes := mistakes_of(config, component.timezone, component.nightly):
        raise Fix(" ".join(mistakes))
    return component


def _plain(value: Any) -> Any:
    """As the settings model takes it and the database keeps it: Dagster hands over frozen mappings."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def require_place(engine: Engine, component: ConnectionComponent) -> None:
    """Raise `Fix` when the hub does not know the tenant or one of the sites."""
    query = select(col(Site.code)).where(col(Site.tenant) == component.tenant)
    with reading(engine) as session:
        there = sorted(session.connection().execute(query).scalars())
    if not there:
        raise Fix(f"The hub has no sites of a tenant {component.tenant!r}; load the tenant's folder first.")
    if unknown := sorted(set(component.sites) - set(there)):
        raise Fix(f"Tenant {component.tenant} has no site {', '.join(unknown)}. Sites: {', '.join(there)}.")


def findings_of(engine: Engine, component: ConnectionComponent) -> list[Finding]:
    """Log in to the ERP and look around; raises `Fix` when something must be changed first."""
    try:
        with open_connector(component.config(), engine) as connector:
            findings = connector.check()
    except Reconnect as error:  # nobody can authorise what is not saved
        return [Finding("authorisation", Severity.WARNING, error.message)]
    except HubError as error:
        raise Fix(f"The ERP was tried and the connection is not saved: {error.message}") from error
    wrong = [one.message for one in findings if one.severity in (Severity.LATER, Severity.ERROR)]
    if wrong:
        raise Fix(f"The ERP was tried and the connection is not saved: {' '.join(wrong)}")
    return findings


def save(engine: Engine, component: ConnectionComponent) -> None:
    """Keep it in the hub's database, where Dagster finds it at its next load."""
    register(engine, component.config().model_copy(update={"origin": LAUNCHPAD}), again=True)


def page_of(engine: Engine, component: ConnectionComponent) -> str:
    """Where a person authorises the connection, if that is how it is done and `MUSTER_PUBLIC_URL` is set.

    The page asks for an API key: what stands in a run is no right to do anything.
    """
    described = open_connector(component.config(), engine).authorisation()
    return steps.public(CONNECTIONS_PAGE) if described else ""


def retire(engine: Engine, name: str, at: int) -> None:
    """Show it no longer and send nothing over it. The hub's journal and Dagster's past runs stay."""
    here = [one for one in connections(engine) if one.origin == LAUNCHPAD and one.retired_at is None]
    if name not in {one.name for one in here}:
        there = ", ".join(one.name for one in here) or "none"
        raise Fix(f"No connection {name!r} was configured here; one in a YAML file ends with its file. Here: {there}.")
    retire_connection(engine, name, at)
