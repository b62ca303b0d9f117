"""The methods of the simulated models, by Odoo's argument names."""

from dataclasses import dataclass
from inspect import signature
from typing import Any

from connectors.odoo.simulated import domains, generating, rules
from connectors.odoo.simulated.database import Row
from connectors.odoo.simulated.errors import OdooError, access, user, value
from connectors.odoo.simulated.loading import Loader
from connectors.odoo.simulated.saving import Saving

RECORD_METHODS = frozenset(
    {"read", "write", "unlink", "has_access", "action_refuse", "get_external_id", "generate_work_entries"}
)
HAS_ACCESS_SINCE = 18
CONFLICT = "could not serialize access due to concurrent update\n"
_ALL: list[Any] = []


@dataclass
class Methods(Saving):
    """Calls on the database.

    `conflicts`: so many next calls of `load` lose against another transaction; `refuses_one`: the next `load` finds
    the row in its midst bad.
    """

    conflicts: int = 0
    refuses_one: bool = False

    def call(self, model: str, method: str, ids: list[int] | None, positional: list[Any], named: Row) -> Any:
        """The result of one call, which is one transaction."""
        if model not in self.database.tables:
            raise OdooError("werkzeug.exceptions.NotFound", f"the model '{model}' does not exist")
        if method.startswith("_"):
            raise access(f"Private methods (such as '{model}.{method}') cannot be called remotely.")
        function = getattr(self, f"do_{method}", None)
        if function is None or not self._has(method):
            raise OdooError("werkzeug.exceptions.NotFound", f"The method '{model}.{method}' does not exist")
        context = named.pop("context", {})
        first = {"ids": ids or []} if method in RECORD_METHODS else {}
        if not first and ids is not None:
            raise OdooError("werkzeug.exceptions.UnprocessableEntity", f"cannot call {model}.{method} with ids")
        try:
            bound = signature(function).bind(model, context, *positional, **first, **named)
        except TypeError as error:
            raise OdooError("werkzeug.exceptions.UnprocessableEntity", str(error)) from error
        with self.database.transaction():
            return function(*bound.args, **bound.kwargs)

    def _has(self, method: str) -> bool:
        return method != "has_access" or self.database.version >= HAS_ACCESS_SINCE

    def do_search_read(  # noqa: PLR0917 - Odoo's own signature
        self, model: str, context: Row, domain: list[Any] = _ALL, fields: list[str] = _ALL, offset: int = 0,
        limit: int | None = None, order: str = "id", load: str | None = "_classic_read",
    ) -> list[Row]:  # fmt: skip
        """Matching records; without a limit and a domain: everything."""
        self.allow(model, "read")
        if order != "id":
            raise value(f"the simulator orders by id only, not by {order!r}")
        found = self._found(model, context, domain)[offset : offset + limit if limit else None]
        return [self._shown(model, row, fields, load) for row in found]

    def _found(self, model: str, context: Row, domain: list[Any]) -> list[Row]:
        known = self.database.fields(model)
        test = domains.compiled(domain, frozenset(known), model)
        hidden = "active" in known and context.get("active_test", True) and not any(t[0] == "active" for t in domain)
        return [row for row in self.database.rows(model) if test(row) and not (hidden and not row["active"])]

    def _shown(self, model: str, row: Row, names: list[str], load: str | None) -> Row:
        known = self.database.fields(model)
        for name in names:
            if name not in known:
                raise value(f"Invalid field '{name}' on '{model}'")
        shown = {name: row[name] for name in ["id", *(names or known)]}
        for name, cell in shown.items():
            if load and cell and known[name].type == "many2one":
                shown[name] = [cell, self.database.get(known[name].relation, cell).get("name", "")]
        return shown

    def do_search_count(self, model: str, context: Row, domain: list[Any]) -> int:
        """How many match."""
        return len(self._found(model, context, domain))

    def do_read(self, model: str, _context: Row, fields: list[str] = _ALL, *, ids: list[int]) -> list[Row]:
        """The records; those that are not there are left out silently."""
        self.allow(model, "read")
        table = self.database.tables[model]
        return [self._shown(model, table[ref], fields, "_classic_read") for ref in ids if ref in table]

    def do_fields_get(
        self, model: str, _context: Row, allfields: list[str] = _ALL, attributes: list[str] = _ALL
    ) -> dict[str, Row]:
        """The fields; unknown ones are left out silently."""
        there = self.database.fields(model)
        names = [name for name in there if not allfields or name in allfields]
        shown = {name: {"type": there[name].type, "relation": there[name].relation} for name in names}
        return {
            name: {key: cell for key, cell in one.items() if cell and (not attributes or key in attributes)}
            for name, one in shown.items()
        }

    def do_has_access(self, model: str, _context: Row, operation: str, *, ids: list[int]) -> bool:
        """Whether the user may; of records nothing is looked at."""
        return (model, operation) not in self.denied and ids is not None

    def do_check_access_rights(
        self, model: str, _context: Row, operation: str, *, raise_exception: bool = True
    ) -> bool:
        """The same before 18."""
        if raise_exception:
            self.allow(model, operation)
        return (model, operation) not in self.denied

    def do_context_get(self, _model: str, _context: Row) -> Row:
        """Language, zone and id of the user."""
        return {"lang": "en_US", "tz": self.database.user_zone, "uid": 5}

    def do_create(self, model: str, context: Row, vals_list: list[Row]) -> list[int]:
        """Records without an external id: told twice, made twice, where no rule is against it."""
        del context
        rows = vals_list if isinstance(vals_list, list) else [vals_list]
        return [self.save(model, None, row) for row in rows]

    def do_write(self, model: str, _context: Row, vals: Row, *, ids: list[int]) -> bool:
        """Change records."""
        for ref in ids:
            self.save(model, ref, vals)
        return True

    def do_unlink(self, model: str, _context: Row, *, ids: list[int]) -> bool:
        """Delete records, and their external ids."""
        self.allow(model, "unlink")
        for ref in ids:
            rules.on_unlink(model, self.database.get(model, ref))
            self.database.remove(model, ref)
        return True

    def do_load(self, model: str, context: Row, fields: list[str], data: list[list[Any]]) -> Row:
        """Import rows: all or nothing, by external id."""
        if self.conflicts:
            self.conflicts -= 1
            messages = [{"record": at, "type": "error", "message": CONFLICT} for at in range(len(data))]
            return {"ids": False, "messages": messages, "nextrow": 0}
        loader = Loader(self.database, model, lambda ref, values: self.save(model, ref, values), context)
        before = (dict(self.database.tables), dict(self.database.externals))
        bad = len(data) // 2 if self.refuses_one else None
        answer = loader.load(fields, data, bad)
        if answer["ids"] is False:
            self.database.tables, self.database.externals = before
        return answer

    def do_action_refuse(self, model: str, _context: Row, *, ids: list[int]) -> bool:
        """Take leaves back."""
        for ref in ids:
            if self.database.get(model, ref)["state"] == "refuse":
                raise user("Time off request must be confirmed or validated in order to refuse it.")
            self.database.put(model, {**self.database.get(model, ref), "state": "refuse"})
        return True

    def do_get_external_id(self, model: str, _context: Row, *, ids: list[int]) -> dict[str, str]:
        """The external id of each record, empty where there is none."""
        named = {one.ref: name for name, one in self.database.externals.items() if one.model == model}
        return {str(ref): named.get(ref, "") for ref in ids}

    def do_generate_work_entries(
        self, _model: str, _context: Row, date_start: str, date_stop: str, force: bool = False, *, ids: list[int]
    ) -> list[int]:
        """What payroll does: work entries of the working schedule, whatever is there already."""
        if force:
            generating.clear(self.database, ids, date_start, date_stop)
        rows = [*generating.of_schedule(self.database, ids, date_start, date_stop)]
        return [self.save("hr.work.entry", None, row) for row in rows]
