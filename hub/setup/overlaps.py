"""Nobody has two employments at once, and no two rows of a load say different things of the same record."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from sqlmodel import Session, SQLModel, select

from hub.records import Employee, Employment
from hub.setup.files import Mistake, Place
from hub.setup.upsert import natural_key, stored, values


def overlaps(session: Session, tenant: str, rows: Sequence[tuple[Place, Any]]) -> Iterator[Mistake]:
    """Employments that overlap, at the employee's last row of the file."""
    places = {row.number: place for place, row in rows}
    numbers = dict(session.exec(select(Employee.id, Employee.number).where(Employee.tenant == tenant)).all())
    jobs = sorted(stored(session, tenant, Employment), key=lambda job: (job.employee_id, job.from_date))
    for job, following in pairwise(jobs):
        number = numbers[job.employee_id]
        ends_in_time = (job.to_date or date.max) < following.from_date
        if job.employee_id == following.employee_id and not ends_in_time and number in places:
            message = (
                f"{number} joined on {job.from_date} and again on {following.from_date}; "
                f"give the row of {job.from_date} a date in `left` before that"
            )
            yield Mistake(places[number], message)


class Seen:
    """The records of one subject so far, and where each stands."""

    def __init__(self) -> None:
        self._records: dict[tuple[Any, ...], tuple[Place, dict[str, Any]]] = {}

    def add(self, place: Place, record: SQLModel) -> None:
        """Raises `ValueError` when an earlier row says something else of the same record."""
        key = values(record, natural_key(type(record)))
        says = record.model_dump(exclude={"id"})
        earlier, said = self._records.setdefault((type(record), *key), (place, says))
        if said != says:
            names = ", ".join(sorted(name for name in says if says[name] != said[name]))
            raise ValueError(f"contradicts {earlier}, where the same has another {names}")
