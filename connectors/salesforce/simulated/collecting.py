"""sObject Collections (REST guide): up to 200 rows a call, answered 200 row by row whatever became of them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from connectors.salesforce.simulated import ids
from connectors.salesforce.simulated.calls import Call, Reply
from connectors.salesforce.simulated.errors import ApiError, RowError, SeveralMatchError
from connectors.salesforce.simulated.org import Org
from connectors.salesforce.simulated.saving import Saving
from connectors.salesforce.simulated.schema import Thing
from connectors.salesforce.simulated.tables import Row
from connectors.salesforce.simulated.values import shown

LARGEST = 200
LOCKED = "unable to obtain exclusive access to this record or 1 records: {}"
REFUSALS = ("UNABLE_TO_LOCK_ROW", "FIELD_CUSTOM_VALIDATION_EXCEPTION")
INVALID = "This day is closed by the customer's own rule"
ROLLED_BACK = {
    "statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "message": "Record rolled back because not all records were valid and the request was using AllOrNone header",
    "fields": [],
}
Work = Callable[[], Row]


@dataclass
class Collecting:
    """Handlers of collections; also how a bulk job saves its rows."""

    org: Org
    saving: Saving
    refusals: "cycle[str]" = field(default_factory=lambda: cycle(REFUSALS))

    def create(self, call: Call) -> Reply:
        """`POST /composite/sobjects`."""
        return self._carry(call, [self._creating(self._type(one), one) for one in self._records(call)])

    def update(self, call: Call) -> Reply:
        """`PATCH /composite/sobjects`, by id."""
        return self._carry(call, [self._updating(self._type(one), one) for one in self._records(call)])

    def upsert(self, call: Call, name: str, field_name: str) -> Reply:
        """`PATCH /composite/sobjects/X/Ext`: the key stands in the record."""
        thing = self.org.thing(name)
        rows = self._records(call)
        for row in rows:
            if row["attributes"]["type"] != thing.name:
                raise ApiError(400, "INVALID_INPUT", "The type of a record does not match the type in the URL")
        return self._carry(call, self.upserting(thing, field_name, rows))

    def delete(self, call: Call) -> Reply:
        """`DELETE /composite/sobjects?ids=`."""
        refs = [one for one in call.query.get("ids", "").split(",") if one]
        _require_few(refs)
        return self._carry(call, [self._deleting(ref) for ref in refs], call.query.get("allOrNone") == "true")

    def read(self, call: Call, name: str) -> Reply:
        """`GET` and `POST /composite/sobjects/X`: null for an id that there is not."""
        thing = self.org.thing(name)
        asked = call.json() if call.method == "POST" else {key: text.split(",") for key, text in call.query.items()}
        rows = [self.org.get(thing.name, ref) for ref in asked["ids"]]
        return Reply(200, [row and {"attributes": {"type": thing.name},
                                    **{one: shown(thing.fields[one], row[one]) for one in asked["fields"]}}
                           for row in rows])  # fmt: skip

    def _records(self, call: Call) -> list[Row]:
        body = call.json()
        rows = body.get("records") if isinstance(body, dict) else None
        if not isinstance(rows, list):
            raise ApiError(400, "JSON_PARSER_ERROR", "The request has no list of records")
        _require_few(rows)
        if not all(isinstance(row.get("attributes"), dict) and row["attributes"].get("type") for row in rows):
            raise ApiError(400, "INVALID_INPUT", "Each record needs attributes with a type")
        return rows

    def _type(self, record: Row) -> Thing:
        return self.org.thing(record["attributes"]["type"])

    def working(self, operation: str, thing: Thing, record: Row) -> Work:
        """What is to be done for a row of a bulk job that is no upsert."""
        if operation == "insert":
            return self._creating(thing, record, csv=True)
        if operation == "update":
            return self._updating(thing, record, csv=True)
        return self._deleting(str(record.get("Id", "")))

    def _creating(self, thing: Thing, record: Row, *, csv: bool = False) -> Work:
        cleaned = self._cleaned(thing, record, csv=csv)

        def work() -> Row:
            made = _done(self.saving.create(thing, cleaned()))
            return {**made, "created": True} if csv else made

        return work

    def _updating(self, thing: Thing, record: Row, *, csv: bool = False) -> Work:
        ref = str(record.get("id") or record.get("Id") or "")
        cleaned = self._cleaned(thing, record, csv=csv)

        def work() -> Row:
            there = self.saving.existing(thing, ref)
            self.saving.update(thing, there["Id"], cleaned())
            return _done(there["Id"])

        return work

    def _deleting(self, ref: str) -> Work:
        def work() -> Row:
            self.saving.delete(ref)
            return _done(ids.completed(ref))

        return work

    def upserting(self, thing: Thing, field_name: str, rows: list[Row], *, csv: bool = False) -> list[Work]:
        """What is to be done for each row; the same key twice fails every row that has it."""
        key = self.org.key_field(thing, field_name)
        value = [row.get("Id", row.get("id")) if key.name == "Id" else row.get(key.name) for row in rows]
        times = Counter(one for one in value if one not in (None, ""))
        return [self._upserting(thing, key.name, row, one, times[one] > 1, csv=csv)
                for row, one in zip(rows, value, strict=True)]  # fmt: skip

    def _upserting(self, thing: Thing, key_name: str, record: Row, value: Any, twice: bool, *, csv: bool) -> Work:
        cleaned = self._cleaned(thing, record, csv=csv)
        key = thing.fields[key_name]

        def work() -> Row:
            if twice:
                raise RowError("DUPLICATE_VALUE", f"Duplicate external id specified: {value}")
            try:
                row = cleaned()
                named = value if key.name == "Id" else row.get(key.name)
                ref, created = self.saving.upsert(thing, key, named, row)
            except SeveralMatchError as several:
                raise self.saving.several(key, several.urls) from None
            return {**_done(ref), "created": created}

        return work

    def _cleaned(self, thing: Thing, record: Row, *, csv: bool = False) -> Work:
        """Read the cells now, as one that cannot be read fails the call; a refusal of the row comes in its turn."""
        try:
            row = self.saving.cleaned(thing, record, csv=csv)
        except RowError as error:
            refused = error

            def refuse() -> Row:
                raise refused

            return refuse
        return lambda: row

    def _carry(self, call: Call, works: list[Work], all_or_none: bool | None = None) -> Reply:
        if all_or_none is None:
            all_or_none = bool(call.json().get("allOrNone"))
        if call.fault and works:
            works = self.with_a_refusal(works)
        before = self.org.state()
        results = self.results(works)
        if all_or_none and not all(one["success"] for one in results):
            self.org.restore(before)
            results = [{"success": False, "errors": [ROLLED_BACK]} if one["success"] else one for one in results]
        return Reply(200, results)

    def with_a_refusal(self, works: list[Work]) -> list[Work]:
        """The same, and the row in their midst is refused: for a lock, or by a rule of the customer."""
        middle = len(works) // 2
        code = next(self.refusals)

        def refuse() -> Row:
            raise RowError(code, LOCKED.format("0015g00000AbCdE") if code == "UNABLE_TO_LOCK_ROW" else INVALID)

        return [*works[:middle], refuse, *works[middle + 1 :]]

    def results(self, works: list[Work]) -> list[Row]:
        """What became of each."""
        return [self._result(work) for work in works]

    def _result(self, work: Work) -> Row:
        try:
            with self.org.transaction():
                return work()
        except RowError as error:
            failed = {"success": False, "errors": [error.row()]}
            return {"id": None, **failed} if self.saving.guesses.failed_rows_have_an_id else failed


def _require_few(rows: list[Any]) -> None:
    if len(rows) > LARGEST:
        text = f"record limit reached. cannot submit more than {LARGEST} records into this call"
        raise ApiError(400, "EXCEEDED_ID_LIMIT", text)


def _done(ref: str) -> Row:
    return {"id": ref, "success": True, "errors": []}
