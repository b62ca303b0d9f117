"""`muster`: the same functions that the API and Dagster call, for people and scripts.

Exit codes: 0 done, 1 something is left to do (listed) or to be tried again later, 2 wrong input or settings.
"""

import json
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import select

from hub import database
from hub.api.security import SCOPES, new_key
from hub.delivery.bindings import bind
from hub.delivery.connections import connection_named, open_connector
from hub.delivery.outcome import Pushed
from hub.delivery.push import Delivery
from hub.delivery.status import status_of
from hub.importing import import_file
from hub.ours import require_ours
from hub.processing import process as process_days
from hub.records import Tenant
from hub.replay import replay
from hub.serve import serve as serve_api
from hub.setup import load_folder
from hub.stops import StoppingGroup, WrongInputError

LISTED = 20
DONE, LEFT, WRONG = 0, 1, 2

app = typer.Typer(
    cls=StoppingGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Muster carries attendance from biometric devices into payroll. The database is that of MUSTER_DATABASE_URL.",
    epilog="Exit codes: 0 done, 1 something is left to do or to be tried again later, 2 wrong input or settings.",
)
out = Console(soft_wrap=True)
err = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
# What arguments mean stands in the docstrings: this Typer with click 8.5 loses their help.
MaybeTenant = Annotated[str | None, typer.Option(help="Slug of the tenant, where two have a connection of that name.")]
First = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First work date.")]
Last = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last work date, inclusive.")]


def _now() -> int:
    return int(time.time())


def _engine() -> Engine:
    require_ours()
    url = database.url_from_environment()
    if make_url(url).get_backend_name() not in {"sqlite", "postgresql"}:
        raise ArgumentError
    engine = database.connect(url)
    database.migrate(engine)
    return engine


def _engine_of(tenant: str) -> Engine:
    """The database, once it is sure that the tenant is in it."""
    engine = _engine()
    with database.reading(engine) as session:
        there = sorted(session.exec(select(Tenant.tenant)))
    if tenant not in there:
        raise WrongInputError(f"There is no tenant {tenant!r}. Tenants: {', '.join(there) or 'none; load a folder'}.")
    return engine


def _range(first: datetime, last: datetime) -> tuple[date, date]:
    if last < first:
        raise WrongInputError(f"--to {last.date()} lies before --from {first.date()}.")
    return first.date(), last.date()


def _say(text: str) -> None:
    out.print(text, markup=False, highlight=False)


def _list(lines: Sequence[str]) -> None:
    for line in lines[:LISTED]:
        _say(line)
    if len(lines) > LISTED:
        _say(f"… and {len(lines) - LISTED} more")


def _print_json(value: Any) -> None:
    _say(json.dumps(value, default=str, indent=2))


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    _engine()
    _say("The database is up to date.")


@app.command()
def load(
    folder: Path, *, dry_run: Annotated[bool, typer.Option(help="Check and report, write nothing.")] = False
) -> None:
    """Make a tenant like a folder of YAML and CSV files says. Can be repeated.

    FOLDER holds tenant.yaml, employees.csv and so on; docs/setup.md describes them.
    """
    engine = _engine()
    summary = load_folder(engine, folder, _now(), dry_run=dry_run)
    names = ("created", "changed", "removed", "unchanged")
    table = Table("file", *names, title=f"{summary.tenant}{' (dry run)' if dry_run else ''}")
    for name, tally in summary.tallies.items():
        table.add_row(name, *(str(getattr(tally, count)) for count in names))
    out.print(table)
    released = 0 if dry_run else replay(engine, summary.tenant, _now())
    _say(f"{summary.dirty_days} computed days to be computed again, {released} rows released from quarantine.")


