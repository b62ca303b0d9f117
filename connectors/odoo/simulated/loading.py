"""`load()`: cells to values, external ids, all or nothing, and the messages with their false blame of row 0."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.odoo.simulated.database import Database, External, Row
from connectors.odoo.simulated.errors import OdooError, user, value

Save = Callable[[int | None, Row], int]
"""Makes (None) or changes a record; returns its id."""
TOO_MANY = (
    "Found more than 10 errors and more than one error per 10 records, interrupted to avoid showing too many errors."
)
_LIMIT = 10


class Loader:
    """One call of `load`."""

    def __init__(self, database: Database, model: str, save: Save, context: Row) -> None:
        self._database = database
        self._model = model
        self._save = save
        self._update = context.get("mode") == "update"
        self._noupdate = bool(context.get("noupdate"))
        self._zone = ZoneInfo(str(context.get("tz") or database.user_zone))

    def load(self, names: list[str], data: list[list[Any]], bad: int | None = None) -> Row:
        """Odoo's answer; what was stored is to be rolled back by the caller when `ids` is false.

        `bad` is a row that an extension of this Odoo refuses.
        """
        for name in names:
            if name not in ("id", ".id") and name.partition("/")[0] not in self._database.fields(self._model):
                raise value(f"Invalid field name '{name}'")
        rows = [dict(zip(names, cells, strict=False)) for cells in data]
        messages: list[Row] = []
        values = [self._values(at, row, messages) for at, row in enumerate(rows)]
        if bad is not None:
            messages += [_message(row, "An extension of this database refuses the row.") for row in sorted({0, bad})]
        try:
            with self._database.transaction():
                ids = [self._record(row, one) for row, one in zip(rows, values, strict=True)]
        except OdooError as error:
            ids = []
            first = [_message(0, error.message)] if len(rows) > 1 else []
            messages += [*first, *self._one_by_one(rows, values)]
        return {"ids": False if messages else ids, "messages": messages, "nextrow": 0}

    def _one_by_one(self, rows: list[Row], values: list[Row]) -> list[Row]:
        found: list[Row] = []
        for at, (row, one) in enumerate(zip(rows, values, strict=True)):
            try:
                with self._database.transaction():
                    self._record(row, one)
            except OdooError as error:
                found.append(_message(at, error.message))
            if len(found) >= _LIMIT and len(found) >= (at + 1) / _LIMIT:
                return [*found, {"type": "warning", "message": TOO_MANY}]
        return found

    def _record(self, row: Row, values: Row) -> int:
        name = _external(row.get("id"))
        there = self._database.externals.get(name)
        if there and there.model != self._model:
            raise user(
                f"For external id {name} when trying to create/update a record of model {self._model} "
                f"found record of different model {there.model}"
            )
        if there and self._update and there.noupdate:
            return there.ref
        ref = self._save(there.ref if there else None, values)
        if name and not there:
            self._database.externals[name] = External(self._model, ref, self._noupdate)
        return ref

    def _values(self, at: int, row: Row, messages: list[Row]) -> Row:
        values: Row = {}
        for name, cell in row.items():
            field, _, by = name.partition("/")
            if name in ("id", ".id"):
                continue
            try:
                values[field] = self._cell(field, by, cell)
            except ValueError as error:
                messages.append({**_message(at, str(error)), "field": field})
        return values

    def _cell(self, field: str, by: str, cell: Any) -> Any:
        kind = self._database.fields(self._model)[field]
        if cell in ("", None, False):
            return False
        match kind.type:
            case "many2one":
                return self._linked(kind.relation, by, str(cell), field)
            case "datetime":
                return self._moment(str(cell), field)
            case "float":
                return float(cell)
            case "boolean":
                return str(cell).lower() in ("1", "true", "yes")
        return cell

    def _linked(self, relation: str, by: str, cell: str, field: str) -> int:
        table = self._database.tables[relation]
        if by == ".id" and cell.isdecimal() and int(cell) in table:
            return int(cell)
        if by == "id" and (there := self._database.externals.get(cell)):
            return there.ref
        kind = "database" if by == ".id" else "external"
        raise ValueError(f"No matching record found for {kind} id '{cell}' in field '{field}'")

    def _moment(self, cell: str, field: str) -> str:
        try:
            local = datetime.strptime(cell, "%Y-%m-%d %H:%M:%S").replace(tzinfo=self._zone)
        except ValueError:
            raise ValueError(f"'{cell}' does not seem to be a valid datetime for field '{field}'") from None
        return local.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _external(cell: Any) -> str:
    name = str(cell or "")
    if " " in name:
        raise user('new row for relation "ir_model_data" violates check constraint "ir_model_data_name_nospaces"')
    return name if not name or "." in name else f"__import__.{name}"


def _message(at: int, text: str) -> Row:
    return {"rows": {"from": at, "to": at}, "record": at, "type": "error", "message": text}
