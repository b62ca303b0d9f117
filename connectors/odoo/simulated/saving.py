"""Making and changing records in the simulated Odoo: rights, types, required fields, rules."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from connectors.odoo.simulated import rules
from connectors.odoo.simulated.database import Database, Row
from connectors.odoo.simulated.errors import OdooError, access, missing, value

_FORMAT = "%Y-%m-%d %H:%M:%S"


@dataclass
class Saving:
    """Saves into the database.

    `now` is the current moment as Odoo writes it; `denied` are (model, operation) that the user lacks; `racing`: so
    many next attendances do not see what another transaction has not committed yet.
    """

    database: Database
    now: Callable[[], str]
    denied: set[tuple[str, str]] = field(default_factory=set)
    racing: int = 0

    def allow(self, model: str, operation: str) -> None:
        """Raise when the user lacks the right."""
        if (model, operation) in self.denied:
            raise access(
                f"You are not allowed to {operation} '{model}' records.\n\nThis operation is allowed for the following "
                "groups:\n\t- Attendances/Administrator"
            )

    def save(self, model: str, ref: int | None, values: Row) -> int:
        """Make (None) or change a record; its id."""
        self.allow(model, "write" if ref else "create")
        values = self._clean(model, self.database.checked(model, values))
        if ref is None:
            ref = self.database.add(model, **self._required(model, rules.on_create(model, values, self.now())))
        else:
            rules.on_write(self.database, model, self.database.get(model, ref), values)
            self.database.put(model, {**self.database.get(model, ref), **values})
        row = self.database.get(model, ref)
        if self.racing and model == "hr.attendance":
            self.racing -= 1
        elif model in rules.ON_SAVE:
            self.database.put(model, rules.ON_SAVE[model](self.database, row))
        return ref

    def _clean(self, model: str, values: Row) -> Row:
        known = self.database.fields(model)
        for name, cell in values.items():
            if cell and known[name].type == "datetime":
                _check_moment(cell)
            if cell and known[name].type == "many2one" and cell not in self.database.tables[known[name].relation]:
                raise missing(known[name].relation, cell)
        return values

    def _required(self, model: str, values: Row) -> Row:
        known = self.database.fields(model)
        for name, one in known.items():
            if one.required and not values.get(name):
                raise OdooError(
                    "odoo.exceptions.ValidationError",
                    f"The operation cannot be completed: Missing required value for the field '{name}' ({name}).\n",
                )
        return {name: cell for name, cell in values.items() if name in known}


def _check_moment(cell: str) -> None:
    try:
        datetime.strptime(cell, _FORMAT)  # noqa: DTZ007 - Odoo's moments have no zone
    except ValueError as error:
        raise value(str(error)) from error
