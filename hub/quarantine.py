"""Rows in quarantine: how many wait and why, which they are, and letting go of those that nothing can come of."""

from collections.abc import Sequence

from sqlalchemy import Engine, func, select, update
from sqlmodel import col
from sqlmodel import select as select_rows

from hub.database import reading, writing
from hub.records import Quarantine


def waiting(engine: Engine, tenant: str) -> list[tuple[str, int]]:
    """Reason and number of the rows that are not released yet."""
    one = Quarantine
    query = select(col(one.reason), func.count()).where(col(one.tenant) == tenant, col(one.released_at).is_(None))
    with reading(engine) as session:
        rows = session.connection().execute(query.group_by(col(one.reason)).order_by(col(one.reason)))
        return [(reason, count) for reason, count in rows]


def held(engine: Engine, tenant: str) -> Sequence[Quarantine]:
    """The rows that wait, in the order in which they came."""
    query = select_rows(Quarantine).where(Quarantine.tenant == tenant, col(Quarantine.released_at).is_(None))
    with reading(engine) as session:
        one = Quarantine
        return session.exec(query.order_by(col(one.received_at), col(one.serial), col(one.line), col(one.id))).all()


def dismiss(engine: Engine, tenant: str, numbers: Sequence[int], *, by: str, note: str, at: int) -> None:
    """Let these rows wait no more, as nothing can come of them; they stay stored, with who said so and why.

    All or none. Raises `LookupError` naming those that do not wait.
    """
    there = (col(Quarantine.tenant) == tenant, col(Quarantine.id).in_(numbers), col(Quarantine.released_at).is_(None))
    with writing(engine) as session:
        known = set(session.connection().execute(select(col(Quarantine.id)).where(*there)).scalars())
        if strangers := sorted({*numbers} - known):
            listed = ", ".join(map(str, strangers))
            raise LookupError(f"No row {listed} waits in the quarantine of {tenant}; see `muster quarantine list`.")
        session.connection().execute(
            update(Quarantine).where(*there).values(released_at=at, dismissed_by=by, note=note)
        )
