"""Commands that print links to the pages for people."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

import typer
from sqlalchemy import Engine

from hub.cli.base import MaybeTenant, app, engine, err, now, say
from hub.connecting import public_url
from hub.delivery.agreed import saved_plan
from hub.delivery.connections import connection_named
from hub.links import PARAMETER, explanation_page, new_word, plan_page

DAY_MINUTES = 1_440
Minutes = Annotated[int, typer.Option(help="How long the link is good.", min=1, max=30 * DAY_MINUTES)]

link = typer.Typer(no_args_is_help=True, help="Print links that show somebody one page, without a key.")
app.add_typer(link, name="link")


@link.command()
def plan(number: Annotated[int, typer.Argument(min=1)], minutes: Minutes = DAY_MINUTES) -> None:
    """Print a link to a saved plan, for the person who is to approve it.

    NUMBER is that of the plan.
    """
    hub = engine()
    _print(hub, saved_plan(hub, number).tenant, plan_page(number), minutes)


@link.command()
def explain(
    connection: str,
    employee: str,
    day: Annotated[datetime, typer.Argument(metavar="DATE", formats=["%Y-%m-%d"])],
    *,
    tenant: MaybeTenant = None,
    minutes: Minutes = DAY_MINUTES,
) -> None:
    """Print a link to the explanation of an employee-day, from the ERP down to the punches.

    CONNECTION is the name of the connection, EMPLOYEE the employee number, DATE the work date.
    """
    hub = engine()
    config = connection_named(hub, connection, tenant, even_retired=True)
    _print(hub, config.tenant, explanation_page(connection, employee, day.date()), minutes)


def _print(hub: Engine, tenant: str, path: str, minutes: int) -> None:
    base = public_url()
    word = new_word(hub, tenant, path, now(), minutes)
    say(f"{base}{path}?{urlencode({PARAMETER: word})}")
    err.print(f"Good for {minutes} minutes, for whoever has it.", markup=False, highlight=False)
