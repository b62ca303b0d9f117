"""Commands on quarantine: the rows that could not become punches."""

from getpass import getuser
from typing import Annotated

import typer

from hub.cli.base import DONE, LEFT, AsJson, app, engine_of, now, print_json, say
from hub.quarantine import dismiss as let_go
from hub.quarantine import held

quarantine = typer.Typer(no_args_is_help=True, help="Rows that could not become punches. None is ever deleted.")
app.add_typer(quarantine, name="quarantine")
_SHOWN = ("id", "received_at", "door", "serial", "line", "reason", "detail", "raw")


@quarantine.command("list")
def list_(tenant: str, *, as_json: AsJson = False) -> None:
    """What waits, and what to do about it. Rows of a device that is claimed later go through by themselves.

    TENANT is the slug of the tenant. Exit code 0: nothing waits.
    """
    rows = held(engine_of(tenant), tenant)
    if as_json:
        print_json([{name: getattr(row, name) for name in _SHOWN} for row in rows])
    for row in () if as_json else rows:
        say(f"{row.id}: {row.door} {row.serial}, line {row.line}: {row.detail}")
        say(f"    {row.raw}")
    raise typer.Exit(LEFT if rows else DONE)


@quarantine.command("dismiss")
def dismiss(
    tenant: str,
    numbers: Annotated[list[int], typer.Argument(min=1)],
    *,
    note: Annotated[str, typer.Option(help="Why nothing can come of them, such as: punch entered by hand.")],
    by: Annotated[str, typer.Option(help="Who says so; the name of the user by default.")] = "",
) -> None:
    """Let rows wait no more, as nothing can come of them; they stay stored, with who said so and why.

    TENANT is the slug of the tenant, NUMBERS are those that `list` shows.
    """
    let_go(engine_of(tenant), tenant, numbers, by=by or getuser(), note=note, at=now())
    say(f"{len(numbers)} rows dismissed.")
