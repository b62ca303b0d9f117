"""The ERP in memory behind HTTP, with its connector: for what needs a wire, a second process or requests to count.

A search answers a page of records in the order of their numbers; the next page begins after the last number.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar

import orjson
from fastapi import FastAPI, Request, Response
from pydantic import Field

from hub.contract import (
    Capabilities,
    Change,
    Connector,
    ConnectorSpec,
    CostObject,
    Entry,
    Finding,
    Held,
    Kind,
    Operation,
    Outcome,
    Person,
    Receipt,
    Record,
    Scope,
    Settings,
    Severity,
)
from hub.errors import ContractBroken, NotPermitted
from hub.http import Client
from hub.testing.clock import SimulatedClock
from hub.testing.memory import MOMENTS, MemoryErp, image_of, natural_key
from hub.testing.simulator import Simulator
from hub.testing.target import Fact, Refs

SETTLE_SECONDS = 30
_KIND, _OUTCOME = {one.value: one for one in Kind}, {one.value: one for one in Outcome}
_OPERATION = {one.value: one for one in Operation}


class HttpMemorySettings(Settings):
    """Where it is, and how it is talked to."""

    url: str = Field(description="Its address.")
    kinds: frozenset[Kind] = Field(default=frozenset({Kind.INTERVAL, Kind.HOURS}), description="What it takes.")
    batch_size: int = Field(default=100, ge=1, description="Changes a request.")
    page: int = Field(default=1000, ge=1, description="Records an answer to a search holds at most.")


class HttpMemoryConnector(Connector[HttpMemorySettings]):
    """The connector of such an ERP."""

    settings_type: ClassVar[type[Settings]] = HttpMemorySettings
    capabilities: ClassVar[Capabilities] = Capabilities(frozenset(Kind), settle_seconds=SETTLE_SECONDS)

    def __init__(self, settings: HttpMemorySettings) -> None:
        super().__init__(settings)
        ours = replace(type(self).capabilities, kinds=settings.kinds, batch_size=settings.batch_size)
        self.capabilities = ours  # type: ignore[misc]

    def __exit__(self, *exc: object) -> None:
        """Close the connection."""
        self._client.close()

    @cached_property
    def _client(self) -> Client:
        return Client(self.settings.url, timeout_seconds=self.settings.timeout_seconds, meter=self.meter)

    def check(self) -> list[Finding]:
        """Whether it answers."""
        people = sum(1 for _ in self.employees())
        return [Finding("memory", Severity.OK, f"It has {people} people.")]

    def employees(self) -> Iterator[Person]:
        """The ERP's people."""
        for ref, number in self._read("GET", "/people"):
            yield Person(ref, number)

    def cost_objects(self) -> Iterator[CostObject]:
        """The ERP's cost objects."""
        for ref, code in self._read("GET", "/costs"):
            yield CostObject(ref, code, code)

    def render(self, entry: Entry) -> Record:
        """How the entry looks in the ERP."""
        image = image_of(entry)
        return Record(natural_key(entry.kind, entry.employee, image), image)

    def read_back(self, scope: Scope) -> Iterator[Held]:
        """Page by page; moments of the dates around too, as a night shift may bear their date."""
        asked = {
            "first": scope.first.isoformat(), "last": scope.last.isoformat(), "kinds": sorted(scope.kinds),
            "employees": sorted(scope.employees), "limit": self.settings.page, "after": "0",
        }  # fmt: skip
        page: list[Any] = [None] * self.settings.page
        while len(page) == self.settings.page:
            page = self._read("POST", "/search", json=asked)
            for ref, kind, employee, day, image in page:
                yield Held(natural_key(_KIND[kind], employee, image), image, (ref,), employee, date.fromisoformat(day))
                asked["after"] = ref

    def push(self, changes: Sequence[Change]) -> Iterable[Receipt]:
        """All changes in one request."""
        body = [
            {
                "operation": one.operation,
                "kind": one.kind,
                "employee": one.employee,
                "image": one.image,
                "refs": one.refs,
            }
            for one in changes
        ]
        answers = _rows(self._client.write("POST", "/changes", json=body))
        if len(answers) != len(changes):
            raise ContractBroken(f"The ERP gave {len(answers)} answers for {len(changes)} changes.")
        told = zip(changes, answers, strict=True)
        return [Receipt(one.key, _OUTCOME[said], tuple(refs), why) for one, (said, refs, why) in told]

    def _read(self, method: str, path: str, **request: Any) -> list[Any]:
        return _rows(self._client.read(method, path, **request))


def _rows(answer: Any) -> list[Any]:
    if answer.status_code == 401:
        raise NotPermitted("The ERP wants to know who asks.")
    try:
        rows = orjson.loads(answer.content)
    except ValueError as error:
        raise ContractBroken("The ERP answered with something else than JSON.") from error
    if not isinstance(rows, list):
        raise ContractBroken("The ERP answered in an unknown shape.")
    return rows


class HttpMemory(Simulator):
    """The ERP behind HTTP; `options` are further settings of its connections. Tests look into `erp`."""

    spec = ConnectorSpec("http_memory", "An ERP in memory behind HTTP", HttpMemoryConnector)

    def __init__(self, clock: SimulatedClock | None = None, **options: Any) -> None:
        super().__init__(clock)
        self.erp = MemoryErp(self.clock)
        self.options = options

    def settings(self) -> dict[str, Any]:
        """The settings of a connection to it."""
        return {"url": self.url, **self.options}

    def reset(self, numbers: Sequence[str], costs: Sequence[str]) -> Refs:
        """Nothing but these people and cost objects."""
        self.forget()
        return self.erp.reset(numbers, costs)

    def facts(self) -> list[Fact]:
        """All its records."""
        self.catch_up()
        return self.erp.facts()

    def fact(self, entry: Entry) -> Fact:
        """It has no place for the minutes of a day."""
        return self.erp.fact(entry)

    def routes(self, app: FastAPI) -> None:
        """People, cost objects, a search in pages, and changes in batches."""

        @app.get("/people")
        async def people() -> Response:
            return _json([(one.ref, one.number) for one in self.erp.people])

        @app.get("/costs")
        async def costs() -> Response:
            return _json([(one.ref, one.code) for one in self.erp.costs])

        @app.post("/search")
        async def search(request: Request) -> Response:
            asked = orjson.loads(await request.body())
            return _json(list(islice(self._found(asked), asked["limit"])))

        @app.post("/changes")
        async def changes(request: Request) -> Response:
            receipts = [self.erp.commit(_change(one)) for one in orjson.loads(await request.body())]
            return _json([(one.outcome, one.refs, one.reason) for one in receipts])

    def _found(self, asked: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        first, last = date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"])
        kinds, employees, rows = set(asked["kinds"]), set(asked["employees"]), self.erp.rows
        numbers = list(rows)  # made upwards, and never again
        for number in numbers[bisect_right(numbers, int(asked["after"]), key=int) :]:
            row = rows[number]
            if row.kind not in kinds or row.employee not in employees:
                continue
            day, margin = row.day, timedelta(days=row.kind in MOMENTS)
            if first - margin <= day <= last + margin:
                yield number, row.kind, row.employee, day, row.image


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")


def _change(told: Mapping[str, Any]) -> Change:
    """As the ERP understands it: it is told neither our keys nor our work dates."""
    operation, kind, refs = _OPERATION[told["operation"]], _KIND[told["kind"]], tuple(told.get("refs", ()))
    return Change("", operation, kind, told["employee"], date.min, "", told["image"], refs)
