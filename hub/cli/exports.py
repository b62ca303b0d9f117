"""Commands that write files for other programs."""

import csv
import sys

import typer

from hub.cli.base import DONE, LEFT, First, Last, MaybeTenant, app, dates, engine, err
from hub.delivery.connections import connection_named
from hub.lost_pay import lines
from hub.lost_pay import lost_pay as lost_pay_of


@app.command("lost-pay")
def lost_pay(connection: str, first: First, last: Last, *, tenant: MaybeTenant = None) -> None:
    """Print lost and payable days by employee as CSV, for a payroll program that takes a file.

    CONNECTION is the name of the connection whose sites are meant. Days that are held back are not in the sums.
    """
    hub = engine()
    config = connection_named(hub, connection, tenant)
    found = lost_pay_of(hub, config, *dates(first, last))
    csv.writer(sys.stdout, lineterminator="\n").writerows(lines(found))
    if held_back := sum(one.held_back for one in found):
        err.print(f"{held_back} days are held back and not in the sums; see muster status.", markup=False)
    raise typer.Exit(LEFT if held_back else DONE)
