"""One simulated Odoo a module and version, emptied for each test."""

from collections.abc import Iterator

import pytest

from connectors.odoo.connector import OdooConnector
from connectors.odoo.simulator import OdooSimulator
from hub.testing import faults
from tests.connectors.odoo.database import (
    Site,
)


@pytest.fixture(scope="module", params=[19, 18, 17, 16])
def served(request: pytest.FixtureRequest) -> Iterator[OdooSimulator]:
    simulator = OdooSimulator(version=request.param)
    with simulator.running():
        yield simulator


@pytest.fixture
def site(served: OdooSimulator) -> Iterator[Site]:
    yield (one := Site(served))
    one.simulator.faults = faults.none
    methods = one.simulator.methods
    methods.denied.clear()
    methods.conflicts = methods.racing = 0


@pytest.fixture
def connector(site: Site) -> Iterator[OdooConnector]:
    with site.connector() as one:
        yield one
