"""Commands on who is who in the ERP: coverage, bindings as a file, and what the ERP has that the hub does not."""

import csv
import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.base import DONE, LEFT, AsJson, MaybeTenant, app, engine, now, print_json, say, say_some
from hub.delivery.binding_file import BindingFileError, taken, written
from hub.delivery.bindings import bind
from hub.delivery.connections import connection_named, open_connector
from hub.delivery.coverage import coverage as covered
from hub.delivery.newcomers import COST_CENTRES, EMPLOYEES, newcomers
from hub.stops import WrongInputError
from hub.zones import local_date

bindings = typer.Typer(no_args_is_help=True, help="Which of our numbers and codes are which ids of the ERP.")
app.add_typer(bindings, name="bindings")
On = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The date; today by default.")]


@app.command()
def coverage(connection: str, *, on: On = None, tenant: MaybeTenant = None, as_json: AsJson = False) -> None:
    """Who and what has no counterpart in the ERP, and what might be one. Nothing is bound by a guess.

    CONNECTION is its name. Exit code 0: everybody and everything has one.
    """
    hub = engine()
    config = connection_named(hub, connection, tenant)
    day: date = on.date() if on else local_date(config.timezone, now())
    with open_connector(config, hub) as connector:
        bind(hub, config, connector)
        found = covered(hub, config, connector, day)
    if as_json:
        print_json([asdict(one) for one in found])
    for one in () if as_json else found:
        say(f"{one.kind}: {one.total - len(one.unbound)} of {one.total} bound, {one.unused} of the ERP's are free")
        say_some([f"  {code} has no counterpart" for code in one.unbound])
        say_some([f"  {s.code} might be {s.theirs} (id {s.ref}), score {s.score}" for s in one.suggestions])
    raise typer.Exit(LEFT if any(one.unbound for one in found) else DONE)


@bindings.command("export")
def export(connection: str, *, tenant: MaybeTenant = None) -> None:
    """Print all bindings as CSV, to be edited and imported again.

    CONNECTION is its name.
    """
    hub = engine()
    sys.stdout.write(written(hub, connection_named(hub, connection, tenant)))


@bindings.command("import")
def import_(connection: str, file: Path, *, tenant: MaybeTenant = None) -> None:
    """Bring the bindings that people gave to what the CSV file says; its other rows change nothing.

    CONNECTION is its name, FILE what `muster bindings export` printed, edited.
    """
    hub = engine()
    config = connection_named(hub, connection, tenant)
    try:
        tally = taken(hub, config, file.read_text(encoding="utf-8"))
    except BindingFileError as error:
        raise WrongInputError(f"{file.name} was not taken.\n{error}") from None
    say(f"{tally.created} new, {tally.changed} changed, {tally.removed} taken out, {tally.unchanged} as before.")


@app.command("newcomers")
def newcomers_(connection: str, folder: Path, *, tenant: MaybeTenant = None) -> None:
    """Write the ERP's people and cost centres that the hub does not know as CSV files, to complete and load.

    CONNECTION is its name, FOLDER where employees.csv and cost_centres.csv are written; it must have neither.
    """
    hub = engine()
    config = connection_named(hub, connection, tenant)
    with open_connector(config, hub) as connector:
        found = newcomers(hub, config, connector)
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns, rows in ((EMPLOYEES, *found.employees), (COST_CENTRES, *found.cost_centres)):
        with (folder / name).open("x", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([columns, *rows])
        say(f"{len(rows)} rows in {folder / name}")
