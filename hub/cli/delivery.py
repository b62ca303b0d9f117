"""Commands between the processed day and the ERP."""

from dataclasses import asdict
from datetime import date, datetime
from getpass import getuser
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from hub.cli.base import (
    DONE,
    LEFT,
    WRONG,
    AsJson,
    First,
    Last,
    MaybeTenant,
    app,
    dates,
    engine,
    err,
    now,
    out,
    print_json,
    say,
    say_some,
)
from hub.contract import Severity
from hub.delivery.agreed import approve as approve_plan
from hub.delivery.agreed import save_plan, saved_plan
from hub.delivery.bindings import bind
from hub.delivery.budget import spent_today
from hub.delivery.connections import ConnectionConfig, connection_named, open_connector
from hub.delivery.forecast import forecast as predict
from hub.delivery.lines import CHANGES, Action
from hub.delivery.outcome import Planned, Pushed
from hub.delivery.push import Delivery
from hub.records import SavedPlan

SHOWN = 100
By = Annotated[str, typer.Option(help="Who does it; the name of the user by default.")]
PlanNumber = Annotated[int, typer.Argument(min=1)]
_EXIT = {Severity.LATER: LEFT, Severity.ERROR: WRONG}


@app.command()
def check(connection: str, *, tenant: MaybeTenant = None, as_json: AsJson = False) -> None:
    """Try a connection: reach it, log in, look at rights and set-up.

    CONNECTION is its name.
    """
    hub = engine()
    config = connection_named(hub, connection, tenant)
    with open_connector(config, hub) as connector:
        findings = connector.check()
    if as_json:
        print_json([{"subject": f.subject, "severity": f.severity, "message": f.message} for f in findings])
    for finding in () if as_json else findings:
        say(f"{finding.severity.upper():8} {finding.subject}: {finding.message}")
    raise typer.Exit(max((_EXIT.get(finding.severity, DONE) for finding in findings), default=DONE))


