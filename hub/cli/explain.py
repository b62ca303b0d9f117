"""`muster explain`: a number in the ERP, back to its punches."""

from datetime import date, datetime
from typing import Annotated

import typer

from hub.cli.base import LEFT, AsJson, MaybeTenant, app, engine, err, now, print_json, say
from hub.contract import Kind
from hub.delivery.connections import connection_named
from hub.explain import NothingKnownError, day_of_record, text_of
from hub.explain import explain as explain_day
from hub.stops import WrongInputError


@app.command()
def explain(
    connection: str,
    *,
    employee: Annotated[str, typer.Option(help="Employee number; with --date.")] = "",
    day: Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Work date.")] = None,
    record: Annotated[str, typer.Option(help="The ERP's id of a record, instead of employee and date.")] = "",
    kind: Annotated[Kind | None, typer.Option(help="What the record is, where two have that id.")] = None,
    tenant: MaybeTenant = None,
    as_json: AsJson = False,
) -> None:
    """Explain a number in the ERP: entry, plan, receipts, the day stage by stage, punches, devices, quarantine.

    CONNECTION is the name of the connection. Exit code 1: nothing is known of that day.
    """
    by_day = _named(employee, day, record, kind)
    hub = engine()
    config = connection_named(hub, connection, tenant, even_retired=True)
    which = by_day or day_of_record(hub, config.tenant, config.name, record, kind)
    try:
        told = explain_day(hub, config, *which, now())
    except NothingKnownError as error:
        err.print(str(error), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(LEFT) from None
    if as_json:
        print_json(told)
    else:
        say(text_of(told, config.name))


def _named(employee: str, day: datetime | None, record: str, kind: Kind | None) -> tuple[str, date] | None:
    """Employee and date, or None for a record; raises `WrongInputError` unless it is exactly one of the two."""
    if record and (employee or day):
        raise WrongInputError("Name a record, or an employee and a date; not both.")
    if kind and not record:
        raise WrongInputError("--kind says what a record is; name one with --record.")
    if record:
        return None
    if not (employee and day):
        raise WrongInputError("Name a record with --record, or an employee and a date with --employee and --date.")
    return employee, day.date()
