"""The rows of the simulated org: what is changed can be undone, and keys are found without a search."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.salesforce.simulated.schema import Field, Thing

Row = dict[str, Any]


def folded(key: Field, value: Any) -> str:
    """A key as it is compared: case counts, unless the field is unique regardless of it."""
    return str(value) if key.case_sensitive or not key.unique else str(value).lower()


@dataclass
class Tables:
    """Rows by object and id of 18 characters. A row is never changed but replaced."""

    things: Mapping[str, Thing]
    _rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    _index: dict[tuple[str, str], dict[str, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    _undo: list[tuple[str, str, Row | None]] = field(default_factory=list)

    def rows(self, name: str) -> Mapping[str, Row]:
        """All rows of an object, in the order in which they were made."""
        return self._rows.get(name, {})

    def put(self, name: str, ref: str, row: Row | None) -> None:
        """Set a whole row, or take it away."""
        self._undo.append((name, ref, self.rows(name).get(ref)))
        self._set(name, ref, row)

    def named(self, name: str, key: Field, value: Any) -> list[Row]:
        """The rows whose key field has the value."""
        refs = self._index[name, key.name].get(folded(key, value), set())
        return [self._rows[name][ref] for ref in sorted(refs)]

    def mark(self) -> int:
        """Where the rows are now, for `undo`."""
        return len(self._undo)

    def undo(self, mark: int) -> None:
        """Set back what was changed since."""
        while len(self._undo) > mark:
            self._set(*self._undo.pop())

    def _set(self, name: str, ref: str, row: Row | None) -> None:
        table = self._rows.setdefault(name, {})
        before = table.pop(ref, None) if row is None else table.get(ref)
        if row is not None:
            table[ref] = row
        for key in self.things[name].fields.values():
            if key.unique or key.external_id or key.id_lookup:
                self._reindex(name, key, ref, before, row)

    def _reindex(self, name: str, key: Field, ref: str, before: Row | None, row: Row | None) -> None:
        index = self._index[name, key.name]
        if before is not None and before[key.name] is not None:
            index[folded(key, before[key.name])].discard(ref)
        if row is not None and row[key.name] is not None:
            index[folded(key, row[key.name])].add(ref)
