"""Versions, limits, describe, queries and single records (REST guide)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote

from connectors.salesforce.simulated import values
from connectors.salesforce.simulated.calls import Call, Reply
from connectors.salesforce.simulated.errors import ApiError, RowError, SeveralMatchError, not_found
from connectors.salesforce.simulated.org import Org
from connectors.salesforce.simulated.saving import Saving
from connectors.salesforce.simulated.schema import Thing
from connectors.salesforce.simulated.soql import Query
from connectors.salesforce.simulated.tables import Row

OLDEST, NEWEST = 31, 67
UPSERT_ANSWERS_SINCE = 46
_SEASONS = ("Winter", "Spring", "Summer")
PAGE = 2000


def label(version: int) -> str:
    """The release of a version: 62 is Winter '25, and three make a year."""
    year, season = divmod(version - 62, 3)
    return f"{_SEASONS[season]} '{25 + year}"


def versions(_call: Call) -> Reply:
    """`GET /services/data`: needs no token and costs no call."""
    found = range(OLDEST, NEWEST + 1)
    return Reply(200, [{"label": label(one), "url": f"/services/data/v{one}.0", "version": f"{one}.0"}
                       for one in found])  # fmt: skip


@dataclass
class Rest:
    """Handlers of single things.

    `page` is how many rows an answer to a query holds; records of `undeletable` objects the user may not delete.
    """

    org: Org
    saving: Saving
    usage: Callable[[], tuple[int, int]]
    page: int = PAGE
    undeletable: frozenset[str] = frozenset()
    locators: dict[str, list[Row]] = field(default_factory=dict)

    def resources(self, call: Call) -> Reply:
        """`GET /services/data/vXX.0`."""
        names = ("sobjects", "query", "queryAll", "jobs", "composite", "limits")
        return Reply(200, {name: f"{call.base}/{name}" for name in names})

    def limits(self, _call: Call) -> Reply:
        """`GET /limits`; not every entry is a flat pair."""
        used, allowed = self.usage()
        pair = {"Max": allowed, "Remaining": max(0, allowed - used)}
        sets = {"Max": 1500, "Remaining": 1498, "CreateCustom": {"Max": 1000, "Remaining": 998}}
        megabytes = {"Max": 5, "Remaining": 5}
        bulk = {"Max": 15_000, "Remaining": 15_000}
        named = {"DailyApiRequests": pair, "DailyBulkApiBatches": bulk, "DataStorageMB": megabytes}
        return Reply(200, {**named, "PermissionSets": sets})

    def record_count(self, call: Call) -> Reply:
        """`GET /limits/recordCount`; objects without rows may be missing."""
        names = [name for name in call.query.get("sObjects", "").split(",") if self.org.rows(name)]
        return Reply(200, {"sObjects": [{"count": len(self.org.rows(name)), "name": name} for name in names]})

    def describe_all(self, call: Call) -> Reply:
        """`GET /sobjects`."""
        things = [self._summary(one, call) for one in self.org.things.values()]
        return Reply(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": things})

    def basic(self, call: Call, name: str) -> Reply:
        """`GET /sobjects/X`."""
        return Reply(200, {"objectDescribe": self._summary(self.org.thing(name), call), "recentItems": []})

    def describe(self, call: Call, name: str) -> Reply:
        """`GET /sobjects/X/describe`: what the user has no rights on is not there."""
        thing = self.org.thing(name)
        fields = [one.describe() for one in self.org.fields(thing).values()]
        return Reply(200, {**self._summary(thing, call), "fields": fields, "childRelationships": []})

    def _summary(self, thing: Thing, call: Call) -> Row:
        rights: Row = dict.fromkeys(("createable", "updateable", "queryable"), True)
        rights["deletable"] = thing.name not in self.undeletable
        names = {"name": thing.name, "label": thing.label, "labelPlural": thing.plural, "keyPrefix": thing.prefix}
        urls = {"sobject": f"{call.base}/sobjects/{thing.name}"}
        return {**names, "custom": thing.name.endswith("__c"), **rights, "urls": urls}

    def query(self, call: Call) -> Reply:
        """`GET /query?q=` and `/queryAll?q=`."""
        if "q" not in call.query:
            raise ApiError(400, "MALFORMED_QUERY", "A query string has to be specified")
        asked = Query(self.org, call.query["q"], call.base)
        found = asked.run(with_deleted=call.path.endswith("/queryAll"))
        if not found.rows:
            return Reply(200, {"totalSize": found.count, "done": True, "records": []})
        name = f"01g5g{next(self.org.numbers):010}AAQ"
        self.locators[name] = found.rows
        return self._page(call, name, 0)

    def more(self, call: Call, locator: str, offset: str) -> Reply:
        """`GET /query/<locator>-<offset>`."""
        if locator not in self.locators:
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(call, locator, int(offset))

    def _page(self, call: Call, locator: str, start: int) -> Reply:
        rows = self.locators[locator]
        end = start + self.page
        shown: Row = {"totalSize": len(rows), "done": end >= len(rows)}
        if end < len(rows):
            shown["nextRecordsUrl"] = f"{call.base}/query/{locator}-{end}"
        else:
            del self.locators[locator]
        return Reply(200, {**shown, "records": rows[start:end]})

    def create(self, call: Call, name: str) -> Reply:
        """`POST /sobjects/X`."""
        thing = self.org.thing(name)
        with self._one_row():
            ref = self.saving.create(thing, self.saving.cleaned(thing, call.json()))
        return Reply(201, _done(ref), {"Location": f"{call.base}/sobjects/{thing.name}/{ref}"})

    def read(self, call: Call, name: str, ref: str) -> Reply:
        """`GET /sobjects/X/<id>?fields=`."""
        thing = self.org.thing(name)
        row = self.org.get(thing.name, ref)
        if row is None:
            raise not_found(f"Provided external ID field does not exist or is not accessible: {ref}")
        return Reply(200, self._record(call, thing, row))

    def _record(self, call: Call, thing: Thing, row: Row) -> Row:
        fields = self.org.fields(thing)
        names = call.query["fields"].split(",") if "fields" in call.query else [*fields]
        shown = {name: values.shown(fields[name], row[name]) for name in names if name in fields}
        url = f"{call.base}/sobjects/{thing.name}/{row['Id']}"
        return {"attributes": {"type": thing.name, "url": url}, **shown}

    def update(self, call: Call, name: str, ref: str) -> Reply:
        """`PATCH /sobjects/X/<id>`."""
        thing = self.org.thing(name)
        with self._one_row():
            self.saving.update(thing, self.saving.existing(thing, ref)["Id"], self.saving.cleaned(thing, call.json()))
        return Reply(204)

    def delete(self, _call: Call, name: str, ref: str) -> Reply:
        """`DELETE /sobjects/X/<id>`."""
        self.org.thing(name)
        with self._one_row():
            self.saving.delete(ref)
        return Reply(204)

    def read_by_key(self, call: Call, name: str, field_name: str, value: str) -> Reply:
        """`GET /sobjects/X/Ext/<value>`."""
        thing = self.org.thing(name)
        found = self.org.matching(thing, self.org.key_field(thing, field_name), unquote(value))
        if len(found) > 1:
            return self._several(call, thing, [one["Id"] for one in found])
        if not found:
            raise not_found()
        return Reply(200, self._record(call, thing, found[0]))

    def upsert(self, call: Call, name: str, field_name: str, value: str) -> Reply:
        """`PATCH /sobjects/X/Ext/<value>`: neither the key nor `Id` may be in the body."""
        thing = self.org.thing(name)
        key, given = self.org.key_field(thing, field_name), call.json()
        if given.keys() & {key.name, "Id", "id"}:
            text = f"The {key.name} field should not be specified in the sobject data."
            raise ApiError(400, "INVALID_FIELD", text, [])
        try:
            with self._one_row():
                kept = values.kept(key, unquote(value), csv=False)
                ref, created = self.saving.upsert(thing, key, kept, self.saving.cleaned(thing, given))
        except SeveralMatchError as several:
            return self._several(call, thing, several.urls)
        if call.version < UPSERT_ANSWERS_SINCE:
            return Reply(201, _done(ref)) if created else Reply(204)
        return Reply(201 if created else 200, {**_done(ref), "created": created})

    def delete_by_key(self, call: Call, name: str, field_name: str, value: str) -> Reply:
        """`DELETE /sobjects/X/Ext/<value>`."""
        thing = self.org.thing(name)
        found = self.org.matching(thing, self.org.key_field(thing, field_name), unquote(value))
        if not found:
            raise not_found()
        return self.delete(call, name, found[0]["Id"])

    def _several(self, call: Call, thing: Thing, refs: list[str]) -> Reply:
        return Reply(300, [f"{call.base}/sobjects/{thing.name}/{ref}" for ref in refs])

    @contextmanager
    def _one_row(self) -> Iterator[None]:
        """A request about one record: a refused row refuses the request."""
        try:
            with self.org.transaction():
                yield
        except RowError as error:
            locked = error.code == "UNABLE_TO_LOCK_ROW"
            status = self.saving.guesses.lock_status if locked else error.status
            raise ApiError(status, error.code, error.message, error.fields) from None


def _done(ref: str) -> Row:
    return {"id": ref, "success": True, "errors": []}
