"""Making, changing and deleting records: keys, relationships, rights, required and unique fields, locks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connectors.salesforce.simulated import ids, values
from connectors.salesforce.simulated.errors import ApiError, RowError, SeveralMatchError
from connectors.salesforce.simulated.guesses import Guesses
from connectors.salesforce.simulated.org import Org
from connectors.salesforce.simulated.schema import Field, Thing
from connectors.salesforce.simulated.tables import Row

Rule = Callable[[str, Row], RowError | None]
"""The org's own validation: object and row as it would be; the refusal, if it is refused."""


@dataclass
class Saving:
    """Saves into the org. `rules` are the customer's validation rules and triggers; `sealed` rows wait for approval."""

    org: Org
    guesses: Guesses = field(default_factory=Guesses)
    rules: list[Rule] = field(default_factory=list)
    sealed: set[str] = field(default_factory=set)

    def cleaned(self, thing: Thing, given: Row, *, csv: bool = False) -> Row:
        """The cells as they are kept, by field; relationships by external id are resolved when the row is saved.

        Raises `RowError`, or `ApiError` when the request cannot be read or names a column that there is not.
        """
        fields, row = self.org.fields(thing), {}
        for name, cell in given.items():
            if name in ("attributes", "Id", "id"):
                continue
            if name in fields:
                row[name] = values.kept(fields[name], cell, csv=csv, trims=self.guesses.trims_texts)
            elif (lookup := thing.by_relation(name)) and lookup.name in fields and isinstance(cell, dict):
                row[name] = {key: one for key, one in cell.items() if key != "attributes"}
            else:
                raise self._no_such_column(thing, name)
        return row

    def _no_such_column(self, thing: Thing, name: str) -> ApiError | RowError:
        text = f"No such column '{name}' on sobject of type {thing.name}"
        if self.guesses.unknown_column_fails_call:
            return ApiError(400, "INVALID_FIELD", text)
        return RowError("INVALID_FIELD", text)

    def create(self, thing: Thing, row: Row) -> str:
        """Make a record; its id."""
        row = self._linked(thing, row)
        self._allowed(thing, row, lambda one: one.createable)
        defaults = {one.name: one.default for one in thing.fields.values() if one.default is not None}
        whole = {**defaults, **{name: cell for name, cell in row.items() if cell is not None}}
        self._checked(thing, whole, "")
        return self.org.add(thing.name, **self._computed(thing, whole))

    def update(self, thing: Thing, ref: str, row: Row) -> None:
        """Change a record."""
        before = self.existing(thing, ref)
        row = self._linked(thing, row)
        self._allowed(thing, row, lambda one: one.updateable)
        if ref in self.sealed:
            raise RowError("ENTITY_IS_LOCKED", "the entity is locked for editing")
        whole = {**before, **row}
        self._checked(thing, whole, ref)
        self.org.put(thing.name, self._computed(thing, whole))

    def upsert(self, thing: Thing, key: Field, value: Any, row: Row) -> tuple[str, bool]:
        """Change the record that has this key, or make one; its id, and whether it was made.

        Raises `SeveralMatchError` when the key is not unique.
        """
        found = self.org.matching(thing, key, value)
        if len(found) > 1:
            raise SeveralMatchError([one["Id"] for one in found])
        if found:
            self.update(thing, found[0]["Id"], row)
            return found[0]["Id"], False
        if key.name == "Id" and value:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", status=404)
        return self.create(thing, row if key.name == "Id" else {**row, key.name: value}), True

    def delete(self, ref: str) -> None:
        """Put a record into the recycle bin."""
        ref = ids.completed(ref) if ids.is_id(ref) else ref
        name = self.org.object_of(ref) or ""
        if ref in self.org.bin:
            raise RowError("ENTITY_IS_DELETED", "entity is deleted", status=404)
        if not ids.is_id(ref):
            raise RowError("MALFORMED_ID", f"bad id {ref}", ("Id",))
        if self.org.get(name, ref) is None:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", status=404)
        if ref in self.sealed:
            raise RowError("ENTITY_IS_LOCKED", "the entity is locked for editing")
        self.org.remove(name, ref)

    def existing(self, thing: Thing, ref: str) -> Row:
        """The record; raises what Salesforce says when it is not there."""
        found = self.org.get(thing.name, ref)
        if found is not None:
            return found
        if ids.is_id(ref) and ids.completed(ref) in self.org.bin:
            raise RowError("ENTITY_IS_DELETED", "entity is deleted", status=404)
        if not ids.is_id(ref) or ref[:3] != thing.prefix:
            raise RowError("MALFORMED_ID", f"Record ID: id value of incorrect type: {ref}", ("Id",))
        raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", status=404)

    def _linked(self, thing: Thing, row: Row) -> Row:
        linked = {}
        for name, cell in row.items():
            lookup = thing.by_relation(name)
            if lookup is None:
                linked[name] = cell
                continue
            linked[lookup.name] = self._parent(lookup, cell)
        return linked

    def _parent(self, lookup: Field, named: Row) -> str | None:
        parent = self.org.thing(lookup.to)
        if len(named) != 1:
            text = f"The relationship object for {lookup.relation} takes one external id field and nothing else"
            raise RowError("INVALID_FIELD", text)
        [(name, value)] = named.items()
        found = self.org.matching(parent, self.org.key_field(parent, name), value)
        if len(found) == 1:
            return str(found[0]["Id"])
        if found:
            raise self.several(self.org.key_field(parent, name), [one["Id"] for one in found])
        text = f"Foreign key external ID: {value} not found for field {name} in entity {parent.name}"
        raise RowError("INVALID_FIELD", text)

    @staticmethod
    def several(key: Field, refs: list[str]) -> RowError:
        """A key that names several records; the text begins with the field's label."""
        text = f"{key.label}: more than one record found for external id field: [{', '.join(refs)}]"
        return RowError("DUPLICATE_EXTERNAL_ID", text)

    def _allowed(self, thing: Thing, row: Row, may: Callable[[Field], bool]) -> None:
        wrong = sorted(name for name in row if not may(thing.fields[name]))
        if wrong:
            text = (
                f"Unable to create/update fields: {', '.join(wrong)}. Please check the security settings of this field "
                "and verify that it is read/write for your profile or permission set."
            )
            raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", text, tuple(wrong))

    def _checked(self, thing: Thing, whole: Row, ref: str) -> None:
        lacking = sorted(one.name for one in thing.fields.values() if one.required and whole.get(one.name) is None)
        if lacking:
            text = f"Required fields are missing: [{', '.join(lacking)}]"
            raise RowError("REQUIRED_FIELD_MISSING", text, tuple(lacking))
        for one in thing.fields.values():
            self._check_link(one, whole)
            self._check_unique(thing, one, whole, ref)
        for rule in self.rules:
            if refusal := rule(thing.name, whole):
                raise refusal

    def _check_link(self, one: Field, whole: Row) -> None:
        cell = whole.get(one.name)
        if one.type == "reference" and cell and self.org.get(one.to, cell) is None:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", (one.name,))

    def _check_unique(self, thing: Thing, one: Field, whole: Row, ref: str) -> None:
        if not one.unique:
            return
        others = [row["Id"] for row in self.org.matching(thing, one, whole.get(one.name)) if row["Id"] != ref]
        if others:
            text = f"duplicate value found: {one.name} duplicates value on record with id: {others[0][:15]}"
            raise RowError("DUPLICATE_VALUE", text)

    @staticmethod
    def _computed(thing: Thing, row: Row) -> Row:
        """Formulas of the package are left empty; a time sheet entry has its duration."""
        if thing.name == "TimeSheetEntry" and row.get("StartTime") and row.get("EndTime"):
            return {**row, "DurationInMinutes": (row["EndTime"] - row["StartTime"]) // 60}
        return row
