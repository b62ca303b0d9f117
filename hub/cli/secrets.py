"""Commands for keys, stored secrets and authorisations. None of them prints a secret but a new key."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from hub.cli.base import DONE, LEFT, AsJson, MaybeTenant, app, engine, engine_of, err, now, out, print_json, say
from hub.connecting import MINUTES, make_link
from hub.delivery.connections import connection_named
from hub.sealing import KEY, KEY_FILE, new_key, ring_from_environment
from hub.secrets import SecretRef
from hub.stops import WrongInputError
from hub.token_states import token_states
from hub.vault import StoredSecrets, kept, rotate

secrets = typer.Typer(no_args_is_help=True, help="Keep secrets sealed in the hub's database; the key stays outside.")
app.add_typer(secrets, name="secrets")


@secrets.command("new-key")
def make_key(name: Annotated[str, typer.Option(help="Its id; it stands beside what it seals.")] = "") -> None:
    """Print a fresh key for MUSTER_KEY or the file of MUSTER_KEY_FILE. Keep a copy where the database's is not."""
    say(new_key(name or f"{datetime.fromtimestamp(now(), UTC):%Y%m%d}"))


@secrets.command("set")
def set_secret(tenant: str, name: str) -> None:
    """Store a secret, asked for or read from standard input; settings name it by `{stored: NAME}`.

    TENANT is the slug of the tenant, NAME what settings call the secret: small letters, digits, underscores.
    """
    try:
        SecretRef(stored=name)
    except ValueError:
        raise WrongInputError(f"{name!r} is no name for a secret; use small letters, digits, underscores.") from None
    hub = engine_of(tenant)
    value = typer.prompt("Secret", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read()
    if not value.strip():
        raise WrongInputError("The secret is empty; nothing was stored.")
    StoredSecrets(hub, tenant).store(name, value.strip(), now())
    say(f"{name} of {tenant} is stored.")


@secrets.command("list")
def list_kept(tenant: Annotated[str | None, typer.Option(help="Only of this tenant.")] = None) -> None:
    """List what is sealed, by name: stored secrets and tokens, with the key that each is sealed with."""
    table = Table("tenant", "kind", "name", "key", "saved (UTC)")
    for one in kept(engine(), tenant):
        table.add_row(one.tenant, one.kind, one.name, one.key_id, _instant(one.saved_at))
    out.print(table)


@secrets.command("rotate")
def rotate_key() -> None:
    """Seal everything anew with the first key of MUSTER_KEY; afterwards the others may go."""
    ring = ring_from_environment()
    done = rotate(engine(), ring)
    say(f"{done} records were sealed anew with key {ring.first}; all are sealed with it now.")
    err.print(f"Other keys in {KEY} or {KEY_FILE} are not needed any more.", markup=False, highlight=False)


@app.command()
def connect(
    connection: str,
    *,
    tenant: MaybeTenant = None,
    minutes: Annotated[int, typer.Option(help="How long the link is good.", min=1, max=1440)] = MINUTES,
) -> None:
    """Print a link with which somebody authorises Muster at the ERP, in a browser, once.

    CONNECTION is the name of the connection. MUSTER_PUBLIC_URL must be set, and registered at the ERP with
    `/connect/callback` behind it. Send the link to the one who has the rights there, and to nobody else.
    """
    hub = engine()
    config = connection_named(hub, connection, tenant)
    say(make_link(hub, config.tenant, config.name, now(), minutes))
    err.print(f"Good for {minutes} minutes.", markup=False, highlight=False)


@app.command()
def connections(tenant: str, *, as_json: AsJson = False) -> None:
    """List which connections have a token, until when, and which somebody must authorise again.

    TENANT is the slug of the tenant.
    """
    states = token_states(engine_of(tenant), tenant)
    if as_json:
        print_json([{name: getattr(one, name) for name in one.__slots__} for one in states])
    else:
        table = Table("connection", "connected", "token until (UTC)", "what to do")
        for one in states:
            table.add_row(one.connection, "yes" if one.connected else "no", _instant(one.expires_at), one.message)
        out.print(table)
    raise typer.Exit(LEFT if any(one.needs_reconnecting for one in states) else DONE)


def _instant(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}" if at else ""
