"""Bindings as a CSV file that goes out, is edited, and comes in again.

```
kind,code,ref,from_date,to_date,given
employee,K001,17,,,
employee,K002,23,2026-10-01,2026-12-31,yes
```

Rows that a person gave (`given` is yes) are the file's to keep: those that it lacks are taken out. Rows found by equal
numbers are shown; changed in the file, they become given ones.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Final

from sqlalchemy import Engine
from sqlmodel import Session

from hub.database import reading, writing
from hub.delivery.bindings import COST_CENTRE, EMPLOYEE
from hub.delivery.connections import ConnectionConfig
from hub.records import ALWAYS, Binding
from hub.setup.upsert import Tally, remove, stored, upsert

COLUMNS: Final = ("kind", "code", "ref", "from_date", "to_date", "given")
YES: Final = "yes"


class BindingFileError(ValueError):
    """The file cannot be taken, with a sentence for each row that is wrong; nothing was changed."""


def written(engine: Engine, config: ConnectionConfig) -> str:
    """All bindings of the connection, in order."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    with reading(engine) as session:
        rows = sorted(_there(session, config), key=lambda one: (one.kind, one.code, one.from_date))
    for one in rows:
        since = "" if one.from_date == ALWAYS else one.from_date
        writer.writerow([one.kind, one.code, one.ref, since, one.to_date or "", YES if one.given else ""])
    return text.getvalue()


def taken(engine: Engine, config: ConnectionConfig, text: str) -> Tally:
    """Bring the given bindings to what the file says; raises `BindingFileError` with every mistake."""
    rows = _parsed(config, text)
    with writing(engine) as session:
        there = {_key(one): one for one in _there(session, config)}
        given = [one for one in rows if one.given or _moved(there.get(_key(one)), one)]
        for one in given:
            one.given = True
        gone = [one for key, one in there.items() if one.given and key not in set(map(_key, given))]
        for one in gone:
            remove(session, one)
        tally = upsert(session, config.tenant, Binding, given)
        tally.gone += gone
    return tally


def _there(session: Session, config: ConnectionConfig) -> list[Binding]:
    return [one for one in stored(session, config.tenant, Binding) if one.connection == config.name]


def _key(one: Binding) -> tuple[str, str, date]:
    return one.kind, one.code, one.from_date


def _moved(there: Binding | None, row: Binding) -> bool:
    return there is None or (there.ref, there.to_date) != (row.ref, row.to_date)


def _parsed(config: ConnectionConfig, text: str) -> list[Binding]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    lacking = [name for name in COLUMNS[:3] if name not in (reader.fieldnames or ())]
    if lacking:
        raise BindingFileError(f"line 1: no column {', '.join(lacking)}; the columns are {', '.join(COLUMNS)}")
    rows, mistakes = [], []
    for raw in reader:
        try:
            rows.append(_row(config, raw))
        except ValueError as error:
            mistakes.append(f"line {reader.line_num}: {error}")
    mistakes += _overlapping(rows)
    if mistakes:
        raise BindingFileError("\n".join(mistakes))
    return rows


def _row(config: ConnectionConfig, raw: dict[str, str | None]) -> Binding:
    cell = {name: (raw.get(name) or "").strip() for name in COLUMNS}
    if cell["kind"] not in (EMPLOYEE, COST_CENTRE):
        raise ValueError(f"kind is {cell['kind']!r}; write {EMPLOYEE} or {COST_CENTRE}")
    if not cell["code"] or not cell["ref"]:
        raise ValueError("code and ref must both be there; to take a binding out, leave out its row")
    since = date.fromisoformat(cell["from_date"]) if cell["from_date"] else ALWAYS
    until = date.fromisoformat(cell["to_date"]) if cell["to_date"] else None
    if until and until < since:
        raise ValueError(f"{until} lies before {since}")
    return Binding(
        tenant=config.tenant, connection=config.name, kind=cell["kind"], code=cell["code"], ref=cell["ref"],
        from_date=since, to_date=until, given=cell["given"].casefold() == YES,
    )  # fmt: skip


def _overlapping(rows: list[Binding]) -> Iterator[str]:
    """Given rows of one code whose dates overlap; those found equal give way anyway."""
    dated = sorted((one for one in rows if one.given), key=_key)
    for before, after in pairwise(dated):
        if (before.kind, before.code) == (after.kind, after.code) and after.from_date <= (before.to_date or date.max):
            yield f"{after.kind} {after.code}: two bindings on {after.from_date}; end the first one before that date"
