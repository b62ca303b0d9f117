"""A real Tryton as the conformance kit's target: a sandbox behind a proxy that spoils requests and answers."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.tryton import spec
from connectors.tryton.client import TrytonClient
from connectors.tryton.mapping import seconds
from connectors.tryton.provision import Provisioned, Site, provision
from connectors.tryton.sandbox import Sandbox
from hub.contract import Hours, Interval
from hub.testing.proxy import ProxiedErp
from hub.testing.target import Fact, Refs

_EMPLOYED = 40
_WORKS = ("CC10", "CC20")
MODELS = ("attendance.line", "timesheet.line")


class ProxiedTryton(ProxiedErp):
    """One company; its lines are removed at every reset, its people stay."""

    spec = spec
    _sandbox: Sandbox
    _site: Provisioned
    _admin: TrytonClient

    @contextmanager
    def running(self, port: int = 0) -> Iterator[None]:
        """Make a server in a folder of its own, and its company."""
        people = {_code(number): f"Employee {number}" for number in range(1, _EMPLOYED + 1)}
        site = Site(employees=people, works=dict.fromkeys(_WORKS, "work"), timezone="UTC")
        with tempfile.TemporaryDirectory() as folder, Sandbox(Path(folder)) as self._sandbox:
            self._site = provision(self._sandbox, site)
            self.behind = self._sandbox.url
            with self._sandbox.client() as self._admin, super().running(port):
                self._admin.context |= {"company": self._site.company_id}
                yield

    def settings(self) -> dict[str, Any]:
        """Those of the sandbox, by way of the proxy."""
        made = self._sandbox.settings(self._site.company).model_dump(mode="json", exclude_none=True)
        return made | {"url": self.url, "timeout_seconds": 1}

    def reset(self, numbers: Sequence[str], costs: Sequence[str]) -> Refs:
        """Remove all lines."""
        self.forget()
        for model in MODELS:
            if found := self._admin.read(f"model.{model}.search", [], 0, None, None):
                self._admin.write(f"model.{model}.delete", found)
        people = {number: self._site.employees[_code(number)] for number in numbers}
        return Refs(people, {code: self._site.works[code] for code in costs})

    def facts(self) -> list[Fact]:
        """All lines, in and out lines in pairs as they follow each other."""
        self.catch_up()
        return [*self._intervals(), *self._hours()]

    def _hours(self) -> Iterator[Fact]:
        fields = ["employee", "date", "work", "duration"]
        for row in self._admin.read("model.timesheet.line.search_read", [], 0, None, None, fields):
            minutes = row["duration"] // timedelta(minutes=1)
            yield Fact(str(row["employee"]), row["date"], Hours(str(row["work"]), minutes))

    def _intervals(self) -> Iterator[Fact]:
        fields, order = ["employee", "type", "at"], [["at", "ASC"], ["id", "ASC"]]
        opened: dict[str, list[int]] = defaultdict(list)
        for row in self._admin.read("model.attendance.line.search_read", [], 0, None, order, fields):
            employee, at = str(row["employee"]), seconds(row["at"])
            if row["type"] == "in":
                opened[employee].append(at)
            elif opened[employee]:
                start = opened[employee].pop(0)
                yield Fact(employee, datetime.fromtimestamp(start, UTC).date(), Interval(start, at))
        # An "in" without its "out" is as wrong as a second one.
        for employee, starts in opened.items():
            for start in starts:
                yield Fact(employee, datetime.fromtimestamp(start, UTC).date(), Interval(start, start))


def _code(number: object) -> str:
    """Codes of parties: Tryton has given the first numbers away itself."""
    return f"E{number}"
