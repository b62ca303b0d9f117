"""The simulated org: its objects, its records, its recycle bin."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from connectors.salesforce.simulated import ids
from connectors.salesforce.simulated.errors import ApiError, not_found
from connectors.salesforce.simulated.metadata import deployed
from connectors.salesforce.simulated.schema import Field, Thing, standard
from connectors.salesforce.simulated.tables import Row, Tables

State = tuple[int, dict[str, Row]]


@dataclass
class Org:
    """Objects and records.

    `now` is the time in UTC seconds; `hidden` are fields (`Object.Field`) that the user has no rights on: for the
    user they do not exist. `bin` is the recycle bin.
    """

    now: Callable[[], int] = lambda: 0
    things: dict[str, Thing] = field(default_factory=lambda: {**standard(), **{one.name: one for one in deployed()}})
    bin: dict[str, Row] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self._tables = Tables(self.things)

    def thing(self, name: str) -> Thing:
        """The object, whatever the case of the name; raises NOT_FOUND."""
        found = self.things.get(name) or next(
            (one for one in self.things.values() if one.name.lower() == name.lower()), None
        )
        if found is None:
            raise not_found()
        return found

    def fields(self, thing: Thing) -> dict[str, Field]:
        """The fields that the user sees."""
        return {name: one for name, one in thing.fields.items() if f"{thing.name}.{name}" not in self.hidden}

    def rows(self, name: str) -> Mapping[str, Row]:
        """All rows of an object."""
        return self._tables.rows(name)

    def add(self, name: str, **values: Any) -> str:
        """Put a record in, without any rule; its id."""
        thing = self.thing(name)
        number = next(self.numbers)
        ref = ids.made(thing.prefix, number)
        row = {one.name: one.default for one in thing.fields.values()}
        self.put(name, {**row, "Name": f"{thing.prefix}-{number:010}", "CreatedDate": self.now(), **values, "Id": ref})
        return ref

    def put(self, name: str, row: Row) -> None:
        """Set a whole row."""
        self._tables.put(name, row["Id"], {**row, "LastModifiedDate": self.now()})

    def get(self, name: str, ref: str) -> Row | None:
        """The row, by 15 or 18 characters; None when it is not there or in the bin."""
        return self.rows(name).get(ids.completed(ref) if ids.is_id(ref) else ref)

    def remove(self, name: str, ref: str) -> None:
        """Put a row into the bin."""
        self.bin = {**self.bin, ref: self.rows(name)[ref]}
        self._tables.put(name, ref, None)

    def object_of(self, ref: str) -> str | None:
        """The object that has ids of that prefix."""
        return next((one.name for one in self.things.values() if one.prefix == ref[:3]), None)

    def matching(self, thing: Thing, key: Field, value: Any) -> list[Row]:
        """Rows whose key field has the value; case counts unless the field is unique regardless of it."""
        if value in (None, ""):
            return []
        if key.name == "Id":
            found = self.get(thing.name, str(value))
            return [] if found is None else [found]
        return self._tables.named(thing.name, key, value)

    def key_field(self, thing: Thing, name: str) -> Field:
        """A field that records may be found by; raises NOT_FOUND (text as restforce's fixture has it)."""
        found = self.fields(thing).get(name)
        if found is None or not (found.external_id or found.id_lookup):
            raise not_found(f"Provided external ID field does not exist or is not accessible: {name}")
        return found

    def state(self) -> State:
        """All records as they are now."""
        return self._tables.mark(), self.bin

    def restore(self, state: State) -> None:
        """Set the records back; numbers that were drawn meanwhile are lost."""
        mark, self.bin = state
        self._tables.undo(mark)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        before = self.state()
        try:
            yield
        except BaseException:
            self.restore(before)
            raise


def unsupported_type(name: str) -> ApiError:
    """A query of an object that there is not, or that the user does not see."""
    return ApiError(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")