@app.command()
def key(
    tenant: str,
    name: str,
    scopes: Annotated[str, typer.Option(help="What it may do, separated by blanks.")] = " ".join(SCOPES),
) -> None:
    """Make an API key; it is shown once and cannot be read again.

    TENANT is the slug of the tenant, NAME says what the key is for.
    """
    unknown = sorted(set(scopes.split()) - set(SCOPES))
    if unknown or not scopes.split():
        raise WrongInputError(f"Not a scope: {', '.join(unknown) or 'nothing'}. Scopes: {', '.join(SCOPES)}.")
    engine = _engine_of(tenant)
    text, record = new_key(tenant, name, scopes)
    with database.writing(engine) as session:
        session.add(record)
    _say(text)


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
    done = import_file(_engine_of(tenant), tenant, device, file, _now())
    _say(f"{done.rows} rows: {done.new} new punches, {done.quarantined} in quarantine.")
    raise typer.Exit(LEFT if done.quarantined else DONE)


@app.command()
def process(tenant: str, first: First, last: Last, *, as_json: AsJson = False) -> None:
    """Compute attendance days from stored punches.

    TENANT is the slug of the tenant.
    """
    days = _range(first, last)
    done = process_days(_engine_of(tenant), tenant, *days, _now)
    if as_json:
        _print_json({"days": done.days, "created": done.created, "changed": done.changed})
    else:
        _say(f"{done.days} employee-days: {done.created} new, {done.changed} changed.")


@app.command()
def check(connection: str, *, tenant: MaybeTenant = None, as_json: AsJson = False) -> None:
    """Try a connection: reach it, log in, look at rights and set-up.

    CONNECTION is its name.
    """
    config = connection_named(_engine(), connection, tenant)
    with open_connector(config) as connector:
        findings = connector.check()
    if as_json:
        _print_json([{"subject": f.subject, "severity": f.severity, "message": f.message} for f in findings])
    for finding in () if as_json else findings:
        _say(f"{finding.severity.upper():8} {finding.subject}: {finding.message}")
    raise typer.Exit(WRONG if any(finding.severity == "error" for finding in findings) else DONE)


@app.command()
def push(connection: str, first: First, last: Last, *, tenant: MaybeTenant = None, as_json: AsJson = False) -> None:
    """Bring the ERP to what the attendance days say, and read it back.

    CONNECTION is the name of the connection.
    """
    done = _push(connection, tenant, *_range(first, last), quiet=as_json)
    if as_json:
        left = [*map(_left, done.left), *map(_held_back, done.plan.blocked)]
        _print_json({"counts": done.counts, "error": str(done.error or ""), "left": left})
    else:
        _show_push(done)
    raise typer.Exit(DONE if done.delivered and not done.plan.blocked else LEFT)


def _push(name: str, tenant: str | None, first: date, last: date, *, quiet: bool) -> Pushed:
    engine = _engine()
    config = connection_named(engine, name, tenant)
    with open_connector(config) as connector, Progress(console=err, disable=quiet) as bars:
        bind(engine, config, connector)
        bar = bars.add_task(f"push {name}", total=None)
        advance: Callable[[int], None] = lambda sent: bars.advance(bar, sent)  # noqa: E731
        return Delivery(engine, config, connector).push(first, last, advance)


def _left(item: Any) -> dict[str, Any]:
    return {"key": item.key, "action": item.action, "natural_key": item.natural_key, "reason": item.reason}


def _held_back(one: Any) -> dict[str, Any]:
    return {"key": f"{one.number} {one.work_date}", "action": "held back", "natural_key": "", "reason": one.detail}


def _show_push(done: Pushed) -> None:
    table = Table("what", "how many")
    for name, count in done.counts.items():
        table.add_row(name.replace("_", " "), str(count))
    out.print(table)
    _list([f"held back {one.work_date} {one.number}: {one.detail}" for one in done.plan.blocked])
    _list([f"{item.action} {item.key or item.natural_key}: {item.reason}" for item in done.left])
    if done.error is not None:
        err.print(str(done.error), style="red", markup=False, soft_wrap=True)


@app.command()
def status(tenant: str, *, as_json: AsJson = False) -> None:
    """What waits for a person: unclaimed devices, quarantine, unknown badges, undelivered entries.

    TENANT is the slug of the tenant.
    """
    report = status_of(_engine_of(tenant), tenant)
    if as_json:
        _print_json(report)
        return
    for name, rows in report.items():
        _say(f"{name.replace('_', ' ')}: {len(rows)}")
        _list([f"  {row}" for row in rows])


if __name__ == "__main__":
    app()
