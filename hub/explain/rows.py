"""Rows of one tenant by the values of some columns."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session


def rows(session: Session, table: type[Any], tenant: str, **values: Any) -> list[dict[str, Any]]:
    """In the order of their keys; a list of values means any of them."""
    there = [
        getattr(table, name).in_(value) if isinstance(value, list) else getattr(table, name) == value
        for name, value in values.items()
    ]
    query = select(table.__table__).where(table.tenant == tenant, *there)
    return [dict(row) for row in session.connection().execute(query.order_by(*table.__table__.primary_key)).mappings()]
