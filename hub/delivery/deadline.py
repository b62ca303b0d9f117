"""Whether a work date was delivered, and when."""

from datetime import date

from sqlalchemy import Engine, select
from sqlmodel import col

from hub.database import reading
from hub.delivery.connections import ConnectionConfig
from hub.delivery.outcome import UNDONE
from hub.records import Push


def delivered_at(engine: Engine, config: ConnectionConfig, day: date) -> int | None:
    """When the last push of the date ended (UTC seconds); None when there was none, or it left something undone."""
    one = Push
    query = (
        select(col(one.ended_at), one.counts)  # type: ignore[call-overload]
        .where(col(one.tenant) == config.tenant, col(one.connection) == config.name)
        .where(col(one.first) <= day, col(one.last) >= day)
        .order_by(col(one.id).desc())
        .limit(1)
    )
    with reading(engine) as session:
        found = session.connection().execute(query).first()
    if found is None or found[0] is None or any(found[1].get(name) for name in UNDONE):
        return None
    return int(found[0])
