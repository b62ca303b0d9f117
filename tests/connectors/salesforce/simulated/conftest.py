"""One simulated org a module, emptied for each test, and a plain client of it."""

from collections.abc import Iterator

import pytest

from connectors.salesforce.simulated.guesses import Guesses
from connectors.salesforce.simulator import SalesforceSimulator
from hub.testing.faults import none
from tests.connectors.salesforce.simulated.rest import Salesforce


@pytest.fixture(scope="module")
def served() -> Iterator[SalesforceSimulator]:
    with (simulator := SalesforceSimulator()).running():
        yield simulator


@pytest.fixture
def sf(served: SalesforceSimulator) -> Iterator[Salesforce]:
    one = Salesforce(served)
    yield one
    one.http.close()
    served.faults, served.web.refusing = none, None
    served.saving.rules.clear()
    served.saving.guesses = Guesses()
    served.usage.allowed, served.usage.segments, served.rest.page, served.jobs.fails = 100_000, "", 2000, ""
