"""Secrets that customers hand over, in the hub's database, sealed; and the change of the outer key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, select, update
from sqlmodel import col

from hub.database import reading, writing
from hub.errors import Wait
from hub.records import SealedSecret, SealedToken
from hub.sealing import KeyRing, Place, Sealed, ring_from_environment
from hub.setup.upsert import upsert

KINDS: dict[str, tuple[Any, Any]] = {
    "secret": (SealedSecret, SealedSecret.name),
    "token": (SealedToken, SealedToken.connection),
}
ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class StoredSecrets:
    """The `hub.secrets.Vault` of a tenant."""

    engine: Engine
    tenant: str
    ring: Callable[[], KeyRing] = ring_from_environment

    def reveal(self, name: str) -> str:
        """The value of that name, or an empty text; raises `SettingsWrong` when it does not open."""
        one = SealedSecret
        query = select(col(one.key_id), col(one.sealed)).where(col(one.tenant) == self.tenant, col(one.name) == name)
        with reading(self.engine) as session:
            row = session.connection().execute(query).first()
        return self.ring().open(Sealed(*row), self._place(name)) if row else ""

    def store(self, name: str, value: str, at: int) -> None:
        """Keep the value under that name, in place of an earlier one."""
        sealed = self.ring().seal(value, self._place(name))
        row = SealedSecret(tenant=self.tenant, name=name, key_id=sealed.key_id, sealed=sealed.text, saved_at=at)
        with writing(self.engine) as session:
            upsert(session, self.tenant, SealedSecret, [row])

    def _place(self, name: str) -> Place:
        return Place("secret", self.tenant, name)


@dataclass(frozen=True, slots=True)
class Kept:
    """One sealed record, without its value."""

    kind: str
    id: int
    tenant: str
    name: str
    key_id: str
    sealed: str
    saved_at: int


def kept(engine: Engine, tenant: str | None = None) -> Sequence[Kept]:
    """What is sealed, of one tenant or of all, by kind and name."""
    with reading(engine) as session:
        return [
            Kept(kind, *row)
            for kind, (table, name) in KINDS.items()
            for row in session.connection().execute(_columns(table, name, tenant))
        ]


def _columns(table: Any, name: Any, tenant: str | None) -> Select[Any]:
    columns: list[ColumnElement[Any]] = [table.id, table.tenant, name, table.key_id, table.sealed, table.saved_at]
    there = table.tenant == tenant if tenant else table.tenant != ""
    return select(*columns).where(there, table.sealed != "").order_by(table.tenant, name)


def rotate(engine: Engine, ring: KeyRing) -> int:
    """Seal everything anew with the first key; how many records. Those that change meanwhile are done again."""
    done = 0
    for _ in range(ATTEMPTS):
        left = [one for one in kept(engine) if one.key_id != ring.first]
        if not left:
            return done
        done += sum(_sealed_anew(engine, ring, one) for one in left)
    raise Wait("Other processes still seal with an earlier key; give them the new one first, then rotate again.")


def _sealed_anew(engine: Engine, ring: KeyRing, one: Kept) -> bool:
    place, (table, _) = Place(one.kind, one.tenant, one.name), KINDS[one.kind]
    sealed = ring.seal(ring.open(Sealed(one.key_id, one.sealed), place), place)
    as_it_was = (col(table.tenant) == one.tenant, col(table.id) == one.id, col(table.sealed) == one.sealed)
    with writing(engine) as session:
        changed = update(table).where(*as_it_was).values(key_id=sealed.key_id, sealed=sealed.text)
        return session.connection().execute(changed).rowcount == 1
