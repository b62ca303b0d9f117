"""How many rows wait in quarantine, by reason."""

from sqlalchemy import Engine, func, select
from sqlmodel import col

from hub.database import reading
from hub.records import Quarantine


def waiting(engine: Engine, tenant: str) -> list[tuple[str, int]]:
    """Reason and number of the rows that are not released yet."""
    one = Quarantine
    query = select(col(one.reason), func.count()).where(col(one.tenant) == tenant, col(one.released_at).is_(None))
    with reading(engine) as session:
        rows = session.connection().execute(query.group_by(col(one.reason)).order_by(col(one.reason)))
        return [(reason, count) for reason, count in rows]
