"""Records that together are one row of a file: those that the row no longer names are taken out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, SQLModel

from hub.records import Badge, CostAllocation, Employment, Leave, PatternDay, Shift, ShiftSegment, WeeklyOff
from hub.setup.upsert import natural_key, remove, stored, values


@dataclass(frozen=True, slots=True)
class _Parts:
    """Records of `table` belong to the record of `owner` whose `owned_by` columns equal their `columns`."""

    table: type[SQLModel]
    columns: tuple[str, ...]
    owner: type[SQLModel]
    owned_by: tuple[str, ...]


_EMPLOYMENT = ("employee_id", "from_date")
_LEAVE = ("employee_id", "day")
_PARTS = (
    _Parts(ShiftSegment, ("shift", "effective_from"), Shift, ("code", "effective_from")),
    _Parts(PatternDay, ("pattern",), PatternDay, ("pattern",)),
    _Parts(WeeklyOff, ("code",), WeeklyOff, ("code",)),
    _Parts(CostAllocation, _EMPLOYMENT, Employment, _EMPLOYMENT),
    _Parts(Badge, _EMPLOYMENT, Employment, _EMPLOYMENT),
    _Parts(Leave, _LEAVE, Leave, _LEAVE),
)


def drop_leftovers(session: Session, tenant: str, made: Mapping[type[SQLModel], Sequence[SQLModel]]) -> list[SQLModel]:
    """Delete stored parts of the rows in `made` that are not in it themselves; returns them."""
    gone: list[SQLModel] = []
    for part in _PARTS:
        owners = {values(row, part.owned_by) for row in made.get(part.owner, ())}
        if not owners:
            continue
        key = natural_key(part.table)
        kept = {values(row, key) for row in made.get(part.table, ())}
        gone += [
            row
            for row in stored(session, tenant, part.table)
            if values(row, part.columns) in owners and values(row, key) not in kept
        ]
    for row in gone:
        remove(session, row)
    return gone
