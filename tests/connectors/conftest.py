"""A real Tryton server for the tests of its connector: one for the session, a company of 40 people, two works."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.tryton.client import TrytonClient
from connectors.tryton.connector import TrytonConnector
from connectors.tryton.provision import Provisioned, Site, provision
from connectors.tryton.sandbox import Sandbox
from connectors.tryton.wire import loads

NUMBERS = [str(number) for number in range(1001, 1121)]
LATE, LEFT = "1119", "1120"


@dataclass
class Counting(httpx.HTTPTransport):
    """A real transport that writes down the methods that were called."""

    methods: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.methods.append(loads(request.content)["method"])
        return super().handle_request(request)


@dataclass
class Tryton:
    """The server, what was put into it, and ways to look at it as a person would."""

    sandbox: Sandbox
    site: Provisioned
    admin: TrytonClient

    def connector(
        self, transport: httpx.BaseTransport | None = None, user: str = "", **settings: Any
    ) -> TrytonConnector:
        base = self.sandbox.settings(self.site.company, **({"user": user} if user else {}))
        return TrytonConnector(base.model_copy(update=settings), transport=transport)

    def employee(self, index: int) -> str:
        return self.site.employees[NUMBERS[index]]


@pytest.fixture(scope="session")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tryton]:
    directory: Path = tmp_path_factory.mktemp("tryton")
    people = {number: f"Zebediah Nr{number}" for number in NUMBERS}
    contracts = {LATE: (date(2030, 1, 1), None), LEFT: (None, date(2020, 1, 1))}
    wanted = Site(employees=people, works={"CC10": "Assembly", "CC20": "Paint shop"}, contracts=contracts)
    with Sandbox(directory) as sandbox:
        site = provision(sandbox, wanted)
        with sandbox.client() as admin:
            admin.context |= {"company": site.company_id}
            yield Tryton(sandbox, site, admin)
