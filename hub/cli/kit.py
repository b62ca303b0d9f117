"""Commands for those who make and try connectors."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from hub.cli.base import DONE, LEFT, AsJson, app, err, out, print_json, say
from hub.registry import discover
from hub.scaffold import new_connector as write_connector
from hub.stops import WrongInputError
from hub.testing.conformance import Kit
from hub.testing.page import refresh
from hub.testing.targets import target_of


@app.command()
def conformance(
    connector: str,
    *,
    seeds: Annotated[int, typer.Option(help="How many random runs.", min=1)] = 100,
    first: Annotated[int, typer.Option("--from", help="Seed of the first run.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Push random attendance with random faults; is everything in the ERP exactly once?

    CONNECTOR is the name of an installed connector that brings a simulator. Where there is a docs/conformance.md, its
    row of the connector is renewed.
    """
    target = target_of(connector)
    with Kit(target) as kit, Progress(console=err, disable=as_json) as bars:
        bar = bars.add_task(f"conformance {connector}", total=seeds)
        report = kit.run(range(first, first + seeds), lambda: bars.advance(bar))
    refresh(report)
    figures = report.figures()
    if as_json:
        print_json(figures)
    else:
        table = Table(*figures)
        table.add_row(*map(str, figures.values()))
        out.print(table)
        say(f"Seeds that failed: {', '.join(map(str, report.failed)) or 'none'}.")
    raise typer.Exit(DONE if report.passed else LEFT)


@app.command()
def simulate(
    connector: str,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 for a free one.", min=0, max=65_535)] = 0,
) -> None:
    """Run the simulator of an ERP until Ctrl-C, for trials of a connection and of a schedule.

    CONNECTOR is the name of an installed connector that brings a simulator.
    """
    target = target_of(connector)
    target.reset([str(number) for number in range(1, 41)], ["CC10", "CC20"])
    with ExitStack() as stack:
        try:
            stack.enter_context(target.running(port))
        except OSError as error:
            raise WrongInputError(f"Port {port} cannot be listened on: {error.strerror}.") from None
        settings = target.settings()
        say("The settings of a connection to it:")
        print_json(settings)
        for name in _variables_in(settings):
            say(f"and where the hub runs: export {name}={os.environ[name]}")
        try:
            while True:  # time passes there as it does here
                time.sleep(1)
                target.clock.sleep(1)
        except KeyboardInterrupt:
            say("Stopped.")


def _variables_in(settings: Any) -> Iterator[str]:
    """The environment variables that hold the simulated secrets, which are none."""
    for value in settings.values() if isinstance(settings, Mapping) else ():
        name = value.get("env") if isinstance(value, Mapping) else None
        if isinstance(name, str) and name in os.environ:
            yield name
        else:
            yield from _variables_in(value)


@app.command("new-connector")
def new_connector(name: str, into: Annotated[Path, typer.Option(help="Where the folder is made.")] = Path()) -> None:
    """Write a new connector as a package of its own, with a simulator and tests that pass at once.

    NAME is what connections will call it, such as acme_hr.
    """
    if name in discover()[0]:
        raise WrongInputError(f"A connector called {name} is installed already; choose another name.")
    try:
        folder = write_connector(name, into)
    except ValueError as error:
        raise WrongInputError(str(error)) from None
    except FileExistsError as error:
        raise WrongInputError(f"{error.filename} is there already; move it away, or choose another name.") from None
    say(f"{folder} is there. Next: pip install -e {folder} && pytest {folder}; then CONTRIBUTING-connectors.md.")
