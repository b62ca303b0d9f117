"""Commands up to the processed day: set-up, intake, processing, and what waits for a person."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from hub import database
from hub.api.security import PUNCHES_WRITE, SCOPES, new_key
from hub.cli.base import (
    DONE,
    LEFT,
    AsJson,
    First,
    Last,
    app,
    dates,
    engine,
    engine_of,
    now,
    out,
    print_json,
    say,
    say_some,
)
from hub.delivery.status import status_of
from hub.importing import import_file
from hub.processing import process as process_days
from hub.replay import replay
from hub.serve import serve as serve_api
from hub.setup import load_folder
from hub.stops import WrongInputError


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    engine()
    say("The database is up to date.")


@app.command()
def load(
    folder: Path, *, dry_run: Annotated[bool, typer.Option(help="Check and report, write nothing.")] = False
) -> None:
    """Make a tenant like a folder of YAML and CSV files says. Can be repeated.

    FOLDER holds tenant.yaml, employees.csv and so on; docs/setup.md describes them.
    """
    hub = engine()
    summary = load_folder(hub, folder, now(), dry_run=dry_run)
    names = ("created", "changed", "removed", "unchanged")
    table = Table("file", *names, title=f"{summary.tenant}{' (dry run)' if dry_run else ''}")
    for name, tally in summary.tallies.items():
        table.add_row(name, *(str(getattr(tally, count)) for count in names))
    out.print(table)
    released = 0 if dry_run else replay(hub, summary.tenant, now())
    say(f"{summary.dirty_days} computed days to be computed again, {released} rows released from quarantine.")


@app.command()
def key(
    tenant: str,
    name: str,
    scopes: Annotated[str, typer.Option(help="What it may do, separated by blanks.")] = PUNCHES_WRITE,
) -> None:
    """Make an API key; it is shown once and cannot be read again.

    TENANT is the slug of the tenant, NAME says what the key is for.
    """
    unknown = sorted(set(scopes.split()) - set(SCOPES))
    if unknown or not scopes.split():
        raise WrongInputError(f"Not a scope: {', '.join(unknown) or 'nothing'}. Scopes: {', '.join(SCOPES)}.")
    hub = engine_of(tenant)
    text, record = new_key(tenant, name, scopes)
    with database.writing(hub) as session:
        session.add(record)
    say(text)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8080,
) -> None:
    """Run the API: device doors, punches, health and metrics."""
    serve_api(host, port)


@app.command("import")
def import_punches(tenant: str, device: str, file: Path) -> None:
    """Store the punches of an attlog.dat or CSV file as those of a claimed device. Can be repeated.

    TENANT is the slug of the tenant, DEVICE the serial as in devices.yaml, FILE the terminal's attlog.dat, or a .csv
    with the columns user, time and perhaps direction.
    """
    done = import_file(engine_of(tenant), tenant, device, file, now())
    say(f"{done.rows} rows: {done.new} new punches, {done.quarantined} in quarantine.")
    raise typer.Exit(LEFT if done.quarantined else DONE)


@app.command()
def process(tenant: str, first: First, last: Last, *, as_json: AsJson = False) -> None:
    """Compute attendance days from stored punches.

    TENANT is the slug of the tenant.
    """
    days = dates(first, last)
    done = process_days(engine_of(tenant), tenant, *days, now)
    if as_json:
        print_json({"days": done.days, "created": done.created, "changed": done.changed})
    else:
        say(f"{done.days} employee-days: {done.created} new, {done.changed} changed.")


@app.command()
def status(tenant: str, *, as_json: AsJson = False) -> None:
    """What waits for a person: unclaimed devices, quarantine, unknown badges, undelivered entries.

    TENANT is the slug of the tenant. Exit code 0: nothing waits.
    """
    report = status_of(engine_of(tenant), tenant)
    if as_json:
        print_json(report)
    for name, rows in () if as_json else report.items():
        say(f"{name.replace('_', ' ')}: {len(rows)}")
        say_some([f"  {row}" for row in rows])
    raise typer.Exit(LEFT if any(report.values()) else DONE)
