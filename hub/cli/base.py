"""The application and what its commands share: the database, dates, ways to say something."""

import json
import time
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import select

from hub import database
from hub.ours import require_ours
from hub.records import Tenant
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


def now() -> int:
    """UTC seconds."""
    return int(time.time())


def engine() -> Engine:
    """The database, at this version's schema."""
    require_ours()
    url = database.url_from_environment()
    if make_url(url).get_backend_name() not in {"sqlite", "postgresql"}:
        raise ArgumentError
    engine = database.connect(url)
    database.migrate(engine)
    return engine


def engine_of(tenant: str) -> Engine:
    """The database, once it is sure that the tenant is in it."""
    hub = engine()
    with database.reading(hub) as session:
        there = sorted(session.exec(select(Tenant.tenant)))
    if tenant not in there:
        raise WrongInputError(f"There is no tenant {tenant!r}. Tenants: {', '.join(there) or 'none; load a folder'}.")
    return hub


def dates(first: datetime, last: datetime) -> tuple[date, date]:
    """Both as dates; raises `WrongInputError` when they are the wrong way round."""
    if last < first:
        raise WrongInputError(f"--to {last.date()} lies before --from {first.date()}.")
    return first.date(), last.date()


def say(text: str) -> None:
    """A line as it is."""
    out.print(text, markup=False, highlight=False)


def say_some(lines: Sequence[str]) -> None:
    """Some lines, and how many more there are."""
    for line in lines[:LISTED]:
        say(line)
    if len(lines) > LISTED:
        say(f"… and {len(lines) - LISTED} more")


def print_json(value: Any) -> None:
    """A value as JSON."""
    say(json.dumps(value, default=str, indent=2))
