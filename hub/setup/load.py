"""Read a folder, check all of it, then write all of it or nothing."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy import Engine
from sqlmodel import Session

from hub.database import writing
from hub.records import Employment, Tenant
from hub.setup.dirty import mark_dirty
from hub.setup.files import Mistake, Place, UnreadableError, rows_of, strangers
from hub.setup.overlaps import Seen, overlaps
from hub.setup.parts import drop_leftovers
from hub.setup.rows import TenantRow
from hub.setup.sentences import sentences
from hub.setup.subjects import SUBJECTS, Context, FollowsError
from hub.setup.upsert import Tally, upsert

R = TypeVar("R", bound=BaseModel)
Rows = list[tuple[Place, R]]
TENANT = "tenant"


class SetupError(ValueError):
    """The folder has mistakes; nothing was written."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)


@dataclass(slots=True)
class Summary:
    """What a load did, by file; `dirty_days` computed days were asked for again."""

    tenant: str
    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    dirty_days: int = 0


def load_folder(engine: Engine, folder: Path, now: int, *, dry_run: bool = False) -> Summary:
    """Make the tenant like the folder says; rows that are no longer in the folder stay. Raises `SetupError`."""
    tenant = _tenant(folder)
    summary = Summary(tenant.tenant)
    with writing(engine) as session:
        upsert(session, tenant.tenant, Tenant, [Tenant(tenant=tenant.tenant, name=tenant.name)])
        _load_subjects(session, folder, summary)
        summary.dirty_days = mark_dirty(session, summary.tenant, summary.tallies.values(), now)
        if dry_run:
            session.rollback()
    return summary


def _tenant(folder: Path) -> TenantRow:
    if not folder.is_dir():
        raise SetupError([Mistake(Place(str(folder), 0), "there is no such folder; give that of the set-up files")])
    mistakes: list[Mistake] = []
    rows = _checked(folder, TENANT, TenantRow, mistakes)
    if not mistakes and len(rows) != 1:
        mistakes.append(Mistake(Place("tenant.yaml", 1), f"one tenant is needed in {folder}, not {len(rows)}"))
    if mistakes:
        raise SetupError(mistakes)
    return rows[0][1]


def _load_subjects(session: Session, folder: Path, summary: Summary) -> None:
    mistakes = list(strangers(folder, {TENANT, *(subject.name for subject in SUBJECTS)}))
    context = Context(session, summary.tenant)
    read: dict[str, Rows[Any]] = {}
    for subject in SUBJECTS:
        before = len(mistakes)
        if subject.name not in read:
            read[subject.name] = _checked(folder, subject.name, subject.model, mistakes)
        rows = read[subject.name]
        made, follows = _records(context, subject.build, rows, mistakes)
        if rows:
            summary.tallies[subject.name].add(_write(session, summary.tenant, made))
        if subject.table is Employment:
            mistakes += overlaps(session, summary.tenant, rows)
        if follows or len(mistakes) > before:
            context.faulty.add(subject.table)
    if mistakes:
        raise SetupError(mistakes)


def _write(session: Session, tenant: str, made: dict[type[Any], list[Any]]) -> Tally:
    tally = Tally(gone=drop_leftovers(session, tenant, made))
    for table, records in made.items():
        tally.add(upsert(session, tenant, table, records))
    session.flush()
    return tally


def _checked(folder: Path, name: str, model: type[R], mistakes: list[Mistake]) -> Rows[R]:
    rows: Rows[R] = []
    try:
        for raw in rows_of(folder, name, model.model_fields):
            try:
                rows.append((raw.place, model.model_validate(raw.values)))
            except ValidationError as error:
                mistakes += [Mistake(raw.place, sentence) for sentence in sentences(error, model)]
    except UnreadableError as error:
        mistakes.append(error.mistake)
    return rows


def _records(
    context: Context,
    build: Callable[[Context, Any], Sequence[Any]],
    rows: Rows[Any],
    mistakes: list[Mistake],
) -> tuple[dict[type[Any], list[Any]], bool]:
    """The records by table, and whether rows were passed over because what they point to is faulty."""
    made: dict[type[Any], list[Any]] = {}
    seen, follows = Seen(), False
    for place, row in rows:
        try:
            for record in build(context, row):
                seen.add(place, record)
                made.setdefault(type(record), []).append(record)
        except FollowsError:
            follows = True
        except ValueError as error:
            mistakes.append(Mistake(place, str(error)))
    return made, follows
