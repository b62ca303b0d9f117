"""A lock with an end: who may do what must not be done twice at once, across processes and machines.

A holder that was paused beyond its time finds, in the transaction that matters, that the lease is no longer its own.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import Engine, delete, insert, or_, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session, col

from hub.database import writing
from hub.errors import Wait
from hub.records import Lease

SECONDS = 300


class LeaseTaken(Wait):
    """Another process does this job now, or took it over."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lease that was taken; `renew` inside the transactions that depend on it."""

    tenant: str
    name: str
    owner: str
    now: Callable[[], int]

    def renew(self, session: Session) -> None:
        """Extend it, in this transaction; raises `LeaseTaken` when it was lost meanwhile."""
        taken = session.connection().execute(
            update(Lease)
            .where(col(Lease.tenant) == self.tenant, col(Lease.name) == self.name, col(Lease.owner) == self.owner)
            .values(expires_at=self.now() + SECONDS)
        )
        if taken.rowcount != 1:
            raise LeaseTaken(f"{self.name} of {self.tenant} was taken over by another process; nothing more is done.")


@contextmanager
def lease(engine: Engine, tenant: str, name: str, now: Callable[[], int]) -> Iterator[Held]:
    """Hold the job `name` of a tenant; raises `LeaseTaken` when someone else does."""
    held = Held(tenant, name, uuid.uuid4().hex, now)
    _take(engine, held)
    try:
        yield held
    finally:
        # A lease that cannot be given back ends by itself; what was done, or went wrong, must not be hidden by it.
        with suppress(SQLAlchemyError), writing(engine) as session:
            session.connection().execute(
                delete(Lease).where(col(Lease.tenant) == tenant, col(Lease.owner) == held.owner)
            )


def _take(engine: Engine, held: Held) -> None:
    values = {"owner": held.owner, "expires_at": held.now() + SECONDS}
    try:
        with writing(engine) as session:
            free = or_(col(Lease.expires_at) < held.now(), col(Lease.owner) == held.owner)
            expired = update(Lease).where(col(Lease.tenant) == held.tenant, col(Lease.name) == held.name, free)
            if session.connection().execute(expired.values(values)).rowcount == 0:
                session.connection().execute(insert(Lease).values(tenant=held.tenant, name=held.name, **values))
    except IntegrityError as error:
        message = f"{held.name} of {held.tenant} is being done by another process; try again in a minute."
        raise LeaseTaken(message) from error