@app.command()
def push(
    connection: str,
    first: First,
    last: Last,
    *,
    tenant: MaybeTenant = None,
    only_changed: Annotated[
        bool, typer.Option("--only-changed", help="Ask the ERP about nothing that is confirmed as it is wanted.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the ERP to what the attendance days say, and read it back.

    CONNECTION is the name of the connection.
    """
    span = dates(first, last)
    _report(_push(connection, tenant, *span, quiet=as_json, only_changed=only_changed), as_json=as_json)


def _report(done: Pushed, *, as_json: bool) -> None:
    if as_json:
        left = [*map(_left, done.left), *map(_held_back, done.plan.blocked)]
        print_json({"counts": done.counts, "error": str(done.error or ""), "left": left})
    else:
        _show_push(done)
    raise typer.Exit(DONE if done.delivered and not done.plan.blocked else LEFT)


def _push(
    name: str,
    tenant: str | None,
    first: date,
    last: date,
    *,
    quiet: bool,
    agreed: SavedPlan | None = None,
    only_changed: bool = False,
) -> Pushed:
    hub = engine()
    config = connection_named(hub, name, tenant)
    with open_connector(config, hub) as connector, Progress(console=err, disable=quiet) as bars:
        bind(hub, config, connector)
        bar = bars.add_task(f"push {name}", total=None)

        def show(sent: int, of: int) -> None:
            bars.update(bar, completed=sent, total=of)

        return Delivery(hub, config, connector).push(first, last, show, agreed, only_changed=only_changed)


def _left(item: Any) -> dict[str, Any]:
    return {"key": item.key, "action": item.action, "natural_key": item.natural_key, "reason": item.reason}


def _held_back(one: Any) -> dict[str, Any]:
    return {"key": f"{one.number} {one.work_date}", "action": "held back", "natural_key": "", "reason": one.detail}


def _show_push(done: Pushed) -> None:
    table = Table("what", "how many")
    for name, count in done.counts.items():
        table.add_row(name.replace("_", " "), str(count))
    out.print(table)
    say_some([f"held back {one.work_date} {one.number}: {one.detail}" for one in done.plan.blocked])
    say_some([f"{item.action} {item.key or item.natural_key}: {item.reason}" for item in done.left])
    if done.error is not None:
        err.print(str(done.error), style="red", markup=False, soft_wrap=True)


def _planned(name: str, tenant: str | None, first: date, last: date) -> tuple[ConnectionConfig, Planned]:
    hub = engine()
    config = connection_named(hub, name, tenant)
    with open_connector(config, hub) as connector:
        bind(hub, config, connector)
        return config, Delivery(hub, config, connector).plan(first, last)


@app.command()
def plan(
    connection: str, first: First, last: Last, *, tenant: MaybeTenant = None, by: By = "", as_json: AsJson = False
) -> None:
    """Show what a push would do to the ERP as it is now, and keep the plan for `muster apply`.

    CONNECTION is the name of the connection. Exit code 0: nothing to do.
    """
    config, planned = _planned(connection, tenant, *dates(first, last))
    hub = engine()
    number = save_plan(hub, config, planned, by or getuser(), now())
    counts = {action.value: planned.count(action) for action in Action}
    lines = saved_plan(hub, number).lines
    if as_json:
        held_back = [_held_back(one) for one in planned.blocked]
        print_json({"plan": number, "counts": counts, "lines": lines, "held_back": held_back})
    else:
        _show_plan(lines, counts)
        say_some([f"held back {one.work_date} {one.number}: {one.detail}" for one in planned.blocked])
        say(f"This is plan {number}.")
    raise typer.Exit(LEFT if planned.count(*CHANGES) or planned.blocked else DONE)


def _show_plan(lines: list[dict[str, Any]], counts: dict[str, int]) -> None:
    table = Table("work date", "employee", "action", "figures", "why")
    for line in sorted(lines, key=lambda one: (one["work_date"], one["number"], one["natural_key"]))[:SHOWN]:
        table.add_row(*map(escape, (line[name] for name in ("work_date", "number", "action", "figures", "reason"))))
    if lines:
        out.print(table)
    if len(lines) > SHOWN:
        say(f"… and {len(lines) - SHOWN} more; --json lists all.")
    say(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count) or "Nothing to do.")


@app.command()
def approve(number: PlanNumber, *, by: By = "") -> None:
    """Approve a plan that somebody else made.

    NUMBER is that of the plan.
    """
    approve_plan(engine(), number, by or getuser(), now())
    say(f"Plan {number} is approved.")


@app.command("apply")
def apply_plan(number: PlanNumber, *, as_json: AsJson = False) -> None:
    """Carry a plan out, unless attendance or ERP changed since it was made.

    NUMBER is that of the plan.
    """
    hub = engine()
    saved = saved_plan(hub, number)
    done = _push(saved.connection, saved.tenant, saved.first, saved.last, quiet=as_json, agreed=saved)
    _report(done, as_json=as_json)


@app.command()
def reconcile(
    connection: str, first: First, last: Last, *, tenant: MaybeTenant = None, as_json: AsJson = False
) -> None:
    """Compare the ERP with what was confirmed there: missing, drifted, doubled, foreign records.

    CONNECTION is the name of the connection. Exit code 0: they agree.
    """
    hub = engine()
    config = connection_named(hub, connection, tenant)
    with open_connector(config, hub) as connector:
        found = Delivery(hub, config, connector).reconcile(*dates(first, last))
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        say_some([f"{one.found} {one.natural_key} {','.join(one.refs)}".rstrip() for one in found])
        say(f"{len(found)} differences.")
    raise typer.Exit(LEFT if found else DONE)


@app.command()
def forecast(
    connection: str,
    first: First,
    last: Last,
    by: Annotated[datetime, typer.Option("--by", formats=["%Y-%m-%dT%H:%M%z"], help="2026-11-01T06:00+05:30")],
    *,
    tenant: MaybeTenant = None,
    as_json: AsJson = False,
) -> None:
    """Tell when a push would end that began now, under the limits of the ERP.

    CONNECTION is the name of the connection. Exit code 0: by the given time.
    """
    hub = engine()
    config, planned = _planned(connection, tenant, *dates(first, last))
    can = open_connector(config, hub).capabilities
    spent = spent_today(hub, config.tenant, config.name, now())
    ends = predict(planned.count(*CHANGES), can, now(), employees=planned.employees(), spent_today=spent)
    late = ends.ends_at > by.timestamp()
    if as_json:
        print_json({**asdict(ends), "changes": planned.count(*CHANGES), "in_time": not late})
    else:
        at = datetime.fromtimestamp(ends.ends_at, by.tzinfo).isoformat(timespec="minutes")
        say(f"{planned.count(*CHANGES)} changes, {ends.calls} calls, about {ends.seconds} s: done {at}.")
        say("Too late." if late else "In time.")
    raise typer.Exit(LEFT if late else DONE)
