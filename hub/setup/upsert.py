"""Rows by their natural key: new ones inserted, differing ones changed, equal ones left alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import UniqueConstraint, delete, inspect, update
from sqlmodel import Session, SQLModel, select


@dataclass(slots=True)
class Tally:
    """What became of the rows: the new ones, the changed ones and those taken out, and how many stayed."""

    new: list[SQLModel] = field(default_factory=list)
    altered: list[SQLModel] = field(default_factory=list)
    gone: list[SQLModel] = field(default_factory=list)
    unchanged: int = 0

    @property
    def created(self) -> int:
        """How many rows are new."""
        return len(self.new)

    @property
    def changed(self) -> int:
        """How many rows differed."""
        return len(self.altered)

    @property
    def removed(self) -> int:
        """How many rows were taken out."""
        return len(self.gone)

    def add(self, other: "Tally") -> None:
        """Count the other in."""
        self.new += other.new
        self.altered += other.altered
        self.gone += other.gone
        self.unchanged += other.unchanged


def upsert(session: Session, tenant: str, table: type[SQLModel], rows: Sequence[SQLModel]) -> Tally:
    """Bring the rows of one tenant in, by the table's first unique constraint (or its primary key)."""
    keys = natural_key(table)
    held = {values(row, keys): row for row in stored(session, tenant, table)}
    tally = Tally()
    for row in rows:
        there = held.get(values(row, keys))
        if there is None:
            session.add(row)
            held[values(row, keys)] = row
            tally.new.append(row)
        elif differing := _differing(row, there):
            _change(session, there, keys, differing)
            tally.altered.append(there)
        else:
            tally.unchanged += 1
    return tally


def remove(session: Session, row: SQLModel) -> None:
    """Delete one stored row. The row itself stays readable."""
    session.expunge(row)
    session.connection().execute(delete(type(row)).where(*_there(row, natural_key(type(row)))))


def _change(session: Session, row: SQLModel, keys: Sequence[str], differing: dict[str, Any]) -> None:
    # Not left to the session, which would find the row by its number and not name the tenant.
    session.expunge(row)
    session.connection().execute(update(type(row)).where(*_there(row, keys)).values(differing))
    for name, value in differing.items():
        setattr(row, name, value)


def _there(row: SQLModel, keys: Sequence[str]) -> list[Any]:
    return [getattr(type(row), name) == getattr(row, name) for name in keys]


def stored(session: Session, tenant: str, table: type[SQLModel]) -> Sequence[Any]:
    """All rows of the tenant in that table."""
    return session.exec(select(table).where(table.tenant == tenant)).all()  # type: ignore[attr-defined]


def natural_key(table: type[SQLModel]) -> tuple[str, ...]:
    """The columns of the table's unique constraint, or of its primary key."""
    mapped = inspect(table)
    for constraint in mapped.local_table.constraints:  # type: ignore[union-attr]
        if isinstance(constraint, UniqueConstraint):
            return tuple(column.name for column in constraint.columns)
    return tuple(column.name for column in mapped.primary_key)  # type: ignore[union-attr]


def values(row: SQLModel, names: Sequence[str]) -> tuple[Any, ...]:
    """The row's values of these columns."""
    return tuple(getattr(row, name) for name in names)


def _differing(row: SQLModel, there: SQLModel) -> dict[str, Any]:
    names = (name for name in type(row).model_fields if name != "id")
    return {name: getattr(row, name) for name in names if getattr(row, name) != getattr(there, name)}
