"""Which device is calling: claimed devices, kept for two seconds so that a claim is seen soon and a burst is cheap."""

import time
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Engine, delete, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from hub.database import reading, writing
from hub.doors.punch import Source
from hub.intake import Sender
from hub.records import Device, Site, Tenant, UnclaimedDevice
from hub.secrets import VAULT, SecretRef, Vault
from hub.vault import StoredSecrets

KEPT_SECONDS = 2
KEPT_DEVICES = 10_000
UNCLAIMED = 500
"""So many unclaimed devices are listed for a tenant: a stranger who invents serials must not fill the disk."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A claimed device as its door and the intake need it; `secret` is the word in its URL, if it has one."""

    sender: Sender
    source: Source
    secret: str


class Senders:
    """Looks devices up by door and serial. `tenant` is None where the address names none (bare ADMS)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: dict[tuple[str, str | None, str], tuple[float, Caller | None]] = {}

    def kept(self, door: str, tenant: str | None, serial: str) -> Caller | None:
        """The caller if it was looked up just now; no I/O."""
        until, caller = self._kept.get((door, tenant, serial), (0.0, None))
        return caller if until > time.monotonic() else None

    def find(self, door: str, tenant: str | None, serial: str) -> Caller | None:
        """The claimed device; None when nobody, or more than one tenant, claims the serial."""
        caller = self._load(door, tenant, serial)
        if len(self._kept) > KEPT_DEVICES:
            self._kept.clear()
        self._kept[door, tenant, serial] = (time.monotonic() + KEPT_SECONDS, caller)
        return caller

    def _load(self, door: str, tenant: str | None, serial: str) -> Caller | None:
        query = select(Device, Site).join(
            Site, (col(Site.tenant) == col(Device.tenant)) & (col(Site.code) == col(Device.site))
        )
        query = query.where(Device.door == door, Device.serial == serial)
        if tenant is not None:
            query = query.where(Device.tenant == tenant)
        with reading(self._engine) as session:
            rows = session.exec(query.limit(2)).all()
        return self._caller(*rows[0]) if len(rows) == 1 else None

    def _caller(self, device: Device, site: Site) -> Caller:
        assert device.id is not None
        settings, vault = dict(device.settings), StoredSecrets(self._engine, device.tenant)
        token, secret = (_revealed(settings.pop(name, None), vault) for name in ("token", "secret"))
        return Caller(
            Sender(device.tenant, device.id, device.door, device.serial, site.zone),
            Source(device.serial, site.zone, direction=device.direction, token=token, **settings),  # type: ignore[arg-type]
            secret,
        )

    def turn_away(self, door: str, tenant: str | None, serial: str, now: int) -> None:
        """Remember that an unclaimed device called, so that someone can claim it."""
        # Two first calls at once make one row: the other call has noted it then.
        with suppress(IntegrityError), writing(self._engine) as session:
            _note(
                session, UnclaimedDevice(tenant=tenant or "", door=door, serial=serial, first_seen=now, last_seen=now)
            )


def _note(session: Session, caller: UnclaimedDevice) -> None:
    table = UnclaimedDevice
    there = (col(table.door) == caller.door, col(table.serial) == caller.serial)
    again = update(table).where(col(table.tenant) == caller.tenant, *there)
    seen = again.values(last_seen=caller.last_seen, attempts=col(table.attempts) + 1)
    if session.connection().execute(seen).rowcount == 0 and _has_a_reader(session, caller.tenant):
        _make_room(session, caller.tenant)
        session.add(caller)


def _has_a_reader(session: Session, tenant: str) -> bool:
    """Whether there is somebody who could claim it: an address may name tenants that are none."""
    return not tenant or session.get(Tenant, tenant) is not None


def _make_room(session: Session, tenant: str) -> None:
    """Forget whoever called least often, of these the longest ago: a device that wants in calls again and again."""
    table = UnclaimedDevice
    mine = col(table.tenant) == tenant
    surplus = session.exec(select(func.count()).select_from(table).where(mine)).one() - UNCLAIMED + 1
    if surplus > 0:
        least = select(table.id).where(mine).order_by(col(table.attempts), col(table.last_seen), col(table.id))
        session.connection().execute(delete(table).where(mine, col(table.id).in_(least.limit(surplus))))


def _revealed(reference: dict[str, str] | None, vault: Vault) -> str:
    return SecretRef.model_validate(reference, context={VAULT: vault}).reveal() if reference else ""
