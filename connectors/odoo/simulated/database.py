"""The records of the simulated Odoo. A row is never changed but replaced, so a transaction is a shallow copy."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from connectors.odoo.simulated.errors import missing, value
from connectors.odoo.simulated.schema import SCHEMA, Field, fields

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class External:
    """What an external id names."""

    model: str
    ref: int
    noupdate: bool


@dataclass
class Database:
    """Tables by model, rows by id; `zone` is that of the working schedule, `user_zone` the user's."""

    version: int = 19
    zone: str = "UTC"
    user_zone: str = "Asia/Kolkata"
    tables: dict[str, dict[int, Row]] = field(default_factory=lambda: {model: {} for model in SCHEMA})
    externals: dict[str, External] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def fields(self, model: str) -> dict[str, Field]:
        """The model's fields."""
        return fields(model, self.version)

    def add(self, model: str, **values: Any) -> int:
        """Put a record in, without any rule."""
        ref = next(self.numbers)
        empty = dict.fromkeys(self.fields(model), False)
        if "active" in empty:
            empty["active"] = True
        self.put(model, {**empty, **values, "id": ref})
        return ref

    def put(self, model: str, row: Row) -> None:
        """Set a whole row."""
        self.tables[model] = {**self.tables[model], row["id"]: row}

    def get(self, model: str, ref: int) -> Row:
        """The row; raises Odoo's error when it is not there."""
        if ref not in self.tables[model]:
            raise missing(model, ref)
        return self.tables[model][ref]

    def rows(self, model: str) -> list[Row]:
        """All rows, by id."""
        return [self.tables[model][ref] for ref in sorted(self.tables[model])]

    def remove(self, model: str, ref: int) -> None:
        """Delete a record and, as Odoo does, its external ids."""
        self.get(model, ref)
        self.tables[model] = {key: row for key, row in self.tables[model].items() if key != ref}
        gone = [name for name, one in self.externals.items() if (one.model, one.ref) == (model, ref)]
        self.externals = {name: one for name, one in self.externals.items() if name not in gone}

    def checked(self, model: str, values: Row) -> Row:
        """The values, if the model has all these fields."""
        for name in values:
            if name not in self.fields(model):
                raise value(f"Invalid field '{name}' in '{model}'")
        return values

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; ids that were drawn are lost, as those of a sequence are."""
        before = (dict(self.tables), dict(self.externals))
        try:
            yield
        except BaseException:
            self.tables, self.externals = before
            raise

    def local_day(self, moment: str) -> str:
        """The date that Odoo gives an attendance: the local day of its start, in the working schedule's zone."""
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        return at.astimezone(ZoneInfo(self.zone)).date().isoformat()

    def shown(self, moment: str) -> str:
        """A moment as messages show it: in the user's zone and format."""
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        return at.astimezone(ZoneInfo(self.user_zone)).strftime("%m/%d/%Y %I:%M:%S %p")
