"""Closing a period: a last push, the lock, and a signed manifest of what was delivered."""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from sqlalchemy import Engine
from sqlmodel import col, select

from hub.contract import Connector, digest
from hub.database import reading, writing
from hub.delivery.connections import ConnectionConfig
from hub.delivery.known import known_entries
from hub.delivery.lines import Known, State
from hub.delivery.outcome import Pushed
from hub.delivery.periods import Amount, amount_of, locked
from hub.delivery.wanted import mapped_days
from hub.errors import Fix, SettingsWrong
from hub.events.causes import period_closed
from hub.lease import lease
from hub.records import Period
from hub.secrets import SecretRef

_THROUGH = (State.CONFIRMED, State.WITHDRAWN)


def require_complete(pushed: Pushed) -> None:
    """Raise what ended the last push of a period early, or `Fix` when it left something undone."""
    if pushed.error is not None:
        raise pushed.error
    if not pushed.delivered or pushed.plan.blocked:
        raise Fix(
            f"The period stays open: {len(pushed.left)} entries are not delivered and {len(pushed.plan.blocked)} are "
            "held back. See muster status and muster plan, settle them, and close it again."
        )


def lock(
    engine: Engine,
    config: ConnectionConfig,
    connector: Connector[Any],
    span: tuple[date, date],
    *,
    key: SecretRef | None,
    now: Callable[[], int],
) -> Period:
    """Lock the work dates of `span` and keep the manifest; nothing is being sent meanwhile.

    Raises `Fix` when something is on its way or was never confirmed, or when part of it is locked already.
    """
    first, last = span
    private = _private(key) if key else None
    with lease(engine, config.tenant, f"push {config.name}", now) as held:
        if locked(engine, config, first, last):
            raise Fix(f"{config.name} has a closed period between {first} and {last} already.")
        known = known_entries(engine, config, first, last)
        if unsure := sorted(one.key for one in known.values() if one.state not in _THROUGH):
            raise Fix(f"The period stays open: {len(unsure)} entries are not confirmed; push {first} to {last} again.")
        at = now()
        text = _manifest(config, span, at, known, _amounts(engine, config, connector, span))
        row = Period(
            tenant=config.tenant, connection=config.name, first=first, last=last, locked_at=at, manifest=text,
            digest=hashlib.sha256(text.encode()).hexdigest(),
            signature=private.sign(text.encode()).hex() if private else "",
        )  # fmt: skip
        with writing(engine) as session:
            held.renew(session)
            session.add(row)
            period_closed(session.connection(), config.tenant, at, config.name, span)
    return row


def _amounts(
    engine: Engine, config: ConnectionConfig, connector: Connector[Any], span: tuple[date, date]
) -> dict[str, tuple[str, Amount]]:
    """Digest of the image and amount of each entry that is wanted now."""
    entries = mapped_days(engine, config, connector, *span).entries
    return {
        one.key: (digest(connector.render(one).image), amount_of(one)) for one in filter(connector.carries, entries)
    }


def _manifest(
    config: ConnectionConfig,
    span: tuple[date, date],
    at: int,
    known: dict[str, Known],
    amounts: dict[str, tuple[str, Amount]],
) -> str:
    confirmed = sorted((one for one in known.values() if one.state is State.CONFIRMED), key=lambda one: one.key)
    entries = []
    for one in confirmed:
        image, amount = amounts.get(one.key, ("", Amount()))
        counted = amount if image == one.confirmed else Amount()
        entries.append({"key": one.key, "digest": one.confirmed, "minutes": counted.minutes, "days": counted.days})
    whose = {"tenant": config.tenant, "connection": config.name, "first": str(span[0]), "last": str(span[1])}
    return json.dumps({**whose, "locked_at": at, "entries": entries}, sort_keys=True, separators=(",", ":"))


def _private(key: SecretRef) -> Ed25519PrivateKey:
    try:
        loaded = load_pem_private_key(key.reveal().encode(), None)
    except (ValueError, TypeError):
        loaded = None
    if not isinstance(loaded, Ed25519PrivateKey):
        where = key.env or key.file
        raise SettingsWrong(f"{where} holds no Ed25519 key in PEM; make one: openssl genpkey -algorithm ed25519.")
    return loaded


def genuine(period: Period, public_pem: bytes) -> bool:
    """Whether the manifest is the one that was signed, by the holder of that key."""
    public = load_pem_public_key(public_pem)
    assert isinstance(public, Ed25519PublicKey)
    try:
        public.verify(bytes.fromhex(period.signature), period.manifest.encode())
    except InvalidSignature:
        return False
    return period.digest == hashlib.sha256(period.manifest.encode()).hexdigest()


def closed(engine: Engine, config: ConnectionConfig) -> list[Period]:
    """The closed periods of a connection."""
    one = Period
    query = select(one).where(one.tenant == config.tenant, one.connection == config.name).order_by(col(one.first))
    with reading(engine) as session:
        return list(session.exec(query))
