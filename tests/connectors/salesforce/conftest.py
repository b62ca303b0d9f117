"""One simulated org a module, emptied for each test."""

from collections.abc import Iterator

import pytest

from hub.testing.faults import none
from tests.connectors.salesforce.org import Counted


@pytest.fixture(scope="module")
def served() -> Iterator[Counted]:
    with (simulator := Counted()).running():
        yield simulator


@pytest.fixture
def org(served: Counted) -> Iterator[Counted]:
    served.reset([str(number) for number in range(1, 4)], ["CC10"])
    yield served
    served.asked.clear()
    served.instead.clear()
    served.faults, served.web.refusing = none, None
    served.saving.rules.clear()
    served.saving.sealed.clear()
    served.usage.allowed, served.usage.segments, served.rest.page = 100_000, "", 2000
    served.jobs.looks, served.jobs.fails, served.jobs.keeps = 1, "", 0
