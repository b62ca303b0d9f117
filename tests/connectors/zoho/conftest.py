"""One simulated Zoho People for a module, emptied for each test."""

from collections.abc import Iterator

import pytest

from connectors.zoho.connector import ZohoConnector
from connectors.zoho.simulator import ZohoSimulator
from hub.testing import faults
from tests.connectors.zoho.organisation import Site


@pytest.fixture(scope="module")
def simulator() -> Iterator[ZohoSimulator]:
    made = ZohoSimulator()
    with made.running():
        yield made


@pytest.fixture
def site(simulator: ZohoSimulator) -> Iterator[Site]:
    yield (one := Site(simulator))
    one.seen.close()
    simulator.faults = faults.none
    simulator.web.attendance.dated = simulator.web.attendance.gaps = True
    simulator.web.leave.pending = False
    simulator.web.leave.base = simulator.web.entries.base = 1
    simulator.web.attendance.spoiling = frozenset()
    simulator.web.limits.left_today = 15_000


@pytest.fixture
def connector(site: Site) -> Iterator[ZohoConnector]:
    with site.connector() as one:
        yield one
